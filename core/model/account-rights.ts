// The rights of one Kubernetes ServiceAccount, as its roles and bindings give them.
import * as z from 'zod';
import { EntityRef } from './entity.ts';

const names = z.array(z.string().max(253)).max(40);

/** A rule of a role, as in the API group rbac.authorization.k8s.io. */
export const Rule = z.object({ groups: names, resources: names, verbs: names, objects: names.optional() });
export type Rule = z.infer<typeof Rule>;

export const Grant = z.object({
  /** `RoleBinding readers`. */
  binding: z.string().max(300),
  /** `Role reader`. */
  role: z.string().max(300),
  /** The only namespace in which it holds; absent, it holds in the whole cluster. */
  namespace: z.string().optional(),
  /** It is bound to every account, not to this one by name. */
  forAll: z.literal(true).optional(),
  /** Absent if the role was not among the objects read. */
  rules: z.array(Rule).max(40).optional(),
});
export type Grant = z.infer<typeof Grant>;

export const AccountRights = z.object({
  account: z.object({ cluster: z.string(), namespace: z.string(), name: z.string() }),
  /** The workloads that run as this account. */
  workloads: z.array(EntityRef).max(20),
  /** Absent if no binding was read at all. */
  grants: z.array(Grant).max(20).optional(),
  /** Bindings that name almost this account: `RoleBinding readers names ServiceAccount depot/sorter`. */
  nearBindings: z.array(z.string().max(300)).max(3),
});
export type AccountRights = z.infer<typeof AccountRights>;
