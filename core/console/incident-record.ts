// Everything on record about one incident, as the views of this folder read it.
import type { Approval } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import type { MemberName } from '../ports/records.ts';

export interface IncidentRecord {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly diagnosis?: Diagnosis | undefined;
  readonly approvals: readonly Approval[];
  readonly messages: readonly Message[];
  readonly members: readonly MemberName[];
}
