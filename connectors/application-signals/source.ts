// Creates the source of calls of Application Signals, in the account and region of the settings.
import type { ApplicationSignalsClient } from '@aws-sdk/client-application-signals';
import type { Scope } from '../../core/model/scope.ts';
import type { Dependency } from '../../core/model/telemetry.ts';
import type { Sources } from '../../core/ports/telemetry.ts';
import { clientOptions, credentialsFor, deadlineIn, listed } from '../aws-calls.ts';
import type { MakeSource } from '../source-kind.ts';
import type { Period } from '../trace-question.ts';
import {
  type ApplicationSignalsParts,
  clusterOf,
  type KeyAttributes,
  listDependencies,
  listDependents,
  listServices,
  type Service,
} from './client.ts';
import type { ApplicationSignalsSettings } from './manifest.ts';

export const make: MakeSource<ApplicationSignalsSettings> = async (settings, { aws }) => {
  const { ApplicationSignalsClient } = await import('@aws-sdk/client-application-signals');
  const options = clientOptions(settings.region, credentialsFor(settings.account, aws));
  return applicationSignalsSources(new ApplicationSignalsClient(options), settings);
};

const budgetMs = 12_000;
const hourMs = 3_600_000;
const maxPeriodMs = 6 * hourMs;
const maxServices = 200;
const atOnce = 6;
const maxCalls = 5000;

export function applicationSignalsSources(
  client: Pick<ApplicationSignalsClient, 'send'>,
  { region, account }: ApplicationSignalsSettings,
): Pick<Sources, 'calls'> {
  const place = [account, region].filter(Boolean).join(' ') || 'own account';
  return {
    calls: {
      async observe(scope) {
        const parts = { client, deadline: deadlineIn(budgetMs) };
        const period = periodOf(scope.window);
        const services = await listServices(parts, period);
        const gap = (reason: string) =>
          ({ kind: 'gap', gap: { source: 'application-signals', reason: reason.slice(0, 300) } }) as const;
        if (services.kind === 'failed') return gap(`${services.reason}.`);
        const { rows: all, unreadable, isCut, failure, end } = services.data;
        if (all.length === 0 && unreadable === 0 && !isCut)
          return gap('Application Signals lists no service in the period.');
        const nameOf = namesOf(scope);
        const ordered = inOrder(all, scope, nameOf);
        const asked = ordered.slice(0, maxServices);
        const seenAt = new Date(Math.min(end?.getTime() ?? period.end, period.end)).toISOString();
        const edges = await edgesOf(parts, { asked, period, paged: scope.service, nameOf });
        if (edges.failed === asked.length && asked.length > 0)
          return gap(`${edges.reasons[0] ?? 'no service answered'}.`);
        const calls = distinct(edges.calls.flatMap((edge) => callOf(edge, { all, nameOf, seenAt })));
        const unasked = all.length - asked.length + edges.failed;
        const unread = unreadable + edges.unreadable;
        const missing = [
          ...(isCut ? [`services beyond the first ${all.length} (${failure ?? 'the limit of pages'})`] : []),
          ...(unasked > 0
            ? [`calls of ${unasked} of ${all.length} services (${listed(edges.reasons) || `limit ${maxServices}`})`]
            : []),
          ...(edges.failed === 0 && edges.reasons.length > 0 ? [`some calls (${listed(edges.reasons)})`] : []),
          ...(unread > 0 ? [`${unread} entries of another form`] : []),
          ...(calls.length > maxCalls ? [`${calls.length - maxCalls} of ${calls.length} calls`] : []),
        ];
        return {
          kind: 'data',
          data: calls.slice(0, maxCalls),
          query: `Application Signals of ${place}: ListServiceDependencies of ${asked.length} services`,
          ...(missing.length === 0 ? {} : { missing }),
          bytes: 0,
        };
      },
    },
  };
}

/** AWS rounds both ends to the nearest hour, so that a period under an hour could become empty. */
function periodOf(window: Scope['window']): Period {
  const end = Date.parse(window.end);
  const start = Math.min(Math.max(Date.parse(window.start), end - maxPeriodMs), end - hourMs);
  return { start: Math.floor(start / hourMs) * hourMs, end };
}

type NameOf = (name: string) => string;

