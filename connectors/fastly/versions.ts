// Reads activated versions of Fastly's services as changes: from the event log (https://www.fastly.com/documentation/reference/api/account/events/),
// each with its difference (https://www.fastly.com/documentation/reference/api/utils/diff/). A token that may not read the event log gives the active
// version alone, with the time of its last update (https://www.fastly.com/documentation/reference/api/services/version/).
import * as z from 'zod';
import type { Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { entityOfCdn } from '../../core/topology/managed-resources.ts';
import { type FastlyReading, type Fronted, frontedIn, type Session, sessionOf } from './client.ts';

const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'a time');
const Events = z.object({
  data: z
    .array(
      z.object({
        id: z.string().min(1).max(100),
        attributes: z.object({
          created_at: instant,
          description: z.string().default(''),
          service_id: z.string().nullish(),
          user_id: z.string().nullish(),
          metadata: z
            .object({ version_number: z.coerce.number().int().positive().optional().catch(undefined) })
            .nullish(),
        }),
      }),
    )
    .max(200),
});
type Event = z.infer<typeof Events>['data'][number];
const Versions = z
  .array(
    z.object({
      number: z.int().positive(),
      active: z.boolean().nullish(),
      updated_at: instant,
      comment: z.string().nullish(),
    }),
  )
  .max(20_000);
type Version = z.infer<typeof Versions>[number];
const Diff = z.object({ diff: z.string() });
const User = z.object({ name: z.string().nullish(), login: z.string().nullish() });

const pageSize = 50;
/** Activations of a service whose difference and user are read. */
const maxExamined = 5;
const maxDiff = 20_000;

export function fastlyVersions(reading: FastlyReading): Source<'changes'> {
  return {
    async observe(scope) {
      const { fronted, missing } = frontedIn(scope, namedIn(scope), reading.services);
      const query = `activated versions of ${fronted.map(({ id }) => id).join(', ') || 'no service'}`;
      if (fronted.length === 0) return { kind: 'data', data: [], query, missing, bytes: 0 };
      const session = await sessionOf(reading);
      const read = await Promise.all(fronted.map((one) => activationsOf(one, scope, session)));
      const lacks = [...missing, ...read.flatMap((one) => one.missing)];
      if (read.every(({ answered }) => !answered))
        return { kind: 'gap', gap: { source: 'fastly', reason: lacks.join(' ').slice(0, 300) } };
      const data = read.flatMap(({ changes }) => changes).toSorted((a, b) => a.at.localeCompare(b.at));
      return { kind: 'data', data, query, missing: lacks, bytes: session.api.bytes };
    },
  };
}

/** Hosts count if the question is about them: a service may have its host's name. */
const namedIn = ({ service, neighbours }: Scope): readonly string[] => [
  ...(service === undefined ? [] : [service]),
  ...neighbours,
];

interface Read {
  readonly answered: boolean;
  readonly changes: readonly Change[];
  readonly missing: readonly string[];
}

