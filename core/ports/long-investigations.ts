// Long investigations: their records, and the place where they run.
import type { LongJob, LongRecord } from '../model/long-investigation.ts';

export interface LongInvestigations {
  /** Undefined if there is none. */
  get(incidentId: string): Promise<LongRecord | undefined>;
  /** Stores a running one, or the new task token of one that runs. False if it was stopped or has ended. */
  begin(record: Omit<LongRecord, 'state' | 'stoppedBy'>): Promise<boolean>;
  /** Ends a running one, once. Returns the record as it was; undefined if none was running. */
  end(
    incidentId: string,
    how: { readonly state: 'stopped' | 'ended'; readonly by?: string },
  ): Promise<LongRecord | undefined>;
}

/** Where long investigations run. Absent among the ports, the stage has none. */
export interface LongRunner {
  /** The longest duration. */
  readonly seconds: number;
  /** Starts one in its own session and returns at once. A session that already works on it takes over the new task token. @throws Unavailable */
  start(job: LongJob): Promise<void>;
  /** Ends the session. Does nothing if it has ended. @throws Unavailable */
  stop(session: string): Promise<void>;
}
