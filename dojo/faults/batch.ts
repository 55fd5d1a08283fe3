// Runs a batch of fault schedules: several lives of the runtime over one data folder, each killed at the scheduled points, and a last life that
// finishes every incident. It compares the cluster's book, which holds the actions that really happened, with the record, which holds what people
// were told.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import { Impossible } from '../../core/errors.ts';
import type { EventOf, TimelineEvent } from '../../core/model/timeline.ts';
import { type Changed, cronJobName, deploymentName, type Made, startCluster } from './cluster.ts';
import { type Orders, Outcome } from './orders.ts';
import { copyDeployment, copyRecording } from './recording.ts';
import type { Schedule } from './schedule.ts';

export interface Verdict {
  readonly seed: number;
  readonly kind: 'double' | 'lost' | 'endless' | 'zombie';
  readonly why: string;
}

const child = new URL('child.ts', import.meta.url).pathname;
/** The time limit of a life that is to be killed, in milliseconds: if some executions never reach their point, the kill comes then. */
const lifeMs = 9000;

export async function runBatch(
  schedules: readonly Schedule[],
  bug: Orders['bug'] = 'none',
  patienceMs = 120_000,
): Promise<readonly Verdict[]> {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-faults-'));
  const cluster = await startCluster(schedules);
  try {
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'happened'), '');
    const scenarios = join(folder, 'scenarios');
    for (const { seed, plan } of schedules) {
      const folder = join(scenarios, `s${seed}`);
      if (plan === undefined) copyRecording(folder, cronJobName(seed), `Q${seed}`);
      else copyDeployment(folder, deploymentName(seed), `Q${seed}`);
    }
    const lives = Math.max(...schedules.map(({ crashes }) => crashes.length));
    for (let life = 0; life < lives; life += 1) {
      const dying = schedules.filter(({ crashes }) => crashes.length > life).length;
      await live(
        { data, scenarios, cluster: cluster.url, schedules: [...schedules], life, last: false, patienceMs, bug },
        dying,
      );
    }
    const outcomes = await live(
      { data, scenarios, cluster: cluster.url, schedules: [...schedules], life: lives, last: true, patienceMs, bug },
      undefined,
    );
    if (cluster.broken !== undefined) throw cluster.broken;
    return [
      ...verdictOf(
        schedules.filter(({ plan }) => plan === undefined),
        cluster.made,
        outcomes,
      ),
      ...verdictOfPlans(
        schedules.filter(({ plan }) => plan !== undefined),
        cluster.changed,
        outcomes,
      ),
    ];
  } finally {
    await cluster.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const Line = z.union([
  z.object({ held: z.number() }),
  z.object({ outcome: Outcome }),
  z.object({ over: z.literal(true) }),
]);

/** One life. With `dying`, it is killed once that many executions are held, or after the time limit; without, it ends by itself. */
async function live(orders: Orders, dying: number | undefined): Promise<readonly Outcome[]> {
  const file = join(orders.data, '..', 'orders.json');
  writeFileSync(file, JSON.stringify(orders));
  const started = spawn(process.execPath, [child, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  started.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  const gone = new Promise<void>((resolve, reject) => {
    started.once('exit', () => resolve());
    started.once('error', reject);
  });
  // It is awaited after the output; until then, its failure is not unhandled.
  gone.catch(() => undefined);
  const timer = setTimeout(() => kill(started), dying === undefined ? orders.patienceMs + 60_000 : lifeMs);
  const outcomes: Outcome[] = [];
  let held = 0;
  let over = false;
  for await (const text of createInterface({ input: started.stdout })) {
    const line = lineIn(text, dying !== undefined && started.killed);
    if (line === undefined) break;
    if ('outcome' in line) outcomes.push(line.outcome);
    if ('over' in line) over = true;
    if ('held' in line) held += 1;
    if (dying !== undefined && held >= dying) kill(started);
  }
  await gone;
  clearTimeout(timer);
  if (dying === undefined && !over) throw new Impossible(`The last life did not tell what came of it. ${errors}`);
  return outcomes;
}

/** Undefined for a line that the kill cut. */
export function lineIn(text: string, wasKilled: boolean): z.infer<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(text));
  } catch (error) {
    if (wasKilled) return undefined;
    throw new Impossible(`A life wrote a line that is no report: ${text.slice(0, 500)}`, { cause: error });
  }
}

