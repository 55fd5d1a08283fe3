// Finds the names that a name may be a misspelling or a part of. Pure.
import { distanceOf } from '../language/grammar/typos.ts';

const longestName = 80;

/** The nearest first; empty if none is near. */
export function nearNames(name: string, known: readonly string[], max = 3): string[] {
  const wanted = name.toLowerCase().slice(0, longestName);
  const allowed = Math.max(1, Math.floor(wanted.length / 4));
  return [...new Set(known)]
    .flatMap((one) => {
      const other = one.toLowerCase().slice(0, longestName);
      const shared = partsOf(wanted).some((part) => partsOf(other).includes(part));
      const distance = distanceOf(wanted, other);
      const isNear = distance <= allowed || shared || (wanted.length >= 4 && other.includes(wanted));
      return isNear ? [{ one, distance }] : [];
    })
    .sort((a, b) => a.distance - b.distance || a.one.localeCompare(b.one))
    .slice(0, max)
    .map(({ one }) => one);
}

/** Parts of a name that say what it is about; "api" and "service" do not. */
const partsOf = (name: string): string[] =>
  name
    .split(/[^a-z0-9]+/)
    .filter((part) => part.length >= 4 && !['service', 'server', 'prod', 'production'].includes(part));
