// Reports a step that failed for good. The thread gets the findings so far and the error, in our own words: a failure is never silent, and people
// never read a vendor's text.
import { Unavailable } from '../errors.ts';
import { wholeText } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Failed } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { failureText, leftBehindText } from '../record/describe.ts';
import { isOver } from '../record/lifecycle.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { type LeftBehindPorts, settleLeftBehind } from '../remediation/left-behind.ts';
import { deliver } from '../reporting/deliver.ts';
import { publishProgress } from '../reporting/progress.ts';

export type ReportFailurePorts = LeftBehindPorts & Pick<Ports, 'pager'>;

/** The message key of a failure: each execution of an incident has its own message. */
export const failureKey = ({ id, takenOver, execution }: Pick<Incident, 'id' | 'takenOver' | 'execution'>): string =>
  takenOver === undefined ? `failure-${id}` : `failure-${id}-${execution}`;

/** Reports the failure. It works without an incident too, for the case that opening one failed. @throws Unavailable if nobody could be told. */
export async function reportFailure(input: Failed, ports: ReportFailurePorts): Promise<{ readonly reported: true }> {
  const { execution, trigger } = input;
  const incident = await incidentOf(input, ports);
  // Another execution that took over or ended the incident has already told people.
  if (incident && execution !== undefined && (incident.execution !== execution || isOver(incident)))
    return { reported: true };
  const code = input.failure.Error ?? '';
  const leftBehind = incident ? await settleLeftBehind(incident, incident.status, ports) : [];
  const { places, failures } = await deliver(
    {
      key: incident ? failureKey(incident) : `failure-${trigger.eventId}`,
      incidentId: incident?.id ?? 'none',
      kind: 'failure',
      headline: `The investigation broke off: ${trigger.title}`,
      lines: [failureText(code), ...leftBehind.map(leftBehindText), 'Please take over.', ...knownUntilThen(input)],
      ...threadOf(trigger),
    },
    'failure',
    trigger,
    ports,
  );
  if (incident) {
    await record(
      incident.id,
      { type: 'StepFailed', code, leftBehind, undelivered: [...failures] },
      { step: 'ReportFailure' },
      ports,
    );
  }
  // The incident stays open, so that the sweep of abandoned incidents tries again to tell people.
  if (failures.length === places)
    throw new Unavailable('The notice of the failure reached neither the thread nor the page.');
  if (incident) {
    if (execution === undefined) await ports.incidents.update(incident.id, { status: 'failed' });
    else await ports.incidents.abandon(incident.id, execution);
    await publishProgress(incident.id, ports);
  }
  return { reported: true };
}

/** The current record of the incident. If opening it failed after the record was written, the input has no incident, so its page finds it. */
async function incidentOf({ incident, trigger, execution }: Failed, { incidents }: ReportFailurePorts) {
  if (incident) return (await incidents.get(incident.id)) ?? incident;
  if (execution === undefined) return undefined;
  const found = await incidents.findBySource(trigger.sourceId);
  return found?.execution === execution ? found : undefined;
}

function knownUntilThen({ diagnosis, priorReports = [], reports = [] }: Failed): string[] {
  if (diagnosis) return [`Findings until then: ${wholeText(diagnosis)}`];
  const found = [...priorReports, ...reports]
    .filter((report) => report.findings.length > 0)
    .map((report) => `${report.specialist}: ${report.summary}`);
  return found.length > 0 ? ['Findings until then:', ...found] : ['Nothing had been found until then.'];
}
