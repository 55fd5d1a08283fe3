// The EvidenceStore port on files: one record per file, `evidence/<incident>/<id>.json`. The caller has redacted the record.
import * as z from 'zod';
import { Evidence } from '../../core/model/report.ts';
import type { EvidenceStore } from '../../core/ports/records.ts';
import { sealEvidence } from '../../core/record/evidence/seal.ts';
import { type Files, fileName } from './files.ts';

const Stored = z.object({ evidence: Evidence, full: z.unknown() });

/** A record that does not exist, or whose file is damaged, reads as `undefined`. */
export function diskEvidence(files: Files): EvidenceStore {
  const nameOf = (incidentId: string, id: string) => `evidence/${fileName(incidentId)}/${fileName(id)}.json`;
  const read = (incidentId: string, id: string) => files.record(nameOf(incidentId, id), Stored);
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
