// The rows of the console's list of incidents.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import { type StatusView, statusViewOf } from '../reporting/standing.ts';

export type IncidentRow = Incident & {
  readonly standing: StatusView;
  /** The first hypothesis in one sentence. */
  readonly headline?: string | undefined;
};

export const incidentRow = (incident: Incident, diagnosis: Diagnosis | undefined): IncidentRow => {
  const headline = diagnosis?.hypotheses[0]?.summary;
  return { ...incident, standing: statusViewOf(incident), ...(headline === undefined ? {} : { headline }) };
};
