// What is said to people, apart from how a surface shows it. Slack renders it as blocks, the console as HTML, PagerDuty as text. All of it
// is plain text, however it came about: a surface shows it letter by letter, and only what has a field of its own (people, instants,
// buttons) becomes more than text.
import * as z from 'zod';
import { Instant } from './entity.ts';

export const Message = z.object({
  /** Publishing the same key again replaces the message. */
  key: z.string(),
  incidentId: z.string(),
  kind: z.enum(['opened', 'diagnosis', 'question', 'verification', 'closing', 'failure', 'answer']),
  /** What an answer answers. `unseen`: it was said where nobody else sees it, by a press or a command, or in another place. */
  asked: z
    .object({ by: z.string().max(100), text: z.string().max(1000), unseen: z.literal(true).optional() })
    .optional(),
  /** How things stand, to be seen before anything is read. */
  tone: z.enum(['working', 'waiting', 'good', 'bad']).optional(),
  headline: z.string().max(300),
  /** Named values, side by side. */
  facts: z
    .array(z.object({ name: z.string().min(1).max(60), value: z.string().min(1).max(400) }))
    .max(8)
    .optional(),
  /** Plain text lines; a surface escapes them. */
  lines: z.array(z.string().max(1500)).max(30),
  /** What was seen, letter by letter: lines of a log, an object's state. */
  excerpts: z
    .array(z.object({ title: z.string().max(300), text: z.string().max(2048) }))
    .max(5)
    .optional(),
  /** Fine print: what few need, and nobody is to miss. */
  small: z.array(z.string().max(1000)).max(8).optional(),
  /** A question that can be answered with buttons. */
  approval: z
    .object({
      approvalId: z.string(),
      expiresAt: Instant,
      /** False where the answer cannot be for next time, too. */
      rememberable: z.boolean().optional(),
    })
    .optional(),
  /** Who answered a question and when; `by` are ids as the surface gave them. */
  outcome: z.object({ says: z.string().max(200), by: z.array(z.string().max(100)).max(10), at: Instant }).optional(),
  /** Ids of people that our own words in `lines` name: a surface may show them as people. */
  people: z.array(z.string().max(100)).max(10).optional(),
  /** Ids of people from the configuration, told by name; nothing that telemetry or chat says ever gets here. */
  mention: z.array(z.string()).optional(),
  /** Buttons that say something for whoever presses them, as if typed. */
  choices: z
    .array(z.object({ label: z.string().min(1).max(75), says: z.string().min(1).max(300) }))
    .max(5)
    .optional(),
  /** SVG of core/charts; a surface that cannot show it leaves it out. */
  chart: z.string().max(200_000).optional(),
  /** What is too long for a message. */
  files: z
    .array(z.object({ name: z.string().max(200), title: z.string().max(300), text: z.string().max(500_000) }))
    .optional(),
  /** Without `threadTs` it stands in the channel, or in the incident's thread there. */
  slack: z.object({ channel: z.string(), threadTs: z.string().optional() }).optional(),
});
export type Message = z.infer<typeof Message>;
