// Holds copies of documents in a bucket: Markdown files below `synced/` of the knowledge's prefix, and the record of the last synchronization there.
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Unavailable } from '../../core/errors.ts';
import type { DocumentCopies } from '../../core/ports/knowledge-sync.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';
import { parsedJson } from '../body.ts';

interface Options {
  readonly bucket: string;
  /** The prefix of the knowledge with its slash. */
  readonly prefix: string;
  /** The files of a document: its text, and others beside it, by name. */
  readonly filesOf: (document: KnowledgeDocument) => readonly { readonly name: string; readonly text: string }[];
  readonly client?: S3Client;
}

const below = 'synced/';
const stateName = `${below}state.json`;

/** Every failure is an `Unavailable`. */
export function s3Copies({ bucket: Bucket, prefix, filesOf, client = new S3Client({}) }: Options): DocumentCopies {
  const withErrors = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (cause) {
      throw new Unavailable(`The copies of documents could not be ${what}.`, { cause });
    }
  };
  const put = (name: string, Body: string, ContentType: string) =>
    client.send(new PutObjectCommand({ Bucket, Key: prefix + name, Body, ContentType }));
  return {
    names: () =>
      withErrors('listed', async () => {
        const found: string[] = [];
        let page: ListObjectsV2CommandOutput | undefined;
        do {
          const ContinuationToken = page?.NextContinuationToken;
          page = await client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: prefix + below,
              ...(ContinuationToken && { ContinuationToken }),
            }),
          );
          found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key?.slice(prefix.length) ?? []));
        } while (page.NextContinuationToken);
        return found.filter((name) => name.endsWith('.md'));
      }),
    put: (document) =>
      withErrors('written', async () => {
        for (const { name, text } of filesOf(document)) await put(name, text, 'text/markdown');
      }),
    remove: (name) =>
      withErrors('removed', async () => {
        if (!name.startsWith(below)) return;
        const Objects = [name, `${name}.metadata.json`].map((one) => ({ Key: prefix + one }));
        await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      }),
    readState: () =>
      withErrors('read', async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: prefix + stateName }));
          return parsedJson((await Body?.transformToString()) ?? '');
        } catch (error) {
          if (error instanceof NoSuchKey) return undefined;
          throw error;
        }
      }),
    writeState: (state) =>
      withErrors('written', async () => {
        await put(stateName, JSON.stringify(state), 'application/json');
      }),
  };
}
