// Merges the sources of one signal into one source, which asks those that the service catalogue names. Data is tagged with its source's name; missing data becomes a gap with that name.
import type { Consultation, Gap } from '../model/report.ts';
import type { Scope } from '../model/scope.ts';
import type { LogRecord } from '../model/telemetry.ts';
import { noSources } from './none.ts';
import { type Routes, type Routing, routesOf } from './routing.ts';
import { eachSignal, signals } from './signals.ts';
import type { AnswerOf, Observed, Signal, Source, Sources } from './telemetry.ts';

export interface NamedSource {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly sources: Sources;
}

/**
 * The sources of each signal as one. `routing` reads the service catalogue, which decides whom a question goes to; without it, or if it cannot be
 * read, every source is asked. A signal without a source answers with a gap.
 */
export const mergedSources = (all: readonly NamedSource[], routing?: () => Promise<Routing>): Sources =>
  eachSignal((signal) => {
    const those = all.filter((one) => one.signals.includes(signal));
    return those.length === 0 ? noSources[signal] : merged(signal, those, routing);
  });

type Merge<S extends Signal> = (answers: readonly AnswerOf<S>[]) => AnswerOf<S>;
const together = <T>(answers: readonly (readonly T[])[]): readonly T[] => answers.flat();

const mergeOf: { readonly [S in Signal]: Merge<S> } = {
  kubernetes: together,
  metrics: together,
  queries: together,
  logs: inOrder,
  changes: together,
  calls: together,
  traces: together,
  alerts: together,
  status: together,
  executions: together,
  edge: together,
  security: together,
  cdn: together,
  resources: together,
};

const merged = <S extends Signal>(
  signal: S,
  all: readonly NamedSource[],
  routing: (() => Promise<Routing>) | undefined,
): Source<S> => ({
  async observe(scope, query) {
    const loaded = await routing?.().catch(() => undefined);
    const names = all.map(({ name }) => name);
    const chosen = routesOf(signal, scope, loaded ?? noRouting, names);
    const { routes } = chosen;
    const unrouted = [
      ...(routing !== undefined && loaded === undefined
        ? ['The service catalogue cannot be read; Watchkeeper queries all sources.']
        : []),
      ...chosen.unknown.map(
        (name) => `The catalogue names ${name} for ${signals[signal].label}; no source of that name gives it.`,
      ),
    ].map((reason) => ({ source: signals[signal].label, reason: reason.slice(0, 300) }));
    if (routes.length === 0) return unasked(signal, scope, chosen, unrouted);
    const results = await Promise.allSettled(
      routes.map((route) => {
        const source: Source<S> | undefined = all.find(({ name }) => name === route.source)?.sources[signal];
        return (source ?? noSources[signal]).observe(route.scope, query);
      }),
    );
    const answers = results.flatMap((one, index) =>
      one.status === 'fulfilled' ? [{ name: routes[index]?.source ?? '', observed: one.value }] : [],
    );
    const failed = results.flatMap((one, index) =>
      one.status === 'rejected' ? [{ name: routes[index]?.source ?? '', error: one.reason }] : [],
    );
    // If at least one source answered, a retry is not needed.
    const [first, another] = answers;
    if (first === undefined) throw failed[0]?.error;
    const consulted = consultationOf(signal, chosen, answers);
    if (another === undefined && failed.length === 0 && unrouted.length === 0)
      return { ...(all.length > 1 ? withName(first) : first.observed), consulted };
    return {
      ...combined(
        signal,
        answers,
        failed.map(({ name }) => name),
        unrouted,
      ),
      consulted,
    };
  },
});

const noRouting: Routing = { defaults: {}, clusters: [], services: [] };

/** The catalogue says that no source has the signal, or names only sources that do not exist. */
const unasked = <S extends Signal>(
  signal: S,
  { service }: Scope,
  chosen: Routes,
  [gap]: readonly Gap[],
): Observed<AnswerOf<S>> => ({
  kind: 'gap',
  gap: gap ?? {
    notConfigured: true,
    source: signals[signal].label,
    reason:
      `The catalogue names no source of ${signals[signal].label}${service === undefined ? '' : ` for ${service}`}.`.slice(
        0,
        300,
      ),
  },
  consulted: consultationOf(signal, chosen, []),
});

