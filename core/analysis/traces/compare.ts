// Compares the spans of an incident with those of a reference period: own time apart from waiting, the network's share of a call, calls that vanished,
// where errors begin, and the attribute by which slow and fast calls differ. Pure. Method: self-time on the span tree (Dapper, 2010).
import type { Chosen, Span, TraceSet } from '../../model/telemetry.ts';

export type TraceFinding =
  /** The service spends more time itself: no child of the span covers it. */
  | {
      readonly kind: 'own-time';
      readonly at: Place;
      readonly before: number;
      readonly during: number;
      readonly share: number;
      readonly differs: Difference | undefined;
      readonly examples: readonly Span[];
      /** Start of the first affected span, epoch milliseconds. */
      readonly since: number;
    }
  /** The caller waits longer for a callee that has no spans of its own, such as a database. */
  | {
      readonly kind: 'untraced-callee';
      /** The callee, and the operation of the caller's span. */
      readonly at: Place;
      readonly caller: string;
      readonly before: number;
      readonly during: number;
      readonly share: number;
      readonly differs: Difference | undefined;
      readonly examples: readonly Span[];
      readonly since: number;
    }
  /** The caller waits longer than the callee works. */
  | {
      readonly kind: 'network';
      readonly at: Place;
      readonly caller: string;
      readonly before: number;
      readonly during: number;
      readonly pairs: number;
      readonly examples: readonly Span[];
      readonly since: number;
    }
  /** Errors begin here: no child of the failing span fails. */
  | {
      readonly kind: 'error-origin';
      readonly at: Place;
      readonly before: number;
      readonly during: number;
      /** Spans in which an error begins. */
      readonly failing: number;
      readonly reached: readonly string[];
      readonly differs: Difference | undefined;
      readonly examples: readonly Span[];
      readonly since: number;
    }
  /** A call that nearly every trace had, and that few have now. */
  | {
      readonly kind: 'vanished';
      readonly at: Place;
      readonly callee: string;
      readonly before: number;
      readonly during: number;
      readonly examples: readonly Span[];
      readonly since: number;
    }
  /** Calls leave their caller and do not arrive. */
  | {
      readonly kind: 'unanswered';
      readonly at: Place;
      readonly caller: string;
      readonly before: number;
      readonly during: number;
      readonly examples: readonly Span[];
      readonly since: number;
    };

export interface Place {
  readonly service: string;
  readonly operation: string;
}

/** An attribute that most affected spans have and few others. */
export interface Difference {
  readonly attribute: string;
  readonly value: string;
  /** Shares, 0 to 1. */
  readonly affected: number;
  readonly others: number;
}

/** Spans of one operation that a comparison takes, in each period. */
const least = 5;
/** A duration grew if it is this many times as long and this many milliseconds longer. */
const grownFactor = 1.5;
const grownMs = 20;
/** Share of the added time of a trace that an operation must account for. */
const leastShare = 0.3;
/** Rise of an error ratio that counts. */
const errorRise = 0.05;

export interface Periods {
  readonly reference: readonly Span[];
  readonly incident: readonly Span[];
}

/** `baselineEnd` and `end` in epoch milliseconds. */
export function periodsOf({ spans, reference }: Pick<TraceSet, 'spans' | 'reference'>, baselineEnd: number): Periods {
  const [from, to] = reference
    ? [Date.parse(reference.start), Date.parse(reference.end)]
    : [Number.NEGATIVE_INFINITY, baselineEnd];
  const isReference = ({ start }: Span) => start >= from && start <= to;
  return {
    reference: spans.filter(isReference),
    incident: spans.filter((span) => span.start > baselineEnd && !isReference(span)),
  };
}

export function compareTraces({ reference, incident }: Periods): TraceFinding[] {
  const [before, during] = [treeOf(reference), treeOf(incident)];
  return [
    ...errorOrigins(before, during),
    ...ownTimes(before, during),
    ...untracedCallees(before, during),
    ...networkShares(before, during),
    ...unanswered(before, during),
    ...vanished(before, during),
  ];
}

