// Checks Fastly: whether the edge answers for each host, and whether the token may read statistics and the event log.
import * as z from 'zod';
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { sessionOf } from './client.ts';
import { fastlyEdge } from './index.ts';
import type { FastlySettings } from './manifest.ts';

const maxHosts = 5;
const Anything = z.looseObject({});

export const check: CheckSource<FastlySettings> = async (settings, means) => {
  const { services, stats } = settings;
  const hosts = Object.keys(services);
  const now = means.clock.now().toISOString();
  const urls = hosts.slice(0, maxHosts).map((host) => `https://${host}/`);
  const observed = await fastlyEdge({ services }).observe(everywhere('check', { start: now, end: now }), { urls });
  const fix = 'check the host and its service id, and that this machine reaches it';
  const reading = stats ? await readingOf(settings, means) : { sees: [], missing: [] };
  if (observed.kind === 'gap' && reading.sees.length === 0)
    return { kind: 'silent', lack: reading.missing[0] ?? { what: observed.gap.reason, fix } };
  const answered = observed.kind === 'gap' ? 0 : observed.data.length;
  const more = hosts.length - urls.length;
  const lacks = observed.kind === 'gap' ? [observed.gap.reason] : (observed.missing ?? []);
  const edge = `answers of the edge for ${answered} of ${urls.length} hosts${more > 0 ? ` (${more} more were not tried)` : ''}`;
  const [first] = reading.missing;
  if (hosts.length === 0 && stats && reading.sees.length === 0 && first !== undefined)
    return { kind: 'silent', lack: first };
  return {
    kind: 'answers',
    sees: [...(hosts.length > 0 || !stats ? [edge] : []), ...reading.sees],
    clusters: [],
    missing: [...lacks.map((what) => ({ what, fix })), ...reading.missing],
  };
};

/** One request each: statistics (of the token's scope if no host is configured), and the event log. */
async function readingOf(
  { services, url, realtimeUrl }: FastlySettings,
  { secret, clock }: Parameters<CheckSource<FastlySettings>>[1],
): Promise<{ readonly sees: readonly string[]; readonly missing: readonly Lack[] }> {
  const token = secret('readToken');
  const fix = 'give the source a token with the scope global:read (secret fastly-reader, field readToken)';
  if (token === undefined) return { sees: [], missing: [{ what: 'statistics: there is no token', fix }] };
  const session = await sessionOf({ services, token, clock, url, realtimeUrl });
  const [id] = Object.values(services);
  const [stats, events] = await Promise.all([
    id === undefined
      ? session.api.get('tokens/self', {}, Anything)
      : session.api.get(`stats/service/${encodeURIComponent(id)}`, { by: 'minute' }, Anything),
    session.api.get('events', { 'filter[event_type]': 'version.activate', 'page[size]': '1' }, Anything),
  ]);
  const sees: string[] = [];
  const missing: Lack[] = [];
  if (stats.kind === 'ok')
    sees.push(id === undefined ? 'statistics of the services that the catalogue names' : 'statistics by minute');
  else missing.push({ what: `statistics: ${stats.reason}`, fix });
  if (events.kind === 'ok') sees.push('activated versions');
  else
    missing.push({
      what: `the event log: ${events.reason}`,
      fix: 'give the token of a user with the role engineer or superuser; without it only the active version is known',
    });
  return { sees, missing };
}
