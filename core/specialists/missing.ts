// Turns the missing parts of a source's answer into gaps, so that the report never silently covers less than asked.
import type { Gap } from '../model/report.ts';
import type { Observed } from '../ports/telemetry.ts';

const most = 5;

/** If there are several sources, each gap carries its source's name. */
export const gapsIn = (
  source: string,
  { missing = [], gaps = [] }: Pick<Extract<Observed<unknown>, { kind: 'data' }>, 'missing' | 'gaps'>,
): Gap[] => [
  ...missing.slice(0, most).map((what) => ({ source, reason: `Not read: ${what}`.slice(0, 300) })),
  ...gaps.slice(0, 2 * most),
];
