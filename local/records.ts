// Finds the records for a command: those of the Watchkeeper that runs here, of its data folder if none runs, or of a deployed table by its name.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Misconfigured } from '../core/errors.ts';
import { openRecords, type Records } from './compose.ts';
import { scriptTokenFile } from './people.ts';
import { lockFolder } from './runtime/lock.ts';

export type Place =
  | { readonly data: string }
  /** `anchors`: the bucket of the audit's anchors. */
  | { readonly table: string; readonly anchors?: string | undefined };

interface Ways<T> {
  /** The path below the address of the running Watchkeeper. */
  readonly path: string;
  running(response: Response): Promise<T>;
  tables(records: Records): Promise<T>;
}

/** Throws `Misconfigured` if there is no record, or if another process uses it. */
export async function fromRecords<T>(place: Place, { path, running, tables }: Ways<T>): Promise<T> {
  if ('table' in place) return opened(place, tables);
  const { data } = place;
  const response = await fetchRecords(data, path);
  if (response?.ok) return running(response);
  if (!existsSync(join(data, 'tables')))
    throw new Misconfigured(
      `${data} is no data folder of Watchkeeper. Name it with --data, or a deployed table with --table.`,
    );
  const unlock = lockFolder(data, (sentence) => void process.stderr.write(`${sentence}\n`));
  try {
    return await opened({ data }, tables);
  } finally {
    unlock();
  }
}

/**
 * The header by which a program of this machine authenticates to the Watchkeeper that runs here: a reader of the data folder counts as its owner.
 */
export async function asOwner(data: string): Promise<Record<string, string>> {
  const token = await readFile(join(data, scriptTokenFile), 'utf8').catch(() => '');
  return token.trim() === '' ? {} : { authorization: `Bearer ${token.trim()}` };
}

/** Undefined if no Watchkeeper runs on that folder. */
async function fetchRecords(data: string, path: string): Promise<Response | undefined> {
  const url = await readFile(join(data, 'runtime.json'), 'utf8').then(
    (text) => (JSON.parse(text) as { url?: string }).url,
    () => undefined,
  );
  return url === undefined
    ? undefined
    : fetch(`${url}${path}`, { headers: await asOwner(data) }).catch(() => undefined);
}

async function opened<T>(place: Parameters<typeof openRecords>[0], read: (records: Records) => Promise<T>): Promise<T> {
  const { close, ...records } = await openRecords(place);
  try {
    return await read(records);
  } finally {
    await close();
  }
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws Misconfigured if the text is neither an instant nor a time span before now. */
export function instantOf(text: string, option: string, now: Date): string {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? new Date(text) : new Date(now.getTime() - Number(count) * (unitMs[unit ?? ''] ?? 0));
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new Misconfigured(
    `--${option} is an instant (2026-11-01T00:00:00Z) or so long ago (90m, 24h, 7d), not "${text}".`,
  );
}
