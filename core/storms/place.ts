// Compares the locations of a page and a cause. Names repeat in other clusters, environments and accounts, so a name without a location leaves
// doubt.
import type { EntityRef } from '../model/entity.ts';
import type { PageFacts } from '../model/storm.ts';

export type Place = Pick<PageFacts, 'cluster' | 'environment' | 'account' | 'region'>;

export type PlaceMatch = 'same' | 'other' | 'unknown';

const fields = ['environment', 'cluster', 'account', 'region'] as const;

/** The location of a cause: its own cluster, and the other fields from the page that it was found for. */
export function placeOfCause(entity: EntityRef, leader: PageFacts): Place {
  const inCluster = clustered(entity);
  const cluster =
    entity.kind === 'Cluster' ? entity.name : (entity.cluster ?? (inCluster ? leader.cluster : undefined));
  const elsewhere = cluster !== undefined && leader.cluster !== undefined && cluster !== leader.cluster;
  return {
    ...(cluster && { cluster }),
    ...(leader.environment && { environment: leader.environment }),
    // If the cause is in another cluster, the page's account and region do not apply.
    ...(leader.account && !elsewhere && { account: leader.account }),
    ...(leader.region && !elsewhere && { region: leader.region }),
  };
}

/** Kinds of entities that run outside of clusters: databases of a provider, CDNs, vendors. */
const outside: ReadonlySet<string> = new Set(['Database', 'Cdn', 'Vendor', 'Queue', 'Bucket', 'Topic', 'Function']);
export const clustered = ({ kind, cluster }: EntityRef): boolean => cluster !== undefined || !outside.has(kind);

/**
 * Compares two locations. `other`: at least one field contradicts. `same`: they agree on the cluster; or, if neither has one, on the environment
 * or the account; or nothing is known of either. `unknown`: otherwise.
 */
export function samePlace(page: Place, cause: Place): PlaceMatch {
  if (contradicts(page, cause)) return 'other';
  const agree = (field: (typeof fields)[number]): boolean => page[field] !== undefined && page[field] === cause[field];
  if (agree('cluster')) return 'same';
  // Neither has a known cluster, so the environment or the account decides.
  const noCluster = page.cluster === undefined && cause.cluster === undefined;
  if (noCluster && (agree('environment') || agree('account'))) return 'same';
  const nothingKnown = fields.every((field) => page[field] === undefined && cause[field] === undefined);
  return nothingKnown ? 'same' : 'unknown';
}

/**
 * Compares the location of a page with a cause outside of clusters. It ignores the page's cluster: the environment has to agree, and no other
 * field may contradict.
 */
export function sameOutside(page: Place, cause: Place): PlaceMatch {
  const rest = { ...page, cluster: undefined };
  if (contradicts(rest, { ...cause, cluster: undefined })) return 'other';
  if (page.environment !== undefined && page.environment === cause.environment) return 'same';
  return samePlace(page, cause);
}

/** Whether two pages may be in one location: no known field contradicts. */
export const maybeSamePlace = (a: Place, b: Place): boolean => !contradicts(a, b);

type KnownPlace = { readonly [field in keyof Place]?: string | undefined };
const contradicts = (a: KnownPlace, b: KnownPlace): boolean =>
  fields.some((field) => a[field] !== undefined && b[field] !== undefined && !equal(a[field], b[field]));

const equal = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
