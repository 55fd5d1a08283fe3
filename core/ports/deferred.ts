// Sources that need something read first, such as a secret. Every question waits for that read, which happens once.
import { eachSignal, signals } from './signals.ts';
import type { Signal, Source, Sources } from './telemetry.ts';

/** Reads on the first call and caches the result; a failed read is repeated on the next call. */
export function lazily<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
}

export const deferredSources = (load: () => Promise<Partial<Sources>>): Sources =>
  eachSignal((signal) => ({
    async observe(scope, query) {
      const source = sourceOf(await load(), signal);
      if (source !== undefined) return source.observe(scope, query);
      const { label } = signals[signal];
      return { kind: 'gap', gap: { source: label, reason: `The source gives no ${label}.` } };
    },
  }));

const sourceOf = <S extends Signal>(sources: Partial<Sources>, signal: S): Source<S> | undefined => sources[signal];
