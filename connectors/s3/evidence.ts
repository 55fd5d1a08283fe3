// The EvidenceStore port on S3: one object per record, `evidence/<incident>/<id>.json`. The caller has redacted the record.
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { Impossible, Unavailable } from '../../core/errors.ts';
import { Evidence } from '../../core/model/report.ts';
import type { EvidenceStore } from '../../core/ports/records.ts';
import { sealEvidence } from '../../core/record/evidence/seal.ts';
import { isThere } from './conditional.ts';

interface S3EvidenceOptions {
  readonly bucket: string;
  readonly client?: S3Client;
}

const Stored = z.object({ evidence: Evidence, full: z.unknown() });

/** A record that does not exist reads as `undefined`; an unreachable bucket throws `Unavailable`. */
export function s3Evidence({ bucket, client = new S3Client({}) }: S3EvidenceOptions): EvidenceStore {
  const read = async (incidentId: string, id: string) => {
    const Key = keyOf(incidentId, id);
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      return parse(Key, (await Body?.transformToString()) ?? '');
    } catch (cause) {
      if (cause instanceof NoSuchKey) return undefined;
      if (cause instanceof Impossible) throw cause;
      throw new Unavailable(`Evidence ${id} of incident ${incidentId} could not be read.`, { cause });
    }
  };
  return {
    async put(record) {
      const evidence = sealEvidence(record);
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: keyOf(evidence.incidentId, evidence.id),
        Body: JSON.stringify({ evidence, full: record.full ?? null }),
        ContentType: 'application/json',
        // The name derives from the content, so an existing object is identical and is never overwritten (the bucket's policy denies that too).
        IfNoneMatch: '*',
      });
      try {
        await client.send(put).catch(isThere);
      } catch (cause) {
        throw new Unavailable(`Evidence of incident ${record.incidentId} could not be stored.`, { cause });
      }
      return evidence;
    },
    get: async (incidentId, id) => (await read(incidentId, id))?.evidence,
    full: async (incidentId, id) => (await read(incidentId, id))?.full,
  };
}

const keyOf = (incidentId: string, id: string): string =>
  `evidence/${encodeURIComponent(incidentId)}/${encodeURIComponent(id)}.json`;

function parse(key: string, body: string): z.infer<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(body));
  } catch (cause) {
    throw new Impossible(`The object ${key} is not a stored evidence record.`, { cause });
  }
}
