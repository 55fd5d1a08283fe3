// The ids of all plans. Each plan has its own file in core/remediation/plans/. The list is a separate file for the same reason as core/action-ids.ts.

export const planIds = [
  'rollback-then-autoscaler',
  'scaled-restart',
  'drain-sick-node',
  'raise-limit-and-propose',
] as const;
export type PlanId = (typeof planIds)[number];
