// Decides which waiting pages are investigated next, from the slots and the queue. It admits no page above the limit. It holds a page that may
// have the same cause as a running investigation. A page that an existing diagnosis covers needs no investigation. Pure.
import type { Admission, Diagnosed, Lease, Slots, Waiting } from '../model/admission.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Relation } from '../model/storm.ts';
import { takesMembers } from '../storms/membership.ts';
import type { StormRules } from './rules.ts';

/** A lease runs out after this time: the execution has ended or failed to return its slot. */
const leaseMinutes = 15;
/** A page is held for the diagnoses of at most this many other incidents, one after the other. */
const maxHolds = 2;
/** A diagnosis does not cover pages that enter the queue later than this. */
const diagnosisMinutes = 30;
const maxDiagnosed = 30;

/** A diagnosed incident and its diagnosis. */
export interface Answer {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
}
export type Answers = ReadonlyMap<string, Answer>;

export type Choice<Page extends { readonly page: Waiting }> =
  | { readonly kind: 'admit'; readonly queued: Page; readonly lease: Lease }
  /** The page has a lease already, but its execution was not told. */
  | { readonly kind: 'tell'; readonly queued: Page }
  | { readonly kind: 'hold'; readonly queued: Page; readonly to: Waiting }
  | { readonly kind: 'cover'; readonly queued: Page; readonly answer: Extract<Admission, { kind: 'covered' }> };

interface Around {
  readonly slots: Slots;
  readonly concurrent: number;
  readonly answers: Answers;
  readonly now: Date;
  readonly rules: StormRules;
}

/** Chooses in the order of the queue. A page without a free slot gets no choice and keeps waiting. */
export function choose<Page extends { readonly page: Waiting }>(
  queue: readonly Page[],
  { slots, concurrent, answers, now, rules }: Around,
): Choice<Page>[] {
  const leases = [...slots.leases];
  return queue.flatMap((queued): Choice<Page>[] => {
    const { page } = queued;
    if (leases.some(({ incidentId }) => incidentId === page.incidentId)) return [{ kind: 'tell', queued }];
    const answer = coverOf(page, slots, queue, answers, rules);
    if (answer) return [{ kind: 'cover', queued, answer }];
    const to = holdOf(page, leases, now, rules);
    if (to) return [{ kind: 'hold', queued, to }];
    if (leases.length >= concurrent) return [];
    const lease = leaseOf(page, now);
    leases.push(lease);
    return [{ kind: 'admit', queued, lease }];
  });
}

export const leaseOf = ({ incidentId, execution, facts }: Waiting, now: Date): Lease => ({
  incidentId,
  execution,
  facts,
  since: now.toISOString(),
  until: new Date(now.getTime() + leaseMinutes * 60_000).toISOString(),
});

/** The latest diagnosis that covers the page. */
export function coverOf(
  page: Waiting,
  { leases, diagnosed }: Pick<Slots, 'leases' | 'diagnosed'>,
  otherPages: readonly { readonly page: Waiting }[],
  answers: Answers,
  rules: StormRules,
): Extract<Admission, { kind: 'covered' }> | undefined {
  const pages = [...leases, ...diagnosed, ...otherPages.map((one) => one.page)].map(({ facts }) => facts);
  for (const { incidentId, facts } of diagnosed.toReversed()) {
    const answer = answers.get(incidentId);
    if (answer === undefined || incidentId === page.incidentId || !takesMembers(answer.incident)) continue;
    const coverage = rules.covers(answer.diagnosis, facts, page.facts, { pages });
    if (coverage.kind === 'covered' && stillAnswers(answer.incident, coverage.because))
      return { kind: 'covered', leader: incidentId, because: coverage.because, cause: coverage.cause };
  }
  return undefined;
}

/**
 * A closed incident covers other effects of its cause. It does not cover the same alert or the same thing again, because people were told that
 * the incident is over.
 */
const stillAnswers = ({ status }: Incident, because: Relation): boolean =>
  status !== 'closed' || (because.kind !== 'same-alert' && because.kind !== 'same-thing');

/** The page with a hold, if it may have the same cause as a running investigation. */
function holdOf(
  page: Waiting,
  leases: readonly Lease[],
  now: Date,
  { relate, holdSecondsFor }: StormRules,
): Waiting | undefined {
  if (page.heldBefore.length >= maxHolds) return undefined;
  for (const { incidentId, facts } of leases) {
    if (page.heldBefore.includes(incidentId)) continue;
    const because = relate(page.facts, facts);
    if (because === undefined) continue;
    const until = new Date(now.getTime() + holdSecondsFor(because) * 1000).toISOString();
    return { ...page, held: { behind: incidentId, because, until } };
  }
  return undefined;
}

/** Ends the hold: the page returns to its former place in the queue. */
export function withoutHold({ held, ...page }: Waiting): Waiting {
  return held === undefined ? page : { ...page, heldBefore: [...page.heldBefore, held.behind] };
}

/** The slots without leases and diagnoses that have run out. */
export function current(slots: Slots, now: Date): Slots {
  const oldest = now.getTime() - diagnosisMinutes * 60_000;
  return {
    ...slots,
    leases: slots.leases.filter(({ until }) => Date.parse(until) > now.getTime()),
    diagnosed: slots.diagnosed.filter(({ at }) => Date.parse(at) >= oldest).slice(-maxDiagnosed),
  };
}

/** The ids of diagnosed incidents that may be related to any of these pages; only these diagnoses are read. */
export const relatedTo = (
  queue: readonly { readonly page: Waiting }[],
  diagnosed: readonly Diagnosed[],
  { relate }: StormRules,
): string[] =>
  diagnosed
    .filter((one) => queue.some(({ page }) => relate(page.facts, one.facts) !== undefined))
    .map(({ incidentId }) => incidentId);