/** A finding about traces that were asked for because they are slow or failed, with how many an hour there were. */
export interface AmongChosen {
  readonly chosen: 'slow' | 'failed';
  readonly count: number;
  readonly perHour: { readonly before: number; readonly during: number };
  readonly finding: TraceFinding;
}

/** Slow or failed traces became so much more frequent. */
const moreOften = 3;

/** The comparison of traces that were taken by chance: shares and means hold for them alone. */
export const compareSampled = (set: TraceSet, baselineEnd: number): TraceFinding[] =>
  compareTraces(periodsOf({ ...set, spans: sampledOf(set) }, baselineEnd));

const sampledOf = ({ spans, chosen }: TraceSet): readonly Span[] => {
  const only = new Set(chosen?.only ?? []);
  return only.size === 0 ? spans : spans.filter(({ trace }) => !only.has(trace));
};

/**
 * Compares slow and failed traces with usual ones. Slow ones exist in normal times, too, so it says something only if they became more frequent, as far
 * as the source could count.
 */
export function compareChosen(set: TraceSet, baselineEnd: number): AmongChosen[] {
  const { chosen } = set;
  if (chosen === undefined) return [];
  const reference = periodsOf({ ...set, spans: sampledOf(set) }, baselineEnd).reference;
  const before = treeOf(reference);
  return (['failed', 'slow'] as const).flatMap((which): AmongChosen[] => {
    const one = chosen[which];
    if (one === undefined || one.traces.length < least || !isMore(one.perHour)) return [];
    const ids = new Set(one.traces);
    const during = treeOf(set.spans.filter(({ trace, start }) => ids.has(trace) && start > baselineEnd));
    const found =
      which === 'failed'
        ? errorOrigins(before, during)
        : [...ownTimes(before, during), ...untracedCallees(before, during), ...networkShares(before, during)];
    const { before: usual = 0, during: now } = one.perHour;
    return found.map((finding) => ({
      chosen: which,
      count: one.traces.length,
      perHour: { before: usual, during: now },
      finding,
    }));
  });
}

/** An unknown number before the incident may have been as large. */
const isMore = ({ before, during }: Chosen['perHour']): boolean => before !== undefined && during >= before * moreOften;

/** Calls between services that spans show. */
export function callsOf(spans: readonly Span[]): { readonly from: string; readonly to: string }[] {
  const { spans: all, parentOf } = treeOf(spans);
  const calls = new Map<string, { readonly from: string; readonly to: string }>();
  const add = (from: string, to: string | undefined) => {
    if (to !== undefined && from !== to) calls.set(`${from}\n${to}`, { from, to });
  };
  for (const span of all) {
    const parent = parentOf(span);
    if (parent) add(parent.service, span.service);
    if (span.kind === 'client') add(span.service, span.peer);
  }
  return [...calls.values()];
}

interface Tree {
  readonly spans: readonly Span[];
  readonly parentOf: (span: Span) => Span | undefined;
  readonly childrenOf: (span: Span) => readonly Span[];
}

function treeOf(spans: readonly Span[]): Tree {
  const key = (trace: string, span: string) => `${trace} ${span}`;
  const byId = new Map(spans.map((span) => [key(span.trace, span.span), span]));
  const children = Map.groupBy(
    spans.filter(({ parent }) => parent !== undefined),
    ({ trace, parent }) => key(trace, parent ?? ''),
  );
  return {
    spans,
    parentOf: ({ trace, parent }) => (parent === undefined ? undefined : byId.get(key(trace, parent))),
    childrenOf: ({ trace, span }) => children.get(key(trace, span)) ?? [],
  };
}

const placeOf = ({ service, operation }: Span): string => `${service}\n${operation}`;
const byPlace = (spans: readonly Span[]): ReadonlyMap<string, readonly Span[]> => Map.groupBy(spans, placeOf);

/** Duration without the time that children cover, in milliseconds. */
export function selfTimeOf(span: Span, children: readonly Span[]): number {
  const end = span.start + span.durationMs;
  let covered = 0;
  let reach = span.start;
  for (const child of children.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(reach, child.start);
    const to = Math.min(end, child.start + child.durationMs);
    if (to > from) {
      covered += to - from;
      reach = to;
    }
  }
  return Math.max(0, span.durationMs - covered);
}

