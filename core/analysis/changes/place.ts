// Tells which service's code a change touches, by service names in its paths, and whether services share that code.
import type { Change } from '../../model/telemetry.ts';

/** A service's name without suffixes that only mark it as a service: `paymentservice`, `payment-svc` and `payment-1` all become `payment`. */
export const bareName = (service: string): string => {
  const letters = service.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const bare = letters.replace(/\d+$/, '').replace(/(?:service|svc|server|api|app)$/, '');
  return bare.length >= 2 ? bare : letters;
};

/** Folders with code that several services use. */
const shared =
  /^(?:pkg|libs?|common|shared|packages|internal|platform|vendor|core|proto|schemas?|go\.(?:mod|sum)|package(?:-lock)?\.json|Dockerfile)$/i;

export type Place = 'own' | 'shared' | 'other' | 'unknown';

/** Where the change lies relative to `service`; `services` are the names of all known services. */
export function placeOf(change: Change, service: string | undefined, services: ReadonlySet<string>): Place {
  const segments = (change.files ?? []).map((file) => file.split('/'));
  const names = new Set(segments.flatMap((parts) => parts.map((part) => bareName(part.replace(/\.\w+$/, '')))));
  const bare = service && bareName(service);
  if (bare && names.has(bare)) return 'own';
  if (segments.some(([first]) => first !== undefined && shared.test(first))) return 'shared';
  if ([...services].some((other) => bareName(other) !== bare && names.has(bareName(other)))) return 'other';
  return 'unknown';
}
