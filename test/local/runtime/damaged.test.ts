// A data folder with one thing wrong in it, for every file that it has and in several ways: the runtime starts, says so, keeps what is
// broken beside its place, and everything else is still there.
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { switches } from '../../../core/remediation/kill-switch.ts';
import { recordedWorld } from '../../../local/compose.ts';
import { type Hooks, type Runtime, startRuntime } from '../../../local/runtime/index.ts';

const root = mkdtempSync(join(tmpdir(), 'watchkeeper-damaged-'));
const whole = join(root, 'whole');
const makeWorld = recordedWorld([new URL('../../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname]);
let sourceId: string;

beforeAll(async () => {
  const runtime = await startRuntime({ makeWorld, data: whole, port: 0, record: true });
  ({ sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? ''));
  const { id } = await runtime.waitForIncident(sourceId, 'asked');
  const { memory } = runtime.ports;
  const at = '2026-01-01T00:00:00.000Z';
  await memory.remember({ incidentId: id, actor: 'ana', at, text: 'why?' }, 'conversation');
  await memory.remember({ incidentId: id, actor: 'ana', at, text: 'the ledger was down' }, 'learned');
  await runtime.close();
  mkdirSync(join(whole, 'knowledge'), { recursive: true });
  writeFileSync(join(whole, 'knowledge', 'learned.md'), '# Learned\n\nSomething.\n');
  writeFileSync(join(whole, 'lock'), '{"pid":1,"began":"another boot"}\n');
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const filesIn = (data: string): string[] =>
  readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)));

/** `npm run test:properties` looks at more cases. */
const everything = process.env.PROPERTY_RUNS !== undefined;

/** Of each kind one file, or all of them. */
const looked = (data: string): string[] => {
  const files = filesIn(data).filter((file) => !/^tapes\/.*\.json$/.test(file) || file.endsWith('001.json'));
  if (everything) return files;
  const kindOf = (file: string) => (file.startsWith('tables/') ? file : `${dirname(file)}/*${extname(file)}`);
  return [...new Map(files.map((file) => [file.includes('/') ? kindOf(file) : file, file])).values()];
};

const damages: readonly (readonly [string, (file: string, content: Buffer) => void])[] = [
  ...(everything ? [0, 0.25, 0.5, 0.75] : [0, 0.5]).map(
    (part) =>
      [
        `is cut off after ${part * 100} %`,
        (file: string, content: Buffer) => writeFileSync(file, content.subarray(0, content.length * part)),
      ] as const,
  ),
  ['is random bytes', (file, content) => writeFileSync(file, randomBytes(Math.max(64, content.length)))],
  [
    'is a folder',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
];

/** A hook around the functions keeps pages from getting a thread of their own, which takes longer to start than all the rest and reads no file. */
const withoutThread: Hooks = { invoke: (name, payload, call) => call(name, payload) };

/** Starts on the folder, lets `look` look around, and stops. */
async function started<T>(
  data: string,
  look: (runtime: Runtime, told: string[]) => Promise<T>,
  hooks?: Hooks,
): Promise<T> {
  const told: string[] = [];
  const runtime = await startRuntime({ makeWorld, data, port: 0, hooks, onTrouble: (sentence) => told.push(sentence) });
  try {
    await runtime.resume();
    return await look(runtime, told);
  } finally {
    await runtime.close();
  }
}

const broken = (name: string, damage: (file: string, content: Buffer) => void): string => {
  const data = mkdtempSync(join(root, 'case-'));
  cpSync(whole, data, { recursive: true });
  damage(join(data, name), readFileSync(join(data, name)));
  return data;
};

/** Any content of these is one that the runtime takes, or writes anew at every start. */
const mayBeAnything = /^(?:tables\/LO(?:G|G\.old|CK)|runtime\.json|console-token|knowledge\/.*)$/;
/** Of these a part may be gone with what was cut off; the rest of the folder is not theirs. */
const isStore = (name: string) => name.startsWith('tables/');

describe('every file of a data folder', () => {
  it.each(damages)('%s, one at a time', { timeout: 300_000 }, async (_, damage) => {
    for (const name of looked(whole)) {
      const data = broken(name, damage);
      const was =
        existsSync(join(data, name)) && statSync(join(data, name)).isFile()
          ? readFileSync(join(data, name))
          : undefined;
      const look = async ({ ports }: Runtime, told: string[]) => {
        const incident = await ports.incidents.findBySource(sourceId);
        if (!isStore(name)) {
          expect(incident, name).toMatchObject({ sourceId });
          expect((await switches(ports)).on, name).toBe(false);
        }
        const unharmed =
          was === undefined
            ? name.startsWith('knowledge/')
            : mayBeAnything.test(name) || was.equals(readFileSync(join(whole, name)));
        const needsNoWord = unharmed || (isStore(name) && was?.length === 0);
        if (!needsNoWord) await expect.poll(() => told.join(' '), { timeout: 10_000 }).toContain(wordFor(name));
      };
      await started(data, look, withoutThread);
      for (const other of filesIn(whole).filter(
        (file) => file !== name && /^(?:evidence|said|memory|tapes|knowledge)\//.test(file),
      ))
        expect(readFileSync(join(data, other)), `${other} beside ${name}`).toEqual(readFileSync(join(whole, other)));
      if (was !== undefined && /^(?:evidence|messages|said|memory|executions)\//.test(name))
        expect(
          asideOf(data, name).map((file) => readFileSync(file)),
          name,
        ).toEqual([was]);
      rmSync(data, { recursive: true });
    }
  });

  it('is where a folder should be', { timeout: 120_000 }, async () => {
    for (const folder of ['tables', 'executions', 'evidence', 'messages', 'memory', 'knowledge']) {
      const data = mkdtempSync(join(root, 'case-'));
      cpSync(whole, data, { recursive: true });
      renameSync(join(data, folder), join(data, `${folder}-elsewhere`));
      writeFileSync(join(data, folder), 'a file');
      const look = async (runtime: Runtime, told: string[]) => {
        // So that the page joins nothing and is investigated.
        for (const { id } of await runtime.ports.incidents.list(10))
          await runtime.ports.incidents.update(id, { pageStatus: 'resolved' });
        await runtime.sendPage(page(runtime, 'QANOTHER1'));
        await runtime.waitForIncident('QANOTHER1', 'asked', 20_000);
        await expect
          .poll(() => told.join(' '), { timeout: 10_000 })
          .toContain(`${folder} in the data folder is a file where`);
      };
      await started(data, look, withoutThread);
      expect(asideOf(data, folder)).toHaveLength(1);
    }
  });
});

/** A new event about an incident of the pager. */
function page(runtime: Runtime, source: string): string {
  const body = JSON.parse(runtime.world.pages[0]?.body ?? '{}');
  return JSON.stringify({
    ...body,
    event: { ...body.event, id: `event-${source}-again`, data: { ...body.event.data, id: source } },
  });
}

const wordFor = (name: string): string => (isStore(name) ? 'tables' : name);

const asideOf = (data: string, name: string): string[] =>
  readdirSync(dirname(join(data, name)))
    .filter((file) => file.startsWith(`${name.split('/').at(-1)}.bad-`))
    .map((file) => join(dirname(join(data, name)), file));

describe('what was broken', () => {
  it('is told in the incident that it was about', async () => {
    const evidence = filesIn(whole).find((file) => file.startsWith('evidence/')) ?? '';
    const data = broken(evidence, (file) => writeFileSync(file, '{"evidence":'));
    await started(data, async ({ ports }) => {
      const incident = await ports.incidents.findBySource(sourceId);
      const texts = async () => (await ports.incidents.timeline(incident?.id ?? '')).map(({ text }) => text).join(' ');
      await expect.poll(texts, { timeout: 10_000 }).toContain(`${evidence} in the data folder is cut off or no JSON`);
      expect(await ports.evidence.get(incident?.id ?? '', evidence.split('/').at(-1)?.replace('.json', '') ?? '')).toBe(
        undefined,
      );
    });
  });

  it('ends an investigation whose record it was: the incident says so, and the page may come again', async () => {
    const record = filesIn(whole).find((file) => file.startsWith('executions/')) ?? '';
    const data = broken(record, (file, content) => writeFileSync(file, content.subarray(0, 1000)));
    await started(data, async (runtime) => {
      const incident = await runtime.waitForIncident(sourceId, 'ended', 10_000);
      expect(incident.status).toBe('failed');
      await runtime.sendPage(page(runtime, sourceId));
      const again = async () => (await runtime.ports.incidents.findBySource(sourceId))?.id;
      await expect.poll(again, { timeout: 20_000 }).not.toBe(incident.id);
      expect(await runtime.waitForIncident(sourceId, 'asked', 20_000)).toMatchObject({ status: 'awaiting-approval' });
    });
  });

  it('throws the kill switch where it was the store, whose records say what was done already', async () => {
    const data = broken('tables/MANIFEST-000002', (file) => writeFileSync(file, 'garbage'));
    await started(data, async ({ ports }, told) => {
      expect(await switches(ports)).toMatchObject({ on: true, killSwitch: { by: 'watchkeeper' } });
      expect(await ports.incidents.findBySource(sourceId)).toMatchObject({ sourceId });
      expect(told.join(' ')).toContain('The kill switch is on: the store was damaged and mended at the start');
    });
    expect(readFileSync(join(asideOf(data, 'tables')[0] ?? '', 'MANIFEST-000002'), 'utf8')).toBe('garbage');
    // It is said once; taken off, it stays off.
    await started(data, async (_, told) => expect(told).toEqual([]));
  });
});
