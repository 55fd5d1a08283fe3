// When a step fails for good: the thread gets what is known until then, and what broke, in our words. Never silent, never a vendor's text.
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
import { tellProgress } from '../reporting/progress.ts';
import { tell } from '../reporting/tell.ts';

export type ReportFailurePorts = LeftBehindPorts & Pick<Ports, 'pager'>;

/** A message of its own for each execution that an incident had. */
export const failureKey = ({ id, takenOver, execution }: Pick<Incident, 'id' | 'takenOver' | 'execution'>): string =>
  takenOver === undefined ? `failure-${id}` : `failure-${id}-${execution}`;

/** Works without an incident too, for when not even opening one worked. Throws `Unavailable` when nobody could be told. */
export async function reportFailure(input: Failed, ports: ReportFailurePorts): Promise<{ readonly reported: true }> {
  const { execution, trigger } = input;
  const incident = await incidentOf(input, ports);
  // What took over meanwhile, or ended it, has told people.
  if (incident && execution !== undefined && (incident.execution !== execution || isOver(incident)))
    return { reported: true };
  const code = input.failure.Error ?? '';
  const leftBehind = incident ? await settleLeftBehind(incident, incident.status, ports) : [];
  const { places, failures } = await tell(
    {
      key: incident ? failureKey(incident) : `failure-${trigger.eventId}`,
      incidentId: incident?.id ?? 'none',
      kind: 'failure',
      headline: `The investigation broke off: ${trigger.title}`,
      lines: [
        failureText(code),
        ...leftBehind.map(leftBehindText),
        'Please take over by hand.',
        ...knownUntilThen(input),
      ],
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
  // It stays open then: whoever sweeps what nobody works on tries to tell people again.
  if (failures.length === places)
    throw new Unavailable('Neither the thread nor the page could be told of the failure.');
  if (incident) {
    if (execution === undefined) await ports.incidents.update(incident.id, { status: 'failed' });
    else await ports.incidents.abandon(incident.id, execution);
    await tellProgress(incident.id, ports);
  }
  return { reported: true };
}

/** As it is on record now. Where opening it broke off after it was written, nobody passed it on: it is found by its page. */
async function incidentOf({ incident, trigger, execution }: Failed, { incidents }: ReportFailurePorts) {
  if (incident) return (await incidents.get(incident.id)) ?? incident;
  if (execution === undefined) return undefined;
  const found = await incidents.findBySource(trigger.sourceId);
  return found?.execution === execution ? found : undefined;
}

function knownUntilThen({ diagnosis, priorReports = [], reports = [] }: Failed): string[] {
  if (diagnosis) return [`What was found until then: ${wholeText(diagnosis)}`];
  const found = [...priorReports, ...reports]
    .filter((report) => report.findings.length > 0)
    .map((report) => `${report.specialist}: ${report.summary}`);
  return found.length > 0 ? ['What was found until then:', ...found] : ['Nothing had been found until then.'];
}
