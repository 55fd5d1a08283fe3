// Changes from CloudTrail: what people and pipelines did to resources of an account, in the regions of the settings.
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { deadlineIn } from '../aws-calls.ts';
import { changesIn } from './events.ts';
import { type Lookup, lookUp, type Pace, pace, type Trail } from './lookup.ts';
import type { CloudTrailSettings } from './manifest.ts';

export interface CloudTrailParts {
  readonly settings: Pick<CloudTrailSettings, 'resources' | 'eventSources'>;
  readonly clock: Clock;
  /** `isOwn`: a region of the settings; otherwise only events of global services are read there. */
  readonly trails: readonly {
    readonly region: string;
    readonly isOwn: boolean;
    readonly trail: Trail;
    readonly turns?: Pace;
  }[];
  /** The time for one question in milliseconds. A specialist has 20 seconds. */
  readonly budgetMs: number;
}

const keptDays = 90;
/** Resources that are looked up by name: those of the paged service first. */
const maxResources = 6;
/** AWS records the events of its global services in one region. */
export const globalRegion = 'us-east-1';
const globalSources: ReadonlySet<string> = new Set(['iam', 'route53', 'cloudfront', 'organizations', 'sts', 'waf']);

export function cloudTrailChanges({ settings, clock, trails, budgetMs }: CloudTrailParts): Source<'changes'> {
  const paced = trails.map((one) => ({ turns: pace(), ...one }));
  return {
    async observe(scope) {
      const now = clock.now().getTime();
      const end = new Date(Math.min(Date.parse(scope.window.end), now));
      const start = new Date(Math.max(Date.parse(scope.window.start), now - keptDays * 86_400_000));
      const deadline = deadlineIn(budgetMs);
      const resources = together(settings.resources, scope.resources ?? {});
      const asked = { ...settings, resources };
      const read = await Promise.all(
        paced.map(async ({ region, isOwn, trail, turns }) => {
          const lookups = lookupsOf(scope, asked, { isOwn, isGlobal: region === globalRegion });
          const found = await lookUp(trail, lookups, { start, end, region, turns, deadline });
          const services = [...(scope.service === undefined ? [] : [scope.service]), ...scope.neighbours];
          return { ...found, region, ...changesIn(found.events, region, { resources, services }) };
        }),
      );
      const changes = read
        .flatMap((one) => one.changes)
        .filter((one) => (one.service === undefined ? scope.reach === 'everywhere' : isWithin(scope, one)))
        .toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = read.flatMap((one) => one.missing);
      if (changes.length === 0 && read.every(({ events, missing: lacks }) => events.length === 0 && lacks.length > 0))
        return { kind: 'gap', gap: { source: 'cloudtrail', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      const sum = (count: (one: (typeof read)[number]) => number) => read.reduce((all, one) => all + count(one), 0);
      return {
        kind: 'data',
        data: changes,
        query:
          `write events of ${settings.eventSources.join(', ')} in ${read.map(({ region }) => region).join(', ')}; left out: ` +
          `${sum(({ leftOut }) => leftOut.reads)} reads, ${sum(({ leftOut }) => leftOut.automation)} of automation, ${sum(({ leftOut }) => leftOut.failed)} failed requests`,
        missing: missing.length <= 8 ? missing : [...missing.slice(0, 7), `${missing.length - 7} more lookups`],
        bytes: sum((one) => one.bytes),
      };
    },
  };
}

type Resources = CloudTrailParts['settings']['resources'];

/** The settings' names, and then those of the catalogue. */
const together = (configured: Resources, catalogued: NonNullable<Scope['resources']>): Resources =>
  Object.fromEntries(
    [...new Set([...Object.keys(configured), ...Object.keys(catalogued)])].map((service) => [
      service,
      [...new Set([...(configured[service] ?? []), ...(catalogued[service] ?? [])])],
    ]),
  );

function lookupsOf(
  { service, neighbours }: Scope,
  { resources, eventSources }: CloudTrailParts['settings'],
  { isOwn, isGlobal }: { readonly isOwn: boolean; readonly isGlobal: boolean },
): Lookup[] {
  const names = [...(service === undefined ? [] : [service]), ...neighbours].flatMap((name) =>
    Object.hasOwn(resources, name) ? (resources[name] ?? []) : [],
  );
  return [
    ...(isOwn ? [...new Set(names)] : [])
      .slice(0, maxResources)
      .map((value) => ({ by: 'ResourceName', value }) as const),
    ...eventSources
      .filter((source) => (globalSources.has(source) ? isGlobal : isOwn))
      .map((source) => ({ by: 'EventSource', value: `${source}.amazonaws.com` }) as const),
  ];
}