async function activationsOf(fronted: Fronted, { window }: Pick<Scope, 'window'>, session: Session): Promise<Read> {
  const { id } = fronted;
  const parameters = {
    'filter[service_id]': id,
    'filter[event_type]': 'version.activate',
    'filter[created_at][gte]': window.start,
    'filter[created_at][lte]': window.end,
    'page[size]': String(pageSize),
    sort: '-created_at',
  };
  const [events, versions] = await Promise.all([
    session.api.get('events', parameters, Events),
    session.api.get(`service/${id}/version`, {}, Versions),
  ]);
  const known = versions.kind === 'ok' ? versions.data : [];
  if (events.kind === 'failed') {
    const missing = [`${id}: the event log; only the active version is known. ${events.reason}`];
    if (versions.kind === 'failed') return { answered: false, changes: [], missing: [`${id}: ${versions.reason}`] };
    const active = known.find((one) => one.active);
    const within = active !== undefined && isWithin(active.updated_at, window);
    const alone = within
      ? await changeOf(fronted, { number: active.number, at: active.updated_at }, known, session)
      : undefined;
    return {
      answered: true,
      changes: alone === undefined ? [] : [alone.change],
      missing: [...missing, ...(alone?.missing ?? [])],
    };
  }
  // The server selects; an answer with other services' events is no reason to believe them.
  const own = events.data.data.filter(
    ({ attributes }) => attributes.service_id === id && isWithin(attributes.created_at, window),
  );
  const read = await Promise.all(
    own.slice(0, maxExamined).map((event, index) => {
      const number = numberOf(event);
      const before = own.slice(index + 1).flatMap((one) => numberOf(one) ?? [])[0];
      return number === undefined
        ? undefined
        : changeOf(fronted, { number, before, at: event.attributes.created_at, event }, known, session);
    }),
  );
  const unread = own.length - maxExamined;
  return {
    answered: true,
    changes: read.flatMap((one) => one?.change ?? []),
    missing: [
      ...read.flatMap((one) => one?.missing ?? []),
      ...(unread > 0 ? [`${id}: ${unread} older activations of the window.`] : []),
      ...(events.data.data.length >= pageSize ? [`${id}: activations beyond the newest ${pageSize}.`] : []),
      ...(versions.kind === 'failed' ? [`${id}: the comments of its versions. ${versions.reason}`] : []),
    ],
  };
}

const isWithin = (at: string, { start, end }: Scope['window']): boolean =>
  Date.parse(at) >= Date.parse(start) && Date.parse(at) <= Date.parse(end);

/** Fastly's event names the version in its metadata, and in its description: "Version 42 was activated". */
const numberOf = ({ attributes: { metadata, description } }: Event): number | undefined => {
  const written = Number(/\bversion\s+#?(\d{1,9})\b/i.exec(description)?.[1] ?? Number.NaN);
  return metadata?.version_number ?? (Number.isNaN(written) ? undefined : written);
};

interface Activation {
  readonly number: number;
  readonly at: string;
  /** The version that was active before, if the event log shows it. */
  readonly before?: number | undefined;
  readonly event?: Event;
}

async function changeOf(
  { service, id }: Fronted,
  { number, at, before = number - 1, event }: Activation,
  versions: readonly Version[],
  session: Session,
): Promise<{ readonly change: Change; readonly missing: readonly string[] }> {
  const userId = event?.attributes.user_id ?? '';
  const [difference, user] = await Promise.all([
    before > 0 && before !== number
      ? session.api.get(`service/${id}/diff/from/${before}/to/${number}`, { format: 'text' }, Diff)
      : undefined,
    /^[A-Za-z0-9]{1,40}$/.test(userId) ? session.api.get(`user/${userId}`, {}, User) : undefined,
  ]);
  const author = user?.kind === 'ok' ? (user.data.name ?? user.data.login) : undefined;
  const comment = clean(versions.find((one) => one.number === number)?.comment ?? '').replace(/\s+/g, ' ');
  const what = event === undefined ? 'is active (last updated then)' : 'activated';
  const change: Change = {
    id: `fastly-${id}@${number}`,
    kind: 'config',
    at: new Date(at).toISOString(),
    service,
    title: `Version ${number} of the CDN service ${what}${comment === '' ? '' : `: ${comment}`}`.slice(0, 300),
    version: String(number),
    ...(author ? { author: clean(author).slice(0, 100) } : {}),
    ...(difference?.kind === 'ok' && difference.data.diff !== ''
      ? { diff: difference.data.diff.slice(0, maxDiff) }
      : {}),
    entity: entityOfCdn(service, id),
    link: `https://manage.fastly.com/configure/services/${id}/versions/${number}`,
  };
  const missing = [
    ...(difference?.kind === 'failed' ? [`${id}: the difference of version ${number}. ${difference.reason}`] : []),
    ...(user?.kind === 'failed' ? [`${id}: who activated version ${number}. ${user.reason}`] : []),
  ];
  return { change, missing };
}
