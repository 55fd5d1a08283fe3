// One question about traces, the same for every trace store: which services are asked for, in which periods, how many traces by chance, and how many
// because they are slow or failed. Traces by chance are comparable between the periods; chosen ones are counted in both, so that they can be, too.
import { limitConcurrency } from '../core/limit-concurrency.ts';
import { amongClusters, isWithin, type Scope } from '../core/model/scope.ts';
import type { Chosen, Span, TraceSet } from '../core/model/telemetry.ts';
import type { Observed } from '../core/ports/telemetry.ts';
import type { Answer } from './http-session.ts';

/** Epoch milliseconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

export type Which = { readonly kind: 'any' | 'failed' } | { readonly kind: 'slow'; readonly minMs: number };

export interface TraceQuery {
  /** The service's name in this store. */
  readonly service: string;
  /** Further attributes that its spans have. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly period: Period;
  readonly which: Which;
  readonly limit: number;
}

export interface FoundTraces {
  /** All spans of each trace. */
  readonly spans: readonly Span[];
  /** Traces that the store found; `spans` may lack some of them. */
  readonly found: number;
  /** What was found and not read, in words. */
  readonly missing?: readonly string[];
}

export interface TraceStore {
  services(): Promise<Answer<readonly string[]>>;
  traces(query: TraceQuery): Promise<Answer<FoundTraces>>;
}

interface Asked {
  /** The source's kind, in gaps. */
  readonly source: string;
  readonly scope: Scope;
  /** When the time before the incident ends; absent, the window is one period. */
  readonly baselineEnd: string | undefined;
  readonly query: string;
  /** The service's name is in the attributes of a match under one of these. */
  readonly nameAttributes?: readonly string[];
  /** Parts of each period from which traces by chance come; absent, 4. */
  readonly slices?: number | undefined;
  /** Services that one question is about at most; absent, 10. */
  readonly maxServices?: number | undefined;
  readonly link?: string | undefined;
  readonly bytes: () => number;
}

/** Traces by chance in each period, over all services. */
const byChance = 40;
/** Slow and failed traces in each period. */
const chosenLimit = 20;
const defaultSlices = 4;
const defaultServices = 10;
const maxSpans = 20_000;
/** Entries of the service that a threshold for slow ones needs. */
const leastForSlow = 5;

export async function askTraces(store: TraceStore, asked: Asked): Promise<Observed<readonly TraceSet[]>> {
  const known = await store.services();
  if (known.kind === 'failed') return gap(asked, known.reason);
  const { slices = defaultSlices } = asked;
  const { targets, missing: unknown } = targetsOf(asked, known.data);
  const missing = [...unknown];
  if (targets.length === 0) return { ...answer(asked, [], missing), data: [] };
  const { before, during } = periodsOf(asked);
  const periods = before === undefined ? [during] : [before, during];
  const turn = limitConcurrency(6);
  const run = (target: Target, period: Period, which: Which, limit: number) =>
    turn(() => store.traces({ ...target, period, which, limit }));

  const perSlice = Math.max(2, Math.ceil(byChance / targets.length / slices));
  const sampled = await Promise.all(
    targets.flatMap((target) =>
      periods.flatMap((period) =>
        slicesOf(period, slices).map(async (slice) => ({
          target,
          answer: await run(target, slice, { kind: 'any' }, perSlice),
        })),
      ),
    ),
  );
  const failures = sampled.flatMap(({ answer: one }) => (one.kind === 'failed' ? [one.reason] : []));
  if (failures.length === sampled.length) return gap(asked, failures[0] ?? 'The store did not answer.');
  const [paged] = targets;
  const chosen =
    before === undefined || paged === undefined || paged.name !== asked.scope.service
      ? undefined
      : await chosenOf({ before, during }, paged, slowFrom(sampled, paged, before), run);

  const all = [
    ...sampled.flatMap(({ target, answer: one }) => (one.kind === 'ok' ? [{ target, found: one.data }] : [])),
    ...(chosen?.read ?? []).map((found) => ({ target: paged, found })),
  ];
  if (failures.length > 0)
    missing.push(`${failures.length} of ${sampled.length} samples of traces (${failures[0] ?? ''})`);
  missing.push(...(chosen?.missing ?? []), ...new Set(all.flatMap(({ found }) => found.missing ?? [])));
  const names = new Map(targets.map(({ service, name }) => [service, name]));
  const spans = distinct(all.flatMap(({ found }) => found.spans)).map((span) => {
    const name = names.get(span.service);
    return name === undefined || name === span.service ? span : { ...span, service: name };
  });
  const inScope = withinScope(spans, asked.scope);
  if (inScope.length > maxSpans) missing.push(`${inScope.length - maxSpans} of ${inScope.length} spans`);
  const read = inScope.slice(0, maxSpans);
  const sampledIds = new Set(
    sampled.flatMap(({ answer: one }) => (one.kind === 'ok' ? one.data.spans.map(({ trace }) => trace) : [])),
  );
  const set: TraceSet = {
    spans: read,
    edges: [],
    ...(chosen === undefined ? {} : { chosen: { ...countsOf(chosen, read, sampledIds) } }),
  };
  return answer(asked, [set], missing);
}

