import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { knowledgeIndex, loadKnowledgeFolder } from '../../../connectors/knowledge-index/index.ts';
import type { KnowledgeDocument } from '../../../core/ports/telemetry.ts';

const document = (name: string, markdown: string, over: Partial<KnowledgeDocument> = {}): KnowledgeDocument => ({
  name,
  title: name.replace('.md', ''),
  tags: [],
  markdown,
  ...over,
});
const crash = document(
  'KubePodCrashLooping.md',
  '# KubePodCrashLooping\n\n## Meaning\nA container restarts again and again.\n\n## Mitigation\nRead the last log.\n',
);
const disk = document(
  'NodeFilesystemAlmostOutOfSpace.md',
  '## Meaning\nThe disk of a node is nearly full.\n\n```sh\n# not a heading\ndf -h\n```\n',
);
const search = async (base: ReturnType<typeof knowledgeIndex>, text: string, service?: string) => {
  const found = await base.search({ scope: { incidentId: 'inc-1' }, text, service, limit: 3 });
  return found.kind === 'data' ? found.data : [];
};

describe('the knowledge index', () => {
  const base = knowledgeIndex([crash, disk]);

  test('finds the section that speaks of it, and says why', async () => {
    const [hit] = await search(base, 'pod is crash looping');
    expect(hit).toMatchObject({ document: 'KubePodCrashLooping.md', title: 'KubePodCrashLooping' });
    expect(hit?.why).toContain('in its title');
  });
  test('quotes the section, not the whole document', async () => {
    const [hit] = await search(base, 'container restarts again');
    expect(hit).toMatchObject({ heading: 'Meaning', excerpt: 'A container restarts again and again.' });
  });
  test('takes no comment in a code block for a heading', async () => {
    const [hit] = await search(base, 'disk nearly full');
    expect(hit?.excerpt).toContain('# not a heading');
  });
  test('finds nothing where nothing speaks of it', async () => {
    expect(await search(base, 'zyx qwv')).toEqual([]);
  });
  test('prefers what was written for the service, and puts another service’s back', async () => {
    const mine = document('b.md', 'Timeouts: raise the pool.', { service: 'cart' });
    const theirs = document('a.md', 'Timeouts: raise the pool size.', { service: 'mail' });
    const hits = await search(knowledgeIndex([theirs, mine]), 'timeouts pool', 'cart');
    expect(hits.map(({ document }) => document)).toEqual(['b.md', 'a.md']);
  });
  test('holds a section that two documents share once', async () => {
    const same = 'Restart the deployment and look whether the connections are freed.';
    const hits = await search(
      knowledgeIndex([document('a.md', same), document('b.md', same)]),
      'restart deployment connections',
    );
    expect(hits.map(({ document }) => document)).toEqual(['a.md']);
  });
  test('replaces a document that is added again', async () => {
    const own = knowledgeIndex([document('a.md', 'old words')]);
    await own.add(document('a.md', 'fresh words'));
    expect(await search(own, 'fresh')).toHaveLength(1);
    expect(await search(own, 'old')).toHaveLength(0);
  });
  test('puts what people wrote before a draft that says the same words more often', async () => {
    const both = knowledgeIndex([
      document('draft.md', '# Draft\n\nKubeJobFailed nightly-invoices KubeJobFailed nightly-invoices failed.', {
        title: 'Postmortem draft: KubeJobFailed nightly-invoices failed',
        tags: ['postmortem', 'draft'],
      }),
      document('runbook.md', '# Nightly invoices\n\n## KubeJobFailed\n\nRerun it when the ledger was away.'),
    ]);
    const hits = await search(both, 'KubeJobFailed nightly-invoices failed');
    expect(hits.map((hit) => hit.document)).toEqual(['runbook.md', 'draft.md']);
  });
  test('says why in the words that were asked, and counts no id or single character as one', async () => {
    const [hit] = await search(baseOf('# Invoices 1\n\nThe invoices of 29381640 failed.'), 'invoices 1 29381640');
    expect(hit?.why).toBe('invoices in its headings');
  });
  test('reads a heading without its escapes', async () => {
    const [hit] = await search(baseOf('# T\n\n## \\[FIRING:1\\] *pods* \\_x\n\nAll pods crash.'), 'crash');
    expect(hit?.heading).toBe('T › [FIRING:1] pods _x');
  });
  test('finds a page on many things by the section on this one, and quotes that', async () => {
    const volume = document(
      'volume.md',
      '# Disks\n\nDisks fill.\n\n# Queues\n\nA queue that grows has too few consumers.\n\n# Certificates\n\nRenew them.',
    );
    const [hit] = await search(knowledgeIndex([crash, volume]), 'queue grows: consumers');
    expect(hit).toMatchObject({ document: 'volume.md', heading: 'Queues' });
  });
  test('ranks words in their order before the same words apart', async () => {
    const apart = document('a.md', 'A full node has a disk. The pod waits, the queue is empty.');
    const together = document('b.md', 'The queue is full. A pod has a disk, the node waits empty.');
    const hits = await search(knowledgeIndex([apart, together]), 'queue full');
    expect(hits.map((hit) => hit.document)).toEqual(['b.md', 'a.md']);
  });
  test('takes one word in common for chance, unless it is all that was asked or the whole title', async () => {
    const cart = document('cart.md', 'Restart it.', { title: 'Cart' });
    const own = knowledgeIndex([disk, cart]);
    expect(await search(own, 'the coffee machine is full of beans')).toEqual([]);
    expect((await search(own, 'full')).map((hit) => hit.document)).toEqual([disk.name]);
    expect((await search(own, 'cart: many errors')).map((hit) => hit.document)).toEqual(['cart.md']);
  });
  test('takes a long word that nobody wrote for a misspelling', async () => {
    expect(await search(base, 'Mitigatoin')).toMatchObject([{ document: crash.name }]);
  });
  test('says what was written for the service', async () => {
    const mine = document('b.md', 'Timeouts: raise the pool.', { service: 'cart' });
    expect(await search(knowledgeIndex([mine]), 'timeouts', 'cart')).toMatchObject([
      { why: 'written for cart; timeouts in its text' },
    ]);
  });
  test('looks a tag up as it stands: all sections of what carries it, the last name first, nothing that reads alike', async () => {
    const past = (name: string, tags: readonly string[]) =>
      document(name, '# T\n\n## Cause\n\nThe pool was empty.\n\n## Remedy\n\nRestarted.'.replaceAll('.', ` ${name}.`), {
        tags,
      });
    const own = knowledgeIndex([
      past('p-1.md', ['recurs:A:b']),
      past('p-2.md', ['x', 'recurs:A:b']),
      past('p-3.md', ['recurs:A:bc']),
    ]);
    const found = await own.search({ scope: { incidentId: 'inc-1' }, text: 'tag:recurs:Z tag:recurs:A:b', limit: 9 });
    expect(found.kind === 'data' && found.data.map(({ document, heading, why }) => [document, heading, why])).toEqual([
      ['p-2.md', 'T › Cause', 'tagged recurs:A:b'],
      ['p-2.md', 'T › Remedy', 'tagged recurs:A:b'],
      ['p-1.md', 'T › Cause', 'tagged recurs:A:b'],
      ['p-1.md', 'T › Remedy', 'tagged recurs:A:b'],
    ]);
    expect(await search(own, 'tag:recurs:none')).toEqual([]);
  });
  test('ranks alike in whatever order documents came', async () => {
    const documents = [crash, disk, document('c.md', 'A container of a node restarts when its disk is full.')];
    const names = async (given: readonly KnowledgeDocument[]) =>
      (await search(knowledgeIndex(given), 'container restarts, disk of the node is full')).map((hit) => hit.document);
    expect(await names([...documents].reverse())).toEqual(await names(documents));
  });
  test('survives a query that is no words', async () => {
    expect(await search(base, `${'('.repeat(5000)} OR *:* \u0000`)).toEqual([]);
  });
});

