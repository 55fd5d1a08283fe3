// The form of a wording: what the words of a line of a known system say about the cause, and about which entity. The files of this folder hold the
// wordings of one kind of system each; index.ts joins them.
import type { CauseCode } from '../../../causes/causes.ts';

/**
 * The entity that the words are about. `writer`: the program that wrote the line. `peer`: the service that it called. `store`: the database, queue or
 * cache that it uses, or the writer itself if the writer is that store.
 */
export type About = 'writer' | 'peer' | 'store';

export interface Wording {
  readonly cause: CauseCode;
  readonly about: About;
  /** How reliably the words alone name the cause, 0 to 1. */
  readonly confidence: number;
  /** A regular expression, without regard to case. Its group `to` is the host of the peer. */
  readonly pattern: string;
  /** A line as the system writes it. The tests read every example. */
  readonly example: string;
}

export interface SystemWordings {
  readonly system: string;
  /** Where the system documents its messages. */
  readonly source: string;
  readonly wordings: readonly Wording[];
}

/** A name that could be a host; an optional URL scheme in front is not part of it. */
export const host = String.raw`(?:[a-z][a-z0-9+.-]{1,10}:\/\/)?(?<to>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?)`;
/** The host of a URL with its scheme. */
export const urlHost = String.raw`https?:\/\/(?<to>[a-z](?:[a-z0-9.-]{0,250}[a-z0-9])?)`;

export const wording = (
  cause: CauseCode,
  about: About,
  confidence: number,
  pattern: string,
  example: string,
): Wording => ({ cause, about, confidence, pattern, example });
