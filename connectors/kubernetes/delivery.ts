// A delivery: what Argo CD, Helm or Flux says that it brought live, when and on which workloads. Readers of these tools' objects share the schemas
// here; each bounds the size of what it reads, and an ill-formed part of an object is left out, not the object.
import * as z from 'zod';
import { EntityRef } from '../../core/model/entity.ts';
import type { Located } from '../../core/model/scope.ts';

export interface Delivery {
  readonly id: string;
  readonly kind: 'deploy' | 'config';
  /** Epoch milliseconds between which the tool changed objects. */
  readonly started: number;
  readonly ended: number;
  /** Names the tool, its object and the revision, without the workloads. */
  readonly title: string;
  readonly author?: string | undefined;
  readonly commit?: string | undefined;
  readonly version?: string | undefined;
  readonly link?: string | undefined;
  readonly workloads: readonly EntityRef[];
  /** Where it went live if the workloads are not known; `service` is the name of the tool's object. */
  readonly place: Located & { readonly service: string };
}

/** Text of at most `max` characters; undefined for anything else. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .transform((value) => value.slice(0, max))
    .optional()
    .catch(undefined);

/** Epoch milliseconds of an RFC 3339 time; undefined for anything else. */
export const time = z
  .string()
  .transform((value) => Date.parse(value))
  .refine((value) => !Number.isNaN(value))
  .optional()
  .catch(undefined);

/** At most `max` entries, without those of another form. */
export const listed = <T>(schema: z.ZodType<T>, max: number) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((all) =>
      all.slice(0, max).flatMap((one): T[] => {
        const read = schema.safeParse(one);
        return read.success ? [read.data] : [];
      }),
    );

/** A part of an object; undefined if it is absent or of another form. */
export const part = <T>(schema: z.ZodType<T>) => schema.optional().catch(undefined);

export const Metadata = z.object({ name: z.string().min(1).max(253), namespace: text(253), creationTimestamp: time });

const workloadKinds: ReadonlySet<string> = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Rollout',
  'CronJob',
  'Job',
]);
export const workloadOf = (parts: {
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly cluster?: string | undefined;
}): EntityRef[] => {
  if (!workloadKinds.has(parts.kind ?? '')) return [];
  const known = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  const entity = EntityRef.safeParse(known);
  return entity.success ? [entity.data] : [];
};

export const isCommit = (revision: string | undefined): revision is string =>
  revision !== undefined && /^[0-9a-f]{7,64}$/.test(revision);
export const shortened = (revision: string): string => (isCommit(revision) ? revision.slice(0, 10) : revision);

/**
 * The web page of a revision in a repository, or of the repository if the host's form of such a page is not known. Logins in the address are left
 * out. Undefined for an address that is no web address, such as a registry of charts.
 */
export function pageOf(repository: string | undefined, revision: string | undefined): string | undefined {
  if (repository === undefined) return undefined;
  const ssh = /^(?:ssh:\/\/)?(?:[\w.-]+@)([\w.-]+)(?::\d+(?=\/))?[:/](.+)$/.exec(repository);
  const address = ssh ? `https://${ssh[1]}/${ssh[2]}` : repository;
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const base = `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '').replace(/\.git$/, '')}`;
  const host = url.hostname;
  const form =
    host === 'github.com' || host.startsWith('github.')
      ? 'commit'
      : host.includes('gitlab')
        ? '-/commit'
        : host === 'bitbucket.org'
          ? 'commits'
          : undefined;
  const page = form && isCommit(revision) ? `${base}/${form}/${revision}` : base;
  return page.length > 600 ? undefined : page;
}
