// Checks the store (LevelDB, under dynalite) before it is opened: a damaged store is copied aside unchanged, then repaired as far as LevelDB can,
// and, if that is not enough, replaced by an empty one. The connector defines the contents of the tables.
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { Misconfigured } from '../../core/errors.ts';
import { asideName } from './aside.ts';
import type { SetAside } from './files.ts';
import { isWholeLog } from './leveldb-log.ts';

export interface StoreCheck {
  /** `mended`: all readable data is there. `anew`: the store is empty. */
  readonly kind: 'whole' | 'mended' | 'anew';
  readonly asides: readonly SetAside[];
}

type Level = ClassicLevel<string, string>;

/** Throws `Misconfigured` if another process has the store open. */
export async function checkStore(folder: string, now: Date): Promise<StoreCheck> {
  const name = basename(folder);
  const as = asideName(name, now);
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return { kind: 'whole', asides: [] };
  }
  if (!found.isDirectory()) {
    await rename(folder, join(dirname(folder), as));
    await mkdir(folder, { mode: 0o700 });
    return { kind: 'anew', asides: [{ name, as, why: 'is a file where the folder of the store should be' }] };
  }
  const cleared = await clear(folder, now);
  const why = await damageOf(folder);
  if (why === undefined) return { kind: 'whole', asides: cleared };
  await cp(folder, join(dirname(folder), as), { recursive: true });
  const asides = [...cleared, { name, as, why }];
  if (await isMended(folder)) return { kind: 'mended', asides };
  await rm(folder, { recursive: true });
  await mkdir(folder, { mode: 0o700 });
  return { kind: 'anew', asides };
}

/** LevelDB's own file names; a folder with such a name is no part of a store. */
const fileName = /^(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(?:log|ldb|sst|dbtmp))$/;

/** Sets aside folders that have names of files, restores the owner's permissions, and removes those of others. */
async function clear(folder: string, now: Date): Promise<SetAside[]> {
  await chmod(folder, 0o700).catch(() => undefined);
  const asides: SetAside[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!fileName.test(entry.name)) continue;
    if (entry.isDirectory()) {
      const [name, as] = [entry.name, asideName(entry.name, now)];
      await rename(join(folder, name), join(folder, as));
      asides.push({ name: `tables/${name}`, as: `tables/${as}`, why: 'is a folder where a file should be' });
    } else await chmod(join(folder, entry.name), 0o600).catch(() => undefined);
  }
  return asides;
}

/** The damage, or undefined. It reads the whole store, because LevelDB itself would find the damage only when a page comes. */
async function damageOf(folder: string): Promise<string | undefined> {
  const files = await readdir(folder);
  const store = files.filter((file) => fileName.test(file));
  if (store.some((file) => /\.(?:ldb|sst|log)$/.test(file)) && !store.includes('CURRENT')) return 'lacks a file';
  for (const file of store.filter((one) => /^MANIFEST-|\.log$/.test(one))) {
    if (!isWholeLog(await readFile(join(folder, file)))) return `has a damaged file (${file})`;
  }
  try {
    return (await unreadableKeys(folder)).length > 0 ? 'holds records that cannot be read' : undefined;
  } catch (error) {
    refuseIfHeld(error, folder);
    return 'cannot be read';
  }
}

async function isMended(folder: string): Promise<boolean> {
  try {
    await ClassicLevel.repair(folder);
    const bad = await unreadableKeys(folder);
    if (bad.length > 0) {
      await using(folder, (level) => level.batch(bad.map((key) => ({ type: 'del', key }))));
    }
    return true;
  } catch (error) {
    refuseIfHeld(error, folder);
    return false;
  }
}

/** Throws if LevelDB cannot continue reading. */
const unreadableKeys = (folder: string): Promise<string[]> =>
  using(folder, async (level) => {
    const found: string[] = [];
    for await (const [key, value] of level.iterator()) {
      if (!isJson(value)) found.push(key);
    }
    return found;
  });

async function using<T>(folder: string, work: (level: Level) => Promise<T>): Promise<T> {
  const level: Level = new ClassicLevel(folder, { valueEncoding: 'utf8' });
  try {
    await level.open();
    return await work(level);
  } finally {
    await level.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A store that another process has open is not damaged. */
function refuseIfHeld(error: unknown, folder: string): void {
  const codes = [error, (error as { cause?: unknown }).cause].map(
    (one) => (one as { code?: unknown } | undefined)?.code,
  );
  if (codes.includes('LEVEL_LOCKED'))
    throw new Misconfigured(
      `Another process has the store ${folder} open. Stop it, or choose another folder with --data.`,
      { cause: error },
    );
}
