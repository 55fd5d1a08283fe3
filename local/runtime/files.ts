// Files that survive a crash: a write is on disk before it returns, and a reader sees the old content or the new, never a part. An unreadable file
// is renamed, reported, and no longer in the way. The caller defines the contents.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { asideName, isAside } from './aside.ts';

/** A file or folder that was in the way, kept beside its original place. */
export interface SetAside {
  readonly name: string;
  /** Its new name; undefined if it could not be moved. */
  readonly as: string | undefined;
  /** The problem, as the end of a sentence that begins with the file's name. */
  readonly why: string;
}

/** Names are relative paths with `/`. Every failed write throws an `Unavailable` with one sentence. */
export interface Disk {
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  /** The file as JSON of that shape. An invalid file is set aside and counts as absent. */
  record<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  remove(name: string): Promise<void>;
  /** Names of the files directly in a folder, sorted, without those that were set aside; empty if there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  setAside(name: string, why: string): Promise<void>;
}

type Plain = Omit<Disk, 'record'>;
type Report = (aside: SetAside) => void;

/** Files in a folder of the machine. A write goes to a temporary file, is flushed to the device and renamed; then the folder is flushed. */
export function folderDisk(root: string, report: Report = () => undefined): Disk {
  const setAside = async (name: string, why: string): Promise<void> => {
    const as = asideName(name, new Date());
    await rename(join(root, name), join(root, as)).then(
      () => report({ name, as, why }),
      (error: unknown) => {
        if (codeOf(error) !== 'ENOENT') report({ name, as: undefined, why });
      },
    );
  };

  /** Repeats `work` after removing the obstacle. Undefined if it still fails because of the file. */
  async function around<T>(name: string, purpose: Purpose, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!blamesTheFile.has(codeOf(error))) throw error;
      await clearTheWay(name, purpose);
      return await work().catch(async (again: unknown) => {
        if (purpose === 'to write' || !blamesTheFile.has(codeOf(again))) return absent(again);
        await setAside(name, `cannot be read (${codeOf(again)})`);
        return undefined;
      });
    }
  }

  /** Sets aside a file in place of a folder, or the reverse, and restores the owner's permissions. */
  async function clearTheWay(name: string, purpose: Purpose): Promise<void> {
    const parts = name.split('/');
    for (const [place] of parts.entries()) {
      const part = parts.slice(0, place + 1).join('/');
      const found = await stat(join(root, part)).catch(() => undefined);
      if (found === undefined) continue;
      const needsFolder = place < parts.length - 1 || purpose === 'to list';
      if (found.isDirectory() !== needsFolder)
        await setAside(part, needsFolder ? 'is a file where a folder should be' : 'is a folder where a file should be');
      else await chmod(join(root, part), needsFolder ? 0o700 : 0o600).catch(() => undefined);
    }
  }

  return withRecords({
    async write(name, content) {
      try {
        await around(name, 'to write', () => replace(join(root, name), content));
      } catch (cause) {
        throw new Unavailable(cannotWrite(join(root, name), cause), { cause });
      }
    },
    read: (name) => around(name, 'to read', () => readFile(join(root, name), 'utf8').catch(absent)),
    remove: (name) => rm(join(root, name), { force: true }),
    async list(folder) {
      const entries =
        (await around(folder, 'to list', () => readdir(join(root, folder), { withFileTypes: true }).catch(absent))) ??
        [];
      const records = entries.filter(({ name }) => !name.endsWith('.tmp') && !isAside(name));
      for (const { name } of records.filter((entry) => entry.isDirectory() && entry.name.endsWith('.json')))
        await setAside(`${folder}/${name}`, 'is a folder where a file should be');
      return records
        .filter((entry) => entry.isFile())
        .map((entry) => `${folder}/${entry.name}`)
        .sort();
    },
    setAside,
  });
}

/** Files in memory that end with the process, for measuring many incidents in a row. */
export function memoryDisk(report: Report = () => undefined): Disk {
  const files = new Map<string, string>();
  return withRecords({
    write: async (name, content) => void files.set(name, content),
    read: async (name) => files.get(name),
    remove: async (name) => void files.delete(name),
    list: async (folder) => [...files.keys()].filter((name) => dirname(name) === folder && !isAside(name)).sort(),
    async setAside(name, why) {
      const content = files.get(name);
      if (content === undefined) return;
      const as = asideName(name, new Date());
      files.set(as, content);
      files.delete(name);
      report({ name, as, why });
    },
  });
}

const withRecords = (plain: Plain): Disk => ({
  ...plain,
  async record(name, schema) {
    const content = await plain.read(name);
    if (content === undefined) return undefined;
    const json = fromJson(content);
    const parsed = json === undefined ? undefined : schema.safeParse(json);
    if (parsed?.success) return parsed.data;
    await plain.setAside(name, whatIsWrong(content));
    return undefined;
  },
});

function fromJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function whatIsWrong(content: string): string {
  if (content.trim() === '') return 'is empty';
  return fromJson(content) === undefined ? 'is cut off or no JSON' : 'is not what the runtime wrote there';
}

type Purpose = 'to read' | 'to write' | 'to list';

/** Error codes that blame the file or an object in its place, unlike too many open files and the like. */
const blamesTheFile: ReadonlySet<string> = new Set([
  'EISDIR',
  'ENOTDIR',
  'EEXIST',
  'ENOTEMPTY',
  'EACCES',
  'EPERM',
  'ELOOP',
  'EIO',
]);

async function replace(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
  const folder = await open(dirname(path), 'r');
  await folder.sync().finally(() => folder.close());
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unknown error';

function cannotWrite(path: string, cause: unknown): string {
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full: ${path} could not be written. Free some space; nothing that was accepted is lost.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path} may not be written. Give this user the right to, or choose another folder with --data.`;
    default:
      return `${path} could not be written (${codeOf(cause)}).`;
  }
}

function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}
