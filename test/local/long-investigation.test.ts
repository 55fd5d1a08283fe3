import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { ModelConfig } from '../../connectors/strands/index.ts';
import type { Message } from '../../core/model/message.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { causeName, claim, playAgent, type ScriptedAgent } from '../scripted-agent.ts';

// The further investigation on one machine: in the background, after the first diagnosis.

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
const scenario = 'test/fixtures/scenarios/wrong-totals';
const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function started(agent: ScriptedAgent, minutes: number | undefined): Promise<Runtime> {
  const model = ModelConfig.parse({
    provider: 'bedrock',
    region: 'eu-central-1',
    endpoint: agent.mock.url,
    models: { coordinator: 'eu.test.coordinator', specialist: 'eu.test.specialist' },
    price: { input: 3, output: 15 },
  });
  const runtime = await startRuntime({
    makeWorld: recordedWorld([scenario], { model, ...(minutes === undefined ? {} : { investigation: { minutes } }) }),
  });
  open.push({ close: () => agent.mock.stop() }, runtime);
  return runtime;
}

async function paged(runtime: Runtime) {
  const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
  return { sourceId, incident: await runtime.waitForIncident(sourceId, 'diagnosed', 30_000) };
}

const published = (runtime: Runtime): Message[] => {
  const messages: Message[] = [];
  runtime.feed.watch((event) => {
    if (event.kind === 'message') messages.push(event.message);
  });
  return messages;
};

test('a cause that no rule knows is found by an agent after the first diagnosis, with its evidence and its name', async () => {
  const runtime = await started(await playAgent(), 5);
  const messages = published(runtime);
  const { sourceId, incident } = await paged(runtime);
  expect((await runtime.ports.incidents.diagnosis(incident.id))?.hypotheses[0]?.cause).toBe('unknown');
  await runtime.waitForIncident(sourceId, 'ended', 30_000);
  const diagnosis = await runtime.ports.incidents.diagnosis(incident.id);
  expect(diagnosis).toMatchObject({
    hypotheses: [
      {
        entity: { kind: 'Service', name: 'tariff' },
        cause: 'other',
        summary: expect.stringContaining('price table 31'),
        proposal: { causeName, by: 'eu.test.coordinator (investigation@1)', calibration: 'not-calibrated' },
      },
    ],
    opinions: { first: 'model', rule: 'analysis-unknown' },
  });
  const [first] = diagnosis?.hypotheses ?? [];
  const evidence = await runtime.ports.evidence.get(incident.id, first?.evidenceIds[0] ?? '');
  expect(evidence?.excerpt).toContain('price table 31 in use, amounts in tenths of a cent');

  const timeline = await runtime.ports.incidents.timeline(incident.id);
  const types = timeline.map(({ event }) => event.type);
  expect(types.indexOf('DecisionMade')).toBeLessThan(types.indexOf('LongInvestigationBegan'));
  expect(timeline.find(({ event }) => event.type === 'LongInvestigationStep')?.text).toBe(
    'Asks logs: Which lines of tariff speak of prices (1)? (Service tariff)',
  );
  expect(timeline.find(({ event }) => event.type === 'LongInvestigationEnded')?.event).toMatchObject({
    how: 'finished',
    steps: 1,
  });
  expect(types).not.toContain('ActionFinished');

  const keys = messages.map(({ key }) => key);
  expect(keys).toContain(`long-${incident.id}`);
  const result = messages.findLast(({ key }) => key === `diagnosis-long-${incident.id}`);
  expect(JSON.stringify(result)).toContain(claim.slice(0, 40));
  expect(JSON.stringify(result)).toContain('eu.test.coordinator (investigation@1)');
  expect(messages.findLast(({ key }) => key === `long-${incident.id}`)).toMatchObject({
    lines: ['The result is below.'],
  });
  expect(messages.findLast(({ key }) => key === `long-${incident.id}`)?.choices).toBeUndefined();
});

test('without the setting nothing looks further', async () => {
  const agent = await playAgent();
  const runtime = await started(agent, undefined);
  const { sourceId } = await paged(runtime);
  await runtime.waitForIncident(sourceId, 'ended', 30_000);
  expect(agent.asked).not.toContain('investigation');
});

test('a person stops it by a word: within seconds, with what was found until then', async () => {
  const runtime = await started(await playAgent({ pauseMs: 700, questions: 40 }), 5);
  const messages = published(runtime);
  const { sourceId, incident } = await paged(runtime);
  await expect
    .poll(
      async () =>
        (await runtime.ports.incidents.timeline(incident.id)).filter(
          ({ event }) => event.type === 'LongInvestigationStep',
        ).length,
      { timeout: 20_000, interval: 100 },
    )
    .toBeGreaterThan(1);
  const { create } = await import('../../lambdas/conversation/handler.ts');
  const say = (text: string, eventId: string) =>
    create(runtime.ports)(
      {
        kind: 'words',
        how: 'console',
        eventId,
        text,
        by: 'maya',
        incidentId: incident.id,
        at: new Date().toISOString(),
      },
      {} as never,
    );
  await say('stop the job', 'e1');
  await sleep(300);
  expect((await runtime.ports.long.get(incident.id))?.state).toBe('running');
  const before = Date.now();
  await say('stop looking', 'e2');
  await runtime.waitForIncident(sourceId, 'ended', 10_000);
  expect(Date.now() - before).toBeLessThan(5000);
  const last = messages.findLast(({ key }) => key === `long-${incident.id}`);
  expect(last).toMatchObject({ headline: expect.stringMatching(/^Stopped looking/), people: ['maya'] });
  expect(last?.lines.slice(0, 2)).toEqual(['maya said so.', 'Found until then:']);
  expect(last?.lines[2]).toContain('price table 31');
  expect((await runtime.ports.incidents.diagnosis(incident.id))?.hypotheses[0]?.cause).toBe('unknown');
});
