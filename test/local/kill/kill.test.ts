// `kill -9` at every state of the machine: where it does work, after the work but before that was written down; where it only chooses, waits or
// ends, as it is entered. `npm run test:properties` does both at each. One process holds an incident at each state and is killed; the next
// one has to bring every incident to its end.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../../core/model/incident.ts';
import type { AppliedActions } from '../../../core/ports/records.ts';
import { copyRecording } from '../../../dojo/faults/recording.ts';
import { recordedWorld } from '../../../local/compose.ts';
import { type Runtime, startRuntime } from '../../../local/runtime/index.ts';
import type { Ended } from '../../../local/runtime/journal.ts';
import type { Case, Orders } from './child.ts';

const child = new URL('child.ts', import.meta.url).pathname;
const machine = JSON.parse(readFileSync(new URL('../../../statemachines/incident.asl.json', import.meta.url), 'utf8'));
const states: readonly string[] = Object.keys(machine.States);
const works = (state: string) => ['Task', 'Map', 'Parallel'].includes(machine.States[state].Type);

/** How an incident gets to each state. Most are on the way of one that is asked about and approved. */
function caseFor(state: string): Case {
  // Who joins is paged about the same job.
  const about = state === 'Joined' ? 'AwaitApproval' : state;
  return {
    event: `event-${state}`,
    source: `source-${about}`,
    job: `nightly-${about.toLowerCase()}`,
    holdAt: state,
    answers: state !== 'ApprovalExpired' && state !== 'AwaitApprovalReminded',
    reminded: state === 'AwaitApprovalReminded',
    expires: state === 'ApprovalExpired',
    worsens: state === 'DecideToTakeBack',
    breaks: state === 'ReportFailure' || state === 'MakeRoomAfterFailure' || state === 'Failed',
    lineBreaks: state === 'AdmitAnyway',
    covered: ['Join', 'HasJoined', 'Covered'].includes(state),
    looksFurther: ['Longer', 'InvestigateLonger', 'ConcludeLonger'].includes(state),
    waits: state === 'PlanWait',
  };
}
// Those that others join come first.
const first = ['AwaitApproval', 'ApprovalExpired'];
const everything = process.env.PROPERTY_RUNS !== undefined;
const casesOf = (hold: 'enters' | 'leaves'): readonly Case[] => {
  const chosen = (state: string) => everything || works(state) === (hold === 'leaves');
  return [...first, ...states.filter((state) => !first.includes(state) && chosen(state))].map(caseFor);
};

const patienceMs = 110_000;
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const each of running) each.kill('SIGKILL');
});

function start(orders: Orders): { process: ChildProcess; lines: AsyncIterable<string>; errors: () => string } {
  const started = spawn(process.execPath, [child, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(started);
  // Whoever reads its lines sees them end, and says what is missing.
  const patience = setTimeout(() => started.kill('SIGKILL'), patienceMs);
  started.once('exit', () => {
    clearTimeout(patience);
    running.delete(started);
  });
  let errors = '';
  started.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return { process: started, lines: createInterface({ input: started.stdout }), errors: () => errors };
}

async function holdAllAndKill(orders: Orders): Promise<void> {
  const { process, lines, errors } = start(orders);
  const held = new Set<string>();
  for await (const line of lines) {
    const said = JSON.parse(line);
    if (said.held) held.add(said.held);
    if (held.size === orders.cases.length) break;
  }
  const missing = orders.cases.filter(({ event }) => !held.has(event)).map(({ holdAt }) => holdAt);
  if (missing.length > 0) throw new Error(`Never got to ${missing.join(', ')}. ${errors()}`);
  const gone = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await gone;
}

async function bringToTheEnd(orders: Orders): Promise<void> {
  const { process, lines, errors } = start({ ...orders, hold: 'ends' });
  const gone = new Promise((resolve) => process.once('exit', resolve));
  let ended = false;
  for await (const line of lines) ended ||= JSON.parse(line).ended === true;
  await gone;
  if (!ended) throw new Error(`The restarted runtime did not bring them to the end. ${errors()}`);
}

it('every state is among those at which it is killed', () => {
  const killedAt = [...casesOf('enters'), ...casesOf('leaves')].map(({ holdAt }) => holdAt);
  expect(new Set(killedAt)).toEqual(new Set(states));
});

describe.each(['enters', 'leaves'] as const)('killed when an incident %s', (hold) => {
  const cases = casesOf(hold);
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-kill-'));
  const [data, scenarios] = [join(folder, 'data'), join(folder, 'scenarios')];
  let runtime: Runtime;
  let applied: AppliedActions;
  const ended = new Map<string, Ended>();

  beforeAll(async () => {
    mkdirSync(data);
    for (const job of new Set(cases.map((each) => each.job))) copyRecording(join(scenarios, job), job, job);
    const orders: Orders = { data, scenarios, hold, cases: [...cases] };
    await holdAllAndKill(orders);
    await bringToTheEnd(orders);
    for (const name of readdirSync(join(data, 'executions', 'ended'))) {
      const each: Ended = JSON.parse(readFileSync(join(data, 'executions', 'ended', name), 'utf8'));
      ended.set(each.name, each);
    }
    runtime = await startRuntime({
      data,
      makeWorld: (ground) => {
        applied = ground.applied;
        return recordedWorld([scenarios])(ground);
      },
    });
  }, 240_000);
  afterAll(async () => {
    await runtime?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const incidentOf = async ({ source }: Case): Promise<Incident> => {
    const found = (await runtime.ports.incidents.list(100)).filter((each) => each.sourceId === source);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const actedOn = ({ id }: Incident) =>
    readFileSync(join(data, 'acted'), 'utf8')
      .split('\n')
      .filter((line) => line === id).length;

  it.each(cases)('$holdAt, it ends after the restart and nothing was done twice', async (each) => {
    const incident = await incidentOf(each);
    const timeline = await runtime.ports.incidents.timeline(incident.id);
    expect(new Set(timeline.map((entry) => entry.id)).size).toBe(timeline.length);
    if (each.breaks) {
      expect(incident.status).toBe('failed');
      expect(timeline.map((entry) => entry.kind)).toContain('failure');
      expect(actedOn(incident)).toBe(0);
    } else if (each.expires || each.covered || each.looksFurther) {
      expect(incident.status).toBe('closed');
      expect(actedOn(incident)).toBe(0);
    } else {
      expect(incident.status).toBe('closed');
      expect(actedOn(incident)).toBe(1);
      expect(await applied.of(incident.id)).toHaveLength(1);
      expect(timeline.map((entry) => entry.kind)).toContain('verification');
    }
  });

  it('every execution ended, and none is left to be gone on with', async () => {
    expect(ended.size).toBe(cases.length);
    expect(await runtime.resume()).toBe(0);
    const joining = cases.filter(({ holdAt }) => holdAt === 'Joined');
    expect([...ended.values()].filter(({ state }) => state === 'Joined')).toHaveLength(joining.length);
  });
});
