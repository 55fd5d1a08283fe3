// Groups log messages into templates while they stream by, in bounded memory. Method: Drain (He, Zhu, Zheng, Lyu, "Drain: An Online Log
// Parsing Approach with Fixed Depth Tree", ICWS 2017): a tree of token count and first token, then similarity within a leaf; before the
// tree, messages that differ in numbers and ids only are found by one look-up. What a message means is not judged here.

export interface Template<Detail> {
  /** Who wrote it; templates of different groups are never one. */
  readonly group: string;
  /** Words and `<*>` where the messages differ. */
  readonly text: string;
  /** Messages in the incident window and before it. */
  readonly count: number;
  readonly baselineCount: number;
  /** Epoch milliseconds in the incident window; of the baseline where it was seen only there. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first few in the incident window, or in the baseline where it was seen only there. */
  readonly samples: readonly Detail[];
}

export interface MinerLimits {
  /** Templates kept; beyond it the tenth that was not seen for longest is forgotten, and counted in `forgotten`. */
  readonly templates: number;
  /** Templates compared within one leaf; a full leaf takes what comes into its nearest. */
  readonly perLeaf: number;
  /** Share of equal tokens from which two messages are one template. */
  readonly similarity: number;
  /** Samples kept for a template. */
  readonly samples: number;
}

export const wildcard = '<*>';
const defaults: MinerLimits = { templates: 5000, perLeaf: 100, similarity: 0.6, samples: 3 };
/** Known forms kept for the look-up, in all. */
const maxForms = 20_000;

interface Cluster<Detail> {
  readonly group: string;
  readonly leaf: Cluster<Detail>[];
  tokens: string[];
  count: number;
  baselineCount: number;
  firstMs: number;
  lastMs: number;
  samples: Detail[];
}

/** `Detail` is what is kept of a message as a sample. */
export class TemplateMiner<Detail> {
  readonly #limits: MinerLimits;
  readonly #leaves = new Map<string, Cluster<Detail>[]>();
  readonly #forms = new Map<string, Map<string, Cluster<Detail>>>();
  readonly #clusters = new Set<Cluster<Detail>>();
  #formCount = 0;
  #forgotten = 0;

  constructor(limits: Partial<MinerLimits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Templates that were dropped to keep within the limit. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** `inBaseline` messages count for comparison only. `atMs` is epoch milliseconds. */
  add(group: string, message: string, detail: Detail, atMs: number, inBaseline: boolean): void {
    const form = formOf(message);
    let cluster = this.#forms.get(group)?.get(form);
    if (!cluster) {
      cluster = this.#match(group, form, atMs);
      this.#remember(group, form, cluster);
    }
    this.#count(cluster, detail, atMs, inBaseline);
  }

  templates(): Template<Detail>[] {
    return [...this.#clusters].map(({ tokens, leaf: _, ...rest }) => ({ ...rest, text: tokens.join(' ') }));
  }

  #count(cluster: Cluster<Detail>, detail: Detail, atMs: number, inBaseline: boolean): void {
    if (inBaseline) cluster.baselineCount += 1;
    else {
      if (cluster.count === 0) {
        cluster.samples = [];
        cluster.firstMs = atMs;
        cluster.lastMs = atMs;
      }
      cluster.count += 1;
    }
    // Records of several streams come a little out of order.
    if (atMs < cluster.firstMs && (cluster.count === 0 || !inBaseline)) cluster.firstMs = atMs;
    if (atMs > cluster.lastMs) cluster.lastMs = atMs;
    if (cluster.samples.length < this.#limits.samples && (!inBaseline || cluster.count === 0))
      cluster.samples.push(detail);
  }

  #remember(group: string, form: string, cluster: Cluster<Detail>): void {
    if (this.#formCount >= maxForms) this.#forgetForms();
    const forms = this.#forms.get(group) ?? new Map<string, Cluster<Detail>>();
    this.#forms.set(group, forms.set(form, cluster));
    this.#formCount += 1;
  }

  #match(group: string, form: string, atMs: number): Cluster<Detail> {
    const tokens = form.split(' ');
    const key = `${group}\u0000${tokens.length}\u0000${branchOf(tokens[0] ?? '')}`;
    const leaf = this.#leaves.get(key) ?? [];
    this.#leaves.set(key, leaf);
    const near = this.#nearest(leaf, tokens);
    if (near) {
      for (let at = 0; at < tokens.length; at += 1) if (near.tokens[at] !== tokens[at]) near.tokens[at] = wildcard;
      return near;
    }
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
    };
    leaf.push(cluster);
    this.#clusters.add(cluster);
    return cluster;
  }

  #nearest(leaf: readonly Cluster<Detail>[], tokens: readonly string[]): Cluster<Detail> | undefined {
    let best: Cluster<Detail> | undefined;
    let bestSame = -1;
    for (const cluster of leaf) {
      let same = 0;
      for (let at = 0; at < tokens.length; at += 1) if (cluster.tokens[at] === tokens[at]) same += 1;
      if (same > bestSame) [best, bestSame] = [cluster, same];
    }
    const full = leaf.length >= this.#limits.perLeaf;
    return full || bestSame >= this.#limits.similarity * tokens.length ? best : undefined;
  }

  #forgetOldest(): void {
    const oldest = [...this.#clusters].sort((a, b) => a.lastMs - b.lastMs);
    for (const cluster of oldest.slice(0, Math.ceil(this.#limits.templates / 10))) {
      this.#clusters.delete(cluster);
      cluster.leaf.splice(cluster.leaf.indexOf(cluster), 1);
      this.#forgotten += 1;
    }
    this.#forgetForms();
  }

  #forgetForms(): void {
    this.#forms.clear();
    this.#formCount = 0;
  }
}

/** A token that could be a value is no place to branch on. */
const branchOf = (token: string): string => (token.includes(wildcard) ? wildcard : token);

const maxLength = 1000;
const maxTokens = 80;

/**
 * The message with each word that holds a digit masked, and spaces made single. One pass over character codes: this is the hot path, run for
 * every line. A message without digits and double spaces comes back as it is.
 */
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
  return out === '' && at >= message.length ? message : (out + message.slice(kept, Math.min(at, end))).trim();
}

/** Past the value that starts at `at` (words with digits, joined by one sign: an address, a time, an id), or `at` where none does. */
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

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code >= 128;
/** . : - _ / + , @ */
const isJoint = (code: number): boolean =>
  code === 46 || code === 58 || code === 45 || code === 95 || code === 47 || code === 43 || code === 44 || code === 64;