const baseOf = (markdown: string) => knowledgeIndex([document('a.md', markdown)]);

describe('a knowledge folder', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'knowledge-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('gives back what was added, to the next process too', async () => {
    const post = document('postmortems/2026-11-20.md', '# What happened\n\nThe pool was empty.', {
      title: 'Pool: "empty"',
      service: 'cart',
      tags: ['db', 'recurs:A:CronJob/b/c:prod'],
    });
    await knowledgeIndex([], { folder: dir }).add(post);
    const [read] = await loadKnowledgeFolder(dir);
    expect(read).toMatchObject({
      name: post.name,
      title: 'Pool: "empty"',
      service: 'cart',
      tags: ['db', 'recurs:A:CronJob/b/c:prod'],
    });
    expect(read?.markdown.trim()).toBe(post.markdown);
  });
  test.each(['../out.md', '/etc/out.md', 'a/../../out.md', 'script.sh'])('refuses the name %s', async (name) => {
    await expect(knowledgeIndex([], { folder: dir }).add(document(name, 'x'))).rejects.toThrow(
      'needs a name inside its folder',
    );
  });
  test('reads a document whose front matter is broken, without its fields', async () => {
    await writeFile(join(dir, 'a.md'), '---\ntitle: [unclosed\n---\n# Real title\ntext\n');
    await writeFile(join(dir, 'notes.txt'), 'no knowledge');
    expect(await loadKnowledgeFolder(dir)).toMatchObject([{ name: 'a.md', title: 'Real title', tags: [] }]);
    expect(await readFile(join(dir, 'a.md'), 'utf8')).toContain('unclosed');
  });
  test('that is not there is said in one sentence', async () => {
    await expect(loadKnowledgeFolder(join(dir, 'nope'))).rejects.toThrow(
      /The knowledge folder .*nope cannot be read\./,
    );
  });
});
