// Checks a Loki: which of the labels that hold a place its streams have, and which clusters they name.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { CheckSource } from '../source-kind.ts';
import { Names, openSession } from './client.ts';
import type { LokiSettings } from './manifest.ts';

export const check: CheckSource<LokiSettings> = async ({ auth, user, ...settings }, means) => {
  const authorize = authorizer(loginOf(auth, user), { secret: means.secret('token'), aws: means.aws });
  const session = openSession({ ...settings, authorize });
  const end = BigInt(means.clock.now().getTime()) * 1_000_000n;
  const bounds = { start: String(end - 3600n * 1_000_000_000n), end: String(end) };
  const names = await session.query('labels', bounds, Names);
  if (names.kind === 'failed') return { kind: 'silent', lack: { what: names.reason, fix: fixOf(names.status) } };
  const has = names.data.data ?? [];
  const { labels, cluster } = settings;
  const clusters = has.includes(labels.cluster)
    ? await session.query(`label/${labels.cluster}/values`, bounds, Names)
    : undefined;
  const lacking = Object.entries(labels).filter(
    ([part, name]) => !has.includes(name) && !(part === 'cluster' && cluster),
  );
  const known = has.slice(0, 10).join(', ');
  return {
    kind: 'answers',
    sees: [`logs: streams with ${has.length} labels in the last hour`],
    clusters: clusters?.kind === 'ok' ? (clusters.data.data ?? []) : cluster === undefined ? [] : [cluster],
    missing: lacking.map(([part, name]) => ({
      what: `the ${part} of its streams: they have no label ${name}`,
      fix: `set labels.${part} to one of its labels (${known === '' ? 'it has none: nothing was sent in the last hour' : known})`,
    })),
  };
};

function fixOf(status: number | undefined): string {
  if (status === 401 || status === 403) return 'check auth and tenant';
  if (status === 404) return 'check url: it is the address before /loki/api/v1';
  return 'check url, and that this machine (in a stage: the functions, see network) reaches it';
}
