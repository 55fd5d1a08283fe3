// Kinds of symptoms that an alert reports, derived from its text and metric. A cause lists the symptoms that it produces.
import * as z from 'zod';

/** `unknown` matches no other symptom by kind. */
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
