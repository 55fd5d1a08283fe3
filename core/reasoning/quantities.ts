// Numbers with their units, as people and telemetry write them: `24 ms`, `latency_ms=24`, `512Mi`, `24 req/s`, `five minutes`.

const spellings: Readonly<Record<string, string>> = {
  ns: 'ns nanosecond nanoseconds nanos',
  us: 'us µs μs microsecond microseconds micros',
  ms: 'ms msec msecs milli millis millisecond milliseconds',
  s: 's sec secs second seconds',
  min: 'm min mins minute minutes',
  h: 'h hr hrs hour hours',
  d: 'd day days',
  percent: '% pct percent',
  byte: 'b byte bytes',
  kilobyte: 'k ki kb kib kilobyte kilobytes kibibyte kibibytes',
  megabyte: 'm mi mb mib megabyte megabytes mebibyte mebibytes',
  gigabyte: 'g gi gb gib gigabyte gigabytes gibibyte gibibytes',
  terabyte: 't ti tb tib terabyte terabytes tebibyte tebibytes',
  millicore: 'm millicore millicores millicpu',
  times: '× x fold',
  rate: 'rps qps',
};
/** A spelling may stand for several units: `m` for minutes, mebibytes or millicores. */
const unitsOf: ReadonlyMap<string, readonly string[]> = Object.entries(spellings).reduce((all, [unit, words]) => {
  for (const word of words.split(' ')) all.set(word, [...(all.get(word) ?? []), unit]);
  return all;
}, new Map<string, string[]>());

const none = 'none';

export interface Quantity {
  readonly number: string;
  /** Where the number begins in the text. */
  readonly index: number;
  /** As written, for people: the number and its unit. */
  readonly written: string;
  /** What the unit may be; empty if the text gives none. */
  readonly units: readonly string[];
}

/** Versions and addresses (1.2.3, 10.0.0.5) are one number. */
const numbers = /\d+(?:\.\d+)*/g;
const after =
  /^[\s\u00a0\u202f-]?(%|×|(?!an? |per )[a-zµμ]+)?(?:\s?(?:\/|\b(?:per|an?) )\s?(s|sec|second|min|minute|h|hour|day)s?\b)?/;
const cent = /^\s?per\s?cent\b/;

function unitAfter(rest: string): { readonly units: readonly string[]; readonly length: number } {
  const perCent = cent.exec(rest);
  if (perCent !== null) return { units: ['percent'], length: perCent[0].length };
  const found = after.exec(rest);
  const [whole = '', word = '', per] = found ?? [];
  const wordEnd = rest.indexOf(word) + word.length;
  const isWhole = word !== '' && !/^[\p{L}\p{N}_]/u.test(rest.slice(wordEnd));
  const base = isWhole ? (unitsOf.get(word) ?? []) : [];
  if (per !== undefined && isWhole) {
    const [time = 's'] = unitsOf.get(per) ?? [];
    return { units: base.length > 0 ? base.map((unit) => `${unit}/${time}`) : [`rate/${time}`], length: whole.length };
  }
  if (per !== undefined && word === '')
    return { units: [`rate/${unitsOf.get(per)?.[0] ?? 's'}`], length: whole.length };
  const units = base.map((unit) => (unit === 'rate' ? 'rate/s' : unit));
  return { units, length: units.length > 0 ? wordEnd : 0 };
}

const statusCode = /^[1-5]\d\d$/;

/** All quantities of a text that `plain` has normalised. */
function quantitiesIn(text: string): Quantity[] {
  return [...text.matchAll(numbers)].map(({ 0: number, index }) => {
    const rest = text.slice(index + number.length, index + number.length + 32);
    const { units, length } = unitAfter(rest);
    // `404s` may be seconds or answers with this status.
    const isPlural = statusCode.test(number) && /^s(?![a-z0-9])/.test(rest);
    return {
      number,
      index,
      written: `${number}${rest.slice(0, length)}`,
      units: isPlural ? [...units, none] : units,
    };
  });
}

const words: Readonly<Record<string, number>> = {
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  ninety: 90,
};
const spelled = new RegExp(
  `\\b(${Object.keys(words).join('|')})(?=[\\s-](?:${[...unitsOf.keys()].filter((word) => word.length > 2).join('|')})\\b)`,
  'g',
);

/** Lower case, without separators of thousands and quotation marks of code; number words before a unit become digits. */
export const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[`,]/g, '')
    .replaceAll(spelled, (word) => String(words[word] ?? word));

/** Units that the name of a field or metric gives: `latency_ms=24`, `timeoutSeconds: 24`, `duration (ms)`, `"unit":"ms"`. */
const named = /(?:_|\(|\bunit"?\s?[:=]\s?"?)(%|[a-z]+)(?![a-z0-9])|(seconds|millis|minutes|bytes|percent)\b/g;
const unitsNamedIn = (line: string): string[] =>
  [...line.matchAll(named)].flatMap(([, one, other]) => unitsOf.get(one ?? other ?? '') ?? []);
const camel = /(?<=[a-z])(Ms|Millis|Seconds|Secs|Minutes|Bytes|Percent)\b/g;

/** The units with which the sources write each number. */
function unitsInSources(sources: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const line of sources.join('\n').split('\n')) {
    const text = plain(line.replaceAll(camel, '_$1'));
    let inNames: readonly string[] | undefined;
    for (const { number, units } of quantitiesIn(text)) {
      inNames ??= unitsNamedIn(text);
      const known = all.get(number) ?? new Set<string>();
      for (const unit of units.length > 0 ? units : [none, ...inNames]) known.add(unit);
      all.set(number, known);
    }
  }
  return all;
}

const asRatio = /\b(?:ratio|share|fraction) of (?:about |roughly )?$/;

/** The quantities of the claim whose number the sources lack, or have with other units only. */
export function unsupportedQuantities(claim: string, sources: readonly string[]): readonly string[] {
  const known = unitsInSources(sources);
  const text = plain(claim);
  return quantitiesIn(text).flatMap(({ number, index, written, units }) => {
    const found = known.get(number);
    if (found === undefined) return [number];
    const wanted = units.length === 0 && asRatio.test(text.slice(0, index)) ? [none] : units;
    return wanted.length === 0 || wanted.some((unit) => found.has(unit)) ? [] : [written];
  });
}
