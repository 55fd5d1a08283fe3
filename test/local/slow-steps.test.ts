// A step that takes longer than it may is asked again, and the incident goes on as if it had not happened.
import { expect, it, onTestFinished, vi } from 'vitest';
import { recordedWorld } from '../../local/compose.ts';
import { vary } from '../../local/paging.ts';
import { type Hooks, startRuntime } from '../../local/runtime/index.ts';

const scenario = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;

async function paged(hooks: Hooks) {
  const runtime = await startRuntime({ makeWorld: recordedWorld([scenario]), hooks, onTrouble: () => undefined });
  onTestFinished(() => runtime.close());
  const page = vary(runtime.world.pages[0]!.body, new Date(), () => runtime.ports.ids.next());
  const { sourceId } = await runtime.sendPage(page);
  return { runtime, incident: await runtime.waitForIncident(sourceId, 'asked') };
}

const steps = [
  'open-incident',
  'assemble-context',
  'specialist-kubernetes',
  'synthesize',
  'decide',
  'report',
  'await-approval',
];

it.each(steps)('%s that takes too long once is asked again, and nothing is said twice', async (slow) => {
  let calls = 0;
  const { runtime, incident } = await paged({
    // The first call has no time at all: its work goes on unheard, as it may on Lambda, and the second has enough.
    limitMs: (name) => {
      if (name === slow) calls += 1;
      return name === slow && calls === 1 ? 1 : 60_000;
    },
  });
  await vi.waitFor(() => expect(calls).toBeGreaterThan(1), 10_000);
  expect(incident.status).toBe('awaiting-approval');
  const timeline = await runtime.ports.incidents.timeline(incident.id);
  expect(new Set(timeline.map(({ id }) => id)).size).toBe(timeline.length);
  expect(timeline.filter(({ kind }) => kind === 'failure')).toEqual([]);
  for (const kind of ['opened', 'context', 'diagnosis', 'decision', 'question'])
    expect(timeline.filter((entry) => entry.kind === kind)).toHaveLength(1);
  expect(timeline.filter(({ kind, text }) => kind === 'gap' && text.includes('did not answer'))).toEqual([]);
  expect(await runtime.ports.approvals.ofIncident(incident.id)).toMatchObject([{ state: 'pending' }]);
});

it('a specialist that always takes too long is a gap', async () => {
  const { runtime, incident } = await paged({ limitMs: (name) => (name === 'specialist-logs' ? 1 : 60_000) });
  const diagnosis = await runtime.ports.incidents.diagnosis(incident.id);
  expect(diagnosis?.gaps.map(({ source }) => source)).toContain('logs');
});
