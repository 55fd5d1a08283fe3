import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import {
  compare,
  comparisonText,
  pairedInterval,
  type Row,
  readState,
  recordLine,
  sampleOf,
  scenarioCases,
  ways,
  wilson,
} from '../../dojo/comparison.ts';
import { passes } from '../../dojo/questions.ts';
import { collectScenarios } from '../../dojo/scenarios.ts';
import { recordedWorld } from '../../local/compose.ts';

const folders = ['scenarios/cronjob-nightly-invoices', 'scenarios/oom-after-deploy'];
const worlds = { analysis: recordedWorld, both: recordedWorld, agents: recordedWorld };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchkeeper-comparison-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a run that stopped continues, and spends nothing beyond its ceiling', { timeout: 120_000 }, async () => {
  const cases = scenarioCases(await collectScenarios(folders));
  const state = join(folder, 'state.ndjson');
  const done: Row[] = [];
  const first = await compare({ cases: cases.slice(0, 1), model: 'm', worlds, state, maxUsd: undefined }, (row) => {
    done.push(row);
  });
  expect(first.rows.map(({ way }) => way)).toEqual([...ways]);
  expect(done.find(({ way }) => way === 'analysis')).toMatchObject({ verdict: 'right', harm: false });
  // Without the causes, the analysis has no right answer.
  expect(done.find(({ way }) => way === 'agents')?.verdict).not.toBe('right');
  const [row] = done;
  await appendFile(state, `${JSON.stringify({ ...row, id: 'dear', costUsd: 5 })}\n{"way":"bo`);
  expect(await readState(state)).toHaveLength(4);
  const second = await compare({ cases, model: 'm', worlds, state, maxUsd: 5 }, () => expect.unreachable());
  expect(second).toMatchObject({ missing: [cases[1]?.id], stoppedBy: 'money' });
  expect(comparisonText(second, cases, '1')).toMatch(/Not run to the end, .*: 1 of 2 cases: oom-after-deploy/);
  expect(recordLine('m', second.rows)).toBe("  'm': { runs: 0, right: 0 },");
  expect((await readFile(state, 'utf8')).split('\n')).toHaveLength(5);
  // The half line that a killed run left is gone, so that what follows can be read again; an answer that came too late is asked for again.
  const late = () => async () => {
    throw new Unavailable('synthesize did not end within its limit of time.');
  };
  const third = await compare(
    { cases, model: 'm', worlds: { ...worlds, agents: late }, state, maxUsd: undefined },
    () => undefined,
  );
  expect(third.missing).toEqual([expect.stringMatching(/oom-after-deploy \(agents alone: .*limit of time/)]);
  expect((await readState(state)).map(({ way, id }) => `${way} ${id}`)).toContain('both oom-after-deploy');
});

test('a sample is a beginning of the larger one', async () => {
  const cases = scenarioCases(await collectScenarios(['scenarios']));
  const [small, large] = [3, 9].map((count) => sampleOf(cases, count, 'seed').map(({ id }) => id));
  expect(large?.slice(0, 3)).toEqual(small);
});

test('intervals', () => {
  expect(wilson(0, 0)).toEqual([0, 1]);
  expect(wilson(10, 10)[0]).toBeCloseTo(0.722, 2);
  expect(pairedInterval([0, 0, 0], '1')).toEqual([0, 0]);
  const [low, high] = pairedInterval([1, 1, 0, 1, 0, 1, 1, 1], '1');
  expect(low).toBeGreaterThan(0.3);
  expect(high).toBeLessThanOrEqual(1);
});

describe('rules of a question', () => {
  const prediction = (text: string) => ({
    id: 'q',
    text,
    hypotheses: [],
    blastRadius: [],
    gaps: [],
    wallMs: 1,
    usage: { wallMs: 1, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0, bytesRead: 0 },
  });
  const rule = { question: 'What ails redis?', require: [['redis'], ['claim|pvc']], forbid: ['deploy'] };
  test.each([
    ['The claim of redis is not bound.', true],
    ['The claim is not bound. What ails redis?', false],
    ['The claim of redis is not bound since the deploy.', false],
    ['redis is down.', false],
  ])('%s', (text, isRight) => expect(passes(prediction(text), rule)).toBe(isRight));
});
