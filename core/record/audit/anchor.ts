// Writes the daily audit anchor: the head of every chain, in storage that cannot be overwritten. A chain that is cut or rewritten afterwards no
// longer matches the anchor. Each anchor carries the hash of the previous one, so a missing anchor is noticed, too.
import { Impossible } from '../../errors.ts';
import type { AuditAnchor } from '../../model/audit-chain.ts';
import type { Ports } from '../../ports/index.ts';
import { hashOfAnchor } from './chain.ts';
import { verifyAudit } from './verify.ts';
import { checkInWords } from './words.ts';

const dayMs = 24 * 3_600_000;
/** Overlap with the previous anchor: entries written shortly before an anchor may have reached the index after it. */
const overlapMs = dayMs;
/** Look-back of the first anchor. */
const firstMs = 30 * dayMs;
/** Limit of the look-back: the index answers for two years at most. */
const maxMs = 700 * dayMs;

/** Look-back of the daily check; `npm run audit -- --verify` checks everything. */
const checkedMs = 7 * dayMs;

/** Writes today's anchor, then checks the audit log. @throws Impossible, with the place, if the check fails. */
export async function anchorAndCheck(
  ports: Pick<Ports, 'audit' | 'anchors' | 'clock'>,
): Promise<{ readonly day: string; readonly heads: number; readonly links: number }> {
  const { day, heads } = await anchorAudit(ports);
  const now = ports.clock.now().getTime();
  const span = { since: new Date(now - checkedMs).toISOString(), until: new Date(now + dayMs).toISOString() };
  const check = await verifyAudit(span, ports);
  if (check.breaks.length > 0)
    throw new Impossible(`The audit failed its verification. ${checkInWords(check).join(' ')}`);
  return { day, heads: heads.length, links: check.links };
}

/** @returns today's anchor; a second call on the same day changes nothing. */
export async function anchorAudit({
  audit,
  anchors,
  clock,
}: Pick<Ports, 'audit' | 'anchors' | 'clock'>): Promise<AuditAnchor> {
  const now = clock.now();
  const at = now.toISOString();
  const day = at.slice(0, 10);
  const last = await anchors.last();
  if (last !== undefined && last.day >= day) return last;
  const lookBackMs = last === undefined ? firstMs : now.getTime() - Date.parse(last.at) + overlapMs;
  const since = new Date(now.getTime() - Math.min(lookBackMs, maxMs)).toISOString();
  const { chains } = await audit.contents({ since, until: new Date(now.getTime() + overlapMs).toISOString() });
  const heads = await Promise.all(chains.map((chain) => audit.head(chain)));
  const anchor = {
    day,
    at,
    heads: heads.filter((head) => head !== undefined).sort((a, b) => (a.chain < b.chain ? -1 : 1)),
    ...(last === undefined ? {} : { previous: last.hash }),
  };
  const written = { ...anchor, hash: hashOfAnchor(anchor) };
  await anchors.add(written);
  return written;
}
