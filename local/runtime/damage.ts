// Reports files that were set aside, in the terminal and in the incident that the file was about, and marks an investigation whose record is lost as
// broken off. Files that nobody reads at the start are checked after it.
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import type { Incident } from '../../core/model/incident.ts';
import type { Ports } from '../../core/ports/index.ts';
import { recordAudit } from '../../core/record/audit/record.ts';
import { record } from '../../core/record/timeline.ts';
import { asideSentence, isAside } from './aside.ts';
import type { InvokeFunction } from './executions.ts';
import type { Disk, SetAside } from './files.ts';
import { executionIn } from './journal.ts';

export interface Damage {
  /** Reports in the terminal at once, and in the incident as soon as the store is open. */
  readonly report: (aside: SetAside) => void;
  /** Enables reports in incidents; resolves when the earlier ones are written. */
  open(to: DamagePorts): Promise<void>;
  /** Waits for pending writes. */
  close(): Promise<void>;
}

interface DamagePorts {
  readonly ports: Pick<Ports, 'incidents' | 'clock'>;
  readonly invoke: InvokeFunction;
}

export function damage(onTrouble: (sentence: string) => void): Damage {
  const waiting: SetAside[] = [];
  const writing = new Set<Promise<void>>();
  let opened: DamagePorts | undefined;

  const write = (aside: SetAside, to: DamagePorts): Promise<void> => {
    const written = reportToIncident(aside, to)
      .catch(() => undefined)
      .finally(() => writing.delete(written));
    writing.add(written);
    return written;
  };
  return {
    report(aside) {
      onTrouble(asideSentence(aside));
      if (opened === undefined) waiting.push(aside);
      else void write(aside, opened);
    },
    async open(to) {
      opened = to;
      for (const aside of waiting.splice(0)) await write(aside, to);
    },
    async close() {
      await Promise.all(writing);
    },
  };
}

async function reportToIncident(aside: SetAside, { ports, invoke }: DamagePorts): Promise<void> {
  const execution = executionIn(aside.name);
  const incident =
    execution === undefined
      ? await incidentOf(aside.name, ports)
      : (await ports.incidents.list(maxListed)).find((one) => one.execution === execution);
  if (incident === undefined) return;
  const { name, as, why } = aside;
  await record(
    incident.id,
    { type: 'FileSetAside', name, ...(as === undefined ? {} : { as }), why },
    { step: 'Start', key: name },
    ports,
  );
  const isOpen = incident.status !== 'closed' && incident.status !== 'failed';
  if (execution === undefined || !isOpen || aside.name.startsWith('executions/ended/')) return;
  const failure = { Error: 'Impossible', Cause: asideSentence(aside) };
  await invoke('report-failure', { trigger: incident.trigger, incident, failure });
}

const maxListed = 500;

/** The incident that a file belongs to, by its folder. */
async function incidentOf(name: string, { incidents }: Pick<Ports, 'incidents'>): Promise<Incident | undefined> {
  const id =
    /^(?:evidence|messages|said)\/([^/]+)\//.exec(name)?.[1] ?? /^tapes\/([^./]+)\./.exec(name)?.[1] ?? undefined;
  return id === undefined ? undefined : incidents.get(decodeURIComponent(id));
}

/** Reads every file that is otherwise read only on demand, so that damage is reported now and not in the night. */
export async function lookAtFiles(root: string, disk: Disk, signal: AbortSignal): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries.slice(0, maxFiles)) {
    if (signal.aborted) return;
    const name = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
    const [folder = ''] = name.split('/');
    if (!checkedFolders.has(folder) || isAside(name)) continue;
    if (entry.isDirectory() && name.endsWith('.json')) await disk.setAside(name, 'is a folder where a file should be');
    else if (!entry.isFile()) continue;
    else if (name.endsWith('.json')) await disk.record(name, z.unknown());
    else if (name.endsWith('.md')) await disk.read(name);
  }
}

const maxFiles = 50_000;
const checkedFolders: ReadonlySet<string> = new Set([
  'evidence',
  'messages',
  'said',
  'facts',
  'memory',
  'tapes',
  'knowledge',
]);

/**
 * Stops all actions. A store that lost records may have lost the kill switch, an executed action or its count, so nothing acts until an authorised
 * person has checked it.
 */
export async function stopActing(why: string, ports: Pick<Ports, 'controls' | 'audit' | 'clock'>): Promise<void> {
  const at = ports.clock.now().toISOString();
  await ports.controls.setKillSwitch({ on: true, by: 'watchkeeper', at, why });
  await recordAudit(
    {
      actor: { kind: 'watchkeeper', id: 'watchkeeper' },
      kind: 'control',
      outcome: 'on',
      key: `kill-switch:${at}`,
      text: `Kill switch on: ${why}`,
    },
    ports,
  );
}
