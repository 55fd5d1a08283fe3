// The time of the worlds: an hour that ends now, because some services answer only about recent times.
const end = Math.floor(Date.now() / 60_000) * 60_000;
export const now = new Date(end);
/** Minutes before the end of the window, in epoch milliseconds. */
export const ago = (minutes: number): number => end - minutes * 60_000;
export const isoAgo = (minutes: number): string => new Date(ago(minutes)).toISOString();
export const window = { start: isoAgo(60), end: isoAgo(0) };
