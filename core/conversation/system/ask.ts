// Answers a question about the system here, or has the function answer it that may read the sources. If that function fails, the answer says so.
import { parseSystem } from '../../language/parse-system.ts';
import { isBareWhy, mayLean } from '../../language/system-follow-up.ts';
import type { Incident } from '../../model/incident.ts';
import type { SystemQuestions } from '../../ports/channels.ts';
import { answerSystem } from './answer.ts';
import type { SystemAnswer, SystemPorts } from './question.ts';

const longest = 1000;
const maxBefore = 8;

export type SystemAskPorts = SystemPorts & { readonly systemQuestions?: SystemQuestions | undefined };

/** Undefined if the text asks something else. */
export async function askSystem(
  text: string,
  incident: Incident | undefined,
  ports: SystemAskPorts,
  earlier: () => Promise<readonly string[]> = async () => [],
): Promise<SystemAnswer | undefined> {
  const { systemQuestions } = ports;
  if (text.length > longest || !(parseSystem(text) !== undefined || mayLean(text) || isBareWhy(text))) return undefined;
  const before = (await earlier().catch(() => [])).slice(-maxBefore);
  if (systemQuestions === undefined) return answerSystem(text, incident, ports, before);
  if (parseSystem(text) === undefined && !before.some((one) => parseSystem(one) !== undefined)) return undefined;
  const request = {
    text,
    earlier: before.map((one) => one.slice(0, longest)),
    ...(incident === undefined ? {} : { incidentId: incident.id }),
  };
  return systemQuestions.ask(request).catch(() => ({
    text: 'Not known: the sources could not be asked now. Ask again in a moment.',
    lines: ['Not read: the function that reads the sources failed or did not answer in time.'],
  }));
}
