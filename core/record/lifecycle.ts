// Decides whether an incident is over, and whether its execution is still alive. Every incident that is not over needs a live execution.
import type { Incident } from '../model/incident.ts';
import type { ExecutionState } from '../ports/executions.ts';

export const isOver = ({ status }: Pick<Incident, 'status'>): boolean => status === 'closed' || status === 'failed';

/** Grace period in milliseconds: a service that lists executions may not know a new one yet. */
const unseenMs = 5 * 60_000;

/** Whether nobody works on an incident any more. In doubt, it counts as worked on. */
export function isAbandoned(incident: Incident, execution: ExecutionState, now: Date): boolean {
  // The leader and the group sweep (core/storms/ending.ts) take care of grouped incidents.
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
