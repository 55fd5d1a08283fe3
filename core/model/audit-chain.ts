// The chain that the record of decisions stands in, and the anchors that hold it from outside. One chain an incident, and one for what
// belongs to none. A link is written once, in the next free place; the last link is the chain's head.
import * as z from 'zod';
import { Instant } from './entity.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const AuditLink = z.object({
  chain: z.string().min(1),
  /** From 1, without gaps. */
  sequence: z.number().int().min(1),
  /** The hash of the link before; of the first one, 64 zeros. */
  previous: Hash,
  /** SHA-256, hex, of the canonical form of all but itself. */
  hash: Hash,
  /** The entry as it was written: fields that a later version of the schema adds are not part of the hash. */
  entry: z.record(z.string(), z.unknown()),
});
export type AuditLink = z.infer<typeof AuditLink>;

/** What an item of the store holds, unchecked, and the place in the chain that its key says. */
export interface StoredLink {
  readonly place: number;
  readonly item: unknown;
}

/** How far a chain had come. */
export const ChainHead = AuditLink.pick({ chain: true, sequence: true, hash: true });
export type ChainHead = z.infer<typeof ChainHead>;

/** The heads of all chains that moved since the anchor before, once a day, where nobody can write again. */
export const AuditAnchor = z.object({
  /** Of UTC, `2026-11-27`; there is one a day. */
  day: z.iso.date(),
  at: Instant,
  heads: z.array(ChainHead),
  /** The hash of the anchor before; absent in the first. */
  previous: Hash.optional(),
  hash: Hash,
});
export type AuditAnchor = z.infer<typeof AuditAnchor>;
