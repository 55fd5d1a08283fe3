// The rows of the console's list of incidents, with what the list can be filtered by.
import type { Approval } from '../model/action.ts';
import { causeTitleOf, type Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import { type StatusView, statusViewOf } from '../reporting/status-view.ts';

export type IncidentRow = Incident & {
  readonly standing: StatusView;
  /** The first hypothesis in one sentence. */
  readonly headline?: string | undefined;
  /** The title of the first hypothesis' cause. */
  readonly cause?: string | undefined;
  /** People who answered a request, or who have the incident. */
  readonly people: readonly string[];
};

export function incidentRow(
  incident: Incident,
  diagnosis: Diagnosis | undefined,
  approvals: readonly Approval[],
): IncidentRow {
  const first = diagnosis?.hypotheses[0];
  return {
    ...incident,
    standing: statusViewOf(incident),
    ...(first === undefined ? {} : { headline: first.summary, cause: causeTitleOf(first) }),
    people: peopleOf(incident, approvals),
  };
}

const peopleOf = ({ heldBy }: Incident, approvals: readonly Approval[]): string[] => [
  ...new Set([
    ...approvals.flatMap((approval) => [
      ...approval.approvedBy.map(({ by }) => by),
      ...(approval.state === 'decided' ? [approval.decidedBy] : []),
    ]),
    ...(heldBy === undefined ? [] : [heldBy.by]),
  ]),
];
