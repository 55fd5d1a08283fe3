// Ensures that only one runtime uses a data folder. A lock file names the process by its id and its start time, because process ids are reused. The
// lock of a dead process is taken over; an unreadable lock is set aside.
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { Misconfigured } from '../../core/errors.ts';
import { asideName, asideSentence } from './aside.ts';

const Holder = z.object({
  pid: z.number().int().positive(),
  /** The start time of the process in this machine's format, for comparison only. */
  began: z.string().optional(),
});
type Holder = z.infer<typeof Holder>;

/** Returns a function that releases the lock. Throws `Misconfigured` if another living process has it, or if the folder is not writable. */
export function lockFolder(folder: string, onTrouble: (sentence: string) => void = () => undefined): () => void {
  const file = join(folder, 'lock');
  const ownHolder = JSON.stringify({ pid: process.pid, began: beganAt(process.pid) } satisfies Holder);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    takeOverStale(file, folder, onTrouble);
    writeFileSync(file, `${ownHolder}\n`, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    if (cause instanceof Misconfigured) throw cause;
    throw new Misconfigured(`The data folder ${folder} cannot be written. Choose another one with --data.`, { cause });
  }
  return () => {
    if (contentOf(file)?.trim() === ownHolder) rmSync(file, { force: true });
  };
}

function takeOverStale(file: string, folder: string, onTrouble: (sentence: string) => void): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined) return;
  const content = found.isFile() ? contentOf(file) : undefined;
  const holder = content === undefined ? undefined : holderIn(content);
  if (holder === undefined) {
    const as = asideName('lock', new Date());
    renameSync(file, join(folder, as));
    onTrouble(asideSentence({ name: 'lock', as, why: 'names no process' }));
    return;
  }
  if (holder.pid !== process.pid && holds(holder, statSync(file).mtimeMs)) {
    throw new Misconfigured(
      `Another Watchkeeper (process ${holder.pid}) works on ${folder}. Stop it, or choose another folder with --data.`,
    );
  }
  rmSync(file, { force: true });
}

/** Earlier versions wrote only the process id. */
function holderIn(content: string): Holder | undefined {
  if (/^\d{1,10}\s*$/.test(content)) return Holder.safeParse({ pid: Number(content) }).data;
  try {
    return Holder.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

/** Whether the process of that id is alive and is the one that wrote the lock. */
function holds({ pid, began }: Holder, writtenMs: number): boolean {
  if (!lives(pid)) return false;
  if (began !== undefined) {
    const now = beganAt(pid);
    return now === undefined || now === began;
  }
  const startedMs = linuxStartMs(pid);
  return startedMs === undefined || startedMs <= writtenMs + clockToleranceMs;
}

/** A tolerance, because file times and process times are rounded. */
const clockToleranceMs = 5000;

/** The start time of a process: on Linux in ticks since a boot with an id, elsewhere as `ps` prints it. Undefined if neither is available. */
export function beganAt(pid: number): string | undefined {
  const ticks = linuxTicks(pid);
  const boot = contentOf('/proc/sys/kernel/random/boot_id')?.trim();
  if (ticks !== undefined && boot !== undefined) return `${boot} ${ticks}`;
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    timeout: 2000,
  });
  const output = status === 0 ? stdout.trim() : '';
  return output === '' ? undefined : output;
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)); the command before it may contain spaces and brackets. */
function linuxTicks(pid: number): number | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  const ticks = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return stat !== undefined && Number.isInteger(ticks) ? ticks : undefined;
}

const ticksPerSecond = 100;
function linuxStartMs(pid: number): number | undefined {
  const ticks = linuxTicks(pid);
  return ticks === undefined ? undefined : Date.now() - uptime() * 1000 + (ticks / ticksPerSecond) * 1000;
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Signal 0 only checks; EPERM means that the process is alive and belongs to another user. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
