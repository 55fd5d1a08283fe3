import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { replyTo } from '../../core/conversation/reply.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

// The draft after the end, against the whole runtime: webhook, bus, function, knowledge base.

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startRuntime({
    makeWorld: recordedWorld([new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname]),
  });
});
afterAll(() => runtime.close());

test('a page that a person resolves once we are done is resolved in the draft that the next incident finds', async () => {
  const page = JSON.parse(runtime.world.pages[0]?.body ?? '{}');
  const { sourceId } = await runtime.sendPage(JSON.stringify(page));
  const { id } = await runtime.waitForIncident(sourceId, 'asked');
  await replyTo({ incidentId: id, text: 'reject', by: 'ada' }, runtime.ports);
  await runtime.waitForIncident(sourceId, 'ended');
  const resolved = { id: 'E-RESOLVED', event_type: 'incident.resolved', agent: { summary: 'Grace Hopper' } };
  await runtime.sendPage(JSON.stringify({ event: { ...page.event, ...resolved } }));
  const query = {
    scope: { incidentId: id },
    text: 'page resolved by Grace Hopper',
    type: 'postmortem',
    limit: 3,
  } as const;
  await vi.waitFor(async () => {
    const found = await runtime.ports.telemetry.knowledge.search(query);
    expect(JSON.stringify(found)).toContain('the page was resolved by Grace Hopper');
    expect(JSON.stringify(found)).toContain(`postmortem-${id}.md`);
  }, 10_000);
});
