// Which pages may have one cause. A relation is a presumption: it lets the later page wait for the diagnosis of the earlier one, for a bounded
// time, and joins nothing. The rules are a table, the most telling first.

import { beganAt, subjectsOf } from '../context/page-facts.ts';
import type { PageFacts, Relation, SymptomKind } from '../model/storm.ts';
import { isSharedByAll } from './effects.ts';
import { maybeSamePlace } from './place.ts';

interface Rule {
  readonly kind: Relation['kind'];
  /** Minutes that may lie between two pages. */
  readonly withinMinutes: number;
  /** Seconds that the later page is held at most. */
  readonly holdSeconds: number;
  /** `a` and `b` are in no order. */
  readonly relation: (a: PageFacts, b: PageFacts) => Relation | undefined;
  /** Where two pages have no key in common, this rule does not relate them. */
  readonly keys: (facts: PageFacts) => readonly string[];
}

/** Kinds of trouble that another's failing can be behind. */
const suffered: ReadonlySet<SymptomKind> = new Set([
  'unavailable',
  'errors',
  'latency',
  'saturation',
  'traffic-drop',
  'traffic-surge',
  'crash',
  'backlog',
  'job-failed',
]);
const serves: ReadonlySet<SymptomKind> = new Set(['unavailable', 'errors', 'latency']);
const suffers = ({ symptom }: PageFacts): boolean => suffered.has(symptom);

const low = (name: string): string => name.toLowerCase();
const nameOf = (facts: PageFacts): string | undefined => subjectsOf(facts)[0];

const rules: readonly Rule[] = [
  {
    kind: 'same-alert',
    withinMinutes: 240,
    holdSeconds: 90,
    relation: (a, b) => {
      const service = shared(subjectsOf(a), subjectsOf(b));
      return a.alert !== undefined && a.alert === b.alert && service !== undefined
        ? { kind: 'same-alert', alert: a.alert, service }
        : undefined;
    },
    keys: (facts) =>
      facts.alert === undefined ? [] : subjectsOf(facts).map((subject) => `alert ${facts.alert} ${subject}`),
  },
  {
    kind: 'same-node',
    withinMinutes: 60,
    holdSeconds: 90,
    relation: (a, b) =>
      a.node !== undefined && b.node !== undefined && low(a.node) === low(b.node)
        ? { kind: 'same-node', node: a.node, ...((a.cluster ?? b.cluster) && { cluster: a.cluster ?? b.cluster }) }
        : undefined,
    keys: ({ node }) => (node === undefined ? [] : [`node ${low(node)}`]),
  },
  {
    kind: 'same-thing',
    withinMinutes: 60,
    holdSeconds: 90,
    relation: (a, b) => {
      const thing = shared(subjectsOf(a), subjectsOf(b));
      return thing === undefined ? undefined : { kind: 'same-thing', thing };
    },
    keys: (facts) => subjectsOf(facts).map((subject) => `of ${subject}`),
  },
  {
    kind: 'calls',
    withinMinutes: 60,
    holdSeconds: 90,
    relation: (a, b) => (suffers(a) && suffers(b) ? (callOf(a, b) ?? callOf(b, a)) : undefined),
    keys: (facts) =>
      [...subjectsOf(facts), ...Object.keys(facts.callees), ...Object.keys(facts.callers)].map((name) => `of ${name}`),
  },
  {
    kind: 'shared-callee',
    withinMinutes: 15,
    holdSeconds: 60,
    relation: (a, b) => {
      if (!serves.has(a.symptom) || !serves.has(b.symptom)) return undefined;
      const both = Object.keys(a.callees).filter((name) => b.callees[name] !== undefined);
      const close = beganAt(a) - beganAt(b);
      // What most services call says something only of pages that came at once.
      const telling = both.filter((name) => !a.common.includes(name) || Math.abs(close) <= atOnceMs);
      const callee = telling.toSorted(
        (x, y) => (a.callees[x] ?? 0) + (b.callees[x] ?? 0) - (a.callees[y] ?? 0) - (b.callees[y] ?? 0),
      )[0];
      return callee === undefined ? undefined : { kind: 'shared-callee', callee };
    },
    keys: (facts) => Object.keys(facts.callees).map((name) => `of ${name}`),
  },
  {
    kind: 'cluster-condition',
    withinMinutes: 30,
    holdSeconds: 60,
    relation: (a, b) =>
      a.cluster === undefined || a.cluster !== b.cluster ? undefined : (condition(a, b) ?? condition(b, a)),
    keys: ({ cluster }) => (cluster === undefined ? [] : [`cluster ${low(cluster)}`]),
  },
  {
    kind: 'alert-over-services',
    withinMinutes: 10,
    holdSeconds: 45,
    relation: (a, b) =>
      a.alert !== undefined && a.alert === b.alert ? { kind: 'alert-over-services', alert: a.alert } : undefined,
    keys: ({ alert }) => (alert === undefined ? [] : [`alert ${alert}`]),
  },
];

