// What a source could not give of what was asked for, as gaps of the answer: never silently less.
import type { Gap } from '../model/report.ts';

const most = 5;

export const gapsOfMissing = (source: string, missing: readonly string[] = []): Gap[] =>
  missing.slice(0, most).map((what) => ({ source, reason: `Not read: ${what}`.slice(0, 300) }));
