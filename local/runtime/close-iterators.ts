// dynalite 4.0.0 ends its streams by `iterator.return()`, which abstract-level's iterators do not have, so each query left an iterator open
// for good: its snapshot, its blocks in memory and its files on disk. Here they get one that closes them.
import { AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';

/** Once a process, before dynalite is used. Changes nothing where a later version has the method. */
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
