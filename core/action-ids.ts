// The ids of the actions that exist. What each action is stands in its own file in core/remediation/actions/, and the type of that table demands
// one entry for each id here. Causes, records and configuration are read with this list, which is why it lies below them.
// docs/decisions/0019-an-action-is-one-file.md.

export const actionIds = [
  'rerun-cronjob',
  'rerun-job',
  'restart-rollout',
  'delete-stuck-pod',
  'rollback-rollout',
  'scale-workload',
  'raise-memory-limit',
  'cordon-node',
  'uncordon-node',
  'retry-execution',
  'purge-cdn-key',
] as const;
export type ActionId = (typeof actionIds)[number];
