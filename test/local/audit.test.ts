// `npm run audit -- --verify` as an operator runs it, on the data folder of a runtime that was there.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { throwKillSwitch } from '../../core/remediation/kill-switch.ts';
import { recordedWorld, tables } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';
import { openTables } from '../../local/runtime/tables.ts';

const scenario = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;
const command = new URL('../../local/audit.ts', import.meta.url).pathname;

const audit = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [command, ...args], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });

async function folderWithAudit(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'watchkeeper-audit-'));
  onTestFinished(() => rm(data, { recursive: true, force: true }));
  const started = async () => startRuntime({ makeWorld: recordedWorld([scenario]), data });
  const first = await started();
  for (const on of [true, false, true]) await throwKillSwitch({ on, by: 'ana', why: 'a migration runs' }, first.ports);
  await first.resume();
  await first.close();
  return data;
}

test('says that every chain holds, and exits with 1 and where it breaks once something was cut off', async () => {
  const data = await folderWithAudit();
  expect(await audit('--verify', '--data', data)).toEqual({
    code: 0,
    out: '3 entries in 1 chain, 1 anchor: every chain is intact.\n',
    err: '',
  });
  const opened = await openTables(join(data, 'tables'), tables);
  await opened.client.send(
    new DeleteItemCommand({
      TableName: 'watchkeeper-audit',
      Key: { pk: { S: 'CHAIN#no-incident' }, sk: { S: 'LINK#000000003' } },
    }),
  );
  await opened.close();
  const { code, out } = await audit('--verify', '--data', data);
  expect(code).toBe(1);
  expect(out).toContain('BROKEN  no-incident: ends at entry 2');
});

test.each([
  [['--verify', '--incident', 'inc-1'], /--verify checks all chains/],
  [['--anchors', 'bucket'], /--anchors goes with --verify and --table/],
  [['--verify', '--data', '/nowhere'], /no data folder/],
])('%j is refused in a sentence', async (args, message) => {
  const { code, err } = await audit(...args);
  expect(code).toBe(2);
  expect(err).toMatch(message);
});
