// Stores texts under one prefix of a bucket, by name: the knowledge documents that people upload and that incidents produce. It does not interpret a
// document.
import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Unavailable } from '../../core/errors.ts';

interface S3DocumentsOptions {
  readonly bucket: string;
  /** The prefix with its slash: `knowledge/`. */
  readonly prefix: string;
  readonly client?: S3Client;
}

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export interface S3Documents {
  /** Every Markdown document, by name; throws `Unavailable`. */
  all(): Promise<readonly NamedText[]>;
  /** Adds or replaces one document; throws `Unavailable`. */
  put(document: NamedText): Promise<void>;
}

export function s3Documents({ bucket: Bucket, prefix, client = new S3Client({}) }: S3DocumentsOptions): S3Documents {
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    let page: ListObjectsV2CommandOutput | undefined;
    do {
      const ContinuationToken = page?.NextContinuationToken;
      page = await client.send(
        new ListObjectsV2Command({ Bucket, Prefix: prefix, ...(ContinuationToken && { ContinuationToken }) }),
      );
      found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key?.slice(prefix.length) ?? []));
    } while (page.NextContinuationToken);
    return found.filter((name) => /\.md$/i.test(name));
  };
  const read = async (name: string): Promise<NamedText> => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: prefix + name }));
    return { name, text: (await Body?.transformToString()) ?? '' };
  };
  return {
    async all() {
      try {
        return await Promise.all((await names()).map(read));
      } catch (cause) {
        throw new Unavailable('The knowledge documents could not be read.', { cause });
      }
    },
    async put({ name, text }) {
      const put = new PutObjectCommand({ Bucket, Key: prefix + name, Body: text, ContentType: 'text/markdown' });
      await client.send(put).catch((cause: unknown) => {
        throw new Unavailable(`The knowledge document ${name} could not be stored.`, { cause });
      });
    },
  };
}
