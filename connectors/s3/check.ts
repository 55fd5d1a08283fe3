// Checks documents in S3: whether each prefix can be listed.
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { CheckSource } from '../source-kind.ts';
import type { S3Settings } from './manifest.ts';
import { clientOf } from './source-documents.ts';

export const check: CheckSource<S3Settings> = async (settings, { aws }) => {
  const { bucket, prefixes } = settings;
  const client = clientOf(settings, aws);
  try {
    const sees: string[] = [];
    for (const prefix of prefixes) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 100 }));
      const count = page.Contents?.length ?? 0;
      sees.push(`${bucket}/${prefix}: ${count}${page.IsTruncated === true ? ' and more' : ''} objects`);
    }
    return { kind: 'answers', sees, clusters: [], missing: [] };
  } catch (error) {
    return {
      kind: 'silent',
      lack: {
        what: `${bucket} could not be listed (${error instanceof Error ? error.name : 'unknown error'})`,
        fix: 'give the role s3:ListBucket on the bucket and s3:GetObject on the prefixes, and check region and account',
      },
    };
  } finally {
    client.destroy();
  }
};
