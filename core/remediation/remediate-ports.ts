// The ports that the step Remediate needs, for a single action and for a plan.
import type { Ports } from '../ports/index.ts';

export type RemediatePorts = Pick<
  Ports,
  | 'incidents'
  | 'clock'
  | 'ids'
  | 'catalog'
  | 'policies'
  | 'approvals'
  | 'ledger'
  | 'preferences'
  | 'executor'
  | 'chat'
  | 'targets'
  | 'acts'
  | 'levels'
  | 'controls'
  | 'audit'
  | 'pager'
>;
