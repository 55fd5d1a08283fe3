// Makes a deployed function hang at its next call, through Lambda's own API, as an operator could: the bundle is put behind a first file that
// blocks the whole process once. Nothing in the product knows of it. Lambda ends such a process at its limit; the function's own early
// time-out (lambdas/handle.ts) cannot.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  GetFunctionCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { clientOptions } from './deployment.ts';
import type { Emulator } from './emulator.ts';

const repack = `
import sys, zipfile
bundle, first, out = sys.argv[1:]
with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as new:
    for name in old.namelist():
        new.writestr('bundle.mjs' if name == 'index.mjs' else name, old.read(name))
    new.write(first, 'index.mjs')
`;

/** How often the function was called since is told by the file that is returned: a letter a call. */
export async function hangOnce(emulator: Emulator, functionName: string, timeoutSeconds: number): Promise<string> {
  const lambda = new LambdaClient(clientOptions(emulator));
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-slow-'));
  const calls = join(tmpdir(), `watchkeeper-slow-${process.pid}-${functionName}`);
  try {
    const { Code } = await lambda.send(new GetFunctionCommand({ FunctionName: functionName }));
    const bundle = await fetch(Code?.Location ?? '');
    const [before, first, after] = ['before.zip', 'index.mjs', 'after.zip'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(before, new Uint8Array(await bundle.arrayBuffer()));
    await writeFile(calls, '');
    await writeFile(
      first,
      `import { appendFileSync, readFileSync } from 'node:fs';
import { handler as bundled } from './bundle.mjs';
export const handler = async (event, context) => {
  const before = readFileSync(${JSON.stringify(calls)}, 'utf8');
  appendFileSync(${JSON.stringify(calls)}, '.');
  if (before === '') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return bundled(event, context);
};
`,
    );
    await promisify(execFile)('python3', ['-c', repack, before, first, after]);
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: functionName, Timeout: timeoutSeconds }));
    await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: functionName, ZipFile: new Uint8Array(await readFile(after)) }),
    );
    return calls;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A bundle of one file. */
export async function zipOf(index: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-zip-'));
  try {
    await writeFile(join(folder, 'index.mjs'), index);
    await promisify(execFile)('python3', ['-m', 'zipfile', '-c', 'bundle.zip', 'index.mjs'], { cwd: folder });
    return new Uint8Array(await readFile(join(folder, 'bundle.zip')));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
