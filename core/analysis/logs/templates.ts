// Groups log messages into templates as they stream, in bounded memory. Method: the fixed-depth tree of Drain (He, Zhu, Zheng, Lyu, "Drain: An
// Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017): token count and first token, then similarity within a leaf.
// It differs from Drain in two ways. A single look-up, before the tree, finds messages that differ only in numbers and ids. And differing words
// become a variable only once several occur in the same place: "VM paused" and "VM resumed" stay two templates, while names of users become one.
// This file does not judge what a message means.

import type { Occurrences } from '../../fingerprint/identity.ts';

/** Role of a message in the reported error: an error, a warning, or a line that is neither by its level but may say what failed. */
export type Part = 'error' | 'warn' | 'beside';

/** Data that callers attach to a template, beside its counts. */
export interface Gathered {
  readonly occurrences: Partial<Record<Part, Occurrences>>;
  /** Error messages that came within seconds of their writer's first line. */
  startups?: number;
}

export interface Template<Detail> extends Readonly<Gathered> {
  /** The writer; templates of different groups never merge. */
  readonly group: string;
  /** Words and `<*>` where the messages differ. */
  readonly text: string;
  /** Number of messages in the incident window; `baselineCount` is the number before it. */
  readonly count: number;
  readonly baselineCount: number;
  /** Epoch milliseconds within the incident window, or within the baseline if the template occurred only there. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first few samples of the incident window, or of the baseline if the template occurred only there. */
  readonly samples: readonly Detail[];
}

export interface MinerLimits {
  /** Number of templates to keep. Beyond it, the miner forgets the tenth that was not seen for longest and counts them in `forgotten`. */
  readonly templates: number;
  /** Number of templates to compare within one leaf; a full leaf adds new messages to the nearest template. */
  readonly perLeaf: number;
  /** Share of equal tokens from which two messages can share a template. */
  readonly similarity: number;
  /** Number of different words in one place from which that place is a variable. */
  readonly words: number;
  /** Number of samples to keep for a template. */
  readonly samples: number;
}

export const wildcard = '<*>';
const defaults: MinerLimits = { templates: 5000, perLeaf: 100, similarity: 0.6, words: 5, samples: 3 };
/** Slots of the look-up by form, a power of two. A form has two slots; the third form that falls there replaces the older one. */
const slots = 65_536;
/** Number of groups that have their own number at the same time. */
const maxGroups = 10_000;
/** Later than any message; an integer, because the engine compares integers fastest. */
const everMs = Number.MAX_SAFE_INTEGER;
const parts: readonly Part[] = ['error', 'warn', 'beside'];

/** A kept sample. Samples are the earliest by time, whatever their order of arrival. */
interface Kept<Detail> {
  readonly atMs: number;
  readonly message: string;
  readonly detail: Detail;
}

const earlier = (a: Kept<unknown>, b: Kept<unknown>): number =>
  a.atMs - b.atMs || (a.message < b.message ? -1 : a.message > b.message ? 1 : 0);

interface Cluster<Detail> extends Gathered {
  readonly group: string;
  readonly leaf: Cluster<Detail>[];
  /** The cluster that this one was merged into. */
  into?: Cluster<Detail>;
  tokens: readonly string[];
  count: number;
  baselineCount: number;
  firstMs: number;
  lastMs: number;
  samples: Kept<Detail>[];
  /** Time of the last kept sample once there are as many as the limit: a later message is none. */
  sampledMs: number;
}

/** Groups messages into templates. `Detail` is the type of a sample. */
export class TemplateMiner<Detail> {
  readonly #limits: MinerLimits;
  readonly #leaves = new Map<string, Cluster<Detail>[]>();
  readonly #clusters = new Set<Cluster<Detail>>();
  /** Keys and clusters of known forms, by slot. A typed array without probing is several times as fast as a map. */
  readonly #keys = new Float64Array(slots).fill(Number.NaN);
  readonly #known: (Cluster<Detail> | undefined)[] = new Array<Cluster<Detail> | undefined>(slots).fill(undefined);
  /** A number for each group that separates its forms from those of other groups, because groups often write the same lines. */
  readonly #groups = new Map<string, number>();
  #lastGroup: string | undefined;
  #lastNumber = 0;
  #forgotten = 0;

