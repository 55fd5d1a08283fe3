// A runtime in a process of its own, to be killed. It holds each incident at the state that is asked for, before or after the state did
// its work, says so on stdout, and waits for the end. Started by kill.test.ts.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Incident } from '../../../core/model/incident.ts';
import { ExecutionInput } from '../../../core/model/workflow.ts';
import type { Executor } from '../../../core/ports/telemetry.ts';
import { answerApproval } from '../../../core/remediation/answer.ts';
import { recordedWorld } from '../../../local/compose.ts';
import { vary } from '../../../local/paging.ts';
import { type Hooks, startRuntime } from '../../../local/runtime/index.ts';
import type { MakeWorld } from '../../../local/world.ts';

/** What happens to one incident. `event` and `source` become the page's ids. */
const Case = z.object({
  event: z.string(),
  source: z.string(),
  /** The CronJob that failed. */
  job: z.string(),
  holdAt: z.string(),
  answers: z.boolean(),
  /** Answered only once it was said that it still waits. */
  reminded: z.boolean(),
  breaks: z.boolean(),
  /** The line cannot be used when it comes. */
  lineBreaks: z.boolean(),
  /** The diagnosis of another incident answers it, too. */
  covered: z.boolean(),
  expires: z.boolean(),
  /** Verification says that it is to be taken back. */
  worsens: z.boolean(),
  /** Nobody is asked, and an agent looks further. */
  looksFurther: z.boolean(),
  /** The action is the last step of a plan whose first look says to wait. */
  waits: z.boolean(),
});
export type Case = z.infer<typeof Case>;
const Orders = z.object({
  data: z.string(),
  /** A recording for each job. */
  scenarios: z.string(),
  /** `enters`: held before the state runs. `leaves`: after it ran, before that is written down. `ends`: nothing is held. */
  hold: z.enum(['enters', 'leaves', 'ends']),
  cases: z.array(Case),
});
export type Orders = z.infer<typeof Orders>;

const orders = Orders.parse(JSON.parse(process.argv[2] ?? ''));
const caseOf = (input: unknown) => {
  const { eventId } = ExecutionInput.parse(input).trigger;
  return orders.cases.find((each) => each.event === eventId);
};
const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Which incident an execution is about; what its states carry says so at its start only. */
const executionOf = new Map<string, Case>();

const hold: NonNullable<Hooks['entered']> = (at) => {
  const wanted = executionOf.get(at.name) ?? caseOf(at.input);
  if (wanted) executionOf.set(at.name, wanted);
  if (wanted?.holdAt !== at.state) return;
  say({ held: wanted.event });
  return new Promise(() => undefined);
};

const Entering = z.object({ taskToken: z.string(), state: z.unknown() });
const Waiting = z.looseObject({ planRun: z.unknown().optional(), remediation: z.unknown().optional() });
const Verifying = z.looseObject({
  decision: z.looseObject({ action: z.unknown() }),
  takingBack: z.unknown().optional(),
});

/** Each has a cause of its own, though the recordings are alike: nobody is held for the diagnosis of another. */
function asOne(planned: unknown): object {
  const { incident, ...rest } = z.looseObject({ incident: Incident }).parse(planned);
  const page = { incidentId: incident.id, openedAt: incident.openedAt, symptom: 'unknown', service: incident.sourceId };
  return { ...rest, incident, page };
}

