// When a step fails for good: the thread gets what is known until then, and what broke, in our words. Never silent, never a vendor's text.
import { Unavailable } from '../errors.ts';
import { threadOf } from '../incidents/thread.ts';
import { note } from '../incidents/timeline.ts';
import { wholeText } from '../model/diagnosis.ts';
import type { Failed } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { tellProgress } from './progress.ts';
import { tell } from './tell.ts';

/** What a code of ours, or of Step Functions, means to the person who reads it. */
const sentences: ReadonlyMap<string, string> = new Map([
  ['States.Timeout', 'A step did not answer in time.'],
  ['StepTimeout', 'A step did not answer in time.'],
  ['Sandbox.Timedout', 'A step did not answer in time.'],
  ['Lambda.Unknown', 'A step ended without an answer: it took too long, or too much memory.'],
  ['Runtime.ExitError', 'A step ended without an answer: it took too much memory, or broke down.'],
  ['States.TaskFailed', 'A step failed.'],
  ['States.DataLimitExceeded', 'The incident grew too large to be passed on.'],
  ['States.Runtime', 'The workflow met data that it could not handle.'],
  ['Lambda.TooManyRequestsException', 'The functions are at their limit of concurrency.'],
  ['Unavailable', 'Something that is needed could not be reached, also after trying again.'],
  ['Misconfigured', 'The configuration cannot work; whoever runs Watchkeeper has to look at it.'],
  ['InvalidInput', 'A step got data that does not fit its schema.'],
  ['Impossible', 'Watchkeeper reached a state that should not exist; this is a defect of ours.'],
]);
const unforeseen = 'A step failed in a way nobody foresaw.';

/** Works without an incident too, for when not even opening one worked. Throws `Unavailable` when nobody could be told. */
export async function reportFailure(
  input: Failed,
  ports: Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager'>,
): Promise<{ readonly reported: true }> {
  const { incident, trigger } = input;
  const broke = sentences.get(input.failure.Error ?? '') ?? unforeseen;
  const { places, failures } = await tell(
    {
      key: `failure-${incident?.id ?? trigger.eventId}`,
      incidentId: incident?.id ?? 'none',
      kind: 'failure',
      headline: `The investigation broke off: ${trigger.title}`,
      lines: [broke, 'Please take over by hand.', ...knownUntilThen(input)],
      ...threadOf(trigger),
    },
    trigger,
    ports,
  );
  if (incident) {
    await note(
      incident.id,
      { step: 'ReportFailure', kind: 'failure', text: [broke, ...failures.map(({ text }) => text)].join(' ') },
      ports,
    );
    await ports.incidents.update(incident.id, { status: 'failed' });
    await tellProgress(incident.id, ports);
  }
  if (failures.length === places)
    throw new Unavailable('Neither the thread nor the page could be told of the failure.');
  return { reported: true };
}

function knownUntilThen({ diagnosis, priorReports = [], reports = [] }: Failed): string[] {
  if (diagnosis) return [`What was found until then: ${wholeText(diagnosis)}`];
  const found = [...priorReports, ...reports]
    .filter((report) => report.findings.length > 0)
    .map((report) => `${report.specialist}: ${report.summary}`);
  return found.length > 0 ? ['What was found until then:', ...found] : ['Nothing had been found until then.'];
}