  constructor(limits: Partial<MinerLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Number of templates dropped to keep within the limit. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** `inBaseline` messages count for comparison only. `atMs` is epoch milliseconds. */
  add(
    group: string,
    message: string,
    detail: Detail,
    atMs: number,
    inBaseline: boolean,
  ): Gathered & { readonly count: number } {
    const key = keyOfForm(message);
    const slot = (key ^ this.#groupOf(group)) & (slots - 2);
    let cluster =
      this.#keys[slot] === key ? this.#known[slot] : this.#keys[slot + 1] === key ? this.#known[slot + 1] : undefined;
    while (cluster?.into) cluster = cluster.into;
    if (cluster?.group !== group) {
      cluster = this.#match(group, formOf(message), atMs);
      this.#keys[slot + 1] = this.#keys[slot] ?? Number.NaN;
      this.#known[slot + 1] = this.#known[slot];
      this.#keys[slot] = key;
      this.#known[slot] = cluster;
    }
    this.#count(cluster, atMs, inBaseline);
    if (!(atMs > cluster.sampledMs)) this.#sample(cluster, message, detail, atMs, inBaseline);
    return cluster;
  }

  templates(): Template<Detail>[] {
    return [...this.#clusters].map(({ tokens, leaf: _, into: __, sampledMs: ___, samples, ...rest }) => ({
      ...rest,
      text: tokens.join(' '),
      samples: samples.map(({ detail }) => detail),
    }));
  }

