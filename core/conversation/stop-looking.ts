// Ends a long investigation because a person said so. It ends reading and nothing else, so everybody who may talk to Watchkeeper may say it.
import type { Ports } from '../ports/index.ts';
import type { Words } from './words.ts';

export type StopPorts = Partial<Pick<Ports, 'long' | 'longRunner'>> & Pick<Ports, 'workflow'>;

/** A stage without long investigations has no record of one, and no right to read it. */
export const isLooking = async (incidentId: string, { long, longRunner }: StopPorts): Promise<boolean> =>
  longRunner !== undefined && (await long?.get(incidentId))?.state === 'running';

/** Undefined if no long investigation runs. */
export async function stopLooking(
  { incidentId, by }: { readonly incidentId: string; readonly by: string },
  { long, longRunner, workflow }: StopPorts,
): Promise<Words | undefined> {
  if (longRunner === undefined) return undefined;
  const running = await long?.end(incidentId, { state: 'stopped', by });
  if (running === undefined) return undefined;
  const stopped = await longRunner.stop(running.session).then(
    () => true,
    () => false,
  );
  await workflow.resume(running.taskToken, { kind: 'stopped', by });
  return {
    text: 'I stop looking. What was found until now follows.',
    lines: stopped === false ? ['The session did not confirm its end; its result is not used any more.'] : [],
  };
}
