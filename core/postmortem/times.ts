// Formats instants and durations for a postmortem, in UTC.
import type { TimeWindow } from '../model/entity.ts';

/** "2026-11-20 02:47:00 UTC". */
export const instant = (at: string): string => `${at.slice(0, 10)} ${timeOf(at)} UTC`;
/** "02:47:00". */
export const timeOf = (at: string): string => at.slice(11, 19);

/** "2026-11-20 02:30:00 to 02:47:00 UTC". */
export const range = ({ start, end }: TimeWindow): string =>
  start.slice(0, 10) === end.slice(0, 10)
    ? `${start.slice(0, 10)} ${timeOf(start)} to ${timeOf(end)} UTC`
    : `${instant(start)} to ${instant(end)}`;

export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units of a duration: "4 min 10 s", "2 d 3 h". */
export function span(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  const largest = units.findIndex(([, size]) => seconds >= size);
  let left = seconds;
  const parts = units.slice(Math.max(0, largest), largest + 2).flatMap(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ') || 'less than 1 s';
}
