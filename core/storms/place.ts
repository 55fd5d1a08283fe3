// Whether a page is where a cause is. Names repeat in other clusters, environments and accounts, so that a name without a place is in doubt.
import type { EntityRef } from '../model/entity.ts';
import type { PageFacts } from '../model/storm.ts';

export type Place = Pick<PageFacts, 'cluster' | 'environment' | 'account' | 'region'>;

export type PlaceMatch = 'same' | 'other' | 'unknown';

const fields = ['environment', 'cluster', 'account', 'region'] as const;

/** Where a cause is: its own cluster, and the rest as the page that it was found for says. */
export function placeOfCause(entity: EntityRef, leader: PageFacts): Place {
  const inCluster = clustered(entity);
  const cluster =
    entity.kind === 'Cluster' ? entity.name : (entity.cluster ?? (inCluster ? leader.cluster : undefined));
  const elsewhere = cluster !== undefined && leader.cluster !== undefined && cluster !== leader.cluster;
  return {
    ...(cluster && { cluster }),
    ...(leader.environment && { environment: leader.environment }),
    // The account and region of another cluster are not those of the page.
    ...(leader.account && !elsewhere && { account: leader.account }),
    ...(leader.region && !elsewhere && { region: leader.region }),
  };
}

/** What runs outside of clusters: databases of a provider, CDNs, vendors. */
const outside: ReadonlySet<string> = new Set(['Database', 'Cdn', 'Vendor', 'Queue', 'Bucket', 'Topic', 'Function']);
export const clustered = ({ kind, cluster }: EntityRef): boolean => cluster !== undefined || !outside.has(kind);

/** Whether both are known to be in one place. One contradiction is enough for `other`; nothing known on one side is `unknown`. */
export function samePlace(page: Place, cause: Place): PlaceMatch {
  if (contradicts(page, cause)) return 'other';
  const agree = (field: (typeof fields)[number]): boolean => page[field] !== undefined && page[field] === cause[field];
  if (agree('cluster')) return 'same';
  // Neither is in a cluster, as far as is known: the environment or the account tells.
  const noCluster = page.cluster === undefined && cause.cluster === undefined;
  if (noCluster && (agree('environment') || agree('account'))) return 'same';
  const nothingKnown = fields.every((field) => page[field] === undefined && cause[field] === undefined);
  return nothingKnown ? 'same' : 'unknown';
}

/** For a cause outside of clusters: whatever cluster the page is in, the environment has to be the same, and nothing else another. */
export function sameOutside(page: Place, cause: Place): PlaceMatch {
  const rest = { ...page, cluster: undefined };
  if (contradicts(rest, { ...cause, cluster: undefined })) return 'other';
  if (page.environment !== undefined && page.environment === cause.environment) return 'same';
  return samePlace(page, cause);
}

/** Two pages may be in one place: nothing that both say differs. */
export const maybeSamePlace = (a: Place, b: Place): boolean => !contradicts(a, b);

type Told = { readonly [field in keyof Place]?: string | undefined };
const contradicts = (a: Told, b: Told): boolean =>
  fields.some((field) => a[field] !== undefined && b[field] !== undefined && !equal(a[field], b[field]));

const equal = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
