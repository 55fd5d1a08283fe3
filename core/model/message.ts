// What is said to people, apart from how a surface shows it. Slack renders it as blocks, the console as HTML, PagerDuty as text.
import * as z from 'zod';

export const Message = z.object({
  /** Publishing the same key again replaces the message. */
  key: z.string(),
  incidentId: z.string(),
  kind: z.enum(['opened', 'diagnosis', 'question', 'verification', 'closing', 'failure', 'answer']),
  headline: z.string().max(300),
  /** Plain text lines; a surface escapes them. */
  lines: z.array(z.string().max(1500)).max(30),
  /** A question that can be answered with buttons. */
  approval: z
    .object({
      approvalId: z.string(),
      expiresAt: z.string(),
      /** False where the answer cannot be for next time, too. */
      rememberable: z.boolean().optional(),
    })
    .optional(),
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
