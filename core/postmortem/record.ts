// Defines the record from which a postmortem is made, and reads facts from it: corrections, page changes, onset and ending. Pure.
import * as z from 'zod';
import { type Approval, RemediationResult, Verification } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { Context, type Incident } from '../model/incident.ts';
import type { Evidence } from '../model/report.ts';
import type { Change } from '../model/telemetry.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import type { MemberName } from '../ports/records.ts';
import { formatList } from '../wording.ts';

/** A measured signal: before and during the incident, and after it if it was measured again. */
export const Moved = z.object({
  of: z.string(),
  name: z.string(),
  unit: z.string(),
  before: z.number(),
  during: z.number(),
  after: z.number().optional(),
});
export type Moved = z.infer<typeof Moved>;

/** What the workflow knows at the end and the records do not contain. It is kept as evidence, so that the draft can be rewritten later. */
export const Material = z.object({
  context: Context,
  remediation: RemediationResult.optional(),
  verification: Verification.optional(),
  /** True if the verification concerns the reverting action and not the alerted entity. */
  tookBack: z.boolean().default(false),
  moved: z.array(Moved).default([]),
  /** The evidence of the change that the first hypothesis names. */
  changeEvidenceId: z.string().optional(),
});
export type Material = z.infer<typeof Material>;

export interface PostmortemRecord {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly timeline: readonly TimelineEntry[];
  readonly approvals: readonly Approval[];
  readonly material: Material;
  /** Evidence by id, without the pieces that could not be read. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly change?: Change | undefined;
  /** The other pages that the diagnosis covered. */
  readonly members?: readonly MemberName[];
}

export interface Correction {
  readonly by: string;
  readonly words: string;
}

export const correctionsIn = ({ timeline }: Pick<PostmortemRecord, 'timeline'>): Correction[] =>
  timeline.flatMap(({ actor, event }) =>
    event.type === 'DiagnosisCorrected' ? [{ by: actor, words: event.words }] : [],
  );

export type PageChange = EventOf<'PageChanged'>;

export const pageChangesIn = ({ timeline }: Pick<PostmortemRecord, 'timeline'>): PageChange[] =>
  timeline.flatMap(({ event }) => (event.type === 'PageChanged' ? [event] : []));

/** Steps in which the actor is a specialist or the pager. */
const notByPeople = ['Investigate', 'Recheck', 'PageUpdate'];

/** Whether a person made the entry; a page change without a name comes from the pager. */
export const isByPerson = ({ actor, step, event }: TimelineEntry): boolean =>
  event.type === 'PageChanged' ? event.by !== undefined : actor !== 'watchkeeper' && !notByPeople.includes(step);

export const diagnosedAt = ({ timeline }: PostmortemRecord): string | undefined =>
  timeline.find(({ kind }) => kind === 'diagnosis')?.at;

/** The earliest start of the problem according to the evidence. */
export const onsetOf = ({ diagnosis }: PostmortemRecord): string | undefined => diagnosis.hypotheses[0]?.onset;

/** How the incident ended. `verified` precedes the page's own end, because a measurement is stronger than a closed page. */
export type Ending =
  | { readonly kind: 'verified'; readonly at: string }
  | ({ readonly kind: 'page' } & Pick<PageChange, 'at' | 'by'>)
  | { readonly kind: 'open' };

export function endingOf(record: PostmortemRecord): Ending {
  const { verification, tookBack } = record.material;
  const verified = record.timeline.findLast(({ kind }) => kind === 'verification');
  if (verification?.kind === 'recovered' && !tookBack && verified) return { kind: 'verified', at: verified.at };
  const resolved = pageChangesIn(record).findLast(({ status }) => status === 'resolved');
  if (record.incident.pageStatus === 'resolved' && resolved) return { ...resolved, kind: 'page' };
  return { kind: 'open' };
}

/** The people who approved the action, as one text. */
export const approversOf = (approval: Approval): string =>
  formatList(
    approval.approvedBy.length > 0
      ? approval.approvedBy.map(({ by }) => by)
      : approval.state === 'decided'
        ? [approval.decidedBy]
        : [],
  );