  #count(cluster: Cluster<Detail>, atMs: number, inBaseline: boolean): void {
    if (inBaseline) cluster.baselineCount += 1;
    else {
      if (cluster.count === 0) {
        this.#keep(cluster, []);
        cluster.firstMs = atMs;
        cluster.lastMs = atMs;
      }
      cluster.count += 1;
    }
    // Records of several streams arrive slightly out of order.
    if (atMs < cluster.firstMs && (cluster.count === 0 || !inBaseline)) cluster.firstMs = atMs;
    if (atMs > cluster.lastMs) cluster.lastMs = atMs;
  }

  #sample(cluster: Cluster<Detail>, message: string, detail: Detail, atMs: number, inBaseline: boolean): void {
    if (inBaseline && cluster.count > 0) return;
    const { samples } = cluster;
    const last = samples.length < this.#limits.samples ? undefined : samples[samples.length - 1];
    if (last && atMs === last.atMs && message >= last.message) return;
    this.#keep(cluster, [...samples, { atMs, message, detail }]);
  }

  /** Keeps the earliest of the samples. */
  #keep(cluster: Cluster<Detail>, samples: readonly Kept<Detail>[]): void {
    cluster.samples = samples.toSorted(earlier).slice(0, this.#limits.samples);
    const isFull = cluster.samples.length >= this.#limits.samples;
    cluster.sampledMs = isFull ? (cluster.samples.at(-1)?.atMs ?? everMs) : everMs;
  }

  #groupOf(group: string): number {
    // Consecutive lines are mostly of one group.
    if (group === this.#lastGroup) return this.#lastNumber;
    let number = this.#groups.get(group);
    if (number === undefined) {
      if (this.#groups.size >= maxGroups) this.#groups.clear();
      number = Math.imul(this.#groups.size + 1, prime);
      this.#groups.set(group, number);
    }
    this.#lastGroup = group;
    this.#lastNumber = number;
    return number;
  }

  #match(group: string, form: string, atMs: number): Cluster<Detail> {
    const tokens = form.split(' ');
    const key = `${group}\u0000${tokens.length}\u0000${branchOf(tokens[0] ?? '')}`;
    const leaf = this.#leaves.get(key) ?? [];
    this.#leaves.set(key, leaf);
    const known = this.#covering(leaf, tokens);
    if (known) return this.#generalize(known, tokens);
    if (this.#clusters.size >= this.#limits.templates) this.#forgetOldest();
    const cluster: Cluster<Detail> = {
      group,
      leaf,
      tokens,
      count: 0,
      baselineCount: 0,
      firstMs: atMs,
      lastMs: atMs,
      samples: [],
      sampledMs: everMs,
      occurrences: {},
    };
    leaf.push(cluster);
    this.#clusters.add(cluster);
    return cluster;
  }

  /** The template that covers these tokens, or a family of templates that differ in the same places often enough to make these places variables. */
  #covering(leaf: readonly Cluster<Detail>[], tokens: readonly string[]): Cluster<Detail> | undefined {
    const families = new Map<string, [Cluster<Detail>, ...Cluster<Detail>[]]>();
    let nearest: Cluster<Detail> | undefined;
    let least = Number.POSITIVE_INFINITY;
    const most = (1 - this.#limits.similarity) * tokens.length;
    for (const cluster of leaf) {
      const differ = differing(cluster.tokens, tokens);
      if (differ.length === 0) return cluster;
      if (differ.length < least) [nearest, least] = [cluster, differ.length];
      if (differ.length > most) continue;
      const places = differ.join();
      const family = families.get(places);
      if (family) family.push(cluster);
      else families.set(places, [cluster]);
    }
    const family = [...families.values()].find((one) => one.length + 1 >= this.#limits.words);
    if (family) return this.#merge(family);
    return leaf.length >= this.#limits.perLeaf ? nearest : undefined;
  }

  /** Widens the template to cover these tokens, and merges other templates that it then covers. */
  #generalize(cluster: Cluster<Detail>, tokens: readonly string[]): Cluster<Detail> {
    cluster.tokens = cluster.tokens.map((token, at) => common(token, tokens[at] ?? ''));
    return this.#merge([cluster]);
  }

  /** Merges the family into one template, together with all templates that it then covers. */
  #merge([first, ...rest]: readonly [Cluster<Detail>, ...Cluster<Detail>[]]): Cluster<Detail> {
    for (const other of rest) first.tokens = first.tokens.map((token, at) => common(token, other.tokens[at] ?? ''));
    const covered = first.leaf.filter((other) => other !== first && differing(first.tokens, other.tokens).length === 0);
    for (const other of covered) {
      this.#take(first, other);
      other.into = first;
      other.leaf.splice(other.leaf.indexOf(other), 1);
      this.#clusters.delete(other);
    }
    return first;
  }

  /** Counts, times and samples of the incident window take precedence over those of the baseline. */
  #take(into: Cluster<Detail>, other: Cluster<Detail>): void {
    const [seen, alsoSeen] = [into.count > 0, other.count > 0];
    if (seen === alsoSeen) {
      into.firstMs = Math.min(into.firstMs, other.firstMs);
      into.lastMs = Math.max(into.lastMs, other.lastMs);
      this.#keep(into, [...into.samples, ...other.samples]);
    } else if (alsoSeen) {
      into.firstMs = other.firstMs;
      into.lastMs = other.lastMs;
      this.#keep(into, other.samples);
    }
    if (other.startups !== undefined) into.startups = (into.startups ?? 0) + other.startups;
    for (const part of parts) {
      const [known, more] = [into.occurrences[part], other.occurrences[part]];
      if (known && more) known.merge(more);
      else if (more) into.occurrences[part] = more;
    }
    into.count += other.count;
    into.baselineCount += other.baselineCount;
  }

  #forgetOldest(): void {
    const oldest = [...this.#clusters].sort((a, b) => a.lastMs - b.lastMs);
    for (const cluster of oldest.slice(0, Math.ceil(this.#limits.templates / 10))) {
      this.#clusters.delete(cluster);
      cluster.leaf.splice(cluster.leaf.indexOf(cluster), 1);
      this.#forgotten += 1;
    }
    for (const [key, leaf] of this.#leaves) if (leaf.length === 0) this.#leaves.delete(key);
    this.#known.fill(undefined);
  }
}

/** Places where a message's words differ from a template's. Different values with the same key do not count. */
function differing(template: readonly string[], tokens: readonly string[]): number[] {
  const places: number[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const [known = '', token = ''] = [template[at], tokens[at]];
    if (known !== token && known !== wildcard && !isSameField(known, token)) places.push(at);
  }
  return places;
}

/** Whether both are values of one key. A word counts as a value of a key that had other values before (`rhost=<*>`). */
function isSameField(known: string, token: string): boolean {
  const key = keyOf(known);
  if (!isValue(known) || key !== keyOf(token)) return false;
  return isValue(token) || (known === `${key}${wildcard}` && !outcomes.test(key));
}

/** Keys whose words say how something went: another word is another message. */
const outcomes = /^(?:status|state|level|severity|result|outcome|reason|error|err|code|phase|type)[=:]$/i;

function common(a: string, b: string): string {
  if (a === b) return a;
  return (isValue(a) && isValue(b) && keyOf(a) === keyOf(b)) || isSameField(a, b) ? `${keyOf(a)}${wildcard}` : wildcard;
}

const isValue = (token: string): boolean => token.includes(wildcard);
/** `uid=` of `uid=<*>,` and `blk:` of `blk:<*>`; hosts with ports have no key. */
const keyOf = (token: string): string => /^[A-Za-z_][A-Za-z_-]*[=:]/.exec(token)?.[0] ?? '';

/** The tree does not branch on a token that could be a value. */
const branchOf = (token: string): string => (token.includes(wildcard) ? wildcard : token);

const maxLength = 1000;
const maxTokens = 80;

/**
 * Hashes a message's form: messages of one form share the number.
 * It combines two rolling hashes (FNV-1a and a polynomial) of the words' hashes into 53 bits. This is the hot path and runs for every line: one pass
 * over the bytes, no allocation, one loop per word.
 */
export function keyOfForm(message: string): number {
  // Reading bytes is several times as fast as reading characters of a string that is a slice of another.
  const cut = message.length > maxLength ? message.slice(0, maxLength) : message;
  const end = encoder.encodeInto(cut, bytes).written;
  bytes[end] = 32;
  let hash = -2128831035;
  let second = 0;
  for (let at = 0; at <= end; at += 1) {
    let word = 0;
    let seen = 0;
    let code = bytes[at] ?? 0;
    let mark = wordMarks[code] ?? 0;
    while (mark !== 0) {
      word = ((word << 5) | (word >>> 27)) ^ mark;
      seen |= mark;
      at += 1;
      code = bytes[at] ?? 0;
      mark = wordMarks[code] ?? 0;
    }
    hash = Math.imul(hash ^ ((seen & 1) === 0 ? word : value) ^ code, prime);
    second = (Math.imul(second, 31) + hash) | 0;
  }
  return (hash >>> 0) * 2_097_152 + (second >>> 11);
}

const encoder = new TextEncoder();
/** A UTF-16 unit takes at most three bytes of UTF-8; one more byte ends the last word. */
const bytes = new Uint8Array(3 * maxLength + 1);
/** The hash of every word with a digit; it is far from every sign and from the hash of any word. */
const value = 0x5bd1e995;
/** The 32-bit FNV-1a prime. */
const prime = 16_777_619;

/** Masks each word that holds a digit and collapses spaces. A message without digits and double spaces comes back unchanged. */
export function formOf(message: string): string {
  const end = Math.min(message.length, maxLength);
  let out = '';
  let kept = 0;
  let tokens = 1;
  let at = 0;
  while (at < end) {
    const code = message.charCodeAt(at);
    if (isSpace(code)) {
      let next = at + 1;
      while (next < end && isSpace(message.charCodeAt(next))) next += 1;
      tokens += 1;
      if (tokens > maxTokens) break;
      if (next - at > 1 || code !== 32) {
        out += `${message.slice(kept, at)} `;
        kept = next;
      }
      at = next;
    } else if (isWord(code)) {
      const past = valueEnd(message, at, end);
      if (past > at) {
        out += message.slice(kept, at) + wildcard;
        kept = past;
        at = past;
      } else at = wordEnd(message, at, end);
    } else at += 1;
  }
  const form = (out === '' && at >= message.length ? message : out + message.slice(kept, Math.min(at, end))).trim();
  return out === '' ? form : withoutUnits(form);
}

/** A size is one value whatever its unit, with or without the rounded size in parentheses; so is a time below a second (`<1 sec`). */
function withoutUnits(form: string): string {
  if (!sizeOrTime.test(form)) return form;
  return form
    .replaceAll(/<\*> (?:bytes|[KMGTP]?i?B)\b/g, '<*> B')
    .replaceAll(/ \(<\*> B\)/g, '')
    .replaceAll(/<<\*> sec\b/g, '<*>');
}
const sizeOrTime = /<\*> (?:bytes|[KMGTP]?i?B|sec)\b/;

/** End of the value that starts at `at` (words with digits, joined by one sign: an address, a time, an id); `at` itself if no value starts there. */
function valueEnd(text: string, at: number, end: number): number {
  let past = at;
  let next = at;
  for (;;) {
    let digits = false;
    let word = next;
    while (word < end && isWord(text.charCodeAt(word))) {
      const code = text.charCodeAt(word);
      if (code >= 48 && code <= 57) digits = true;
      word += 1;
    }
    if (!digits) return past;
    past = word;
    if (word + 1 >= end || !isJoint(text.charCodeAt(word)) || !isWord(text.charCodeAt(word + 1))) return past;
    next = word + 1;
  }
}

function wordEnd(text: string, at: number, end: number): number {
  let past = at + 1;
  while (past < end && isWord(text.charCodeAt(past))) past += 1;
  return past;
}

const [letter, digit, sign, space, other] = [1, 2, 3, 4, 5];
/**
 * Kinds of the first 256 characters and of UTF-8 bytes; anything beyond ASCII is a letter. Signs join the parts of a value: an address, a time, an
 * id.
 */
const kinds = Uint8Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (code >= 128 || /[a-z]/i.test(character)) return letter;
  if (/[0-9]/.test(character)) return digit;
  if (/\s/.test(character)) return space;
  return '.:-_/+,@'.includes(character) ? sign : other;
});
/**
 * 0 for a byte that is not part of a word; otherwise a number that stands for it in the word's hash (hashing by cyclic polynomial, Cohen, "Recursive
 * Hashing Functions for n-Grams", ACM TOIS 1997). The last bit is set for digits only.
 */
const wordMarks = Int32Array.from(kinds, (kind, code) => {
  if (kind > digit) return 0;
  const mixed = Math.imul(code + 1, 0x9e3779b1);
  const mark = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  return kind === digit ? mark | 1 : (mark & ~1) | 2;
});
const kindOf = (code: number): number => (code < 256 ? (kinds[code] ?? other) : letter);
const isSpace = (code: number): boolean => kindOf(code) === space;
const isWord = (code: number): boolean => kindOf(code) <= digit;
const isJoint = (code: number): boolean => kindOf(code) === sign;
