// Compares the path or id of a route with the names of Services: a path is often named after the service that it leads to.

/** Share of the names from which on a word says which system it is, and not which service. */
const common = 0.5;
const leastNames = 4;

export interface Namesakes {
  /** The Service that a segment of the path, or an id, is named after; undefined if none is, or more than one. */
  of(pathOrId: string): string | undefined;
}

/** `names` are the Services of one namespace. Words that most of them share (`shop-`, `-service`) do not tell them apart. */
export function namesakesAmong(names: readonly string[]): Namesakes {
  const counts = new Map<string, number>();
  for (const name of names) for (const word of new Set(wordsOf(name))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const shared = new Set(
    [...counts].flatMap(([word, count]) =>
      names.length >= leastNames && count / names.length >= common ? [word] : [],
    ),
  );
  const bare = (name: string): string =>
    wordsOf(name)
      .filter((word) => !shared.has(word) && !fillers.has(word))
      .join('');
  const byName = Map.groupBy(names, bare);
  return {
    of: (pathOrId) => {
      const parts = pathOrId.split('/').flatMap((part) => forms(bare(part)));
      const found = new Set(parts.flatMap((part) => (part.length >= 3 ? (byName.get(part) ?? []) : [])));
      return found.size === 1 ? [...found][0] : undefined;
    },
  };
}

const fillers: ReadonlySet<string> = new Set(['service', 'svc', 'api']);

/** `orderservice` and `Order-Service` have the same words. */
const wordsOf = (name: string): string[] =>
  name
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .flatMap((word) => [word.replace(/(?:service|svc|api)$/, '') || word])
    .filter((word) => word !== '');

/** A resource in the plural is named after the service in the singular, and the reverse. */
const forms = (word: string): string[] => [word, word.endsWith('s') ? word.slice(0, -1) : `${word}s`];
