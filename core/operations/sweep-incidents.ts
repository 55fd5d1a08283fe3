// Finds incidents that nobody works on any more: their execution ended without closing them, or never got to work. Each is ended as failed,
// and people are told; it is not begun again by itself, because what broke it once, or somebody who stopped it, would meet it again. Whoever
// pages again, or asks for it in the thread, gets a new investigation.
import type { Approval } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { abandonedText, leftBehindText, messageFailedText } from '../record/describe.ts';
import { isAbandoned, isOver } from '../record/lifecycle.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { deliverDecided } from '../remediation/answer.ts';
import { settleLeftBehind } from '../remediation/left-behind.ts';
import { tellProgress } from '../reporting/progress.ts';
import { tell } from '../reporting/tell.ts';
import { failureKey } from './report-failure.ts';

export type SweepPorts = Pick<
  Ports,
  'incidents' | 'executions' | 'approvals' | 'ledger' | 'workflow' | 'chat' | 'pager' | 'clock'
>;

export interface Swept {
  /** Incidents that are not over, and of them those whose execution could not be asked for. */
  readonly open: number;
  readonly unknown: number;
  /** Ids of those that were ended, and of those that could not be ended now. */
  readonly ended: readonly string[];
  readonly failed: readonly string[];
}

/** At once; each takes a few calls. */
const together = 5;
/** Looked at in one sweep; the oldest first, and the next sweep goes on. */
const most = 1000;
/** Records of before there was a list of what is open. */
const recent = 200;
/** Whoever answered is bringing the answer to the workflow. */
const bringingMs = 30_000;

/** Of `execution` alone where it is given, `sourceId` being the identity of its page. */
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
        const came = await look(one, running, ports);
        if (came === 'ended') swept.ended.push(one.id);
        if (came === 'unknown') swept.unknown += 1;
      } catch {
        // It stays open, and is met by the next sweep.
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

async function look(
  { id, execution }: Incident,
  running: ReadonlySet<string>,
  ports: SweepPorts,
): Promise<'lives' | 'unknown' | 'ended'> {
  if (execution === undefined) return 'unknown';
  const state = running.has(execution) ? 'running' : await ports.executions.state(execution);
  // Read after the execution was: what it did last is in it.
  const now = await ports.incidents.get(id);
  if (now === undefined || now.execution !== execution || isOver(now)) return 'lives';
  if (state === 'running' && now.status === 'awaiting-approval') await bringAnswers(now, ports);
  if (!isAbandoned(now, state, ports.clock.now())) return state === 'unknown' ? 'unknown' : 'lives';
  return (await end(now, execution, ports)) ? 'ended' : 'lives';
}

/** A decision is on record before it is brought to the workflow; where that failed and nobody pressed again, it is brought now. */
async function bringAnswers({ id }: Incident, ports: SweepPorts): Promise<void> {
  const late = (approval: Approval) =>
    approval.state === 'decided' && ports.clock.now().getTime() - Date.parse(approval.decidedAt) > bringingMs;
  for (const approval of (await ports.approvals.ofIncident(id)).filter(late)) await deliverDecided(approval, ports);
}

/** People are told before it is over on record: where nobody can be told, it stays open and is met again. */
async function end(incident: Incident, execution: string, ports: SweepPorts): Promise<boolean> {
  const leftBehind = await settleLeftBehind(incident, incident.status, ports);
  const { places, failures } = await tell(
    {
      key: failureKey(incident),
      incidentId: incident.id,
      kind: 'failure',
      headline: `The investigation broke off: ${incident.title}`,
      lines: [
        abandonedText,
        ...leftBehind.map(leftBehindText),
        'Please take over by hand, or ask me here to look into it again.',
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
  await tellProgress(incident.id, ports);
  return true;
}
