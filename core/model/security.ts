// Findings of security services about what is paged. They are context: a weakness explains no outage, and a threat only where its effect fits.
import * as z from 'zod';
import { Instant } from './entity.ts';

export const SecurityFinding = z.strictObject({
  id: z.string().min(1).max(400),
  from: z.enum(['guardduty', 'security-hub', 'inspector', 'ecr']),
  /** `threat`: something was observed to happen. `weakness`: something could be exploited, such as a CVE or a setting. */
  kind: z.enum(['threat', 'weakness']),
  /** The service's own type: `CryptoCurrency:Runtime/BitcoinTool.B`, `CVE-2026-1234`. */
  type: z.string().min(1).max(200),
  title: z.string().max(400),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  /** When it was seen first, and last. */
  at: Instant,
  lastAt: Instant.optional(),
  /** The service of the catalogue, and the resource: an instance's id, a workload's name, a repository. */
  service: z.string().min(1).max(200),
  resource: z.strictObject({ kind: z.enum(['Instance', 'Workload', 'Image', 'Resource']), name: z.string().max(400) }),
  /** Weaknesses of this severity that the entry stands for. */
  count: z.number().int().min(1).optional(),
});
export type SecurityFinding = z.infer<typeof SecurityFinding>;
