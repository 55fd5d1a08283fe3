// Sources that are ready only after something was read, such as a secret: each question waits for the reading, which happens once.
import { eachSignal, signals } from './signals.ts';
import type { Signal, Source, Sources } from './telemetry.ts';

/** Reads at the first call; a reading that failed is tried again at the next. */
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
