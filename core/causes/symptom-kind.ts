// Kinds of trouble that an alert reports, as far as its own words and metric say. Causes name those that they bring about.
import * as z from 'zod';

/** `unknown` is related to nothing by kind. */
export const SymptomKind = z.enum([
  'unavailable',
  'errors',
  'latency',
  'saturation',
  'traffic-drop',
  'traffic-surge',
  'crash',
  'job-failed',
  'node-down',
  'storage',
  'certificate',
  'backlog',
  'cost',
  'unknown',
]);
export type SymptomKind = z.infer<typeof SymptomKind>;
