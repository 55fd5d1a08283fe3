// An execution that dies for good after any write of any of its steps: whatever it left half-written, the incident does not stay open with
// nobody working on it, no question stays open that nobody waits for, and the next page is looked into.
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { recordedWorld } from '../../local/compose.ts';
import { vary } from '../../local/paging.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

const scenario = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;
const steps = [
  'open-incident',
  'assemble-context',
  'synthesize',
  'decide',
  'report',
  'await-approval',
  'remediate',
  'verify',
  'learn',
];
const writes = /^(?:Put|Update|Delete)/;
const patience = { timeout: 60_000 };
/** No step writes more often. */
const most = 20;

/** Which function a call to the tables belongs to. */
const within = new AsyncLocalStorage<string>();
let runtime: Runtime;
let dies: { readonly step: string; readonly after: number } | undefined;
let written = 0;
let dead = false;

beforeAll(async () => {
  runtime = await startRuntime({
    makeWorld: async (ground) => {
      const world = await recordedWorld([scenario])(ground);
      // So many incidents of one workload within a minute are this test's doing, and no symptom.
      const most = { actsPerHour: 500, actsPerIncident: 500, samePerDay: 500, podsPerHour: 5000 };
      return {
        ...world,
        waitMs: 5,
        catalog: { load: async () => ({ ...(await world.catalog.load()), budgets: most }) },
      };
    },
    onTrouble: () => undefined,
    hooks: {
      invoke: async (name, payload, call) => {
        const isStep = name === 'report-failure' || steps.includes(name);
        // Nothing of the execution works any more, not even telling of it.
        if (dead && isStep) throw new InvalidInput('It is dead.');
        try {
          return await within.run(name, () => call(name, payload));
        } catch (error) {
          throw dead && isStep ? new InvalidInput('It died.') : error;
        }
      },
      table: (call) => {
        const name = within.getStore();
        if (dies === undefined || name !== dies.step || !writes.test(call)) return;
        if (dead || written === dies.after) {
          dead = true;
          throw new Unavailable('It died here.');
        }
        written += 1;
      },
    },
  });
  const answer = (approvalId: string) =>
    answerApproval({ approvalId, verdict: 'approve', by: 'ada' }, runtime.ports).catch(() => undefined);
  runtime.feed.watch((event) => {
    // A person is no part of the step that asks.
    if (event.kind === 'approval' && event.approval.state === 'pending')
      within.exit(() => void answer(event.approval.id));
  });
  await runtime.resume();
});
afterAll(() => runtime.close());

const isOpen = async () => (await runtime.ports.incidents.listOpen(10)).length;

/** Whether it died there. */
async function dyingAfter(step: string, after: number): Promise<boolean> {
  [dies, written, dead] = [{ step, after }, 0, false];
  const { sourceId } = await runtime.sendPage(page(runtime.ports.ids.next()));
  // Nothing was written, and there is nothing to end.
  if (step === 'open-incident' && after === 0) await expect.poll(() => dead, patience).toBe(true);
  else {
    const status = async () => (await runtime.ports.incidents.findBySource(sourceId))?.status ?? '';
    await expect.poll(status, patience).toMatch(/^(?:closed|failed)$/);
    const { id } = (await runtime.ports.incidents.findBySource(sourceId))!;
    const timeline = await runtime.ports.incidents.timeline(id);
    // The last write of all frees the source of an incident that is closed.
    if (dead && step !== 'learn') expect(await status()).toBe('failed');
    if ((await status()) === 'failed') expect(timeline.map(({ kind }) => kind)).toContain('failure');
    const approvals = await runtime.ports.approvals.ofIncident(id);
    expect(approvals.filter((one) => one.state === 'pending')).toEqual([]);
  }
  const died = dead;
  [dies, dead] = [undefined, false];
  await expect.poll(isOpen, patience).toBe(0);
  lastSource = sourceId;
  return died;
}
let lastSource = '';

function page(sourceId: string): string {
  const ids = [runtime.ports.ids.next(), sourceId];
  return vary(runtime.world.pages[0]!.body, new Date(), () => ids.shift() ?? '');
}

describe.each(steps)('%s', (step) => {
  it('may die after any of its writes', async () => {
    let after = 0;
    while (after < most && (await dyingAfter(step, after))) after += 1;
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThan(most);
    // The same alert pages again.
    const before = await runtime.ports.incidents.findBySource(lastSource);
    await runtime.sendPage(page(lastSource));
    await expect
      .poll(async () => (await runtime.ports.incidents.findBySource(lastSource))?.id, patience)
      .not.toBe(before?.id);
    expect((await runtime.waitForIncident(lastSource, 'ended')).status).toBe('closed');
  }, 180_000);
});
