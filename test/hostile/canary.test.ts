import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, fallbackText } from '../../connectors/slack/blocks.ts';
import type { Message } from '../../core/model/message.ts';
import type { Reasoner } from '../../core/ports/channels.ts';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

// A secret that only its name or its place tells, in every text that a source may bring; afterwards it is searched in everything that is
// kept, said, posted, recorded on tape, or given to a model.

const canary = ['Kx7mPq9v', 'Lt2wRz4n'].join('');
const encoded = Buffer.from(`deploy:${canary}`).toString('base64');
const original = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;

const inText = [
  `DB_PASS=${canary}`,
  `curl -u deploy:${canary} https://a.example`,
  `postgres://app:${canary}@db/x`,
  `Authorization: Basic ${encoded}`,
  `cookie: theme=dark; session=${canary}`,
  `{"env":[{"value":"${canary}","name":"SMTP_PASSWORD"}]}`,
].join(' ');
const env = [{ name: 'SMTP_PASS', value: canary }];
const lastApplied = JSON.stringify({ kind: 'Secret', stringData: { anything: canary }, spec: { env } });

/** Every text with a space in it is prose, and gets the secret in all its dresses. */
function planted(value: unknown): unknown {
  if (typeof value === 'string') return /\s/.test(value) ? `${value} ${inText}` : value;
  if (Array.isArray(value)) return value.map(planted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, planted(field)]));
}

type Item = { kind: string; metadata: { annotations?: object }; spec?: { containers?: object[] } };
interface Page {
  event: { data: { html_url: string; title: string; body: { details: Record<string, unknown> } } };
}

const edit = (file: string, change: (text: string) => string) =>
  writeFileSync(file, change(readFileSync(file, 'utf8')));

function plantedScenario(): string {
  const dir = join(mkdtempSync(join(tmpdir(), 'watchkeeper-canary-')), 'scenario');
  cpSync(original, dir, { recursive: true });
  edit(join(dir, 'logs.ndjson'), (text) =>
    text
      .trim()
      .split('\n')
      .map((line) => {
        const record = JSON.parse(line) as { message: string; labels: object };
        return JSON.stringify({ ...record, message: `${record.message} ${inText}` });
      })
      .join('\n'),
  );
  edit(join(dir, 'changes.json'), (text) => {
    const changes = (JSON.parse(text) as object[]).map((change) => ({
      ...(planted(change) as object),
      diff: `-  password: ${canary}\n+  - name: DB_PASSWORD\n+    value: ${canary}\n`,
    }));
    return JSON.stringify(changes);
  });
  edit(join(dir, 'kubernetes', 'backend-1.json'), (text) => {
    const list = planted(JSON.parse(text)) as { items: Item[] };
    for (const item of list.items) {
      item.metadata.annotations = {
        ...item.metadata.annotations,
        'kubectl.kubernetes.io/last-applied-configuration': lastApplied,
        note: inText,
      };
      for (const container of item.spec?.containers ?? [])
        Object.assign(container, { env, args: ['--password', canary] });
    }
    const meta = (name: string) => ({ name, namespace: 'billing', uid: name });
    list.items.push(
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: meta('app'),
        data: { 'app.yaml': `password: ${canary}` },
      } as Item,
      { apiVersion: 'v1', kind: 'Secret', metadata: meta('db'), data: { dsn: encoded } } as Item,
    );
    return JSON.stringify(list);
  });
  edit(
    join(dir, 'knowledge', 'nightly-invoices.md'),
    (text) => `${text}\n\n## KubeJobFailed nightly-invoices\n\n${inText}\n`,
  );
  edit(join(dir, 'alert.json'), (text) => {
    const page = JSON.parse(text) as Page;
    const { data } = page.event;
    data.html_url += `?access_token=${canary}`;
    data.title += ` ${inText}`;
    data.body.details = {
      ...(planted(data.body.details) as object),
      env,
      tags: [{ Key: 'DbPassword', Value: canary }],
      headers: [['authorization', `Bearer ${canary}`]],
      secret: { kind: 'Secret', stringData: { a: canary }, data: { b: encoded } },
      connection: { user: 'app', password: canary },
    };
    return JSON.stringify(page);
  });
  return dir;
}

const kept = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

/** What a model would be given: each digest, and what each tool answers. */
function listening(given: string[]): Reasoner {
  return {
    async reason({ digest, tools = [] }) {
      given.push(digest);
      for (const tool of tools) {
        given.push(tool.description);
        for (const input of [
          {},
          { contains: 'FATAL' },
          { contains: 'invoices' },
          { kind: 'Pod' },
          { words: 'invoices' },
        ])
          if (tool.input.safeParse(input).success) given.push(await tool.run(input));
      }
      return { kind: 'unavailable', reason: 'The test only listens.' };
    },
  };
}

describe('a secret in every text of every source', () => {
  const data = mkdtempSync(join(tmpdir(), 'watchkeeper-canary-data-'));
  const given: string[] = [];
  const said: Message[] = [];
  const noted: string[] = [];
  let runtime: Runtime;
  let everything: Readonly<Record<string, string>>;
  const scenario = plantedScenario();

  beforeAll(async () => {
    const make = recordedWorld([scenario]);
    runtime = await startRuntime({
      data,
      record: true,
      makeWorld: async (ground) => {
        const world = await make(ground);
        return {
          ...world,
          reasoner: listening(given),
          pager: {
            ...world.pager,
            mark: async () => ({ kind: 'written' }),
            statusUpdate: async () => ({ kind: 'written' }),
            note: async (_, text) => {
              noted.push(text);
              return { kind: 'written' };
            },
          },
        };
      },
      port: 0,
    });
    runtime.feed.watch((event) => {
      if (event.kind === 'message') said.push(event.message);
    });
    const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
    const incident = await runtime.waitForIncident(sourceId, 'asked', 60_000);
    everything = {
      'the timeline': JSON.stringify(await runtime.ports.incidents.timeline(incident.id)),
      'the incident': JSON.stringify(incident),
      'messages to Slack': JSON.stringify([said.map(blocksOf), said.map(fallbackText), said]),
      'notes on the page': JSON.stringify(noted),
      'what models are given': given.join('\n'),
      'everything on the disk, tapes too': kept(data),
    };
  }, 120_000);
  afterAll(async () => {
    await runtime?.close();
    rmSync(data, { recursive: true, force: true });
    rmSync(dirname(scenario), { recursive: true, force: true });
  });

  test('was read: it is marked in evidence, on tape and in what models are given', () => {
    expect(everything['what models are given']).toContain('[redacted:');
    expect(everything['everything on the disk, tapes too']).toContain('[redacted:');
    expect(said.length).toBeGreaterThan(0);
  });
  test.each([
    'the timeline',
    'the incident',
    'messages to Slack',
    'notes on the page',
    'what models are given',
    'everything on the disk, tapes too',
  ])('is not in %s', (where) => {
    const text = everything[where] ?? '';
    for (const form of [canary, encoded]) {
      const at = text.indexOf(form);
      expect(at === -1 ? '' : text.slice(Math.max(0, at - 300), at + 40)).toBe('');
    }
  });
});