const invoke: NonNullable<Hooks['invoke']> = async (name, payload, call) => {
  const entering = name === 'admit' ? Entering.safeParse(payload).data : undefined;
  const enters = entering && caseOf(entering.state);
  if (enters?.lineBreaks) throw new Error('broken on purpose');
  if (entering && enters?.covered) {
    const cause = { kind: 'Node', name: 'node-7' };
    const because = { kind: 'same-node', node: 'node-7' };
    const leader = (await runtime.ports.incidents.findBySource('source-ApprovalExpired'))?.id;
    return runtime.ports.workflow.resume(entering.taskToken, { kind: 'covered', leader, because, cause });
  }
  if (name === 'investigate-longer') {
    const { taskToken } = Entering.parse(payload);
    return runtime.ports.workflow.resume(taskToken, { kind: 'failed', why: 'nothing to be seen' });
  }
  if (name === 'remediate' && caseOf(payload)?.waits) {
    const { planRun, remediation: _, ...state } = Waiting.parse(payload);
    if (planRun === undefined) return { ...state, remediation: { kind: 'going' }, planRun: { waitSeconds: 1 } };
    return call(name, state);
  }
  if (name === 'synthesize' && caseOf(payload)?.breaks) throw new Error('broken on purpose');
  const answer = await call(name, payload);
  if (name === 'assemble-context') return asOne(answer);
  if (name === 'verify' && caseOf(payload)?.worsens) {
    const { takingBack, decision } = Verifying.parse(payload);
    // The very action again: its key does not let it be done twice.
    if (takingBack === undefined)
      return { ...Verifying.parse(answer), afterwards: 'take-back', takingBack: { action: decision.action, why: '' } };
  }
  if (name === 'report' && caseOf(payload)?.looksFurther)
    return { ...z.looseObject({}).parse(answer), longer: { kind: 'wanted', seconds: 600 } };
  const asked = name === 'decide' ? caseOf(payload) : undefined;
  if (asked?.looksFurther)
    return { ...z.looseObject({}).parse(answer), decision: { kind: 'report', why: 'Nobody knows.', policies: [] } };
  if (!asked?.expires && !asked?.reminded) return answer;
  const decided = z.looseObject({ decision: z.looseObject({}) }).parse(answer);
  const lastSeconds = asked.expires ? 1 : 600;
  const times = { expiresInSeconds: 1 + lastSeconds, remindInSeconds: 1, lastSeconds };
  return { ...decided, decision: { ...decided.decision, ...times } };
};

/** Writes down every time that something was really done. */
const counted = (executor: Executor): Executor => ({
  ...executor,
  async execute(action) {
    const done = await executor.execute(action);
    if (done.kind === 'done') appendFileSync(join(orders.data, 'acted'), `${action.incidentId}\n`);
    return done;
  },
});
const makeWorld: MakeWorld = async (ground) => {
  const world = await recordedWorld([orders.scenarios])(ground);
  // So many incidents within a minute are this test's doing, and no symptom.
  const most = { actsPerHour: 500, actsPerIncident: 500 };
  const catalog = {
    load: async () => {
      const loaded = await world.catalog.load();
      return { ...loaded, budgets: { ...loaded.budgets, ...most } };
    },
  };
  return { ...world, catalog, executor: counted(world.executor), waitMs: 20 };
};

const runtime = await startRuntime({
  makeWorld,
  data: orders.data,
  onTrouble: (sentence) => say({ trouble: sentence }),
  // All are held, each somewhere else: that is no line of pages.
  concurrent: 100,
  hooks: { invoke, ...(orders.hold === 'enters' ? { entered: hold } : orders.hold === 'leaves' ? { left: hold } : {}) },
});

const answer = async (incidentId: string, approvalId: string, reminded: boolean) => {
  const incident = await runtime.ports.incidents.get(incidentId);
  const asked = orders.cases.find((each) => each.event === incident?.trigger.eventId);
  if (asked?.answers || (reminded && asked?.reminded))
    await answerApproval({ approvalId, verdict: 'approve', by: 'ada' }, runtime.ports);
};
runtime.feed.watch((event) => {
  if (event.kind === 'approval' && event.approval.state === 'pending') {
    void answer(event.approval.incidentId, event.approval.id, false);
  }
  if (event.kind === 'message' && event.message.key.startsWith('reminder-')) {
    void answer(event.message.incidentId, event.message.approval?.approvalId ?? '', true);
  }
});

const pageOf = ({ job }: Case) => runtime.world.pages.find(({ body }) => body.includes(`${job}-`))?.body ?? '';
await runtime.resume();
if (orders.hold === 'ends') {
  for (const { source } of orders.cases) await runtime.waitForIncident(source, 'ended');
  say({ ended: true });
  await runtime.close();
} else {
  for (const each of orders.cases) {
    const { event, source } = each;
    const ids = [event, source];
    await runtime.sendPage(vary(pageOf(each), new Date(), () => ids.shift() ?? ''));
    // A page that joins must find its incident open.
    while ((await runtime.ports.incidents.findBySource(source)) === undefined && !source.endsWith('OpenIncident')) {
      await sleep(5);
    }
  }
}
