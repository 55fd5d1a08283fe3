// What a source could not give of what was asked for, as gaps of the answer: never silently less.
import type { Gap } from '../model/report.ts';
import type { Observed } from '../ports/telemetry.ts';

const most = 5;

/** Of several sources, each gap has the name of its source. */
export const gapsIn = (
  source: string,
  { missing = [], gaps = [] }: Pick<Extract<Observed<unknown>, { kind: 'data' }>, 'missing' | 'gaps'>,
): Gap[] => [
  ...missing.slice(0, most).map((what) => ({ source, reason: `Not read: ${what}`.slice(0, 300) })),
  ...gaps.slice(0, 2 * most),
];
