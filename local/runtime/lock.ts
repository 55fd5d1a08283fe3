// One runtime a data folder: a lock file with the process id. The lock of a process that is gone is taken over.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Misconfigured } from '../../core/errors.ts';

/** Returns what releases it. Throws `Misconfigured` where another process that lives has it, or where the folder cannot be written. */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  try {
    mkdirSync(folder, { recursive: true });
    takeOverStale(file, folder);
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
  } catch (cause) {
    if (cause instanceof Misconfigured) throw cause;
    throw new Misconfigured(`The data folder ${folder} cannot be written. Choose another one with --data.`, { cause });
  }
  return () => rmSync(file, { force: true });
}

function takeOverStale(file: string, folder: string): void {
  const holder = Number.parseInt(read(file), 10);
  if (Number.isInteger(holder) && holder !== process.pid && lives(holder)) {
    throw new Misconfigured(
      `Another Watchkeeper (process ${holder}) works on ${folder}. Stop it, or choose another folder with --data.`,
    );
  }
  rmSync(file, { force: true });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Signal 0 only asks; EPERM means that it lives and belongs to somebody else. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
