// Collects the rights of the ServiceAccounts that workloads run as, from the roles and bindings of the cluster.
import * as z from 'zod';
import type { AccountRights, Grant, Rule } from '../../model/account-rights.ts';
import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { Cluster } from './cluster.ts';
import { isSimilar } from './refused-right.ts';

const texts = z
  .array(z.string())
  .nullish()
  .transform((v) => v ?? []);
const Role = z.looseObject({
  kind: z.enum(['Role', 'ClusterRole']),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  rules: z
    .array(z.looseObject({ apiGroups: texts, resources: texts, verbs: texts, resourceNames: texts }))
    .nullish()
    .transform((v) => v ?? []),
});
const Subject = z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string().nullish() });
const Binding = z.looseObject({
  kind: z.enum(['RoleBinding', 'ClusterRoleBinding']),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  roleRef: z.looseObject({ kind: z.string(), name: z.string() }),
  subjects: z
    .array(Subject)
    .nullish()
    .transform((v) => v ?? []),
});
type Role = z.infer<typeof Role>;
type Subject = z.infer<typeof Subject>;
type Binding = z.infer<typeof Binding>;

/** Limits of one account in a report. */
const most = { workloads: 20, grants: 20, rules: 40, names: 40, near: 3 };

export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly workloads: readonly EntityRef[];
}

/** `isWanted` selects the accounts; a large cluster has thousands of accounts and bindings. */
export function accountRights(cluster: Cluster, isWanted: (account: Account) => boolean): AccountRights[] {
  const wanted = [...workloadsByAccount(cluster)].flatMap(([key, workloads]): Account[] => {
    const [namespace = '', name = ''] = key.split('/');
    const account = { namespace, name, workloads };
    return isWanted(account) ? [account] : [];
  });
  if (wanted.length === 0) return [];
  const roles = parsed(cluster, /^(?:Cluster)?Role$/, Role);
  const bindings = parsed(cluster, /^(?:Cluster)?RoleBinding$/, Binding);
  return wanted.map(({ namespace, name, workloads }) => {
    const naming = bindings.filter(({ subjects, metadata }) =>
      subjects.some((subject) => isAccount(subject, metadata.namespace, namespace, name)),
    );
    const isNamed = naming.some((one) => !isForAll(one));
    return {
      account: { cluster: cluster.name, namespace, name },
      workloads: workloads.slice(0, most.workloads),
      ...(bindings.length > 0 && { grants: naming.slice(0, most.grants).map((one) => grantOf(one, roles)) }),
      nearBindings: isNamed ? [] : bindings.flatMap((one) => nearly(one, namespace, name) ?? []).slice(0, most.near),
    };
  });
}

function parsed<T>(cluster: Cluster, kinds: RegExp, schema: z.ZodType<T>): T[] {
  return cluster.items.flatMap((item) => {
    if (!kinds.test(item.kind)) return [];
    const result = schema.safeParse(item);
    return result.success ? [result.data] : [];
  });
}

/** Workloads and Jobs by `namespace/account`. A pod without an account of its own runs as `default`. */
function workloadsByAccount(cluster: Cluster): ReadonlyMap<string, readonly EntityRef[]> {
  const runs = [
    ...cluster.workloads.map((workload) => ({
      entity: cluster.entityOf(workload),
      account: workload.spec.template.spec.serviceAccountName,
    })),
    ...cluster.pods.map(({ metadata, spec }) => ({
      entity: cluster.ownerOf('Pod', metadata.name, metadata.namespace),
      account: spec.serviceAccountName,
    })),
  ];
  const groups = Map.groupBy(runs, ({ entity, account }) => `${entity.namespace ?? ''}/${account || 'default'}`);
  return new Map(
    [...groups].map(([key, own]) => [key, [...new Map(own.map(({ entity }) => [entityKey(entity), entity])).values()]]),
  );
}

/** Whether the subject is the account itself, or one of the groups that Kubernetes puts every account in. */
function isAccount(subject: Subject, within: string | undefined, namespace: string, name: string): boolean {
  if (subject.kind === 'ServiceAccount') return subject.name === name && (subject.namespace ?? within) === namespace;
  const user = `system:serviceaccount:${namespace}:${name}`;
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return subject.kind === 'User' ? subject.name === user : groups.includes(subject.name);
}

/** Kubernetes binds every account to some roles of its own, about itself and about the API. */
const isForAll = ({ subjects }: Binding): boolean =>
  subjects.every(
    ({ kind, name }) => kind === 'Group' && /^system:(?:(?:un)?authenticated|serviceaccounts|monitoring)$/.test(name),
  );

function grantOf(binding: Binding, roles: readonly Role[]): Grant {
  const { kind, metadata, roleRef } = binding;
  const role = roles.find(
    (one) =>
      one.kind === roleRef.kind &&
      one.metadata.name === roleRef.name &&
      (one.kind === 'ClusterRole' || one.metadata.namespace === metadata.namespace),
  );
  return {
    binding: `${kind} ${metadata.name}`,
    role: `${roleRef.kind} ${roleRef.name}`,
    ...(kind === 'RoleBinding' && metadata.namespace !== undefined && { namespace: metadata.namespace }),
    ...(isForAll(binding) && { forAll: true as const }),
    ...(role && { rules: role.rules.slice(0, most.rules).map(ruleOf) }),
  };
}

const ruleOf = ({ apiGroups, resources, verbs, resourceNames }: Role['rules'][number]): Rule => ({
  groups: apiGroups.slice(0, most.names),
  resources: resources.slice(0, most.names),
  verbs: verbs.slice(0, most.names),
  ...(resourceNames.length > 0 && { objects: resourceNames.slice(0, most.names) }),
});

/** The binding names an account of the same name in another namespace, or of almost the same name in this one. */
function nearly({ kind, metadata, subjects }: Binding, namespace: string, name: string): string | undefined {
  const near = subjects.find((subject) => {
    if (subject.kind !== 'ServiceAccount') return false;
    const place = subject.namespace ?? metadata.namespace;
    return place === namespace
      ? isSimilar(subject.name, name)
      : subject.name === name && name !== 'default' && (metadata.namespace ?? namespace) === namespace;
  });
  return near && `${kind} ${metadata.name} names ServiceAccount ${near.namespace ?? metadata.namespace}/${near.name}`;
}
