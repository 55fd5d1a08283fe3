// Merges several sources of one signal into one source. Data is tagged with its source's name; missing data becomes a gap with that name.
import type { LogRecord } from '../model/telemetry.ts';
import { noSources } from './none.ts';
import { eachSignal, signals } from './signals.ts';
import type { AnswerOf, Observed, Signal, Source, Sources } from './telemetry.ts';

export interface NamedSource {
  readonly name: string;
  readonly signals: readonly Signal[];
  readonly sources: Sources;
}

/** A signal without a source answers with a gap; a signal with one source uses that source directly. */
export const mergedSources = (all: readonly NamedSource[]): Sources =>
  eachSignal((signal) => {
    const those = all.filter((one) => one.signals.includes(signal));
    const [only, another] = those;
    if (only === undefined) return noSources[signal];
    return another === undefined ? only.sources[signal] : merged(signal, those);
  });

type Merge<S extends Signal> = (answers: readonly AnswerOf<S>[]) => AnswerOf<S>;
const together = <T>(answers: readonly (readonly T[])[]): readonly T[] => answers.flat();

const mergeOf: { readonly [S in Signal]: Merge<S> } = {
  kubernetes: together,
  metrics: together,
  logs: inOrder,
  changes: together,
  calls: together,
  alerts: together,
  status: together,
  executions: together,
  edge: together,
};

const merged = <S extends Signal>(signal: S, all: readonly NamedSource[]): Source<S> => ({
  async observe(scope, query) {
    const asked = await Promise.allSettled(
      all.map(({ sources }) => {
        const source: Source<S> = sources[signal];
        return source.observe(scope, query);
      }),
    );
    const answers = asked.flatMap((one, index) =>
      one.status === 'fulfilled' ? [{ name: all[index]?.name ?? '', observed: one.value }] : [],
    );
    const failed = asked.flatMap((one, index) =>
      one.status === 'rejected' ? [{ name: all[index]?.name ?? '', error: one.reason }] : [],
    );
    // If at least one source answered, a retry is not needed.
    if (answers.length === 0) throw failed[0]?.error;
    return combined(
      signal,
      answers,
      failed.map(({ name }) => name),
    );
  },
});

function combined<S extends Signal>(
  signal: S,
  answers: readonly { readonly name: string; readonly observed: Observed<AnswerOf<S>> }[],
  failed: readonly string[],
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
  gaps.push(...failed.map((name) => ({ source: name, reason: 'It did not answer.' })));
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
