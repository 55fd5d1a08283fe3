// A double of Fastly's APIs, written from its reference: historical stats
// (https://www.fastly.com/documentation/reference/api/metrics-stats/historical-stats/), real-time analytics
// (…/metrics-stats/realtime/), event logs (…/account/events/), versions (…/services/version/), diff (…/utils/diff/) and users (…/account/user/).
import { type Answer, serve } from '../server.ts';

export interface FastlyWorld {
  /** Minutes by service id: epoch seconds and fields of the statistics. */
  readonly minutes?: Readonly<
    Record<string, readonly (readonly [at: number, fields: Readonly<Record<string, number>>])[]>
  >;
  /** Seconds of the real-time API: epoch seconds and fields by location. */
  readonly seconds?: readonly (readonly [
    at: number,
    pops: Readonly<Record<string, Readonly<Record<string, number>>>>,
  ])[];
  readonly activations?: readonly { readonly service: string; readonly version: number; readonly at: string }[];
  readonly versions?: readonly {
    readonly number: number;
    readonly active: boolean;
    readonly updated_at: string;
    readonly comment: string;
  }[];
  readonly diff?: string;
  /** The token's role may not read the event log. */
  readonly withoutEvents?: boolean;
  /** Answers instead of the API. */
  readonly instead?: (path: string) => Answer | undefined;
}

export const fastlyKey = 'a-reading-token';

export const fastlyDouble = (world: FastlyWorld) =>
  serve(({ path, headers }): Answer => {
    const odd = world.instead?.(path);
    if (odd !== undefined) return odd;
    const { pathname, searchParams } = new URL(path, 'http://fastly');
    const json = (value: unknown): Answer => ({ body: JSON.stringify(value) });
    if (headers['fastly-key'] !== fastlyKey)
      return { status: 401, body: '{"msg":"Provided credentials are missing or invalid"}' };
    const [, first, second, third] = pathname.split('/');
    if (first === 'tokens') return json({ scope: 'global:read', services: [] });
    if (first === 'stats') {
      const own = world.minutes?.[third ?? ''];
      if (own === undefined) return { status: 404, body: '{"msg":"Record not found"}' };
      const from = Number(searchParams.get('from'));
      const to = Number(searchParams.get('to'));
      return json({
        status: 'success',
        meta: { by: searchParams.get('by'), from: String(from), to: String(to), region: 'all' },
        msg: null,
        data: own
          .filter(([at]) => at >= from && at < to)
          .map(([start_time, fields]) => ({ service_id: third, start_time, hit_ratio: 0.9, ...fields })),
      });
    }
    if (first === 'v1') {
      const Data = (world.seconds ?? []).map(([recorded, datacenter]) => ({
        recorded,
        aggregated: Object.values(datacenter).reduce<Record<string, number>>((all, one) => {
          for (const [field, value] of Object.entries(one)) all[field] = (all[field] ?? 0) + value;
          return all;
        }, {}),
        datacenter,
      }));
      return json({ Timestamp: Data.at(-1)?.recorded ?? 0, AggregateDelay: 5, Data });
    }
    if (first === 'events') {
      if (world.withoutEvents) return { status: 403, body: '{"msg":"You are not authorized to perform this action"}' };
      const data = (world.activations ?? [])
        .toSorted((a, b) => b.at.localeCompare(a.at))
        .filter(({ service }) => service === searchParams.get('filter[service_id]'))
        .map(({ service, version, at }, place) => ({
          id: `event${place}`,
          type: 'event',
          attributes: {
            admin: false,
            created_at: at,
            customer_id: 'customer',
            description: `Version ${version} was activated`,
            event_type: 'version.activate',
            ip: '192.0.2.1',
            metadata: { version_number: version },
            service_id: service,
            user_id: 'user1',
            token_id: 'token1',
          },
        }));
      return json({ data, links: {} });
    }
    if (first === 'user') return json({ id: second, name: 'Mara Lindt', login: 'mara@example.com' });
    if (first === 'service' && third === 'version') return json(world.versions ?? []);
    if (first === 'service' && third === 'diff') {
      const [, , , , , from, , to] = pathname.split('/');
      return json({ from: Number(from), to: Number(to), format: 'text', diff: world.diff ?? '' });
    }
    return { status: 404, body: '{}' };
  });
