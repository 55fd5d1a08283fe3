// The Tape port on S3: one object per call, `tapes/<incident>/<time>-<number>.json`. Tapes expire with the evidence.
import { randomBytes } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Impossible, Unavailable } from '../../core/errors.ts';
import { type Tape, TapedCall } from '../../core/replay/tape.ts';

/** Every failure is an `Unavailable`. */
export function s3Tape({
  bucket,
  client = new S3Client({}),
}: {
  readonly bucket: string;
  readonly client?: S3Client;
}): Tape {
  let count = 0;
  const prefixOf = (incidentId: string) => `tapes/${encodeURIComponent(incidentId)}/`;
  const list = async (prefix: string, delimiter?: string) => {
    const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix, Delimiter: delimiter });
    const found: string[] = [];
    try {
      for await (const page of pages)
        found.push(
          ...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []),
          ...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => Prefix ?? []),
        );
    } catch (cause) {
      throw new Unavailable(`The tapes in ${bucket} could not be listed.`, { cause });
    }
    return found.sort();
  };
  return {
    async add(incidentId, call) {
      count += 1;
      // Functions write concurrently, so a name consists of a time, a number and a random part.
      const order = `${Date.parse(call.at) + call.wallMs}-${String(count).padStart(6, '0')}-${randomBytes(3).toString('hex')}`;
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefixOf(incidentId)}${order}.json`,
        Body: JSON.stringify(call),
        ContentType: 'application/json',
      });
      await client.send(put).catch((cause: unknown) => {
        throw new Unavailable(`A call of incident ${incidentId} could not be recorded.`, { cause });
      });
    },
    async calls(incidentId) {
      const calls: TapedCall[] = [];
      for (const Key of await list(prefixOf(incidentId))) {
        const body = await client
          .send(new GetObjectCommand({ Bucket: bucket, Key }))
          .then(({ Body }) => Body?.transformToString())
          .catch((cause: unknown) => {
            throw new Unavailable(`${Key} could not be read.`, { cause });
          });
        calls.push(parse(Key, body ?? ''));
      }
      return calls;
    },
    incidents: async () =>
      (await list('tapes/', '/')).map((prefix) => decodeURIComponent(prefix.slice('tapes/'.length, -1))),
  };
}

function parse(key: string, body: string): TapedCall {
  try {
    return TapedCall.parse(JSON.parse(body));
  } catch (cause) {
    throw new Impossible(`The object ${key} is no recorded call.`, { cause });
  }
}
