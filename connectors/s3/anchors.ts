// Stores anchors of the audit in a bucket with Object Lock, `anchors/DAY.json`. The bucket keeps every version, and the first version of a day
// counts, so that no later version, not even a delete marker, hides it.
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Unavailable } from '../../core/errors.ts';
import { AuditAnchor } from '../../core/model/audit-chain.ts';
import type { AuditAnchors } from '../../core/ports/records.ts';
import { isThere } from './conditional.ts';

const prefix = 'anchors/';

/** Every failure is an `Unavailable`. */
export function s3Anchors({
  bucket: Bucket,
  client = new S3Client({}),
}: {
  readonly bucket: string;
  readonly client?: S3Client;
}): AuditAnchors {
  const firstVersions = async (): Promise<[key: string, version: ObjectVersion][]> => {
    const first = new Map<string, ObjectVersion>();
    let page: ListObjectVersionsCommandOutput | undefined;
    do {
      page = await client.send(
        new ListObjectVersionsCommand({
          Bucket,
          Prefix: prefix,
          KeyMarker: page?.NextKeyMarker,
          VersionIdMarker: page?.NextVersionIdMarker,
        }),
      );
      for (const version of page.Versions ?? []) {
        const { Key = '' } = version;
        const known = first.get(Key);
        if (/^anchors\/\d{4}-\d\d-\d\d\.json$/.test(Key) && (known === undefined || !isOlder(known, version)))
          first.set(Key, version);
      }
    } while (page.IsTruncated);
    return [...first].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const read = async ([Key, { VersionId }]: [string, ObjectVersion]) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }));
    return { day: Key.slice(prefix.length, -'.json'.length), anchor: jsonOf((await Body?.transformToString()) ?? '') };
  };
  const withErrors = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      throw new Unavailable(`The anchors of the audit could not be ${what}.`, { cause });
    }
  };
  return {
    add: (anchor) =>
      withErrors('written', async () => {
        await client
          .send(
            new PutObjectCommand({
              Bucket,
              Key: `${prefix}${anchor.day}.json`,
              Body: JSON.stringify(anchor),
              ContentType: 'application/json',
              IfNoneMatch: '*',
            }),
          )
          .catch(isThere);
      }),
    last: () =>
      withErrors('read', async () => {
        const last = (await firstVersions()).at(-1);
        return last === undefined ? undefined : AuditAnchor.safeParse((await read(last)).anchor).data;
      }),
    all: () => withErrors('read', async () => Promise.all((await firstVersions()).map(read))),
  };
}

/** Versions of one key come newest first; of two at the same instant, the later one in the list is older. */
const isOlder = (a: ObjectVersion, b: ObjectVersion): boolean =>
  (a.LastModified?.getTime() ?? 0) < (b.LastModified?.getTime() ?? 0);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
