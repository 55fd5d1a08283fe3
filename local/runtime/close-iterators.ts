// Fixes an iterator leak: dynalite 4.0.0 ends its streams by `iterator.return()`, which abstract-level's iterators lack, so each query left an
// iterator open forever, with its snapshot, its blocks in memory and its files on disk. This module adds a `return()` that closes them.
import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';

/** Call once per process, before dynalite is used. It changes nothing if a later version has the method. */
export function closeIteratorsOnReturn(): void {
  for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator]) {
    if ('return' in prototype) continue;
    Object.defineProperty(prototype, 'return', {
      value(this: { close(): Promise<void> }) {
        return this.close();
      },
    });
  }
}
