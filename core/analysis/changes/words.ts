// Finds the words that two texts share and weighs how informative they are. It splits identifiers the way programmers write them (camelCase,
// snake_case) and stems words lightly. A word that occurs in many texts weighs little (inverse document frequency: Spärck Jones, 1972).

/** Words of alerts and code that do not say what in particular is wrong. */
const common = new Set(
  (
    'the and for with from that this into over under not are was were has have been its per via all any new old out one two get set ' +
    'error errors err fail fails failed failing failure failures rate ratio above below threshold alert alerts alarm critical high ' +
    'low severity warning latency service services svc server request requests response responses return returning returned returns ' +
    'increase increased increasing elevated rising spike value metric monitor monitoring default log logs count total observed fired ' +
    'summary description title status code http https api app application unavailable availability degraded degradation significantly ' +
    'abnormal partial disruption quality multiple several also being during minutes seconds min sec percent prod production func ' +
    'function const let var nil null none true false string int int64 float64 bool byte import export type struct class self async ' +
    'await public private static void package main chore feat fix refactor docs test style perf tidy update add adds added remove ' +
    'removed change changed bump simplify use using make when then else src internal pkg cmd lib'
  ).split(' '),
);

/** Endings to strip so that `validation`, `validate` and `valid` share a stem; longest first. */
const endings =
  /(?:izations?|ations?|itions?|ments?|ities|ators?|itors?|ating|ates?|ings?|ions?|ers?|ors?|ies|ied|es|ed|e|s|y)$/;

const stem = (word: string): string => {
  const cut = word.replace(endings, '');
  return cut.length >= 4 ? cut : word;
};

/** Stems of the informative words in a text, each with its word as written. Identifiers are split into their parts. */
export function stemsOf(text: string): ReadonlyMap<string, string> {
  const words = text
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return new Map(
    words
      .filter((word) => word.length >= 3 && !/^[a-z]?\d/.test(word) && !common.has(word))
      .map((word) => [stem(word), word]),
  );
}

/** Names as programs write them (`dashboard_favorites`, `Limiter.Allow`, `ratelimit.go`, `ProvisionedThroughputExceededException`). */
export function identifiersOf(text: string): ReadonlySet<string> {
  const found = text.match(/[A-Za-z][A-Za-z0-9]*(?:[._-][A-Za-z0-9]+)+|[A-Za-z][a-z0-9]+(?:[A-Z][a-z0-9]+)+/g) ?? [];
  return new Set(found.map((name) => name.toLowerCase()).filter((name) => name.length >= 6));
}

/** Gives the weight of a word among `texts` (their stems): near 0 if every text has it. */
export function rarity(texts: readonly ReadonlyMap<string, string>[]): (word: string) => number {
  const holders = new Map<string, number>();
  for (const text of texts) for (const word of text.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  return (word) => Math.log((texts.length + 1) / ((holders.get(word) ?? 0) + 0.5));
}
