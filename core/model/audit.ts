// One line of the record of decisions: who or what, on which evidence, by which policy, with which outcome. Written once, never changed.
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
  /** Made of what it is about, so that a step that runs twice writes one line. */
  id: z.string().min(1).max(400),
  at: Instant,
  incidentId: z.string().optional(),
  actor: z.object({ kind: z.enum(['watchkeeper', 'person', 'preference']), id: z.string().max(200) }),
  kind: AuditKind,
  /** In a word: `ask`, `act`, `refuse`, `approve`, `reject`, `done`, `taught`, `suspended`, `revoked`, `on`. */
  outcome: z.string().max(60),
  action: z.string().max(100).optional(),
  /** `cluster/namespace/Kind/name`. */
  target: z.string().max(800).optional(),
  text: z.string().max(2000),
  policies: z.array(z.string()).default([]),
  /** Of all policies, as they were then. */
  policyVersion: z.string().optional(),
  evidenceIds: z.array(z.string()).default([]),
  /** What the policies judged by: level, kill switch, freeze, counts. */
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Approval, preference or proposal that it belongs to. */
  about: z.string().max(200).optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
