// Types of the hash chain that protects the audit log, and of the anchors that protect the chain from outside. Each incident has one chain; entries
// that belong to no incident share one. A link is written once, in the next free place; the last link is the head of the chain.
import * as z from 'zod';
import { Instant } from './entity.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

export const AuditLink = z.object({
  chain: z.string().min(1),
  /** Counts from 1, without gaps. */
  sequence: z.number().int().min(1),
  /** The hash of the previous link; 64 zeros in the first link. */
  previous: Hash,
  /** SHA-256, hex, of the canonical form of all other fields. */
  hash: Hash,
  /** The entry as it was written. The hash does not cover fields that a later schema version adds. */
  entry: z.record(z.string(), z.unknown()),
});
export type AuditLink = z.infer<typeof AuditLink>;

/** A stored item, unchecked, and the place in the chain that its key gives. */
export interface StoredLink {
  readonly place: number;
  readonly item: unknown;
}

/** The latest link of a chain, without its entry. */
export const ChainHead = AuditLink.pick({ chain: true, sequence: true, hash: true });
export type ChainHead = z.infer<typeof ChainHead>;

/** The heads of all chains that changed since the previous anchor. One anchor is written per day, to storage that cannot be overwritten. */
export const AuditAnchor = z.object({
  /** Day in UTC, `2026-11-27`; one anchor per day. */
  day: z.iso.date(),
  at: Instant,
  heads: z.array(ChainHead),
  /** The hash of the previous anchor; absent in the first. */
  previous: Hash.optional(),
  hash: Hash,
});
export type AuditAnchor = z.infer<typeof AuditAnchor>;
