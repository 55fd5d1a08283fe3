// Writes every entry of the audit log. A decision is written before it is carried out; if the audit log cannot be written, the step fails and is
// retried.
import type { Action } from '../../model/action.ts';
import type { AuditEntry } from '../../model/audit.ts';
import { entityKey } from '../../model/entity.ts';
import type { Ports } from '../../ports/index.ts';
import { redact } from '../../redaction/redact.ts';
import { clean, shorten } from '../../text.ts';

type Line = Omit<AuditEntry, 'id' | 'at' | 'policies' | 'evidenceIds' | 'action' | 'target'> &
  Partial<Pick<AuditEntry, 'policies' | 'evidenceIds'>> & {
    /** Distinguishes this entry from others of its kind in the incident. */
    readonly key?: string | undefined;
    readonly action?: Pick<Action, 'id' | 'target'> | undefined;
  };

export const watchkeeper = { kind: 'watchkeeper', id: 'watchkeeper' } as const;

export async function recordAudit(
  { key, action, text, ...line }: Line,
  ports: Pick<Ports, 'audit' | 'clock'>,
): Promise<void> {
  await ports.audit.append({
    policies: [],
    evidenceIds: [],
    ...line,
    actor: { ...line.actor, id: shorten(clean(line.actor.id), 200) },
    ...(action === undefined ? {} : { action: action.id, target: shorten(clean(entityKey(action.target)), 800) }),
    text: shorten(clean(redact(text)), 2000),
    id: [line.incidentId ?? 'all', line.kind, line.about, key].filter(Boolean).join(':').slice(0, 400),
    at: ports.clock.now().toISOString(),
  });
}
