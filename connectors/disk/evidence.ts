// The EvidenceStore port on files: one record a file, `evidence/<incident>/<id>.json`. Whoever calls has redacted already.
import * as z from 'zod';
import { Impossible } from '../../core/errors.ts';
import { sealEvidence } from '../../core/evidence/seal.ts';
import { Evidence } from '../../core/model/report.ts';
import type { EvidenceStore } from '../../core/ports/records.ts';
import { type Files, fileName } from './files.ts';

const Stored = z.object({ evidence: Evidence, full: z.unknown() });

/** A record that was never put reads as `undefined`. */
export function diskEvidence(files: Files): EvidenceStore {
  const nameOf = (incidentId: string, id: string) => `evidence/${fileName(incidentId)}/${fileName(id)}.json`;
  const read = async (incidentId: string, id: string) => {
    const name = nameOf(incidentId, id);
    const content = await files.read(name);
    return content === undefined ? undefined : parse(name, content);
  };
  return {
    async put(record) {
      const evidence = sealEvidence(record);
      const name = nameOf(evidence.incidentId, evidence.id);
      await files.write(name, JSON.stringify({ evidence, full: record.full ?? null }));
      return evidence;
    },
    get: async (incidentId, id) => (await read(incidentId, id))?.evidence,
    full: async (incidentId, id) => (await read(incidentId, id))?.full,
  };
}

function parse(name: string, content: string): z.infer<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(content));
  } catch (cause) {
    throw new Impossible(`The file ${name} is not a stored evidence record.`, { cause });
  }
}
