// The double answers as the S3 API reference says: ListObjectsV2 (XML, KeyCount, NextContinuationToken), GetObject, PutObject, DeleteObjects.
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { check } from '../../connectors/s3/check.ts';
import { s3Copies } from '../../connectors/s3/copies.ts';
import { s3 } from '../../connectors/s3/manifest.ts';
import { documents } from '../../connectors/s3/source-documents.ts';
import { readSyncState, syncDocuments } from '../../core/analysis/knowledge/sync.ts';
import { awsClient, serve, type TestServer } from '../server.ts';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
function bucket(objects: Map<string, string | Buffer>, pageSize = 1000): Promise<TestServer> {
  return serve(({ method, path, body }) => {
    const url = new URL(path, 'http://s3');
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    if (method === 'POST' && url.searchParams.has('delete')) {
      for (const [, one = ''] of body.matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(one);
      return { body: '<DeleteResult/>' };
    }
    if (method === 'PUT') {
      objects.set(key, body);
      return {};
    }
    if (key !== '') {
      const content = objects.get(key);
      if (content === undefined) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
      return { body: content as string };
    }
    const prefix = url.searchParams.get('prefix') ?? '';
    const keys = [...objects.keys()].filter((one) => one.startsWith(prefix)).sort();
    const from = Number(url.searchParams.get('continuation-token') ?? 0);
    const more = from + pageSize < keys.length;
    const contents = keys.slice(from, from + pageSize).map((one) => {
      const content = objects.get(one) ?? '';
      return `<Contents><Key>${escaped(one)}</Key><ETag>"${Buffer.from(content).toString('hex').slice(0, 32)}"</ETag><Size>${content.length}</Size><LastModified>2026-11-01T00:00:00.000Z</LastModified></Contents>`;
    });
    return {
      body: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`,
    };
  });
}
const clock = { now: () => new Date('2026-11-28T00:00:00Z') };
const credentials = () => async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });
const aws = { region: 'us-east-1', knows: () => true, credentials };
const configOf = (server: TestServer, more: object = {}) =>
  s3.configSchema.parse({
    bucket: 'books',
    prefixes: ['runbooks/'],
    region: 'us-east-1',
    endpoint: server.url,
    ...more,
  });
const readerOf = (server: TestServer, more: object = {}) => {
  const read = documents(configOf(server, more), { clock, secret: () => undefined, aws, repositories: async () => [] });
  if (read === undefined) throw new Error('no documents');
  return read;
};

test('text objects of the prefix, page by page, with links; a changed one is read again, an unchanged one is not', async () => {
  const objects = new Map<string, string | Buffer>([
    ['runbooks/a.md', '# A'],
    ['runbooks/deep/b.txt', 'B'],
    ['runbooks/c.png', 'x'],
    ['other/d.md', '# D'],
  ]);
  await using server = await bucket(objects, 2);
  const read = readerOf(server);
  const [part] = await read(() => undefined);
  expect(part).toMatchObject({
    kind: 'data',
    part: 'books/runbooks/',
    documents: [
      {
        id: 'a.md',
        markdown: '# A',
        changedAt: '2026-11-01T00:00:00.000Z',
        link: expect.stringContaining('/s3/object/books?region=us-east-1&prefix=runbooks%2Fa.md'),
      },
      { id: 'deep/b.txt', markdown: 'B' },
    ],
  });
  const versions = new Map(part?.kind === 'data' ? part.documents.map(({ id, version }) => [id, version]) : []);
  objects.set('runbooks/a.md', '# A, changed');
  const [again] = await read((_, id) => versions.get(id));
  expect(again?.kind === 'data' && again.documents.map(({ markdown }) => markdown)).toEqual([
    '# A, changed',
    undefined,
  ]);
});

test('a prefix without rights fails alone; binary objects are left out', async () => {
  await using refusing = await serve(({ path }) =>
    path.includes('prefix=secret')
      ? { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
      : { body: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>' },
  );
  const parts = await readerOf(refusing, { prefixes: ['secret/', 'runbooks/'] })(() => undefined);
  expect(parts).toEqual([
    { kind: 'failed', part: 'books/secret/', reason: 'S3 did not give the documents (AccessDenied)' },
    { kind: 'data', part: 'books/runbooks/', documents: [], leftOut: [] },
  ]);
  expect(
    await check(configOf(refusing, { prefixes: ['secret/'] }), { clock, secret: () => undefined, aws }),
  ).toMatchObject({ kind: 'silent' });
});

test('the bucket of a stage holds copies, their files beside them and the record', async () => {
  const objects = new Map<string, string | Buffer>([['knowledge/own.md', '# Own']]);
  await using server = await bucket(objects);
  const client = new S3Client({ ...awsClient(server), forcePathStyle: true });
  const copies = s3Copies({
    bucket: 'evidence',
    prefix: 'knowledge/',
    client,
    filesOf: ({ name, title }) => [
      { name: `${name}.metadata.json`, text: '{}' },
      { name, text: `# ${title}` },
    ],
  });
  expect(await copies.readState()).toBeUndefined();
  const page = { id: 'a', version: '1', link: 'https://wiki/a', markdown: '# A' };
  const source = (pages: (typeof page)[]) => ({
    name: 'wiki',
    read: async () => [{ kind: 'data' as const, part: 'OPS', documents: pages, leftOut: [] }],
  });
  await syncDocuments([source([page])], copies, clock);
  const [name] = await copies.names();
  expect([...objects.keys()].sort()).toEqual([
    'knowledge/own.md',
    'knowledge/synced/state.json',
    `knowledge/${name}`,
    `knowledge/${name}.metadata.json`,
  ]);
  await syncDocuments([source([])], copies, clock);
  expect([...objects.keys()].sort()).toEqual(['knowledge/own.md', 'knowledge/synced/state.json']);
  expect(await readSyncState(copies)).toMatchObject({ parts: [{ part: 'OPS', documents: {} }] });
});

test('settings: a prefix ends in a slash, and rights end at it', () => {
  expect(s3.configSchema.safeParse({ bucket: 'books', prefixes: ['run*'] }).success).toBe(false);
  const rights = s3.rights(s3.configSchema.parse({ bucket: 'books', prefixes: ['runbooks/'] }));
  expect(rights.flatMap(({ resources }) => resources)).toEqual(['arn:aws:s3:::books', 'arn:aws:s3:::books/runbooks/*']);
});
