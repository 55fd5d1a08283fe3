// What a postmortem is made of, and what can be read off it: who corrected what, whether it is over, since when, by whom. Pure.
import * as z from 'zod';
import { type Approval, RemediationResult, Verification } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { Context, type Incident } from '../model/incident.ts';
import type { Evidence } from '../model/report.ts';
import type { Change } from '../model/telemetry.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import type { MemberName } from '../ports/records.ts';
import { formatList } from '../wording.ts';

/** A signal that was measured: before and during the incident, and where it was looked at again, afterwards. */
export const Moved = z.object({
  of: z.string(),
  name: z.string(),
  unit: z.string(),
  before: z.number(),
  during: z.number(),
  after: z.number().optional(),
});
export type Moved = z.infer<typeof Moved>;

/** What the workflow knows at the end and the records do not; kept as evidence, so that the draft can be written again without it. */
export const Material = z.object({
  context: Context,
  remediation: RemediationResult.optional(),
  verification: Verification.optional(),
  /** Verification is of what took an action back, and not of what paged. */
  tookBack: z.boolean().default(false),
  moved: z.array(Moved).default([]),
  /** Evidence of the change that the first hypothesis names. */
  changeEvidenceId: z.string().optional(),
});
export type Material = z.infer<typeof Material>;

export interface PostmortemRecord {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly timeline: readonly TimelineEntry[];
  readonly approvals: readonly Approval[];
  readonly material: Material;
  /** By id; what could not be read is not in it. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly change?: Change | undefined;
  /** Pages that the diagnosis answered, too. */
  readonly members?: readonly MemberName[];
}

export interface Correction {
  readonly by: string;
  readonly says: string;
}

export const correctionsIn = ({ timeline }: Pick<PostmortemRecord, 'timeline'>): Correction[] =>
  timeline.flatMap(({ actor, event }) =>
    event.type === 'DiagnosisCorrected' ? [{ by: actor, says: event.words }] : [],
  );

export type PageChange = EventOf<'PageChanged'>;

export const pageChangesIn = ({ timeline }: Pick<PostmortemRecord, 'timeline'>): PageChange[] =>
  timeline.flatMap(({ event }) => (event.type === 'PageChanged' ? [event] : []));

/** Steps in which an actor is a specialist, or the pager. */
const notByPeople = ['Investigate', 'Recheck', 'PageUpdate'];

/** Neither we nor the pager without a name. */
export const isByPerson = ({ actor, step, event }: TimelineEntry): boolean =>
  event.type === 'PageChanged' ? event.by !== undefined : actor !== 'watchkeeper' && !notByPeople.includes(step);

export const diagnosedAt = ({ timeline }: PostmortemRecord): string | undefined =>
  timeline.find(({ kind }) => kind === 'diagnosis')?.at;

/** The first instant at which evidence says that it had begun. */
export const onsetOf = ({ diagnosis }: PostmortemRecord): string | undefined => diagnosis.hypotheses[0]?.onset;

/** `verified` before the page's own end: what was measured says more than that somebody closed it. */
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

/** Who approved what was done last, as one text. */
export const approversOf = (approval: Approval): string =>
  formatList(
    approval.approvedBy.length > 0
      ? approval.approvedBy.map(({ by }) => by)
      : approval.state === 'decided'
        ? [approval.decidedBy]
        : [],
  );
