// One life of the embedded runtime, with a batch of incidents that each have faults of their own. At the point where a schedule wants the process to
// die, it holds, reports that, and waits for the kill. The last life holds nothing, finishes every incident, and reports the record.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import type { Approval } from '../../core/model/action.ts';
import { Incident } from '../../core/model/incident.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { actingOn, recordedWorld } from '../../local/compose.ts';
import { vary } from '../../local/paging.ts';
import { type Hooks, type Runtime, startRuntime } from '../../local/runtime/index.ts';
import type { MakeWorld } from '../../local/world.ts';
import { cronJobName, deploymentName } from './cluster.ts';
import { Orders, type Outcome } from './orders.ts';
import type { Crash, Schedule } from './schedule.ts';

const orders = Orders.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const { schedules, life, last, bug } = orders;
const send = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);
const seedOf = (sourceId: string): number => Number(/^source-(\d+)/.exec(sourceId)?.[1] ?? -1);
const bySeed = new Map(schedules.map((schedule) => [schedule.seed, schedule]));
const Traced = z.looseObject({ trigger: z.looseObject({ sourceId: z.string() }) });
const scheduleIn = (value: unknown): Schedule | undefined => {
  const traced = Traced.safeParse(value);
  return traced.success ? bySeed.get(seedOf(traced.data.trigger.sourceId)) : undefined;
};

/** Faults that happen once in all lives, so they are recorded on disk. */
const book = join(orders.data, 'happened');
const happened = new Set(readFileSync(book, 'utf8').split('\n'));
const once = (what: string): boolean => {
  if (happened.has(what)) return false;
  happened.add(what);
  appendFileSync(book, `${what}\n`);
  return true;
};

const forever = () => new Promise<never>(() => undefined);
const crashOf = ({ crashes }: Schedule): Crash | undefined => (last ? undefined : crashes[life]);
const holdIf = (schedule: Schedule | undefined, here: (crash: Crash) => boolean): Promise<never> | undefined => {
  const crash = schedule && crashOf(schedule);
  if (!schedule || !crash || !here(crash) || !once(`crash ${schedule.seed} ${life}`)) return undefined;
  send({ held: schedule.seed });
  return forever();
};

/** The schedule of each execution; the state's input names it only at the start of the execution. */
const executionOf = new Map<string, Schedule>();
const holdAt =
  (at: 'entered' | 'left'): NonNullable<Hooks['entered']> =>
  (running) => {
    const schedule = executionOf.get(running.name) ?? scheduleIn(running.input);
    if (schedule) executionOf.set(running.name, schedule);
    if (bug === 'never-verified' && running.state === 'Verify') return forever();
    return holdIf(schedule, (crash) => crash.at === at && crash.state === running.state);
  };

const Failing = z.looseObject({ state: z.unknown() });
/**
 * Gives each incident a cause of its own, although the recordings are alike: no page waits for the diagnosis of another, and they only share the
 * slots.
 */
function asOne(planned: unknown): object {
  const { incident, ...rest } = z.looseObject({ incident: Incident }).parse(planned);
  const page = { incidentId: incident.id, openedAt: incident.openedAt, symptom: 'unknown', service: incident.sourceId };
  return { ...rest, incident, page };
}