const kill = (process: ChildProcess): void => void process.kill('SIGKILL');

/** Pure. */
export function verdictOf(
  schedules: readonly Schedule[],
  made: readonly Made[],
  outcomes: readonly Outcome[],
): readonly Verdict[] {
  return schedules.flatMap(({ seed }) => {
    const jobs = made.filter((one) => one.seed === seed);
    const incidents = outcomes.filter((one) => one.seed === seed);
    const verdict = (kind: Verdict['kind'], why: string): Verdict => ({ seed, kind, why });
    if (incidents.length === 0) return [verdict('endless', 'There is no incident.')];
    return [
      ...jobs
        .filter((one, index) => jobs.findIndex((other) => other.incidentId === one.incidentId) !== index)
        .map((one) => verdict('double', `Incident ${one.incidentId} made ${one.job} besides another Job.`)),
      ...jobs
        .filter(({ during }) => during.length > 0)
        .map((one) => verdict('double', `${one.job} was made while ${one.during.join(', ')} ran for the same cause.`)),
      ...jobs
        .filter((one) => incidents.find(({ incidentId }) => incidentId === one.incidentId)?.approved !== true)
        .map((one) => verdict('double', `${one.job} was made, and nobody had approved it.`)),
      ...incidents.flatMap((incident) => {
        if (incident.status !== 'closed' && incident.status !== 'failed' && incident.execution !== 'running')
          return [
            verdict(
              'zombie',
              `Incident ${incident.incidentId} is ${incident.status}, and its execution ${incident.execution}.`,
            ),
          ];
        if (incident.status !== 'closed' && incident.status !== 'failed')
          return [verdict('endless', `Incident ${incident.incidentId} is ${incident.status}.`)];
        return lost(
          incident,
          jobs.some(({ incidentId }) => incidentId === incident.incidentId),
        ).map((why) => verdict('lost', `Incident ${incident.incidentId}: ${why}`));
      }),
    ];
  });
}

/** The changes of the plan on its way on, and of its way back. */
const planChanges = (seed: number) => {
  const deployment = `Deployment/${deploymentName(seed)}`;
  const scaler = `HorizontalPodAutoscaler/${deploymentName(seed)}-hpa`;
  return {
    rolledBack: (change: Changed) => change.object === deployment && change.detail.includes(':1"'),
    rolledForward: (change: Changed) => change.object === deployment && change.detail.includes(':2"'),
    enabled: (change: Changed) => change.object === scaler && change.detail.includes('"Max"'),
    disabled: (change: Changed) => change.object === scaler && change.detail.includes('"Disabled"'),
  };
};