/** A client span waits for its callee; the wait is the callee's or the network's, never its own. */
const isWait = (span: Span, tree: Tree): boolean =>
  (span.kind === 'client' || span.kind === 'producer') &&
  (span.peer !== undefined || tree.childrenOf(span).some(({ service }) => service !== span.service));

function ownTimes(before: Tree, during: Tree): TraceFinding[] {
  const added = addedTime(before, during);
  const earlier = byPlace(before.spans);
  return [...byPlace(during.spans)]
    .flatMap(([place, spans]): Extract<TraceFinding, { kind: 'own-time' }>[] => {
      const old = earlier.get(place) ?? [];
      const [first] = spans;
      if (first === undefined || spans.length < least || old.length < least || isWait(first, during)) return [];
      const own = (tree: Tree) => (span: Span) => selfTimeOf(span, tree.childrenOf(span));
      const times = spans.map(own(during));
      const [was, is] = [mean(old.map(own(before))), mean(times)];
      const share = added > 0 ? ((is - was) * spans.length) / rootsOf(during).length / added : 0;
      if (is < was * grownFactor || is - was < grownMs || share < leastShare) return [];
      const limit = was + (is - was) / 2;
      const slow = spans.filter((_, index) => (times[index] ?? 0) > limit);
      const fast = [...spans.filter((_, index) => (times[index] ?? 0) <= limit), ...old];
      return [
        {
          kind: 'own-time',
          at: { service: first.service, operation: first.operation },
          before: was,
          during: is,
          share: Math.min(1, share),
          differs: differenceOf(slow, fast),
          since: sinceOf(slow),
          examples: slow.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 3),
        },
      ];
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, 3);
}

/** Calls whose callee has spans of its own, as `CALLER\nPEER`. */
function tracedCalls(tree: Tree): ReadonlySet<string> {
  const calls = Map.groupBy(
    tree.spans.filter(({ kind, peer }) => kind === 'client' && peer !== undefined),
    callOf,
  );
  const isTraced = (span: Span) => tree.childrenOf(span).some(({ service }) => service !== span.service);
  return new Set(
    [...calls].flatMap(([call, spans]) => (spans.filter(isTraced).length > spans.length * 0.2 ? [call] : [])),
  );
}
const callOf = ({ service, peer = '' }: Span): string => `${service}\n${peer}`;

function untracedCallees(before: Tree, during: Tree): TraceFinding[] {
  const added = addedTime(before, during);
  const traced = new Set([...tracedCalls(before), ...tracedCalls(during)]);
  const waits = (tree: Tree) =>
    Map.groupBy(
      tree.spans.filter((span) => span.kind === 'client' && span.peer !== undefined && !traced.has(callOf(span))),
      callOf,
    );
  const earlier = waits(before);
  return [...waits(during)]
    .flatMap(([call, spans]): Extract<TraceFinding, { kind: 'untraced-callee' }>[] => {
      const old = earlier.get(call) ?? [];
      const [first] = spans;
      if (first?.peer === undefined || spans.length < least || old.length < least) return [];
      const durations = (those: readonly Span[]) => mean(those.map(({ durationMs }) => durationMs));
      const [was, is] = [durations(old), durations(spans)];
      const share = added > 0 ? ((is - was) * spans.length) / rootsOf(during).length / added : 0;
      if (is < was * grownFactor || is - was < grownMs || share < leastShare) return [];
      const limit = was + (is - was) / 2;
      const slow = spans.filter(({ durationMs }) => durationMs > limit);
      // Calls that end in errors after a long wait get no answer: that is another thing than a slow one.
      if (slow.filter(({ error }) => error).length > slow.length / 2) return [];
      return [
        {
          kind: 'untraced-callee',
          at: { service: first.peer, operation: (slow[0] ?? first).operation },
          caller: first.service,
          before: was,
          during: is,
          share: Math.min(1, share),
          differs: differenceOf(slow, [...spans.filter(({ durationMs }) => durationMs <= limit), ...old]),
          since: sinceOf(slow),
          examples: slow.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 3),
        },
      ];
    })
    .sort((a, b) => b.share - a.share)
    .slice(0, 3);
}

