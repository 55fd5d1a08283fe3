// The settings of CloudWatch name services; `match: { cw: { service: clip-ingest-prod } }` in the catalogue gives the name of a service there. Questions
// are asked with the settings' names, and answers have the catalogue's.
import type { Scope } from '../../core/model/scope.ts';
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';

interface Renamed {
  readonly scope: Scope;
  /** The catalogue's name for a name in the settings. */
  nameOf(service: string): string;
}

function renamed(scope: Scope): Renamed {
  const { match = {} } = scope;
  const there = (service: string): string => match[service]?.service ?? service;
  const names = new Map(Object.keys(match).map((service) => [there(service), service]));
  return {
    scope: {
      ...scope,
      service: scope.service === undefined ? undefined : there(scope.service),
      neighbours: scope.neighbours.map(there),
      ...(scope.resources === undefined
        ? {}
        : { resources: Object.fromEntries(Object.entries(scope.resources).map(([name, all]) => [there(name), all])) }),
    },
    nameOf: (service) => names.get(service) ?? service,
  };
}

export const renamedLogs = (source: Source<'logs'>): Source<'logs'> => ({
  async observe(catalogScope, query) {
    const { scope, nameOf } = renamed(catalogScope);
    const observed = await source.observe(scope, query);
    return observed.kind === 'gap' ? observed : { ...observed, data: named(observed.data, nameOf) };
  },
});

async function* named(records: AsyncIterable<LogRecord>, nameOf: Renamed['nameOf']): AsyncGenerator<LogRecord> {
  for await (const { labels, ...record } of records) {
    const { service } = labels;
    yield { ...record, labels: service === undefined ? labels : { ...labels, service: nameOf(service) } };
  }
}

const renamedSeries = <S extends 'metrics' | 'queries'>(source: Source<S>): Source<S> => ({
  async observe(catalogScope, query) {
    const { scope, nameOf } = renamed(catalogScope);
    const observed = await source.observe(scope, query);
    if (observed.kind === 'gap') return observed;
    const data = observed.data.map(({ entity, ...series }) => ({
      ...series,
      entity: { ...entity, name: nameOf(entity.name) },
    }));
    return { ...observed, data };
  },
});
export const renamedMetrics = renamedSeries<'metrics'>;
export const renamedQueries = renamedSeries<'queries'>;

export const renamedAlerts = (source: Source<'alerts'>): Source<'alerts'> => ({
  async observe(catalogScope, query) {
    const { scope, nameOf } = renamed(catalogScope);
    const observed = await source.observe(scope, query);
    if (observed.kind === 'gap') return observed;
    const data = observed.data.map(({ entity, ...alert }) => ({
      ...alert,
      ...(entity === undefined ? {} : { entity: { ...entity, name: nameOf(entity.name) } }),
    }));
    return { ...observed, data };
  },
});
