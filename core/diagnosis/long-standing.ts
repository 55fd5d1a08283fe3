// Tells what began hours before the page from what began with it.

const longMs = 6 * 3_600_000;

/** Whether something began hours before the page's window. `since`: the window's start, epoch milliseconds. */
export const isLongStanding = (onset: string | undefined, since: number): boolean =>
  onset !== undefined && Date.parse(onset) < since - longMs;
