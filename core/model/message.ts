// What is said to people, apart from how a surface shows it. Slack renders it as blocks, the console as HTML, PagerDuty as text.
import * as z from 'zod';

export const Message = z.object({
  /** Publishing the same key again replaces the message. */
  key: z.string(),
  incidentId: z.string(),
  kind: z.enum(['opened', 'diagnosis', 'question', 'verification', 'closing', 'failure']),
  headline: z.string().max(300),
  /** Plain text lines; a surface escapes them. */
  lines: z.array(z.string().max(1500)).max(30),
  /** A question that can be answered with buttons. */
  approval: z.object({ approvalId: z.string(), expiresAt: z.string() }).optional(),
  /** Ids of people from the configuration, told by name; nothing that telemetry or chat says ever gets here. */
  mention: z.array(z.string()).optional(),
  slack: z.object({ channel: z.string(), threadTs: z.string() }).optional(),
});
export type Message = z.infer<typeof Message>;
