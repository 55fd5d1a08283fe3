// Reads text files under prefixes of a bucket. A list gives each object's ETag, so that only changed ones are read.
import { GetObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Misconfigured } from '../../core/errors.ts';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { DocumentPart, SourceDocument } from '../../core/ports/knowledge-sync.ts';
import type { AwsAccess, ReadDocuments } from '../source-kind.ts';
import type { S3Settings } from './manifest.ts';

const maxBytes = 1_000_000;
const maxObjects = 20_000;
/** A page has up to 1,000 objects, and a list may have pages without any. */
const maxPages = 60;
const maxDocuments = 2000;
const atOnce = 8;
const prefixesAtOnce = 4;

export function clientOf({ region, account, endpoint }: S3Settings, aws: AwsAccess | undefined): S3Client {
  if (account !== undefined && aws === undefined)
    throw new Misconfigured(`The account ${account} cannot be entered here.`);
  return new S3Client({
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({
      requestTimeout: 8000,
      throwOnRequestTimeout: true,
      connectionTimeout: 3000,
    }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(aws === undefined ? {} : { credentials: aws.credentials(account) }),
  });
}

export const documents: ReadDocuments<S3Settings> = (settings, { aws }) => {
  const { bucket, prefixes } = settings;
  return async (known) => {
    const client = clientOf(settings, aws);
    try {
      const limited = limitConcurrency(prefixesAtOnce);
      return await Promise.all(
        prefixes.map((prefix) =>
          limited(async (): Promise<DocumentPart> => {
            const part = `${bucket}/${prefix}`;
            return readPrefix(client, settings, prefix, (id) => known(part, id)).catch((error: unknown) => ({
              kind: 'failed' as const,
              part,
              reason: reasonOf(error),
            }));
          }),
        ),
      );
    } finally {
      client.destroy();
    }
  };
};

function reasonOf(error: unknown): string {
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'no answer';
  if (name === 'SlowDown' || name === 'ServiceUnavailable') return `S3 throttled the requests (${name})`;
  return `S3 did not give the documents (${name})`;
}

async function readPrefix(
  client: S3Client,
  { bucket, region }: S3Settings,
  prefix: string,
  known: (id: string) => string | undefined,
): Promise<DocumentPart> {
  const leftOut: { what: string; why: string }[] = [];
  const objects: { key: string; etag: string; size: number; changedAt: string | undefined }[] = [];
  let page: ListObjectsV2CommandOutput | undefined;
  let listed = 0;
  let pages = 0;
  const failedFor = (reason: string) => ({ kind: 'failed', part: `${bucket}/${prefix}`, reason }) as const;
  do {
    const ContinuationToken = page?.NextContinuationToken;
    page = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(ContinuationToken && { ContinuationToken }) }),
    );
    // An answer of another form is read as an empty list, after which every copy would be removed.
    if (page.IsTruncated === undefined && page.KeyCount === undefined)
      return failedFor('S3 answered in a form that is not its API');
    if (ContinuationToken !== undefined && page.NextContinuationToken === ContinuationToken)
      return failedFor('The pages of its list repeat');
    pages += 1;
    if (pages > maxPages) return failedFor(`Its list has more than ${maxPages} pages`);
    for (const { Key, ETag, Size, LastModified } of page.Contents ?? []) {
      listed += 1;
      if (Key !== undefined && ETag !== undefined && /\.(?:md|markdown|txt|rst|adoc)$/i.test(Key))
        objects.push({ key: Key, etag: ETag, size: Size ?? 0, changedAt: LastModified?.toISOString() });
    }
    // An absent object could be one that was not listed.
    if (listed > maxObjects || objects.length > maxDocuments) return failedFor('It holds too many objects');
  } while (page.NextContinuationToken);
  const limited = limitConcurrency(atOnce);
  const found = await Promise.all(
    objects.map(({ key, etag, size, changedAt }) =>
      limited(async (): Promise<SourceDocument[]> => {
        const id = key.slice(prefix.length);
        if (size > maxBytes) {
          leftOut.push({ what: id, why: `${Math.round(size / 1000)} kB` });
          return [];
        }
        const document = {
          id,
          version: etag,
          link: `https://s3.console.aws.amazon.com/s3/object/${encodeURIComponent(bucket)}?${new URLSearchParams({ ...(region && { region }), prefix: key })}`,
          ...(changedAt === undefined ? {} : { changedAt }),
        };
        if (known(id) === etag) return [document];
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        try {
          return [{ ...document, markdown: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }];
        } catch {
          leftOut.push({ what: id, why: 'no text' });
          return [];
        }
      }),
    ),
  );
  return { kind: 'data', part: `${bucket}/${prefix}`, documents: found.flat(), leftOut };
}