/** Pure. Of a plan, each change happens once at most, by an approval, and people are told how far it came. */
export function verdictOfPlans(
  schedules: readonly Schedule[],
  changed: readonly Changed[],
  outcomes: readonly Outcome[],
): readonly Verdict[] {
  return schedules.flatMap(({ seed }) => {
    const own = changed.filter((one) => one.seed === seed);
    const incidents = outcomes.filter((one) => one.seed === seed);
    const verdict = (kind: Verdict['kind'], why: string): Verdict => ({ seed, kind, why });
    if (incidents.length === 0) return [verdict('endless', 'There is no incident.')];
    const is = planChanges(seed);
    const known = Object.values(is);
    const count = (wanted: (change: Changed) => boolean) => own.filter(wanted).length;
    const isBack = count(is.rolledBack) > count(is.rolledForward);
    const isEnabled = count(is.enabled) > count(is.disabled);
    return [
      ...own
        .filter((one) => !known.some((wanted) => wanted(one)))
        .map((one) => verdict('double', `${one.object} ${one.detail} is no step of the plan.`)),
      ...known
        .filter((wanted) => count(wanted) > 1)
        .map((wanted) => verdict('double', `${own.find(wanted)?.object} was changed twice in the same way.`)),
      ...own
        .filter((one) => incidents.find(({ incidentId }) => incidentId === one.incidentId)?.approved !== true)
        .map((one) => verdict('double', `${one.object} was changed, and nobody had approved it.`)),
      ...incidents.flatMap((incident) => {
        const { status, execution, incidentId, approved, actions } = incident;
        if (status !== 'closed' && status !== 'failed')
          return [verdict(execution === 'running' ? 'endless' : 'zombie', `Incident ${incidentId} is ${status}.`)];
        const did = own.some((one) => one.incidentId === incidentId);
        const finished = actions.some((event) => event.type === 'PlanMoved' && event.to === 'finished');
        const told = actions.some(tellsOfPlan);
        if (finished && did && !(isBack && isEnabled) && count(is.rolledForward) === 0)
          return [verdict('lost', `Incident ${incidentId}: people are told that all is done, and it is not.`)];
        if (did && !finished && !told)
          return [verdict('lost', `Incident ${incidentId}: it is half done, and nobody is told.`)];
        if (approved && !did && actions.length === 0)
          return [verdict('lost', `Incident ${incidentId}: it was approved, and nobody is told what came of it.`)];
        return [];
      }),
    ];
  });
}

/** Whether the event says how far a plan came that did not come to its end. */
function tellsOfPlan(event: TimelineEvent): boolean {
  switch (event.type) {
    case 'PlanMoved':
      return event.to !== 'step-done' && event.to !== 'finished';
    case 'IncidentConcluded':
      return event.basis.kind === 'plan';
    case 'StepFailed':
    case 'InvestigationAbandoned':
    case 'IncidentTakenOver':
      return event.leftBehind.some(({ state }) => state === 'plan');
    default:
      return false;
  }
}

/** An approved action must have been executed, or people must have learned that it was not, or that its outcome is unknown. */
function lost({ approved, actions, status }: Outcome, wasDone: boolean): string[] {
  const results = actions.map(resultIn);
  const isDone = results.includes('done');
  const isOpen = results.includes('unknown');
  const isNotDone = results.includes('not-done');
  if (wasDone && !isDone && !isOpen && status !== 'failed') return ['it was done, and nobody is told.'];
  if (!wasDone && isDone) return ['people are told that it was done, and it was not.'];
  if (approved && !isDone && !isNotDone && !isOpen && status !== 'failed')
    return ['it was approved, and nobody is told what came of it.'];
  return [];
}

/** The outcome of an action according to one event. */
function resultIn(event: TimelineEvent): 'done' | 'not-done' | 'unknown' | undefined {
  switch (event.type) {
    case 'ActionFinished':
      return event.result.kind === 'failed' ? 'unknown' : 'done';
    case 'ActionRefused':
      return event.uncertain ? 'unknown' : 'not-done';
    case 'QuestionUnanswered':
      return event.ofRollback ? undefined : 'not-done';
    case 'IncidentConcluded':
      return resultOfConclusion(event.basis);
    default:
      return undefined;
  }
}

function resultOfConclusion(basis: EventOf<'IncidentConcluded'>['basis']): ReturnType<typeof resultIn> {
  switch (basis.kind) {
    case 'verification':
      return basis.verdict === 'unknown' ? 'unknown' : undefined;
    case 'action':
      return basis.done ? undefined : 'not-done';
    case 'decision':
      return basis.decision === 'refuse' ? 'not-done' : undefined;
    case 'nothing':
      return 'not-done';
  }
}
