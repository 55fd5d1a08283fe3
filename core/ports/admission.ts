// The line of pages that wait, as it is kept on record.
import type { Slots, Waiting } from '../model/admission.ts';

/** A page in line with the task token that its execution waits with. */
export interface Queued {
  readonly page: Waiting;
  readonly taskToken: string;
}

export interface Line {
  slots(): Promise<Slots>;
  /** Writes them in the place of those with the same version. False where somebody was faster: read them again. */
  replace(slots: Slots): Promise<boolean>;
  /** Puts the page in line, or gives the one that stands there the new token. */
  wait(page: Waiting, taskToken: string): Promise<void>;
  /** Those that are not held, the most urgent first. */
  next(atMost: number, after?: Queued): Promise<readonly Queued[]>;
  /** Those that are held, behind one incident or all. */
  held(behind?: string): Promise<readonly Queued[]>;
  /** The same page somewhere else in the line: held, or held no more. */
  move(from: Queued, to: Waiting): Promise<void>;
  /** Takes it out of the line, unless it came again with another token. */
  remove(queued: Queued): Promise<void>;
  /** Takes a page that is not held out of the line, whatever its token: it goes on by itself. */
  forget(page: Pick<Waiting, 'incidentId' | 'rank'>): Promise<void>;
  /** How many stand before it, counted up to `atMost`. */
  ahead(page: Waiting, atMost: number): Promise<number>;
}

export interface AdmissionLimits {
  /** Investigations at the same time. */
  readonly concurrent: number;
}
