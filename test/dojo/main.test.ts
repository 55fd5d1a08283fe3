import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['dojo/main.ts', ...args], { cwd: new URL('../..', import.meta.url) });

test('the whole pipeline answers a scenario, writes its prediction and keeps score', async () => {
  const out = await mkdtemp(join(tmpdir(), 'dojo-'));
  try {
    const { stdout } = await run('--scenarios', 'scenarios/oom-after-deploy', '--out', out, '--json');
    const { rows } = JSON.parse(stdout);
    expect(rows[0]).toMatchObject({ name: 'watchkeeper', scenarios: 1, errors: 0, at1: 1, falseActions: 0 });
    const [prediction] = (await readFile(join(out, 'predictions.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(prediction).toMatchObject({
      id: 'oom-after-deploy',
      hypotheses: expect.arrayContaining([
        expect.objectContaining({
          rank: 1,
          entity: expect.objectContaining({ kind: 'Deployment', name: 'checkout' }),
          cause: 'oom-killed',
          label: 'oom-killed',
        }),
      ]),
      remediation: 'rollback-rollout',
    });
  } finally {
    await rm(out, { recursive: true });
  }
}, 60_000);

test('two runs answer and record the same to the byte, but for the times', async () => {
  const out = await mkdtemp(join(tmpdir(), 'dojo-'));
  try {
    const answers = [];
    for (const name of ['first', 'second']) {
      const record = join(out, `${name}.json`);
      await run('--scenarios', 'scenarios/cronjob-nightly-invoices', '--out', out, '--against', record, '--record');
      const prediction = await readFile(join(out, 'predictions.ndjson'), 'utf8');
      answers.push([prediction.replaceAll(/"wallMs":\d+/g, ''), await readFile(record, 'utf8')]);
    }
    expect(answers[1]).toEqual(answers[0]);
  } finally {
    await rm(out, { recursive: true });
  }
}, 60_000);

test('an answer worse than recorded is shown next to what it was, and fails the command where that is asked', async () => {
  const out = await mkdtemp(join(tmpdir(), 'dojo-'));
  try {
    const record = join(out, 'recorded.json');
    const scenario = join(out, 'scenario');
    await cp('scenarios/cronjob-nightly-invoices', scenario, { recursive: true });
    await run('--scenarios', scenario, '--against', record, '--record');
    const truth = JSON.parse(await readFile(join(scenario, 'expected.json'), 'utf8'));
    truth.rootCause.cause = 'job-deadline';
    await writeFile(join(scenario, 'expected.json'), JSON.stringify(truth));
    await expect(run('--scenarios', scenario, '--against', record, '--no-worse')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/worse +cronjob-nightly-invoices: .*truth not among them\), before .*truth at 1\)/),
    });
    const { stdout } = await run('--scenarios', scenario, '--against', record, '--record');
    expect(stdout).toContain('worse');
    expect((await run('--scenarios', scenario, '--against', record, '--no-worse')).stdout).toContain('As recorded in');
  } finally {
    await rm(out, { recursive: true });
  }
}, 60_000);

test('a file that is no recorded scoreboard is said in one sentence before anything runs', async () => {
  await expect(run('--against', 'package.json')).rejects.toMatchObject({
    code: 2,
    stderr: 'package.json is no recorded scoreboard; record it anew with --record.\n',
  });
});

test('a folder without scenarios is said in one sentence, with exit code 2', async () => {
  await expect(run('--scenarios', 'docs')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^docs holds no scenario.*\n$/),
  });
});