/** The catalogue's name of a service whose name here is given by `match`. */
function namesOf({ match }: Scope): NameOf {
  const names = new Map(Object.entries(match ?? {}).flatMap(([service, { name }]) => (name ? [[name, service]] : [])));
  return (name) => names.get(name) ?? name;
}

/** The paged service, its neighbours, then the others. */
function inOrder(all: readonly Service[], { service, neighbours }: Scope, nameOf: NameOf): Service[] {
  const rank = ({ name }: Service) => {
    const known = nameOf(name);
    return known === service ? 0 : neighbours.includes(known) ? 1 : 2;
  };
  return [...all].sort((a, b) => rank(a) - rank(b));
}

interface Edge {
  readonly from: KeyAttributes;
  readonly to: KeyAttributes;
}

async function edgesOf(
  parts: ApplicationSignalsParts,
  {
    asked,
    period,
    paged,
    nameOf,
  }: {
    readonly asked: readonly Service[];
    readonly period: Period;
    readonly paged: string | undefined;
    readonly nameOf: NameOf;
  },
) {
  const calls: Edge[] = [];
  const reasons = new Set<string>();
  let failed = 0;
  let unreadable = 0;
  const queue = [...asked];
  const work = async () => {
    for (let service = queue.shift(); service !== undefined; service = queue.shift()) {
      const { key, name } = service;
      const [callees, callers] = await Promise.all([
        listDependencies(parts, key, period),
        paged !== undefined && nameOf(name) === paged ? listDependents(parts, key, period) : undefined,
      ]);
      if (callees.kind === 'failed') failed += 1;
      // A right that is missing for one service is missing for all.
      if (callees.kind === 'failed' && callees.error.startsWith('AccessDenied')) failed += queue.splice(0).length;
      for (const answer of [callees, callers]) {
        if (answer?.kind === 'failed') reasons.add(answer.reason);
        if (answer?.kind !== 'ok') continue;
        unreadable += answer.data.unreadable;
        if (answer.data.isCut) reasons.add(answer.data.failure ?? 'the limit of pages');
        calls.push(
          ...answer.data.rows.map((other) =>
            answer === callees ? { from: key, to: other } : { from: other, to: key },
          ),
        );
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { calls, failed, unreadable, reasons: [...reasons] };
}

/** A canary or a browser calls from outside; a whole service of AWS is called where no resource is known. */
function nameOfKey({ Type, Name, Identifier }: KeyAttributes): string | undefined {
  if (Type === 'Service' || Type === 'RemoteService' || Type === 'AWS::Service') return Name;
  return Type === 'Resource' || Type === 'AWS::Resource' ? Identifier : undefined;
}

function callOf(
  { from, to }: Edge,
  { all, nameOf, seenAt }: { readonly all: readonly Service[]; readonly nameOf: NameOf; readonly seenAt: string },
): Dependency[] {
  const [caller, callee] = [nameOfKey(from), nameOfKey(to)];
  const isCaller = from.Type === 'Service' || from.Type === 'RemoteService';
  if (!isCaller || caller === undefined || callee === undefined || caller === callee) return [];
  const [fromCluster, toCluster] = [placeOf(from, all), placeOf(to, all)];
  return [
    {
      from: nameOf(caller).slice(0, 200),
      to: nameOf(callee).slice(0, 200),
      ...(fromCluster === undefined ? {} : { fromCluster }),
      ...(toCluster === undefined ? {} : { toCluster }),
      seenAt,
    },
  ];
}

/** The cluster that the environment names, or that of the listed service; not known if services of this name are in several places. */
function placeOf(key: KeyAttributes, all: readonly Service[]): string | undefined {
  if (key.Type !== 'Service' && key.Type !== 'RemoteService') return undefined;
  const named = clusterOf(key);
  if (named !== undefined) return named;
  const same = all.filter(
    (one) => one.name === key.Name && (key.Environment === undefined || one.key.Environment === key.Environment),
  );
  const places = new Set(same.map(({ cluster }) => cluster));
  return places.size === 1 ? [...places][0] : undefined;
}

/** Operations of a service share their dependencies. */
const distinct = (calls: readonly Dependency[]): Dependency[] => [
  ...new Map(calls.map((one) => [JSON.stringify([one.from, one.to, one.fromCluster, one.toCluster]), one])).values(),
];
