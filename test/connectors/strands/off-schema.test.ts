import { afterAll, beforeAll, expect, test } from 'vitest';
import { ModelConfig, parsePrompt, strandsReasoner } from '../../../connectors/strands/index.ts';
import { outputs } from '../../../core/reasoning/outputs.ts';
import { promptFiles } from '../../../local/prompts.ts';
import { memorySpending } from '../../spending.ts';
import { misbehaving, openai } from './misbehaving.ts';
import { offSchema } from './off-schema.ts';

// Every malformed, empty, truncated or off-schema answer ends as an answer of the asked form or as our own sentence, within the budgets.

const seed = process.env.OFF_SCHEMA_SEED ?? '1';
const count = Number(process.env.OFF_SCHEMA_COUNT ?? 200);
const prompts = promptFiles().map(({ file, text }) => parsePrompt(file, text));
let server: Awaited<ReturnType<typeof misbehaving>>;
let requests = 0;

beforeAll(async () => {
  server = await misbehaving((response) => {
    const { status, type, body } = offSchema(seed, requests);
    requests += 1;
    response.writeHead(status, { 'content-type': type });
    response.end(status === 204 ? undefined : body);
  });
});
afterAll(() => server.close());

test(`${count} outputs that do not fit`, { timeout: 300_000 }, async () => {
  const reasoner = strandsReasoner(ModelConfig.parse(openai(server.url)), prompts, memorySpending());
  const seen = { answered: 0, unavailable: 0 };
  for (let place = 0; requests < count; place += 1) {
    const isCoordinator = place % 2 === 0;
    const promptId = isCoordinator ? 'synthesis' : 'specialist-kubernetes';
    const budget = prompts.find(({ id }) => id === promptId)?.budget;
    const before = requests;
    const startedAt = performance.now();
    const answer = await reasoner.reason<unknown>({
      promptId,
      incidentId: `inc-${place}`,
      digest: '12 pods OOM-killed',
      schema: isCoordinator ? outputs.DiagnosisOpinion : outputs.SpecialistReport,
    });
    seen[answer.kind] += 1;
    if (answer.kind === 'unavailable') expect(answer.reason).toMatch(/^(The|An?) .*; the analysis answers alone\.$/);
    else
      expect(
        (isCoordinator ? outputs.DiagnosisOpinion : outputs.SpecialistReport).safeParse(answer.value).success,
      ).toBe(true);
    // One further call may mend the form of an answer.
    expect(requests - before).toBeLessThanOrEqual((budget?.turns ?? 0) + 1);
    expect(performance.now() - startedAt).toBeLessThan((budget?.seconds ?? 0) * 1000 + 2000);
  }
  expect(seen.unavailable).toBeGreaterThan(0);
  process.stdout.write(`floor outputs=${requests} answered=${seen.answered} gaps=${seen.unavailable}\n`);
});
