// `npm start` and `npm run page` as a user runs them: processes of their own, judged by what they print and how they end.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'watchkeeper-main-'));
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const each of running) each.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

interface Ran {
  readonly process: ChildProcess;
  readonly printed: (text: string) => Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function run(script: 'main' | 'page', ...args: string[]): Ran {
  const file = new URL(`../../local/${script}.ts`, import.meta.url).pathname;
  const process_ = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(process_);
  let out = '';
  let err = '';
  process_.stdout.on('data', (chunk) => {
    out += chunk;
  });
  process_.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return {
    process: process_,
    printed: async (text) => {
      while (!out.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    ended: new Promise((resolve) =>
      process_.once('close', (code) => {
        running.delete(process_);
        resolve({ code, out, err });
      }),
    ),
  };
}

describe('npm start', () => {
  it('answers the demo page: what each specialist found, a diagnosis, a question; and again at the next start', async () => {
    const data = join(root, 'demo');
    const { code, out, err } = await run('main', '--port', '0', '--once', '--data', data).ended;
    expect(err).toBe('');
    expect(code).toBe(0);
    for (const said of [
      'Watchkeeper is up: http://127.0.0.1:',
      'kubernetes',
      'metrics',
      'logs',
      'Diagnosis after',
      'No model took part',
      'Question',
    ]) {
      expect(out).toContain(said);
    }
    expect(out).not.toContain('\u001b[');
    const again = await run('main', '--port', '0', '--once', '--data', data).ended;
    expect(again.out).toContain('Going on with 1 unfinished investigation.');
    expect(again.out).toContain('Question');
  });

  it('stops when told to, and takes a page from another terminal until then', async () => {
    const data = join(root, 'page');
    const started = run('main', '--port', '0', '--no-demo', '--data', data);
    await started.printed('Waiting for pages at');
    const sent = await run('page', '--vary', '--data', data).ended;
    expect(sent).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^Sent\. /) });
    await started.printed('Question');
    const second = await run('main', '--port', '0', '--data', data).ended;
    expect(second).toMatchObject({ code: 2, out: '' });
    expect(second.err).toContain(`Another Watchkeeper (process ${started.process.pid}) works on ${data}.`);
    started.process.kill('SIGTERM');
    expect(await started.ended).toMatchObject({ code: 0, err: '' });
    const nobody = await run('page', '--data', data).ended;
    expect(nobody.code).toBe(2);
    expect(nobody.err).toMatch(
      /^Nobody listens at http:\/\/127\.0\.0\.1:\d+\. Is Watchkeeper running there \(npm start\)\?\n$/,
    );
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot'."],
    [['--scenario', '/nowhere'], '/nowhere cannot be read as a folder.'],
    [['--scenario', new URL('../../core', import.meta.url).pathname], 'holds no scenario'],
    [['--config', '/nowhere.yaml'], 'The configuration /nowhere.yaml cannot be read.'],
  ])('answers %j with one sentence and a code that is not 0', async (args, sentence) => {
    const { code, out, err } = await run('main', ...args, '--port', '0', '--data', join(root, 'refused')).ended;
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('ends when told to while a question waits', async () => {
    const { process: started, printed, ended } = run('main', '--port', '0', '--data', join(root, 'asking'));
    await printed('Question 1');
    await printed('Timeline, evidence and answers');
    started.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, err: '' });
  });

  it('says that the port is in use, and leaves nothing locked', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const data = join(root, 'port');
    const refused = await run('main', '--port', String(port), '--data', data).ended;
    taken.close();
    expect(refused.code).toBe(2);
    expect(refused.err).toBe(
      `Port ${port} is in use. Choose another one with --port, or any free one with --port 0.\n`,
    );
    expect((await run('main', '--port', '0', '--once', '--data', data).ended).code).toBe(0);
  });
});