const Asking = z.looseObject({ remediation: z.looseObject({ kind: z.literal('asks') }) });
const Planned = z.looseObject({ plan: z.looseObject({ steps: z.array(z.looseObject({})) }) });
const Awaiting = z.looseObject({ decision: z.looseObject({}) });
const invoke: NonNullable<Hooks['invoke']> = async (name, payload, call) => {
  if (bug === 'never-swept' && name === 'sweep-incidents') return {};
  const schedule = scheduleIn(payload) ?? scheduleIn(Failing.safeParse(payload).data?.state);
  const died = `died ${schedule?.seed}`;
  if (
    schedule?.dies !== undefined &&
    ((schedule.dies === name && once(died)) || (name === 'report-failure' && happened.has(died)))
  )
    throw new InvalidInput('It died for good.');
  if (schedule?.stumbles === name && once(`stumble ${schedule.seed}`)) throw new Unavailable('It stumbled.');
  const made = await call(name, payload);
  if (name === 'assemble-context') return asOne(made);
  // A plan that stopped asks from within its own step.
  const asks = name === 'remediate' && Asking.safeParse(made).success;
  if (name !== 'decide' && !asks) return made;
  // Short times, so that the harness does not wait half an hour.
  const seconds = { expiresInSeconds: 6, remindInSeconds: 3, lastSeconds: 3 };
  const { decision, ...decided } = Awaiting.parse(made);
  const plan = Planned.safeParse(decision.plan).data;
  const steps = plan?.plan.steps.map((step) => ({ ...step, limitSeconds: 120 }));
  const short = plan === undefined ? {} : { plan: { ...plan, plan: { ...plan.plan, steps } } };
  return { ...decided, decision: { ...decision, ...seconds, ...short } };
};