const gap = ({ source }: Asked, reason: string): Observed<never> => ({
  kind: 'gap',
  gap: { source, reason: reason.slice(0, 300) },
});

const answer = (
  { query, link, bytes }: Asked,
  data: readonly TraceSet[],
  missing: readonly string[],
): Extract<Observed<readonly TraceSet[]>, { kind: 'data' }> => ({
  kind: 'data',
  data,
  query: query.slice(0, 500),
  ...(missing.length === 0 ? {} : { missing: missing.slice(0, 12) }),
  ...(link === undefined ? {} : { link }),
  bytes: bytes(),
});

interface Target {
  /** The name that we use. */
  readonly name: string;
  readonly service: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The services to ask for: the paged one; its neighbours if it has no traces here; all if neither is known. */
function targetsOf(
  { scope, nameAttributes = ['service.name', 'service'], maxServices = defaultServices }: Asked,
  known: readonly string[],
): { readonly targets: readonly Target[]; readonly missing: readonly string[] } {
  const find = (name: string): Target | undefined => {
    const match = scope.match?.[name];
    const named = nameAttributes.flatMap((one) => match?.[one] ?? [])[0];
    const attributes = Object.fromEntries(
      Object.entries(match ?? {}).filter(([attribute]) => !nameAttributes.includes(attribute)),
    );
    const service = sameName(named ?? name, scope.namespace, known);
    return service === undefined ? undefined : { name, service, attributes };
  };
  const paged = scope.service === undefined || scope.reach === 'neighbours' ? undefined : find(scope.service);
  if (paged !== undefined) return { targets: [paged], missing: [] };
  const neighbours = scope.neighbours.flatMap((name) => find(name) ?? []);
  if (scope.reach === 'neighbours' || scope.service !== undefined) {
    const some = known.slice(0, 5).join(', ').slice(0, 120);
    const has = known.length === 0 ? 'it has no services' : `it has ${known.length} services: ${some}`;
    return {
      targets: neighbours.slice(0, maxServices),
      missing: [
        ...(scope.service === undefined || scope.reach === 'neighbours'
          ? []
          : [`traces of ${scope.service}: no service has this name here (${has})`]),
        ...(neighbours.length > maxServices ? [`traces of ${neighbours.length - maxServices} neighbours`] : []),
      ],
    };
  }
  const others = known
    .filter((service) => !neighbours.some((one) => one.service === service))
    .map((service) => ({ name: service, service, attributes: {} }));
  const all = [...neighbours, ...others];
  return {
    targets: all.slice(0, maxServices),
    missing: all.length > maxServices ? [`traces of ${all.length - maxServices} of ${all.length} services`] : [],
  };
}

/** Stores also name services as `cart.shop`, `shop/cart`, or in other letters. */
function sameName(name: string, namespace: string | undefined, known: readonly string[]): string | undefined {
  const forms = [name, ...(namespace === undefined ? [] : [`${name}.${namespace}`, `${namespace}/${name}`])];
  for (const form of forms) {
    const lower = form.toLowerCase();
    const found = known.find((one) => one === form) ?? known.find((one) => one.toLowerCase() === lower);
    if (found !== undefined) return found;
  }
  return undefined;
}

function periodsOf({ scope: { window }, baselineEnd }: Asked): {
  readonly before: Period | undefined;
  readonly during: Period;
} {
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)];
  const split = baselineEnd === undefined ? Number.NaN : Date.parse(baselineEnd);
  if (!(split > start && split < end)) return { before: undefined, during: { start, end } };
  return { before: { start, end: split }, during: { start: split, end } };
}

/** Equal parts, so that a store that gives its newest traces first does not give those of the last minute only. */
function slicesOf({ start, end }: Period, slices: number): Period[] {
  const length = (end - start) / slices;
  return Array.from({ length: slices }, (_, index) => ({
    start: Math.round(start + index * length),
    end: Math.round(start + (index + 1) * length),
  }));
}

