// A message to people, independent of the surface. Slack renders it as blocks, the console as HTML, PagerDuty as text. All of it is plain text,
// whatever its origin: a surface shows it literally. Only people, instants and buttons, which have their own fields, are rendered as more than text.
import * as z from 'zod';
import { Verdict } from './action.ts';
import { Instant } from './entity.ts';

export const Message = z.object({
  /** Publishing the same key again replaces the message. */
  key: z.string(),
  incidentId: z.string(),
  kind: z.enum(['opened', 'diagnosis', 'question', 'verification', 'closing', 'failure', 'answer']),
  /**
   * The request that this message answers. `unseen`: other people did not see the request, because it was a button press, a command, or written in
   * another place.
   */
  asked: z
    .object({ by: z.string().max(100), text: z.string().max(1000), unseen: z.literal(true).optional() })
    .optional(),
  /** The state of the incident, visible before the text is read. */
  tone: z.enum(['working', 'waiting', 'good', 'bad']).optional(),
  headline: z.string().max(300),
  /** Named values, side by side. */
  facts: z
    .array(z.object({ name: z.string().min(1).max(60), value: z.string().min(1).max(400) }))
    .max(8)
    .optional(),
  /** Plain text lines; each surface escapes them. */
  lines: z.array(z.string().max(1500)).max(30),
  /** Quoted evidence, shown literally: log lines, an object's state. */
  excerpts: z
    .array(z.object({ title: z.string().max(300), text: z.string().max(2048) }))
    .max(5)
    .optional(),
  /** Fine print: details that few people need but everybody can see. */
  small: z.array(z.string().max(1000)).max(8).optional(),
  /** An approval request that people answer with buttons. */
  approval: z
    .object({
      approvalId: z.string(),
      expiresAt: Instant,
      /** False if the answer cannot also become a preference. */
      rememberable: z.boolean().optional(),
      /** The buttons in their order, if they are not the usual ones. */
      buttons: z
        .array(z.object({ verdict: Verdict, label: z.string().max(75) }))
        .max(5)
        .optional(),
    })
    .optional(),
  /** Who answered an approval request, and when; `by` holds ids as the surface gave them. */
  outcome: z.object({ says: z.string().max(200), by: z.array(z.string().max(100)).max(10), at: Instant }).optional(),
  /** Ids of people that our own words in `lines` name; a surface may render them as people. */
  people: z.array(z.string().max(100)).max(10).optional(),
  /** Ids of people to notify. They come from the configuration; telemetry and chat never add any. */
  mention: z.array(z.string()).optional(),
  /** Buttons that send a text for the person who presses them, as if typed. */
  choices: z
    .array(z.object({ label: z.string().min(1).max(75), says: z.string().min(1).max(300) }))
    .max(5)
    .optional(),
  /** SVG from core/charts; a surface that cannot show it leaves it out. */
  chart: z.string().max(200_000).optional(),
  /** Texts that are too long for a message. */
  files: z
    .array(z.object({ name: z.string().max(200), title: z.string().max(300), text: z.string().max(500_000) }))
    .optional(),
  /** Without `threadTs` the message goes to the channel, or to the incident's thread there. */
  slack: z.object({ channel: z.string(), threadTs: z.string().optional() }).optional(),
});
export type Message = z.infer<typeof Message>;