const sinceOf = (spans: readonly Span[]): number => Math.min(...spans.map(({ start }) => start));

const rootsOf = (tree: Tree): readonly Span[] => tree.spans.filter((span) => tree.parentOf(span) === undefined);

/** Mean added time of a trace, in milliseconds. */
const addedTime = (before: Tree, during: Tree): number =>
  mean(rootsOf(during).map(({ durationMs }) => durationMs)) - mean(rootsOf(before).map(({ durationMs }) => durationMs));

function networkShares(before: Tree, during: Tree): TraceFinding[] {
  const gaps = (tree: Tree) =>
    Map.groupBy(
      tree.spans.flatMap((span) => {
        const parent = tree.parentOf(span);
        return parent && parent.kind === 'client' && parent.service !== span.service
          ? [
              {
                key: `${parent.service}\n${span.service}`,
                ms: Math.max(0, parent.durationMs - span.durationMs),
                parent,
                span,
              },
            ]
          : [];
      }),
      ({ key }) => key,
    );
  const earlier = gaps(before);
  const grown = [...gaps(during)].flatMap(([key, pairs]) => {
    const old = earlier.get(key) ?? [];
    const [first] = pairs;
    if (first === undefined || pairs.length < least || old.length < least) return [];
    const [was, is] = [median(old.map(({ ms }) => ms)), median(pairs.map(({ ms }) => ms))];
    if (is < was * grownFactor || is - was < grownMs) return [];
    return [{ first, pairs, was, is }];
  });
  return grown.slice(0, 3).map(({ first, pairs, was, is }) => ({
    kind: 'network',
    at: { service: first.span.service, operation: first.span.operation },
    caller: first.parent.service,
    before: was,
    during: is,
    pairs: grown.filter(({ first: other }) => other.span.service === first.span.service).length,
    since: sinceOf(pairs.map(({ parent }) => parent)),
    examples: pairs.slice(0, 2).flatMap(({ parent, span }) => [parent, span]),
  }));
}

function errorOrigins(before: Tree, during: Tree): TraceFinding[] {
  const traced = new Set([...tracedCalls(before), ...tracedCalls(during)]);
  // A callee without spans of its own, such as a database, shows its errors only at its callers.
  const isCallOfTraced = (span: Span) => span.peer === undefined || traced.has(callOf(span));
  const begins = (tree: Tree) => (span: Span) => span.error && !tree.childrenOf(span).some(({ error }) => error);
  const earlier = byPlace(before.spans);
  return [...byPlace(during.spans)]
    .flatMap(([place, spans]): Extract<TraceFinding, { kind: 'error-origin' }>[] => {
      const failing = spans.filter(begins(during));
      const [first] = failing;
      // A call that fails at the caller and not at the callee did not arrive, or the caller gave up: `unanswered` tells of it.
      if (first === undefined || failing.length < 3 || (isWait(first, during) && isCallOfTraced(first))) return [];
      const old = earlier.get(place) ?? [];
      const [was, is] = [
        old.length === 0 ? 0 : old.filter(begins(before)).length / old.length,
        failing.length / spans.length,
      ];
      if (is - was < errorRise) return [];
      const others = [...spans.filter(({ error }) => !error), ...old.filter(({ error }) => !error)];
      return [
        {
          kind: 'error-origin',
          at: { service: first.service, operation: first.operation },
          before: was,
          during: is,
          failing: failing.length,
          reached: [...new Set(failing.flatMap((span) => callersAbove(span, during)))].slice(0, 10),
          differs: differenceOf(failing, others),
          since: sinceOf(failing),
          examples: failing.slice(0, 3),
        },
      ];
    })
    .sort((a, b) => b.during - b.before - (a.during - a.before))
    .slice(0, 3);
}

/** Services above the span to which its error went up. */
function callersAbove(span: Span, tree: Tree): string[] {
  const found: string[] = [];
  let parent = tree.parentOf(span);
  while (parent?.error && found.length < 20) {
    if (parent.service !== span.service && !found.includes(parent.service)) found.push(parent.service);
    parent = tree.parentOf(parent);
  }
  return found;
}