const accessFor = (incidentId: string, schedule: Schedule | undefined): Parameters<typeof actingOn>[0] => ({
  name: schedule?.plan === undefined ? 'backend-1' : 'backend-2',
  async request(path, { method = 'GET', body } = {}) {
    try {
      const response = await fetch(new URL(path, orders.cluster), {
        method,
        headers: {
          'content-type': 'application/json',
          'x-incident': incidentId,
          'x-seed': String(schedule?.seed ?? ''),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: JSON.parse(text), bytes: text.length };
    } catch {
      return { status: 0, problem: 'no answer', body: undefined, bytes: 0 };
    }
  },
});

const makeWorld: MakeWorld = async (ground) => {
  const world = await recordedWorld([orders.scenarios])(ground);
  const scheduleFor = async (incidentId: string) =>
    bySeed.get(seedOf((await ground.incidents.get(incidentId))?.sourceId ?? ''));
  let tries = 0;
  const acting = async (incidentId: string) => actingOn(accessFor(incidentId, await scheduleFor(incidentId)));
  return {
    ...world,
    // This harness causes the many concurrent incidents, so they are no symptom.
    catalog: {
      load: async () => {
        const loaded = await world.catalog.load();
        // One person's word is enough, so that the schedules draw the answers.
        const environments = Object.fromEntries(
          Object.entries(loaded.environments).map(([name, one]) => [name, { ...one, approvalsForHighStakes: 1 }]),
        );
        return {
          ...loaded,
          environments,
          budgets: { actsPerHour: 9999, actsPerIncident: 99, samePerDay: 99, podsPerHour: 9999 },
        };
      },
    },
    targets: {
      look: async (target, scope) => (await acting(scope.incidentId)).targets.look(target, scope),
      around: async (target, scope) => (await acting(scope.incidentId)).targets.around(target, scope),
    },
    executor: {
      dryRun: async (action) => (await acting(action.incidentId)).executor.dryRun(action),
      async execute(action) {
        const schedule = await scheduleFor(action.incidentId);
        const nth = callOf(action.incidentId, action.idempotencyKey);
        const isAt = (wanted: Crash['at']) => (crash: Crash) =>
          crash.at === wanted && (crash.at === 'entered' || crash.at === 'left' || crash.nth === nth);
        await holdIf(schedule, isAt('before-call'));
        const crash = schedule && crashOf(schedule);
        const dies = crash !== undefined && isAt('during-call')(crash);
        tries += 1;
        const idempotencyKey =
          bug === 'new-key-each-try' ? `${action.idempotencyKey}:${process.pid}:${tries}` : action.idempotencyKey;
        const doing = (await acting(action.incidentId)).executor.execute({
          ...action,
          idempotencyKey,
        });
        if (dies) {
          await Promise.race([doing.catch(() => undefined), sleep(20)]);
          await holdIf(schedule, isAt('during-call'));
        }
        if (bug === 'swallowed-failure')
          return doing.catch(() => ({ kind: 'done' as const, detail: 'It seems to have been done.' }));
        const done = await doing;
        if (schedule?.plan?.withdrawnAfter === nth + 1 && once(`withdrawn ${schedule.seed}`))
          await withdraw(action.incidentId);
        await holdIf(schedule, isAt('after-call'));
        return done;
      },
    },
    chat: {
      async publish(message) {
        const schedule = await scheduleFor(message.incidentId);
        for (let nth = 0; nth < (schedule?.chatFails ?? 0); nth += 1)
          if (once(`chat ${schedule?.seed} ${nth}`)) throw new Unavailable('The thread cannot be reached.');
      },
    },
    pager: {
      alerts: async () => ({ kind: 'data', alerts: [] }),
      mark: async () => ({ kind: 'written' }),
      statusUpdate: async () => ({ kind: 'written' }),
      note: async (sourceId) =>
        bySeed.get(seedOf(sourceId))?.pagerFails === true
          ? { kind: 'gap', gap: { source: 'pagerduty', reason: 'Away.' } }
          : { kind: 'written' },
    },
    waitMs: 20,
  };
};

const runtime: Runtime = await startRuntime({
  makeWorld,
  data: orders.data,
  onTrouble: () => undefined,
  // Fewer slots than incidents, so that some wait in the queue; incidents that are held keep their slots.
  concurrent: 12,
  hooks: { invoke, entered: holdAt('entered'), left: holdAt('left') },
});

/** Which of the calls of an incident this is, by their keys; a call that is repeated keeps its number. */
const calls = new Map<string, string[]>();
function callOf(incidentId: string, key: string): number {
  const keys = calls.get(incidentId) ?? [];
  if (!keys.includes(key)) keys.push(key);
  calls.set(incidentId, keys);
  return keys.indexOf(key);
}

async function withdraw(incidentId: string): Promise<void> {
  const latest = (await runtime.ports.approvals.ofIncident(incidentId)).findLast(({ plan }) => plan !== undefined);
  if (latest !== undefined)
    await answerApproval({ approvalId: latest.id, verdict: 'stop', by: 'cleo' }, runtime.ports).catch(() => undefined);
}

async function pressFor(approval: Approval): Promise<void> {
  const incident = await runtime.ports.incidents.get(approval.incidentId);
  const schedule = bySeed.get(seedOf(incident?.sourceId ?? ''));
  if (approval.plan?.about === 'half-done') {
    const asked = (await runtime.ports.approvals.ofIncident(approval.incidentId)).filter(
      ({ plan }) => plan?.about === 'half-done',
    );
    const verdict = schedule?.plan?.answers[asked.length - 1];
    await sleep(20);
    if (verdict !== undefined)
      await answerApproval({ approvalId: approval.id, verdict, by: 'ana' }, runtime.ports).catch(() => undefined);
    return;
  }
  const answers = schedule?.answers ?? [];
  await Promise.all(
    answers.map(async ({ by, verdict, afterMs }) => {
      await sleep(afterMs);
      await answerApproval({ approvalId: approval.id, verdict, by }, runtime.ports).catch(() => undefined);
    }),
  );
}
const answered = new Set<string>();
const press = (approval: Approval) => {
  if (approval.state !== 'pending' || answered.has(approval.id)) return;
  answered.add(approval.id);
  void pressFor(approval);
};
runtime.feed.watch((event) => {
  if (event.kind === 'approval') press(event.approval);
});

/** Like PagerDuty, it sends the page again until it is accepted. */
async function page(schedule: Schedule, source: string, event: string): Promise<void> {
  const name = schedule.plan === undefined ? `${cronJobName(schedule.seed)}-` : `"${deploymentName(schedule.seed)}"`;
  const body = runtime.world.pages.find(({ body: text }) => text.includes(name))?.body ?? '';
  const ids = [event, source];
  const varied = vary(body, new Date(), () => ids.shift() ?? '');
  for (let nth = 0; nth < 50; nth += 1) {
    try {
      await runtime.sendPage(varied);
      once(`accepted ${event}`);
      return;
    } catch {
      await sleep(100);
    }
  }
}
const pageOnce = async (schedule: Schedule, source: string, event: string) => {
  if (!happened.has(`accepted ${event}`)) await page(schedule, source, event);
};

/** Reads the execution first, and again for a while if the incident of an ended execution has no end yet. */
async function stateOf(id: string): Promise<{ status: string; execution: string }> {
  for (let tries = 0; ; tries += 1) {
    const name = (await runtime.ports.incidents.get(id))?.execution ?? '';
    const execution = await runtime.ports.executions.state(name);
    const status = (await runtime.ports.incidents.get(id))?.status ?? 'gone';
    if (execution === 'running' || status === 'closed' || status === 'failed' || tries === 20)
      return { status, execution };
    await sleep(250);
  }
}

await runtime.resume();
for (const incident of await runtime.ports.incidents.list(500))
  for (const approval of await runtime.ports.approvals.ofIncident(incident.id)) press(approval);
const sending = schedules.map(async (schedule, place) => {
  await sleep(place * 30);
  const { seed, redeliveredMs, twinMs } = schedule;
  await pageOnce(schedule, `source-${seed}`, `event-${seed}`);
  await Promise.all([
    ...redeliveredMs.map(async (ms) => {
      await sleep(ms);
      if (once(`redelivered ${seed} ${ms}`)) await page(schedule, `source-${seed}`, `event-${seed}`);
    }),
    ...(twinMs === undefined
      ? []
      : [sleep(twinMs).then(() => pageOnce(schedule, `source-${seed}-twin`, `event-${seed}-twin`))]),
  ]);
});

if (last) {
  await Promise.all(sending);
  const until = Date.now() + orders.patienceMs;
  const wanted = schedules.flatMap(({ seed, twinMs }) => [
    `source-${seed}`,
    ...(twinMs === undefined ? [] : [`source-${seed}-twin`]),
  ]);
  const ended = async () => {
    const all = await runtime.ports.incidents.list(500);
    const over = new Set(
      all.filter(({ status }) => status === 'closed' || status === 'failed').map(({ sourceId }) => sourceId),
    );
    // A second page about one cause may have joined the first one's incident.
    return wanted.every(
      (source) =>
        over.has(source) ||
        (source.endsWith('-twin') && over.has(source.slice(0, -5)) && !all.some((one) => one.sourceId === source)),
    );
  };
  // Without the sweep, an incident stays as its execution left it.
  const stopped = async () => {
    const all = await runtime.ports.incidents.list(500);
    const states = await Promise.all(all.map(({ id }) => stateOf(id)));
    return all.length >= wanted.length && states.every(({ execution }) => execution !== 'running');
  };
  const isOver = async () => (await ended()) || (bug === 'never-swept' && (await stopped()));
  while (Date.now() < until && !(await isOver())) await sleep(200);
  for (const { id, sourceId } of await runtime.ports.incidents.list(500)) {
    const { status, execution } = await stateOf(id);
    const approvals = await runtime.ports.approvals.ofIncident(id);
    const timeline = await runtime.ports.incidents.timeline(id);
    const outcome: Outcome = {
      seed: seedOf(sourceId),
      incidentId: id,
      status,
      execution,
      approved: approvals.some((one) => one.state === 'decided' && one.verdict !== 'reject'),
      actions: timeline
        .filter(
          ({ kind, event }) =>
            kind === 'action' || kind === 'learned' || kind === 'failure' || event.type === 'IncidentTakenOver',
        )
        .map(({ event }) => event),
    };
    send({ outcome });
  }
  send({ over: true });
  process.exit(0);
}
