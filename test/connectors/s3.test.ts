import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { s3Evidence } from '../../connectors/s3/index.ts';
import { Impossible, Unavailable } from '../../core/errors.ts';
import { type Answer, type Asked, awsClient, serve } from '../server.ts';

/** A bucket that keeps what is put, as S3's REST API would. */
const bucket = async (fail?: (asked: Asked) => Answer | undefined) => {
  const objects = new Map<string, string>();
  const server = await serve((asked) => {
    const failure = fail?.(asked);
    if (failure) return failure;
    const key = asked.path.split('?')[0] ?? '';
    if (asked.method === 'PUT') {
      objects.set(key, asked.body);
      return {};
    }
    const body = objects.get(key);
    return body === undefined
      ? { status: 404, body: '<Error><Code>NoSuchKey</Code><Message>no</Message></Error>' }
      : { body };
  });
  const client = new S3Client({
    ...awsClient(server),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return { server, objects, store: s3Evidence({ bucket: 'evidence-1', client }) };
};

const record = {
  incidentId: '01J',
  source: 'kubernetes',
  query: 'get pods',
  window: { start: '2026-01-01T00:00:00Z', end: '2026-01-01T01:00:00Z' },
  excerpt: 'OOMKilled',
  full: { kind: 'kubernetes', objects: [{ name: 'api' }] },
};

test('evidence comes back as it was put, excerpt and full record', async () => {
  const { server, store, objects } = await bucket();
  await using _ = server;
  const evidence = await store.put(record);
  expect([...objects.keys()]).toEqual([`/evidence-1/evidence/01J/${evidence.id}.json`]);
  expect(await store.get('01J', evidence.id)).toEqual(evidence);
  expect(await store.full('01J', evidence.id)).toEqual(record.full);
  expect(evidence).toMatchObject({ excerpt: 'OOMKilled', hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
});

test('the same record is the same evidence, another record is another', async () => {
  const { server, store, objects } = await bucket();
  await using _ = server;
  const first = await store.put(record);
  expect(await store.put(record)).toEqual(first);
  expect((await store.put({ ...record, full: {} })).id).not.toBe(first.id);
  expect(objects.size).toBe(2);
});

test('an excerpt is cut to 2,048 characters and never inside a character', async () => {
  const { server, store } = await bucket();
  await using _ = server;
  const { excerpt } = await store.put({ ...record, excerpt: `${'a'.repeat(2046)}😀😀` });
  expect(excerpt).toBe(`${'a'.repeat(2046)}…`);
});

test.each(['unknown', '../../secrets', 'a/b'])('evidence %j that was never put does not resolve', async (id) => {
  const { server, store, objects } = await bucket();
  await using _ = server;
  objects.set('/evidence-1/evidence/secrets', '{}');
  expect(await store.get('01J', id)).toBeUndefined();
  expect(await store.full('01J', id)).toBeUndefined();
});

test('an object that is no evidence is our fault and named', async () => {
  const { server, store, objects } = await bucket();
  await using _ = server;
  objects.set('/evidence-1/evidence/01J/abc.json', '{"evidence":{}}');
  await expect(store.get('01J', 'abc')).rejects.toThrow(
    new Impossible('The object evidence/01J/abc.json is not a stored evidence record.'),
  );
});

test('a bucket that fails is unavailable for reading and for writing', async () => {
  const { server, store } = await bucket(() => ({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' }));
  await using _ = server;
  await expect(store.put(record)).rejects.toThrow(Unavailable);
  await expect(store.get('01J', 'abc')).rejects.toThrow(Unavailable);
});
