// The lines of the benchmark: five services of one namespace over two hours. In the last minutes of the window `checkout` cannot reach its database in one
// of a thousand requests, and once before that its configuration was changed.
export const start = Date.parse('2026-11-20T01:00:00Z');
export const end = Date.parse('2026-11-20T03:00:00Z');
const onset = Date.parse('2026-11-20T02:30:00Z');
export const place = { cluster: 'backend-1', namespace: 'shop' };
const services = ['checkout', 'payments', 'cart', 'search', 'web'];
const pods = 8;
const verbs = ['GET', 'POST', 'PUT'];

export interface Line {
  readonly at: number;
  readonly service: string;
  readonly pod: string;
  readonly level: 'info' | 'error';
  readonly message: string;
}

const podOf = (service: string, n: number): string => `${service}-5d4f8c7b9-${'bcdfghjk'[n % pods]}x2vz`;

/** Line `n` of `count`; pure, so that every reader sees the same lines. */
export function lineAt(n: number, count: number): Line {
  const at = start + Math.floor((n / count) * (end - start));
  const service = services[n % services.length] ?? 'web';
  const pod = podOf(service, Math.floor(n / services.length));
  const of = (message: string, level: Line['level'] = 'info'): Line => ({ at, service, pod, level, message });
  if (service === 'checkout') {
    if (at >= onset && n % 1000 === 0)
      return of(
        `ERROR charge ${n} failed: connect ECONNREFUSED 10.0.3.${n % 250}:5432 (payments-db) after ${n % 97} ms`,
        'error',
      );
    if (n === Math.floor((count * 0.74) / services.length) * services.length)
      return of('configuration reloaded: database.port changed from 6432 to 5432');
  }
  const template = n % 37;
  if (template === 0) return of(`cache refreshed: ${((n * 2654435761) % 4294967296) % 5000} entries in ${n % 800} ms`);
  if (template === 1) return of(`session ${(n * 2654435761) % 4294967296} opened for user ${n % 99991}`);
  return of(
    `${verbs[n % 3]} /api/v1/items/${n % 10_007}?page=${n % 13} status=200 bytes=${n % 65_536} duration=${n % 311}ms trace=${((n * 40503) % 16777216).toString(16)}`,
  );
}

export const podNames: readonly { readonly service: string; readonly pod: string }[] = services.flatMap((service) =>
  Array.from({ length: pods }, (_, n) => ({ service, pod: podOf(service, n) })),
);
