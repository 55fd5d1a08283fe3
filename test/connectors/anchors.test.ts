// Anchors of the audit, on files and in a bucket: the first of a day stays, whatever is put over it.
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { diskAnchors } from '../../connectors/disk/index.ts';
import { s3Anchors } from '../../connectors/s3/index.ts';
import { Unavailable } from '../../core/errors.ts';
import type { AuditAnchor } from '../../core/model/audit-chain.ts';
import { hashOfAnchor } from '../../core/record/audit/chain.ts';
import { memoryDisk } from '../../local/runtime/files.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const anchor = (day: string, chain = 'no-incident'): AuditAnchor => {
  const content = { day, at: `${day}T00:10:00.000Z`, heads: [{ chain, sequence: 1, hash: 'a'.repeat(64) }] };
  return { ...content, hash: hashOfAnchor(content) };
};

/** A versioned bucket, as far as anchors need one: puts that want a free key, versions newest first in pages of two. */
async function bucket(answer?: Answer) {
  const versions: { key: string; id: string; at: string; body: string; deleted?: boolean }[] = [];
  const put = (key: string, body: string, deleted = false) =>
    versions.unshift({
      key,
      id: `v${versions.length + 1}`,
      at: new Date(Date.UTC(2026, 10, 20, 0, versions.length)).toISOString(),
      body,
      deleted,
    });
  const server = await serve(({ method, path, headers, body }) => {
    if (answer) return answer;
    const url = new URL(path, 'http://s3');
    const key = url.pathname.replace('/anchors-1/', '');
    if (method === 'PUT') {
      if (headers['if-none-match'] === '*' && versions.some((one) => one.key === key && !one.deleted))
        return { status: 412, body: '<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>' };
      put(key, body);
      return {};
    }
    if (url.searchParams.has('versions')) return { body: listing(url.searchParams.get('version-id-marker')) };
    const found = versions.find(({ id }) => id === url.searchParams.get('versionId'));
    return found === undefined ? { status: 404, body: '' } : { body: found.body };
  });
  const listing = (marker: string | null): string => {
    const sorted = versions.toSorted((a, b) => (a.key === b.key ? (a.at < b.at ? 1 : -1) : a.key < b.key ? -1 : 1));
    const start = marker === null ? 0 : sorted.findIndex(({ id }) => id === marker) + 1;
    const page = sorted.slice(start, start + 2);
    const more = start + 2 < sorted.length;
    return `<ListVersionsResult><IsTruncated>${more}</IsTruncated>${
      more
        ? `<NextKeyMarker>${page.at(-1)?.key}</NextKeyMarker><NextVersionIdMarker>${page.at(-1)?.id}</NextVersionIdMarker>`
        : ''
    }${page
      .map(({ key, id, at, deleted }) => {
        const tag = deleted ? 'DeleteMarker' : 'Version';
        return `<${tag}><Key>${key}</Key><VersionId>${id}</VersionId><LastModified>${at}</LastModified></${tag}>`;
      })
      .join('')}</ListVersionsResult>`;
  };
  const client = new S3Client({
    ...awsClient(server),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { server, put, store: s3Anchors({ bucket: 'anchors-1', client }) };
}

describe.each(['disk', 's3'] as const)('anchors on %s', (where) => {
  const opened = async () => {
    if (where === 'disk') return { store: diskAnchors(memoryDisk()), [Symbol.asyncDispose]: async () => {} };
    const { store, server } = await bucket();
    return { store, [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose]() };
  };

  test('come back oldest first, and the last one by itself', async () => {
    await using made = await opened();
    const { store } = made;
    expect(await store.last()).toBeUndefined();
    expect(await store.all()).toEqual([]);
    for (const day of ['2026-11-21', '2026-11-20', '2026-12-01']) await store.add(anchor(day));
    expect((await store.all()).map(({ day }) => day)).toEqual(['2026-11-20', '2026-11-21', '2026-12-01']);
    expect(await store.last()).toEqual(anchor('2026-12-01'));
  });

  test('are never put over one that is there', async () => {
    await using made = await opened();
    const { store } = made;
    await store.add(anchor('2026-11-20'));
    await store.add(anchor('2026-11-20', 'forged'));
    expect(await store.all()).toEqual([{ day: '2026-11-20', anchor: anchor('2026-11-20') }]);
  });
});

test('a later version, or a marker of deletion, does not hide what was locked first', async () => {
  const { store, put, server } = await bucket();
  await using _ = server;
  await store.add(anchor('2026-11-20'));
  put('anchors/2026-11-20.json', JSON.stringify(anchor('2026-11-20', 'forged')));
  put('anchors/2026-11-20.json', '', true);
  put('anchors/notes.txt', 'not an anchor');
  put('anchors/2026-11-21.json', '{ no JSON');
  expect(await store.all()).toEqual([
    { day: '2026-11-20', anchor: anchor('2026-11-20') },
    { day: '2026-11-21', anchor: undefined },
  ]);
});

test('a bucket that refuses is unavailable', async () => {
  const { store, server } = await bucket({ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' });
  await using _ = server;
  await expect(store.add(anchor('2026-11-20'))).rejects.toThrow(Unavailable);
  await expect(store.all()).rejects.toThrow(Unavailable);
});
