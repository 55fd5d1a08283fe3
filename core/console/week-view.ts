// The last seven days in figures: pages, time to diagnosis, people's word on diagnoses, actions, and the causes that keep coming back with a proposal
// to prevent each. Pure.
import { median } from 'simple-statistics';
import { causes } from '../causes/causes.ts';
import { feedbackOf } from '../learning/feedback.ts';
import { type Dismissal, dismissalOf } from '../learning/prevention.ts';
import type { EventOf, EventType } from '../model/timeline.ts';
import type { IncidentEntities } from '../record/incident-entities.ts';
import { entityText } from '../wording.ts';

/** Incidents of one cause at one entity. */
export interface Recurrence {
  readonly cause: string;
  readonly entity: string;
  /** Newest first. */
  readonly incidents: readonly { readonly id: string; readonly at: string }[];
  /** One sentence; only with enough incidents to draw it from. */
  readonly proposal?: string;
  /** Who set the proposal aside, and when. */
  readonly dismissed?: Dismissal;
}

export interface WeekView {
  readonly since: string;
  readonly pages: number;
  /** Pages that another incident's diagnosis answered. */
  readonly grouped: number;
  readonly open: number;
  readonly recovered: number;
  /** From the opening of the incident to the first diagnosis; absent without one. */
  readonly medianDiagnosisMs?: number;
  /** People's word on diagnoses. */
  readonly feedback: { readonly right: number; readonly wrong: number };
  readonly actions: {
    readonly requested: number;
    readonly approved: number;
    readonly rejected: number;
    readonly unanswered: number;
    /** Done without asking, by what was taught. */
    readonly unasked: number;
    readonly done: number;
  };
  /** Most frequent first. */
  readonly recurring: readonly Recurrence[];
}

const weekMs = 7 * 24 * 3_600_000;
/** So many incidents of one kind are a recurrence. */
const minRecurring = 2;
/** A proposal is drawn from at least so many. */
const minForProposal = 3;
const maxRecurring = 10;

export const weekStart = (now: Date): string => new Date(now.getTime() - weekMs).toISOString();

/** `past` may hold older incidents; they do not count. */
export function weekView(past: readonly IncidentEntities[], now: Date): WeekView {
  const since = weekStart(now);
  const week = past.filter(({ incident }) => incident.openedAt >= since);
  const events = week.flatMap(({ timeline }) => timeline.map(({ event }) => event));
  const count = <Type extends EventType>(type: Type, matches: (event: EventOf<Type>) => boolean): number =>
    events.filter((event) => isOf(event, type) && matches(event)).length;
  const verdicts = week.flatMap((one) => feedbackOf(one)).map(({ verdict }) => verdict);
  const diagnosisMs = week.flatMap(diagnosedAfter);
  const decided = (approves: boolean) =>
    count(
      'ApprovalAnswered',
      ({ decidedAt, verdict }) => decidedAt !== undefined && (verdict !== 'reject') === approves,
    );
  return {
    since,
    pages: week.length,
    grouped: week.filter(({ incident }) => incident.memberOf !== undefined).length,
    open: week.filter(({ incident: { status } }) => status !== 'closed' && status !== 'failed').length,
    recovered: week.filter(({ incident }) => incident.outcome === 'recovered').length,
    ...(diagnosisMs.length === 0 ? {} : { medianDiagnosisMs: median(diagnosisMs) }),
    feedback: {
      right: verdicts.filter((verdict) => verdict === 'right').length,
      wrong: verdicts.filter((verdict) => verdict === 'wrong').length,
    },
    actions: {
      requested: count('ApprovalRequested', () => true),
      approved: decided(true),
      rejected: decided(false),
      unanswered: count('QuestionUnanswered', ({ how }) => how === 'nobody'),
      unasked: count(
        'ActionFinished',
        ({ preferenceId, result }) => preferenceId !== undefined && result.kind === 'done',
      ),
      done: count('ActionFinished', ({ result }) => result.kind === 'done'),
    },
    recurring: recurring(week),
  };
}

const isOf = <Type extends EventType>(event: EventOf<EventType>, type: Type): event is EventOf<Type> =>
  event.type === type;

function diagnosedAfter({ incident, timeline }: IncidentEntities): number[] {
  const found = timeline.find(({ event }) => event.type === 'DiagnosisMade');
  return found === undefined ? [] : [Date.parse(found.at) - Date.parse(incident.openedAt)];
}

function recurring(week: readonly IncidentEntities[]): Recurrence[] {
  const known = week.flatMap(({ incident, diagnosis, timeline }) => {
    const first = diagnosis?.hypotheses[0];
    return first === undefined || first.cause === 'unknown'
      ? []
      : [{ incident, first, timeline, entity: entityText(first.entity) }];
  });
  return [...Map.groupBy(known, ({ first, entity }) => `${first.cause} ${entity}`).values()]
    .filter((group) => group.length >= minRecurring)
    .toSorted((a, b) => b.length - a.length)
    .slice(0, maxRecurring)
    .flatMap(([one, ...others]) => {
      if (one === undefined) return [];
      const group = [one, ...others];
      const { title, prevention } = causes[one.first.cause];
      const dismissed = dismissalOf(
        { cause: one.first.cause, entity: one.entity },
        group.flatMap(({ timeline }) => timeline),
      );
      return [
        {
          cause: title,
          entity: one.entity,
          incidents: group
            .map(({ incident }) => ({ id: incident.id, at: incident.openedAt }))
            .toSorted((a, b) => b.at.localeCompare(a.at)),
          ...(group.length < minForProposal ? {} : { proposal: prevention(one.entity) }),
          ...(dismissed === undefined ? {} : { dismissed }),
        },
      ];
    });
}
