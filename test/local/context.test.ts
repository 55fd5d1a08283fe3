import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const message = { ts: '1795012200.000100', bot_id: 'B1', text: '*service:* `basket-api`\n*namespace:* `retail`' };
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'payloads-'));
  await writeFile(join(dir, 'a.json'), JSON.stringify({ path: 'slack', body: message }));
  await writeFile(join(dir, 'b.json'), '{');
  await writeFile(join(dir, 'c.json'), '{"neither": true}');
  await writeFile(join(dir, 'd.json'), JSON.stringify(message));
});
afterAll(() => rm(dir, { recursive: true }));

const context = (...args: string[]) =>
  run(process.execPath, ['local/context.ts', ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

describe('npm run context', () => {
  test('prints a line for each body, and names the files that are none', async () => {
    const { code, stdout, stderr } = await context('--payloads', dir);
    const place = {
      service: 'basket-api',
      namespace: 'retail',
      cluster: null,
      environment: null,
      account: null,
      region: null,
    };
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { file: 'a.json', ...place },
      { file: 'd.json', ...place },
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/b\.json is not JSON/);
    expect(stderr).toMatch(/c\.json is no body/);
  });
  test('needs a folder that exists', async () => {
    expect(await context()).toMatchObject({ code: 2, stderr: expect.stringContaining('--payloads') });
    expect(await context('--payloads', join(dir, 'none'))).toMatchObject({ code: 2 });
  });
});