/** A gap of one among several sources of a signal has its name. */
const withName = <T>({ name, observed }: { readonly name: string; readonly observed: Observed<T> }): Observed<T> =>
  observed.kind === 'gap' ? { ...observed, gap: { ...observed.gap, source: name } } : observed;

type Answers<S extends Signal> = readonly { readonly name: string; readonly observed: Observed<AnswerOf<S>> }[];

function consultationOf<S extends Signal>(
  signal: S,
  { by, routes, notAsked }: Routes,
  answers: Answers<S>,
): Consultation {
  return {
    signal,
    by,
    asked: routes.slice(0, 50).map(({ source, neighboursOnly }) => ({
      source: source.slice(0, 80),
      ...(neighboursOnly ? { neighboursOnly } : {}),
      ...answerOf(answers.find(({ name }) => name === source)?.observed),
    })),
    notAsked: notAsked.slice(0, 100).map((name) => name.slice(0, 80)),
  };
}

function answerOf(
  observed: Observed<unknown> | undefined,
): Pick<Consultation['asked'][number], 'answer' | 'count' | 'reason' | 'found'> {
  if (observed === undefined) return { answer: 'none', reason: 'It did not answer.' };
  if (observed.kind === 'gap') return { answer: 'none', reason: observed.gap.reason.slice(0, 300) };
  const missing = [...(observed.missing ?? []), ...(observed.gaps ?? []).map(({ reason }) => reason)];
  const count = {
    ...(Array.isArray(observed.data) ? { count: observed.data.length } : {}),
    ...(observed.found === undefined ? {} : { found: observed.found.join('; ').slice(0, 400) }),
  };
  return missing.length === 0
    ? { answer: 'data', ...count }
    : { answer: 'part', ...count, reason: `Not read: ${missing.join('; ')}`.slice(0, 300) };
}

function combined<S extends Signal>(
  signal: S,
  answers: Answers<S>,
  failed: readonly string[],
  unrouted: readonly Gap[],
): Observed<AnswerOf<S>> {
  const parts = answers.flatMap(({ name, observed }) => (observed.kind === 'data' ? [{ name, ...observed }] : []));
  const gaps = answers.flatMap(({ name, observed }) =>
    observed.kind === 'gap'
      ? [{ ...observed.gap, source: name }]
      : [
          ...(observed.missing ?? []).map((what) => ({ source: name, reason: `Not read: ${what}`.slice(0, 300) })),
          ...(observed.gaps ?? []),
        ],
  );
  gaps.push(...failed.map((name) => ({ source: name, reason: 'It did not answer.' })), ...unrouted);
  if (parts.length === 0) {
    const reason = gaps.map((gap) => `${gap.source}: ${gap.reason}`).join(' ');
    return { kind: 'gap', gap: { source: signals[signal].label, reason: reason.slice(0, 300) } };
  }
  const links = parts.flatMap(({ link }) => link ?? []);
  return {
    kind: 'data',
    data: mergeOf[signal](parts.map(({ data }) => data)),
    query: parts.map(({ name, query }) => `${name}: ${query}`).join('; '),
    gaps,
    ...(links[0] === undefined ? {} : { link: links[0] }),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Merges ordered streams into one ordered stream. */
async function* inOrder(streams: readonly AsyncIterable<LogRecord>[]): AsyncGenerator<LogRecord> {
  const open = streams.map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(open.map((iterator) => iterator.next()));
    for (;;) {
      let first: number | undefined;
      for (const [index, head] of heads.entries()) {
        if (head.done) continue;
        const best = first === undefined ? undefined : heads[first];
        if (best === undefined || best.done || head.value.timestamp < best.value.timestamp) first = index;
      }
      const [head, iterator] = first === undefined ? [] : [heads[first], open[first]];
      if (first === undefined || head === undefined || iterator === undefined || head.done) return;
      yield head.value;
      heads[first] = await iterator.next();
    }
  } finally {
    await Promise.all(open.map((iterator) => iterator.return?.()));
  }
}
