// Whether an incident is over, and whether the execution that works on it lives. An incident that is not over needs one that does.
import type { Incident } from '../model/incident.ts';
import type { ExecutionState } from '../ports/executions.ts';

export const isOver = ({ status }: Pick<Incident, 'status'>): boolean => status === 'closed' || status === 'failed';

/** A service that lists executions may not know one yet that has just begun. */
const unseenMs = 5 * 60_000;

/** Whether nobody works on an incident any more. In doubt somebody does. */
export function isAbandoned(incident: Incident, execution: ExecutionState, now: Date): boolean {
  // What is grouped is looked after by its leader, and by who looks after groups (core/storms/ending.ts).
  if (isOver(incident) || incident.status === 'grouped') return false;
  switch (execution) {
    case 'running':
    case 'unknown':
      return false;
    case 'succeeded':
    case 'failed':
      return true;
    case 'absent':
      return now.getTime() - Date.parse(incident.takenOver?.at ?? incident.openedAt) > unseenMs;
  }
}
