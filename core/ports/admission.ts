// The stored queue of pages that wait for their investigation.
import type { Slots, Waiting } from '../model/admission.ts';

/** A queued page with the task token of its waiting execution. */
export interface Queued {
  readonly page: Waiting;
  readonly taskToken: string;
}

export interface Line {
  slots(): Promise<Slots>;
  /** Replaces the record if its version has not changed. False if another caller was faster: read it again. */
  replace(slots: Slots): Promise<boolean>;
  /** Adds the page to the queue. If it is queued already, only its task token is replaced. */
  wait(page: Waiting, taskToken: string): Promise<void>;
  /** Pages that are not held, most urgent first. */
  next(atMost: number, after?: Queued): Promise<readonly Queued[]>;
  /** Held pages: those behind one incident, or all. */
  held(behind?: string): Promise<readonly Queued[]>;
  /** Changes the page's entry in the queue: held, or no longer held. */
  move(from: Queued, to: Waiting): Promise<void>;
  /** Removes the page from the queue, unless it was queued again with another token. */
  remove(queued: Queued): Promise<void>;
  /** Removes a page that is not held, whatever its token: it continues by itself. */
  forget(page: Pick<Waiting, 'incidentId' | 'rank'>): Promise<void>;
  /** Number of pages before this one, counted up to `atMost`. */
  ahead(page: Waiting, atMost: number): Promise<number>;
}

export interface AdmissionLimits {
  /** Limit on simultaneous investigations. */
  readonly concurrent: number;
}
