import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { TestServer } from '../server.ts';
import { kubeconfigOf, serveFleet, serviceFleet } from '../service-fleet.ts';

const run = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const cwd = new URL('../..', import.meta.url);
    const child = execFile(process.execPath, ['local/catalog.ts', ...args], { cwd }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

let dir: string;
let server: TestServer;
const at = (name: string) => join(dir, name);
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'catalog-'));
  const objects = serviceFleet(15, 100);
  server = await serveFleet(objects);
  const contexts = Object.keys(objects);
  await writeFile(at('kubeconfig'), kubeconfigOf(server.url, contexts));
  const fleet = { kind: 'kubernetes', kubeconfig: './kubeconfig', contexts };
  await writeFile(at('config.yaml'), JSON.stringify({ catalog: './catalog.yaml', sources: { fleet } }));
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

test('a fleet of 15 clusters and 100 services becomes a catalogue, and then there is no drift', {
  timeout: 60_000,
}, async () => {
  const config = ['--config', at('config.yaml')];
  const first = await run('discover', ...config, '--environment', 'production');
  expect(first.code).toBe(1);
  expect(first.stdout).toContain('+ service billing-api');
  expect(first.stdout).toContain('# backend-1: Deployment billing/billing-api');
  await expect(readFile(at('catalog.yaml'))).rejects.toThrow();

  const written = await run('discover', ...config, '--environment', 'production', '--write');
  expect(written).toMatchObject({ code: 0, stderr: '' });
  const catalog = parse(await readFile(at('catalog.yaml'), 'utf8'));
  expect(catalog.clusters).toHaveLength(15);
  expect(catalog.services).toHaveLength(103);
  expect(catalog.environments).toEqual({ production: { level: 'crawl' }, staging: { level: 'crawl' } });

  const again = await run('discover', ...config, '--json');
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ changes: [], doubts: [], unseen: [], missing: [] });
  // Seven lists in each cluster, each one page.
  expect(server.asked.length).toBe(3 * 15 * 7);
});

test('a wrong call or file is exit code 2 with a sentence', async () => {
  expect(await run('discover')).toMatchObject({ code: 2, stderr: expect.stringContaining('--config FILE') });
  expect(await run('find')).toMatchObject({ code: 2 });
  await writeFile(at('catalog.yaml'), 'services: nonsense\n');
  expect(await run('discover', '--config', at('config.yaml'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('does not fit'),
  });
});