/** Client spans whose callee has no span, although it usually has one. */
function unanswered(before: Tree, during: Tree): TraceFinding[] {
  const toPeer = (tree: Tree) =>
    Map.groupBy(
      tree.spans.filter(({ kind, peer }) => kind === 'client' && peer !== undefined),
      ({ service, peer }) => `${service}\n${peer}`,
    );
  const arrives = (tree: Tree) => (span: Span) => tree.childrenOf(span).some(({ service }) => service !== span.service);
  const earlier = toPeer(before);
  return [...toPeer(during)].flatMap(([key, spans]): TraceFinding[] => {
    const old = earlier.get(key) ?? [];
    const [first] = spans;
    if (first?.peer === undefined || spans.length < least || old.length < least) return [];
    const lost = spans.filter((span) => !arrives(during)(span));
    const [was, is] = [old.filter((span) => !arrives(before)(span)).length / old.length, lost.length / spans.length];
    // A callee that is never traced shows nothing.
    if (was > 0.2 || is - was < 0.3 || lost.filter(({ error }) => error).length < lost.length / 2) return [];
    return [
      {
        kind: 'unanswered',
        at: { service: first.peer, operation: first.operation },
        caller: first.service,
        before: was,
        during: is,
        since: sinceOf(lost),
        examples: lost.slice(0, 3),
      },
    ];
  });
}

function vanished(before: Tree, during: Tree): TraceFinding[] {
  const calls = (tree: Tree, span: Span) =>
    new Set(
      tree
        .childrenOf(span)
        .flatMap((child) => (child.service === span.service ? (child.peer ?? child.operation) : child.service)),
    );
  const now = byPlace(during.spans);
  return [...byPlace(before.spans)].flatMap(([place, old]): TraceFinding[] => {
    const spans = now.get(place) ?? [];
    const [first] = spans;
    if (first === undefined || spans.length < least || old.length < least) return [];
    const share = (tree: Tree, those: readonly Span[], callee: string) =>
      those.filter((span) => calls(tree, span).has(callee)).length / those.length;
    const usual = [...new Set(old.flatMap((span) => [...calls(before, span)]))];
    return usual.flatMap((callee): TraceFinding[] => {
      const [was, is] = [share(before, old, callee), share(during, spans, callee)];
      if (was < 0.8 || is > was * 0.3) return [];
      return [
        {
          kind: 'vanished',
          at: { service: first.service, operation: first.operation },
          callee,
          before: was,
          during: is,
          since: sinceOf(spans.filter((span) => !calls(during, span).has(callee))),
          examples: spans.filter((span) => !calls(during, span).has(callee)).slice(0, 3),
        },
      ];
    });
  });
}

/** Attributes that identify one request or one moment differ between any two spans. */
const ofOne =
  /(?:^|[._-])(?:id|uuid|time|timestamp|trace|span|thread|port|user_agent|url|path|query|key|size|length|bytes|duration)(?:$|[._-])/i;

export function differenceOf(affected: readonly Span[], others: readonly Span[]): Difference | undefined {
  if (affected.length < 3 || others.length < 3) return undefined;
  const share = (spans: readonly Span[], attribute: string, value: string) =>
    spans.filter(({ attributes }) => String(attributes[attribute]) === value).length / spans.length;
  const pairs = new Map(
    affected.flatMap(({ attributes }) =>
      Object.entries(attributes)
        .filter(([attribute]) => !ofOne.test(attribute))
        .map(([attribute, value]) => [`${attribute}\n${value}`, [attribute, String(value)] as const]),
    ),
  );
  return [...pairs.values()]
    .map(([attribute, value]) => ({
      attribute,
      value,
      affected: share(affected, attribute, value),
      others: share(others, attribute, value),
    }))
    .filter((one) => one.affected >= 0.8 && one.others <= 0.4)
    .sort((a, b) => b.affected - b.others - (a.affected - a.others) || a.attribute.localeCompare(b.attribute))
    .at(0);
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
