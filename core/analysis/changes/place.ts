// Whose code a change touches, by the names of services in its paths, and whether it is code that services share.
import type { Change } from '../../model/telemetry.ts';

/** A service's name without what only says that it is one: `paymentservice`, `payment-svc` and `payment-1` are all `payment`. */
export const bareName = (service: string): string => {
  const letters = service.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  const bare = letters.replace(/\d+$/, '').replace(/(?:service|svc|server|api|app)$/, '');
  return bare.length >= 2 ? bare : letters;
};

/** Folders that hold what several services are built of. */
const shared =
  /^(?:pkg|libs?|common|shared|packages|internal|platform|vendor|core|proto|schemas?|go\.(?:mod|sum)|package(?:-lock)?\.json|Dockerfile)$/i;

export type Place = 'own' | 'shared' | 'other' | 'unknown';

/** Relative to `service`; `services` are the names of all that are known. */
export function placeOf(change: Change, service: string | undefined, services: ReadonlySet<string>): Place {
  const segments = (change.files ?? []).map((file) => file.split('/'));
  const names = new Set(segments.flatMap((parts) => parts.map((part) => bareName(part.replace(/\.\w+$/, '')))));
  const bare = service && bareName(service);
  if (bare && names.has(bare)) return 'own';
  if (segments.some(([first]) => first !== undefined && shared.test(first))) return 'shared';
  if ([...services].some((other) => bareName(other) !== bare && names.has(bareName(other)))) return 'other';
  return 'unknown';
}
