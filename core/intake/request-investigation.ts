// An investigation that a person asks for by a program of theirs: the same trigger as a mention in a chat, with what they know as details.
import * as z from 'zod';
import type { Trigger } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

const words = (max: number) => z.string().trim().min(1).max(max);

export const Request = z.strictObject({
  by: words(100),
  /** What misbehaves, as one would title the alert. */
  title: words(1000),
  description: words(4000).optional(),
  service: words(200).optional(),
  cluster: words(200).optional(),
  namespace: words(200).optional(),
});
export type Request = z.infer<typeof Request>;

/** Returns the identity that the incident will have at its source. @throws Unavailable where the bus does not take it. */
export async function requestInvestigation(
  request: Request,
  { bus, ids, clock }: Pick<Ports, 'bus' | 'ids' | 'clock'>,
): Promise<{ readonly sourceId: string }> {
  const { by, title, ...known } = request;
  const eventId = ids.next();
  const tidy = (text: string) => clean(redact(text));
  const details = Object.entries({ ...known, requested_by: by }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, tidy(text)]],
  );
  const trigger: Trigger = {
    kind: 'mention',
    eventId,
    sourceId: `asked-${eventId}`,
    occurredAt: clock.now().toISOString(),
    title: shorten(tidy(title), 1000) || 'A request without words',
    severity: 'unknown',
    details: Object.fromEntries(details),
  };
  await bus.publish({ detailType: 'incident.mentioned', detail: { trigger } });
  return { sourceId: trigger.sourceId };
}