const minuteMs = 60_000;
const atOnceMs = 2 * minuteMs;

const shared = (a: readonly string[], b: readonly string[]): string | undefined => a.find((name) => b.includes(name));

/** That `caller` reaches what `callee` is about. */
function callOf(caller: PageFacts, callee: PageFacts): Relation | undefined {
  const [from, reached] = [nameOf(caller), subjectsOf(callee)];
  const to = reached.find((name) => caller.callees[name] !== undefined);
  if (from !== undefined && to !== undefined) return { kind: 'calls', caller: from, callee: to };
  const known = subjectsOf(caller).find((name) => callee.callers[name] !== undefined);
  return known === undefined || reached[0] === undefined
    ? undefined
    : { kind: 'calls', caller: known, callee: reached[0] };
}

/** A node of the cluster is down, or what everything in it uses fails, and something in the cluster fails. */
function condition(page: PageFacts, other: PageFacts): Relation | undefined {
  if (page.cluster === undefined || !(serves.has(other.symptom) || other.symptom === 'crash')) return undefined;
  const isNode = page.symptom === 'node-down' && other.node === undefined;
  if (!isNode && !(suffers(page) && subjectsOf(page).some((name) => isSharedByAll.test(name)))) return undefined;
  return {
    kind: 'cluster-condition',
    cluster: page.cluster,
    alert: page.alert ?? `trouble of ${page.node ?? nameOf(page) ?? 'a node'}`,
  };
}

/** Why the two may have one cause; the same whichever comes first, but for who is called what. */
export function relate(a: PageFacts, b: PageFacts): Relation | undefined {
  if (a.apart !== undefined || b.apart !== undefined) return undefined;
  if (a.incidentId === b.incidentId || a.symptom === 'cost' || b.symptom === 'cost') return undefined;
  const crosses =
    subjectsOf(b).some((name) => isCrossing(a, name, b)) || subjectsOf(a).some((name) => isCrossing(b, name, a));
  if (!crosses && !maybeSamePlace(a, b)) return undefined;
  const apart = Math.abs(beganAt(a) - beganAt(b));
  for (const rule of rules) {
    if (apart > rule.withinMinutes * minuteMs) continue;
    const relation = rule.relation(a, b);
    if (relation) return relation;
  }
  return undefined;
}

const isCrossing = (from: PageFacts, callee: string, to: PageFacts): boolean =>
  from.environment === to.environment && to.cluster !== undefined && (from.crossing[callee] ?? []).includes(to.cluster);

/** Pages that `relate` relates have at least one of these in common: what a store can look them up by. */
export const relationKeys = (facts: PageFacts): readonly string[] => [
  ...new Set(facts.symptom === 'cost' ? [] : rules.flatMap((rule) => rule.keys(facts))),
];

/** How long a page is held at most for the diagnosis of the other. It is held once: where that diagnosis does not cover it, it waits for no other. */
export const holdSecondsFor = ({ kind }: Relation): number =>
  rules.find((rule) => rule.kind === kind)?.holdSeconds ?? 0;
