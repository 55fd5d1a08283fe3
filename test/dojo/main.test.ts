import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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

test('a folder without scenarios is said in one sentence, with exit code 2', async () => {
  await expect(run('--scenarios', 'docs')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^docs holds no scenario.*\n$/),
  });
});
