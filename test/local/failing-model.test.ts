import { afterEach, beforeAll, expect, test } from 'vitest';
import { ModelConfig, parsePrompt, strandsReasoner } from '../../connectors/strands/index.ts';
import { recordedWorld } from '../../local/compose.ts';
import { promptFiles } from '../../local/prompts.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { misbehaving, ways } from '../connectors/strands/misbehaving.ts';

// Whole incidents while the one model that is configured does everything wrong: each ends in the analysis' diagnosis, with its question, and
// the record says why no model took part.

const opened: (() => Promise<void> | void)[] = [];
beforeAll(() => {
  process.env.AWS_ACCESS_KEY_ID ??= 'test';
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** As they are, but for their patience. */
const prompts = promptFiles()
  .map(({ file, text }) => parsePrompt(file, text))
  .map((prompt) => ({ ...prompt, budget: { ...prompt.budget, seconds: 1 } }));

async function started(config: object): Promise<Runtime> {
  const world = recordedWorld(['scenarios/cronjob-nightly-invoices']);
  const runtime = await startRuntime({
    makeWorld: async (ground) => ({
      ...(await world(ground)),
      reasoner: strandsReasoner(ModelConfig.parse(config), prompts, ground.spending),
    }),
  });
  opened.push(() => runtime.close());
  return runtime;
}

async function diagnosed(runtime: Runtime) {
  const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
  const incident = await runtime.waitForIncident(sourceId, 'asked', 60_000);
  const [diagnosis, approvals] = await Promise.all([
    runtime.ports.incidents.diagnosis(incident.id),
    runtime.ports.approvals.ofIncident(incident.id),
  ]);
  return { diagnosis, approvals };
}

const right = {
  model: 'none',
  text: expect.stringMatching(/^CronJob billing\/nightly-invoices \(backend-1\)(?: failed because of|:)/),
  hypotheses: expect.arrayContaining([
    expect.objectContaining({
      rank: 1,
      cause: 'job-failed',
      entity: expect.objectContaining({ kind: 'CronJob', name: 'nightly-invoices' }),
    }),
  ]),
};

test.each(ways)(
  '%s: the incident ends in the right diagnosis, and a question',
  { timeout: 90_000 },
  async (_, __, make, respond) => {
    const bad = await misbehaving(respond);
    opened.push(() => bad.close());
    const { diagnosis, approvals } = await diagnosed(await started(make(bad.url)));
    expect(diagnosis).toMatchObject(right);
    expect(approvals).toMatchObject([{ state: 'pending', action: { id: 'rerun-cronjob' } }]);
    expect(diagnosis?.gaps).toContainEqual({
      source: 'model',
      reason: expect.stringMatching(/; the analysis answers alone\.$/),
    });
  },
);
