// Exports the audit log as files: one JSON document per line, or comma-separated values.
import { csvOf } from '../../csv.ts';
import type { AuditEntry } from '../../model/audit.ts';

export const auditFormats = ['jsonl', 'csv'] as const;
export type AuditFormat = (typeof auditFormats)[number];

export function exportAudit(entries: readonly AuditEntry[], format: AuditFormat): string {
  switch (format) {
    case 'jsonl':
      return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    case 'csv':
      return csvOf(columns, entries);
  }
}

const columns: Readonly<Record<string, (entry: AuditEntry) => string>> = {
  at: ({ at }) => at,
  incident: ({ incidentId }) => incidentId ?? '',
  'actor kind': ({ actor }) => actor.kind,
  actor: ({ actor }) => actor.id,
  kind: ({ kind }) => kind,
  outcome: ({ outcome }) => outcome,
  action: ({ action }) => action ?? '',
  target: ({ target }) => target ?? '',
  policies: ({ policies }) => policies.join(' '),
  'policy version': ({ policyVersion }) => policyVersion ?? '',
  evidence: ({ evidenceIds }) => evidenceIds.join(' '),
  about: ({ about }) => about ?? '',
  facts: ({ facts }) => (facts === undefined ? '' : JSON.stringify(facts)),
  text: ({ text }) => text,
  id: ({ id }) => id,
};
