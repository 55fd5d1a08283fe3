// The ids of all remediation actions. Each action has its own file in core/remediation/actions/, and the type of the action table requires one entry
// per id. The list is a separate file because causes, records and configuration need it and sit below the actions:
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
  'enable-autoscaler',
  'drain-node',
  'restart-in-batches',
  'retry-execution',
  'purge-cdn-key',
] as const;
export type ActionId = (typeof actionIds)[number];
