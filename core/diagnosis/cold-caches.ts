// A cache that restarted, or whose hit ratio fell, is empty, so the store behind it gets the requests that the cache answered before. The store's load is then a symptom of the
// cache, if services that use both send no more requests than before.
import type { CauseCode } from '../causes/causes.ts';
import type { Finding } from '../model/report.ts';
import type { DatabaseServer, Dependency } from '../model/telemetry.ts';
import { ownerOf } from '../topology/owner.ts';

const named = /(?:^|[-_.])(?:redis|valkey|memcached?|cache|varnish)(?:[-_.]|$)/i;
const cacheProducts: ReadonlySet<DatabaseServer['product']> = new Set(['redis', 'memcached']);
/** States of a store that gets more requests. */
const loaded: ReadonlySet<CauseCode | undefined> = new Set([
  'traffic-surge',
  'cpu-overload',
  'slow-itself',
  'database-connections-exhausted',
]);
const minute = 60_000;
/** The store shows the load within this time after the cache lost its entries. */
const soon = 15 * minute;

export function withColdCaches(
  findings: readonly Finding[],
  { servers, calls }: { readonly servers: readonly DatabaseServer[]; readonly calls: readonly Dependency[] },
): readonly Finding[] {
  const known = new Set(
    servers.flatMap(({ product, entity }) => (cacheProducts.has(product) ? [nameOf({ entity })] : [])),
  );
  const restarts = findings.filter(
    (one) => (known.has(nameOf(one)) || named.test(nameOf(one))) && one.onset !== undefined && isRestart(one),
  );
  if (restarts.length === 0) return findings;
  const callersOf = (name: string): string[] =>
    calls.filter(({ to }) => to.toLowerCase() === name).map(({ from }) => from.toLowerCase());
  const busier = new Set(findings.flatMap((one) => (one.cause === 'traffic-surge' ? [nameOf(one)] : [])));
  return findings.map((finding) => {
    if (!loaded.has(finding.cause) || finding.onset === undefined) return finding;
    const since = Date.parse(finding.onset);
    const cache = restarts.find((restart) => {
      const ago = since - Date.parse(restart.onset ?? '');
      const callers = callersOf(nameOf(finding)).filter((name) => callersOf(nameOf(restart)).includes(name));
      return (
        nameOf(restart) !== nameOf(finding) &&
        ago >= -minute &&
        ago <= soon &&
        callers.length > 0 &&
        callers.every((name) => !busier.has(name))
      );
    });
    if (cache === undefined) return finding;
    const { cause: _, ...rest } = finding;
    return { ...rest, role: 'symptom' as const, dependency: finding.dependency ?? cache.entity };
  });
}

const nameOf = ({ entity }: Pick<Finding, 'entity'>): string => ownerOf(entity).name.toLowerCase();

/** The cluster shows that it ended or started, its log says so, or its hit ratio fell. */
const isRestart = ({ specialist, role, cause, claim }: Finding): boolean =>
  (role === 'cause' || role === 'symptom') &&
  ((specialist === 'metrics' && cause === 'cache-stampede') ||
    (specialist === 'kubernetes' && (cause === 'oom-killed' || /restart|crash|kill|exit code/i.test(claim))) ||
    (specialist === 'logs' &&
      /ready to accept connections|flush(?:ed|all|db)|cache (?:cleared|is empty)|loading dataset/i.test(claim)));
