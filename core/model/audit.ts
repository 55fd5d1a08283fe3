// One entry of the audit log: the decision, who made it, its evidence, its policies and its outcome. An entry is written once and never changed.
import * as z from 'zod';
import { Instant } from './entity.ts';

export const AuditKind = z.enum([
  'decision',
  'question',
  'answer',
  'answer-refused',
  'reminder',
  'action',
  'verification',
  'preference',
  'control',
]);
export type AuditKind = z.infer<typeof AuditKind>;

export const AuditEntry = z.object({
  /** Derived from the subject of the entry, so that a step that runs twice writes one entry. */
  id: z.string().min(1).max(400),
  at: Instant,
  incidentId: z.string().optional(),
  actor: z.object({ kind: z.enum(['watchkeeper', 'person', 'preference']), id: z.string().max(200) }),
  kind: AuditKind,
  /** One word: `ask`, `act`, `refuse`, `approve`, `reject`, `done`, `taught`, `suspended`, `revoked`, `on`. */
  outcome: z.string().max(60),
  action: z.string().max(100).optional(),
  /** `cluster/namespace/Kind/name`. */
  target: z.string().max(800).optional(),
  text: z.string().max(2000),
  policies: z.array(z.string()).default([]),
  /** Version of the whole policy set at that time. */
  policyVersion: z.string().optional(),
  evidenceIds: z.array(z.string()).default([]),
  /** The facts that the policies evaluated: level, kill switch, freeze, counts. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Id of the approval, preference or proposal that the entry belongs to. */
  about: z.string().max(200).optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
