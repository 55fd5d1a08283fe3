import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAll } from '../../dojo/pool.ts';

let dir: string;
let worker: URL;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dojo-'));
  // A worker that does what its job is called, so that breaking is real: a process that exits, throws, hangs or lies.
  const source = `process.on('message', ({ id }) => {
    if (id === 'exits') process.exit(7);
    if (id === 'throws') throw new TypeError('boom');
    if (id === 'hangs') return;
    if (id === 'lies') return process.send({ kind: 'answered' });
    process.send({ kind: 'error', id, reason: 'pid ' + process.pid });
  });`;
  await writeFile(join(dir, 'worker.mjs'), source);
  worker = pathToFileURL(join(dir, 'worker.mjs'));
});
afterAll(() => rm(dir, { recursive: true }));

test('a scenario that breaks its process is an error row; the rest goes on, in order', async () => {
  const jobs = ['a', 'exits', 'b', 'throws', 'c', 'hangs', 'd', 'lies', 'e'].map((id) => ({ id, dir }));
  const results = await runAll(jobs, { size: 2, timeoutMs: 1500, worker });
  const reasons = results.map((result) => (result.kind === 'error' ? result.reason.replace(/pid \d+/, 'pid') : ''));
  expect(results.map((result) => result.kind === 'error' && result.id)).toEqual(jobs.map(({ id }) => id));
  expect(reasons).toEqual([
    'pid',
    'The process ended (7): it said nothing',
    'pid',
    'The process ended (1): TypeError: boom',
    'pid',
    'No answer within 1500 ms.',
    'pid',
    'The worker answered what does not fit.',
    'pid',
  ]);
});

test('a process that is well is used again', async () => {
  const results = await runAll(
    ['a', 'b', 'c'].map((id) => ({ id, dir })),
    { size: 1, worker },
  );
  expect(new Set(results.map((result) => result.kind === 'error' && result.reason)).size).toBe(1);
});
