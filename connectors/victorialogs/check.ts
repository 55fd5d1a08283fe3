// Checks a VictoriaLogs: which of the fields that hold a place its lines have, and which clusters they name.
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { CheckSource } from '../source-kind.ts';
import { openSession } from './client.ts';
import type { VictoriaLogsSettings } from './manifest.ts';

export const check: CheckSource<VictoriaLogsSettings> = async ({ auth, ...settings }, means) => {
  const authorize = authorizer(loginOf(auth), { secret: means.secret('token'), aws: means.aws });
  const session = openSession({ ...settings, authorize });
  const now = means.clock.now();
  const window = { start: new Date(now.getTime() - 3_600_000).toISOString(), end: now.toISOString() };
  const names = await session.values(undefined, window);
  if (names.kind === 'failed') return { kind: 'silent', lack: { what: names.reason, fix: fixOf(names.status) } };
  const has = names.rows.flatMap(({ value }) => value ?? []);
  const { fields, cluster } = settings;
  const clusters = has.includes(fields.cluster) ? await session.values(fields.cluster, window) : undefined;
  const own = cluster === undefined ? [] : [cluster];
  const known = has
    .filter((name) => !name.startsWith('_'))
    .slice(0, 10)
    .join(', ');
  return {
    kind: 'answers',
    sees: [`logs: lines with ${has.length} fields in the last hour`],
    clusters: clusters?.kind === 'rows' ? clusters.rows.flatMap(({ value }) => value || []) : own,
    missing: Object.entries(fields)
      .filter(([part, name]) => !has.includes(name) && !(part === 'cluster' && cluster))
      .map(([part, name]) => ({
        what: `the ${part} of its lines: they have no field ${name}`,
        fix: `set fields.${part} to one of its fields (${known === '' ? 'it has none: nothing was sent in the last hour' : known})`,
      })),
  };
};

function fixOf(status: number | undefined): string {
  if (status === 401 || status === 403) return 'check auth and tenant';
  if (status === 404) return 'check url: it is the address before /select/logsql';
  return 'check url, and that this machine (in a stage: the functions, see network) reaches it';
}
