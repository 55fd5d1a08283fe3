// Finds pages that may have one cause. A relation is a presumption: the later page waits for the diagnosis of the earlier one for a limited time,
// and joins nothing yet. The rules are a table, the strongest first.

import { beganAt, subjectsOf } from '../context/page-facts.ts';
import type { PageFacts, Relation, SymptomKind } from '../model/storm.ts';
import { isSharedByAll } from './effects.ts';
import { maybeSamePlace } from './place.ts';

interface Rule {
  readonly kind: Relation['kind'];
  /** The largest number of minutes between the two pages. */
  readonly withinMinutes: number;
  /** The longest time, in seconds, that the later page is held. */
  readonly holdSeconds: number;
  /** Called with the two pages in any order. */
  readonly relation: (a: PageFacts, b: PageFacts) => Relation | undefined;
  /** Two pages without a common key are never related by this rule. */
  readonly keys: (facts: PageFacts) => readonly string[];
}

/** Symptoms that the failure of another component can bring about. */
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
      const subject = shared(subjectsOf(a), subjectsOf(b));
      return subject === undefined ? undefined : { kind: 'same-thing', thing: subject };
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
      // A callee that most services have in common relates only pages that came at the same time.
      const specific = both.filter((name) => !a.common.includes(name) || Math.abs(close) <= atOnceMs);
      const callee = specific.toSorted(
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

/** The relation that `caller` calls the entity of `callee`; undefined if it does not. */
function callOf(caller: PageFacts, callee: PageFacts): Relation | undefined {
  const [from, reached] = [nameOf(caller), subjectsOf(callee)];
  const to = reached.find((name) => caller.callees[name] !== undefined);
  if (from !== undefined && to !== undefined) return { kind: 'calls', caller: from, callee: to };
  const known = subjectsOf(caller).find((name) => callee.callers[name] !== undefined);
  return known === undefined || reached[0] === undefined
    ? undefined
    : { kind: 'calls', caller: known, callee: reached[0] };
}

/**
 * The relation that `page` reports a node that is down, or failing infrastructure that everything in the cluster uses, while `other` fails in the
 * same cluster.
 */
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

/** Why the two pages may have one cause. The order of the pages does not matter, except for caller and callee. */
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

/** Keys by which a store can find related pages: pages that `relate` relates have at least one in common. */
export const relationKeys = (facts: PageFacts): readonly string[] => [
  ...new Set(facts.symptom === 'cost' ? [] : rules.flatMap((rule) => rule.keys(facts))),
];

/** The longest time, in seconds, that a page is held for the diagnosis of the other. core/admission/choose.ts limits how often a page is held. */
export const holdSecondsFor = ({ kind }: Relation): number =>
  rules.find((rule) => rule.kind === kind)?.holdSeconds ?? 0;
