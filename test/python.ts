// Programs of somebody else's making from PyPI, each in a virtual environment of its own under .cache/.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Installs a package at a version, once, and gives the folder of its programs. */
export async function pythonPackage(name: string, version: string): Promise<string> {
  const venv = join(import.meta.dirname, '..', '.cache', `${name}-${version}`);
  const bin = join(venv, 'bin');
  const installed = join(venv, 'installed');
  if (existsSync(installed)) return bin;
  await run('python3', ['-m', 'venv', venv]);
  await run(join(bin, 'pip'), ['install', '--quiet', `${name}==${version}`]);
  await writeFile(installed, '');
  return bin;
}