type Sampled = readonly { readonly target: Target; readonly answer: Answer<FoundTraces> }[];

/** A span of the paged service is slow from here on: well above what 19 of 20 took before the incident. */
function slowFrom(sampled: Sampled, { service }: Target, before: Period): number | undefined {
  const spans = distinct(sampled.flatMap(({ answer: one }) => (one.kind === 'ok' ? one.data.spans : []))).filter(
    (span) => span.service === service && span.start >= before.start && span.start < before.end,
  );
  const served = spans.filter(({ kind }) => kind === 'server' || kind === 'consumer');
  const durations = (served.length > 0 ? served : spans).map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  if (durations.length < leastForSlow) return undefined;
  const usual = durations[Math.floor((durations.length - 1) * 0.95)] ?? 0;
  return Math.max(usual * 1.3, usual + 20);
}

interface ChosenRead {
  readonly read: readonly FoundTraces[];
  readonly missing: readonly string[];
  readonly answers: Readonly<Record<'slow' | 'failed', Counts | undefined>>;
  readonly before: Period;
  readonly during: Period;
}
interface Counts {
  readonly before: FoundTraces;
  readonly during: FoundTraces;
}

async function chosenOf(
  { before, during }: { readonly before: Period; readonly during: Period },
  target: Target,
  slowMs: number | undefined,
  run: (target: Target, period: Period, which: Which, limit: number) => Promise<Answer<FoundTraces>>,
): Promise<ChosenRead> {
  const missing: string[] = [];
  const both = async (which: Which): Promise<Counts | undefined> => {
    const [old, now] = await Promise.all([
      run(target, before, which, chosenLimit),
      run(target, during, which, chosenLimit),
    ]);
    if (old.kind === 'ok' && now.kind === 'ok') return { before: old.data, during: now.data };
    const reason = old.kind === 'failed' ? old.reason : now.kind === 'failed' ? now.reason : '';
    missing.push(`${which.kind} traces of ${target.name} (${reason})`);
    return undefined;
  };
  const [failed, slow] = await Promise.all([
    both({ kind: 'failed' }),
    slowMs === undefined ? undefined : both({ kind: 'slow', minMs: slowMs }),
  ]);
  const read = [failed, slow].flatMap((one) => (one === undefined ? [] : [one.before, one.during]));
  return { read, missing, answers: { failed, slow }, before, during };
}

function countsOf(
  { answers, before, during }: ChosenRead,
  read: readonly Span[],
  sampled: ReadonlySet<string>,
): { readonly slow?: Chosen; readonly failed?: Chosen; readonly only: readonly string[] } {
  const kept = new Set(read.map(({ trace }) => trace));
  const idsOf = ({ spans }: FoundTraces) => [...new Set(spans.map(({ trace }) => trace))].filter((id) => kept.has(id));
  const hours = ({ start, end }: Period) => Math.max(1 / 60, (end - start) / 3_600_000);
  const of = (counts: Counts | undefined): Chosen | undefined => {
    if (counts === undefined) return undefined;
    const [old, now] = [idsOf(counts.before), idsOf(counts.during)];
    const cut = counts.before.found >= chosenLimit;
    return {
      traces: now,
      perHour: { ...(cut ? {} : { before: old.length / hours(before) }), during: now.length / hours(during) },
    };
  };
  const [slow, failed] = [of(answers.slow), of(answers.failed)];
  const ids = Object.values(answers).flatMap((one) =>
    one === undefined ? [] : [...idsOf(one.before), ...idsOf(one.during)],
  );
  return {
    ...(slow === undefined ? {} : { slow }),
    ...(failed === undefined ? {} : { failed }),
    only: [...new Set(ids)].filter((id) => !sampled.has(id)),
  };
}

const distinct = (spans: readonly Span[]): Span[] => [
  ...new Map(spans.map((span) => [`${span.trace} ${span.span}`, span])).values(),
];

/** A trace is within the scope if something in it is; it stays whole, because what a call waits for may run elsewhere. */
function withinScope(spans: readonly Span[], scope: Scope): readonly Span[] {
  const searched = amongClusters(scope, new Set(spans.flatMap(({ cluster }) => cluster ?? [])));
  const inside = new Set(
    spans
      .filter(({ cluster, namespace, service }) => isWithin(searched, { cluster, namespace, service }))
      .map(({ trace }) => trace),
  );
  return spans.filter(({ trace }) => inside.has(trace));
}
