// Programs of somebody else's making through the Go module proxy, each built once under .cache/.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Builds a program of a module at a version, once, and gives its path. */
export async function goProgram(program: string, version: string): Promise<string> {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const folder = join(import.meta.dirname, '..', '.cache', `${name}-${version}`);
  const file = join(folder, name);
  if (!existsSync(file))
    await run('go', ['install', `${program}@${version}`], { env: { ...process.env, GOBIN: folder, GOFLAGS: '' } });
  return file;
}
