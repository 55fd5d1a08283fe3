// Finds abandoned incidents, whose execution ended without closing them or never started. It ends each as failed and tells people. It does not
// restart the investigation, because the same failure, or the person who stopped it, would stop it again. Anybody who pages again, or asks for it
// in the thread, gets a new investigation.
import type { Approval } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { abandonedText, leftBehindText, messageFailedText } from '../record/describe.ts';
import { isAbandoned, isOver } from '../record/lifecycle.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { deliverDecided } from '../remediation/answer.ts';
import { settleLeftBehind } from '../remediation/left-behind.ts';
import { deliver } from '../reporting/deliver.ts';
import { publishProgress } from '../reporting/progress.ts';
import { failureKey } from './report-failure.ts';

export type SweepPorts = Pick<
  Ports,
  'incidents' | 'executions' | 'approvals' | 'ledger' | 'workflow' | 'chat' | 'pager' | 'clock'
>;

export interface Swept {
  /** The number of open incidents; `unknown` counts those whose execution state could not be read. */
  readonly open: number;
  readonly unknown: number;
  /** Ids of the incidents that the sweep ended; `failed` lists those that it could not end now. */
  readonly ended: readonly string[];
  readonly failed: readonly string[];
}

/** Incidents checked at the same time; each takes a few calls. */
const together = 5;
/** The most incidents of one sweep, the oldest first; the next sweep continues. */
const most = 1000;
/** The newest incidents are read too, because older records are not in the list of open incidents. */
const recent = 200;
/** For this long, the process that took the answer may still be delivering it to the workflow. */
const bringingMs = 30_000;

/** Sweeps all open incidents, or only the incident of `execution`; `sourceId` is then the identity of its page. */
export async function sweepIncidents(
  only: { readonly execution: string; readonly sourceId: string } | undefined,
  ports: SweepPorts,
): Promise<Swept> {
  const open = only === undefined ? await openOnes(ports) : await ofExecution(only, ports);
  const running = only === undefined ? await ports.executions.running() : new Set<string>();
  const swept = { open: open.length, unknown: 0, ended: [] as string[], failed: [] as string[] };
  const left = [...open];
  const lane = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) {
      try {
        const came = await findEndedExecutions(one, running, ports);
        if (came === 'ended') swept.ended.push(one.id);
        if (came === 'unknown') swept.unknown += 1;
      } catch {
        // The incident stays open for the next sweep.
        swept.failed.push(one.id);
      }
    }
  };
  await Promise.all(Array.from({ length: together }, lane));
  return swept;
}

async function openOnes({ incidents }: SweepPorts): Promise<readonly Incident[]> {
  const [claimed, newest] = await Promise.all([incidents.listOpen(most), incidents.list(recent)]);
  const open = [...claimed, ...newest].filter((one) => !isOver(one));
  return [...new Map(open.map((one) => [one.id, one])).values()];
}

async function ofExecution(
  { execution, sourceId }: { readonly execution: string; readonly sourceId: string },
  { incidents }: SweepPorts,
): Promise<readonly Incident[]> {
  const found = await incidents.findBySource(sourceId);
  return found !== undefined && found.execution === execution && !isOver(found) ? [found] : [];
}

async function findEndedExecutions(
  { id, execution }: Incident,
  running: ReadonlySet<string>,
  ports: SweepPorts,
): Promise<'lives' | 'unknown' | 'ended'> {
  if (execution === undefined) return 'unknown';
  const state = running.has(execution) ? 'running' : await ports.executions.state(execution);
  // Read the incident after the execution state, so that it contains the last change of the execution.
  const now = await ports.incidents.get(id);
  if (now === undefined || now.execution !== execution || isOver(now)) return 'lives';
  if (state === 'running' && now.status === 'awaiting-approval') await bringAnswers(now, ports);
  if (!isAbandoned(now, state, ports.clock.now())) return state === 'unknown' ? 'unknown' : 'lives';
  return (await end(now, execution, ports)) ? 'ended' : 'lives';
}

/** Delivers decisions that are on record but did not reach the workflow, if nobody has answered again. */
async function bringAnswers({ id }: Incident, ports: SweepPorts): Promise<void> {
  const late = (approval: Approval) =>
    approval.state === 'decided' && ports.clock.now().getTime() - Date.parse(approval.decidedAt) > bringingMs;
  for (const approval of (await ports.approvals.ofIncident(id)).filter(late)) await deliverDecided(approval, ports);
}

/** Tells people before it records the end: if nobody can be told, the incident stays open for the next sweep. */
async function end(incident: Incident, execution: string, ports: SweepPorts): Promise<boolean> {
  const leftBehind = await settleLeftBehind(incident, incident.status, ports);
  const { places, failures } = await deliver(
    {
      key: failureKey(incident),
      incidentId: incident.id,
      kind: 'failure',
      headline: `The investigation broke off: ${incident.title}`,
      lines: [
        abandonedText,
        ...leftBehind.map(leftBehindText),
        'Please take over, or ask me here to investigate again.',
      ],
      ...threadOf(incident.trigger),
    },
    'failure',
    incident.trigger,
    ports,
  );
  if (failures.length === places) throw new Error(failures.map(messageFailedText).join(' '));
  await record(
    incident.id,
    { type: 'InvestigationAbandoned', execution, leftBehind },
    { step: 'Sweep', key: execution },
    ports,
  );
  if (!(await ports.incidents.abandon(incident.id, execution))) return false;
  await publishProgress(incident.id, ports);
  return true;
}
