// Starts an investigation that a person requests through a program of theirs. It publishes the same trigger as a mention in a chat, with the
// person's information as details.
import * as z from 'zod';
import type { Trigger } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

const words = (max: number) => z.string().trim().min(1).max(max);

export const Request = z.strictObject({
  by: words(100),
  /** The problem, worded like the title of an alert. */
  title: words(1000),
  description: words(4000).optional(),
  service: words(200).optional(),
  cluster: words(200).optional(),
  namespace: words(200).optional(),
});
export type Request = z.infer<typeof Request>;

/** Returns the source id that the incident will have. @throws Unavailable if the bus does not accept the event. */
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
