// Names the things an incident can be about. An entity has the name that its own system gives it; nothing here looks anything up.
import * as z from 'zod';

/** RFC 3339 instant in UTC with a trailing `Z`. All instants in records and messages use this form. */
export const Instant = z.iso.datetime({ offset: false });
export type Instant = z.infer<typeof Instant>;

/** A closed interval of time, both ends UTC. */
export const TimeWindow = z.object({ start: Instant, end: Instant });
export type TimeWindow = z.infer<typeof TimeWindow>;

/** `kind` is a Kubernetes kind (`Deployment`, `CronJob`, `Node`, …) or `Service`, `Namespace`, `Cluster`, `Database`, `Cdn`, `Account`. */
export const EntityRef = z.object({
  kind: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  namespace: z.string().max(253).optional(),
  cluster: z.string().max(253).optional(),
});
export type EntityRef = z.infer<typeof EntityRef>;

/** A stable text form: `cluster/namespace/Kind/name`, with `-` for an unknown part. */
export const entityKey = (entity: EntityRef): string =>
  `${entity.cluster ?? '-'}/${entity.namespace ?? '-'}/${entity.kind}/${entity.name}`;

/** Whether two entities can be the same workload, whatever their kinds. An unknown cluster or namespace matches any. */
export const sameWorkload = (a: EntityRef, b: EntityRef): boolean =>
  a.name === b.name && agree(a.namespace, b.namespace) && agree(a.cluster, b.cluster);

const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
