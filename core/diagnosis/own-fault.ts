// Tells a fault of an entity itself from trouble that it may only pass on from what it calls.
import { causes } from '../causes/causes.ts';
import type { Finding } from '../model/report.ts';

export const isGrave = ({ severity }: Pick<Finding, 'severity'>): boolean =>
  severity === 'critical' || severity === 'major';

/** Causes that are read from what fails there, and that can come from what it calls. */
const passedOn: ReadonlySet<Finding['cause']> = new Set([
  'slow-itself',
  'application-errors',
  'dependency-unavailable',
]);

/** Whether the finding states a reason for the trouble of its entity, and the reason is there. */
export const isOwnFault = (finding: Finding): boolean =>
  finding.cause !== undefined &&
  finding.role === 'cause' &&
  isGrave(finding) &&
  finding.confidence >= 0.5 &&
  (causes[finding.cause].depth === 'root' || causes[finding.cause].group === 'resources') &&
  !passedOn.has(finding.cause);
