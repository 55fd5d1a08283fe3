// Tells whether a freeze is in force. It compares calendar times with the local time of the freeze's time zone, so that daylight saving time
// moves nothing. An hour that the clock shows twice is within the freeze both times.
import { type Catalog, type Freeze, weekdays } from '../ports/catalog.ts';

export interface FreezeScope {
  readonly environment: string | undefined;
  /** The names of the services that own the target. */
  readonly services: readonly string[];
  readonly action: string;
}

/** The freezes that apply to this scope now. */
export function freezesAt(now: Date, { freezes }: Pick<Catalog, 'freezes'>, scope: FreezeScope): Freeze[] {
  return freezes.filter((freeze) => concerns(freeze, scope) && isWithin(freeze, now));
}

/** An unknown environment counts as any environment, because it may be the frozen one. */
const concerns = (freeze: Freeze, { environment, services, action }: FreezeScope): boolean =>
  (freeze.environments.length === 0 || environment === undefined || freeze.environments.includes(environment)) &&
  (freeze.services.length === 0 || freeze.services.some((service) => services.includes(service))) &&
  !freeze.except.some((one) => one === action);

function isWithin({ once, weekly, timeZone }: Freeze, now: Date): boolean {
  const { date, time, day } = wallClock(now, timeZone);
  if (once) {
    const local = `${date}T${time}`;
    return once.from <= local && local < once.to;
  }
  if (!weekly) return false;
  const { days, from, to } = weekly;
  const today = days.includes(weekdays[day] ?? 'mon');
  if (from < to) return today && from <= time && time < to;
  const yesterday = days.includes(weekdays[(day + 6) % 7] ?? 'mon');
  return (today && time >= from) || (yesterday && time < to);
}

/** The local date, time of day and day of the week (0 is Monday) in a time zone. */
function wallClock(now: Date, timeZone: string): { date: string; time: string; day: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    weekday: 'short',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
    day: (weekdays as readonly string[]).indexOf(part('weekday').toLowerCase()),
  };
}
