// Files that survive a crash: a write is on the disk before it returns, and a reader sees the old content or the new, never half of it.
// What is in the files is the caller's business.
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unavailable } from '../../core/errors.ts';

/** Names are relative paths with `/`. Every failed write is an `Unavailable` with one sentence. */
export interface Disk {
  write(name: string, content: string): Promise<void>;
  read(name: string): Promise<string | undefined>;
  remove(name: string): Promise<void>;
  /** Names of the files directly in a folder, sorted; none where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
}

/** A folder of the machine. Write, flush to the device, rename, flush the folder. */
export function folderDisk(root: string): Disk {
  return {
    async write(name, content) {
      const path = join(root, name);
      try {
        await replace(path, content);
      } catch (cause) {
        throw new Unavailable(cannotWrite(path, cause), { cause });
      }
    },
    read: (name) => readFile(join(root, name), 'utf8').catch(absent),
    remove: (name) => rm(join(root, name), { force: true }),
    async list(folder) {
      const entries = (await readdir(join(root, folder), { withFileTypes: true }).catch(absent)) ?? [];
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.tmp'))
        .map((entry) => `${folder}/${entry.name}`)
        .sort();
    },
  };
}

/** Nothing outlives the process: for measuring many incidents in a row. */
export function memoryDisk(): Disk {
  const files = new Map<string, string>();
  return {
    write: async (name, content) => void files.set(name, content),
    read: async (name) => files.get(name),
    remove: async (name) => void files.delete(name),
    list: async (folder) => [...files.keys()].filter((name) => dirname(name) === folder).sort(),
  };
}

async function replace(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
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
    await rm(draft, { force: true });
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
