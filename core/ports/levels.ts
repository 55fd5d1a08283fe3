// Stores the evidence for levels of autonomy. Each write names the version that it replaces, so that a late or repeated write changes nothing.
import type { EarnedLevel, KnownFix, LevelCase, LevelRow } from '../model/levels.ts';

/** A case that waits for the comparison with what people did. */
export interface DueCase {
  readonly incidentId: string;
  readonly action: string;
  readonly compareAt: string;
}

export interface LevelStore {
  /** Writes a case over the version before it; version 1 is a new case. False if another version is stored. */
  writeCase(one: LevelCase): Promise<boolean>;
  /** The case of an incident and an action. */
  case(incidentId: string, action: string): Promise<LevelCase | undefined>;
  /** All cases of the last 400 days, oldest first. */
  cases(): Promise<readonly LevelCase[]>;
  /** Cases whose comparison is due, longest due first. */
  due(now: Date, limit: number): Promise<readonly DueCase[]>;
  /** Takes a case off the list of those that wait for the comparison. */
  settle(due: DueCase): Promise<void>;
  /** With strong consistency; undefined if the catalogue's level was never changed for this row. */
  earned(row: LevelRow): Promise<EarnedLevel | undefined>;
  allEarned(): Promise<readonly EarnedLevel[]>;
  /** Writes over the version before it; version 1 is new. False if another version is stored. */
  writeEarned(one: EarnedLevel): Promise<boolean>;
  /** Keeps a fix for its fingerprint; one incident has one fix, and the first one counts. */
  keepFix(fix: KnownFix): Promise<void>;
  /** Fixes of earlier incidents with exactly this error, oldest first. */
  fixes(fingerprint: string): Promise<readonly KnownFix[]>;
}
