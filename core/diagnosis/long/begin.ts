// Begins a long investigation: its record, its session, and a word in the thread. The execution waits for its end.

import { Impossible } from '../../errors.ts';
import { sha256 } from '../../hash.ts';
import type { LongTask } from '../../model/long-investigation.ts';
import type { Ports } from '../../ports/index.ts';
import { record } from '../../record/timeline.ts';

export type BeginPorts = Pick<Ports, 'incidents' | 'clock' | 'long' | 'longRunner' | 'workflow'>;

/** One session for each incident. The service accepts 33 to 256 characters; the digest keeps sessions from being guessed from an incident's id. */
export const longSession = (incidentId: string): string => `long-${sha256(`long ${incidentId}`).slice(0, 60)}`;

/** Called again with a new token, the running session takes it over. */
export async function beginLong({ taskToken, state }: LongTask, ports: BeginPorts): Promise<{ session: string }> {
  const { longRunner } = ports;
  if (longRunner === undefined) throw new Impossible('There is no place for long investigations.');
  const { id } = state.incident;
  const session = longSession(id);
  const startedAt = (await ports.long.get(id))?.startedAt ?? ports.clock.now().toISOString();
  if (!(await ports.long.begin({ incidentId: id, session, taskToken, startedAt }))) {
    // It was stopped before the step was repeated.
    const by = (await ports.long.get(id))?.stoppedBy;
    await ports.workflow.resume(taskToken, by === undefined ? { kind: 'lost' } : { kind: 'stopped', by });
    return { session };
  }
  const { seconds } = longRunner;
  await record(id, { type: 'LongInvestigationBegan', seconds }, { step: 'InvestigateLonger', key: 'began' }, ports);
  await longRunner.start({ taskToken, state, session, seconds });
  return { session };
}
