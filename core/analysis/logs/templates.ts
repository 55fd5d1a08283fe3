// Groups log lines into templates while they stream by, in bounded memory. Method: Drain (He et al., "Drain: An Online Log Parsing Approach with
// Fixed Depth Tree", ICWS 2017): a tree by service, token count and first tokens, similarity of the rest within a leaf. What varies by
// nature (ids, numbers, times, addresses) is masked first.
import { maskVariables } from '../text/mask.ts';
import type { Line } from './record.ts';

export interface Template {
  readonly service: string;
  readonly namespace: string | undefined;
  readonly cluster: string | undefined;
  tokens: string[];
  level: Line['level'];
  count: number;
  baselineCount: number;
  firstSeen: string;
  lastSeen: string;
  readonly samples: string[];
}

interface Limits {
  /** Templates kept in all; what is beyond goes into one catch-all a service. */
  readonly templates: number;
  /** Templates compared within one leaf. */
  readonly perLeaf: number;
  readonly similarity: number;
}

const wildcard = '<*>';
const defaults: Limits = { templates: 5000, perLeaf: 60, similarity: 0.55 };

export class TemplateMiner {
  readonly #leaves = new Map<string, Template[]>();
  readonly #limits: Limits;
  #templates = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...defaults, ...limits };
  }

  /** Adds a line; `baseline` lines count for comparison only. */
  add(line: Line, baseline: boolean): void {
    const tokens = maskVariables(line.message).split(' ').slice(0, 60);
    const leafKey = `${line.service}\u0000${line.level}\u0000${tokens.length}\u0000${stable(tokens[0])}\u0000${stable(tokens[1])}`;
    const leaf = this.#leaves.get(leafKey) ?? [];
    if (leaf.length === 0) this.#leaves.set(leafKey, leaf);
    const template = this.#closest(leaf, tokens) ?? this.#create(leaf, line, tokens);
    if (baseline) template.baselineCount += 1;
    else {
      template.count += 1;
      if (template.samples.length < 3) template.samples.push(line.message);
      if (template.count === 1) template.firstSeen = line.at;
      template.lastSeen = line.at;
    }
    template.tokens = template.tokens.map((token, index) => (token === tokens[index] ? token : wildcard));
  }

  templates(): Template[] {
    return [...this.#leaves.values()].flat();
  }

  #closest(leaf: readonly Template[], tokens: readonly string[]): Template | undefined {
    let best: Template | undefined;
    let bestScore = this.#limits.similarity;
    for (const template of leaf) {
      let same = 0;
      for (let index = 0; index < tokens.length; index += 1) if (template.tokens[index] === tokens[index]) same += 1;
      const score = same / tokens.length;
      if (score >= bestScore) [best, bestScore] = [template, score];
    }
    // A full leaf takes what comes into its nearest, however far: memory stays bounded.
    return (
      best ?? (leaf.length >= this.#limits.perLeaf || this.#templates >= this.#limits.templates ? leaf[0] : undefined)
    );
  }

  #create(leaf: Template[], line: Line, tokens: string[]): Template {
    const { service, namespace, cluster, level, at } = line;
    const template: Template = {
      service,
      namespace,
      cluster,
      tokens,
      level,
      count: 0,
      baselineCount: 0,
      firstSeen: at,
      lastSeen: at,
      samples: [],
    };
    leaf.push(template);
    this.#templates += 1;
    return template;
  }
}

/** A token that could be a value is no place to branch on. */
const stable = (token: string | undefined): string => (token === undefined || /[<\d]/.test(token) ? wildcard : token);

export const textOf = (template: Template): string => template.tokens.join(' ').slice(0, 400);
