// A change that lowers a number leaves a trace in the series that the number limits: what was above the new value stays at it.
import type { Candidate } from '../candidates.ts';
import type { ScoringContext, Sign } from '../scene.ts';

/** How near the series has to be to the new value, as a share of it, and how far above it was before. */
const near = 0.05;
const above = 1.2;

const numberIn = (value: unknown): number | undefined => {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value)
        ? Number(value)
        : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
};

export function signsOfNewLimit(
  { changeId, service }: Candidate,
  { changes, findings, subjects }: ScoringContext,
): Sign[] {
  const change = changes.get(changeId ?? '');
  const [from, to] = [numberIn(change?.from), numberIn(change?.to)];
  if (service === undefined || from === undefined || to === undefined || to <= 0 || to >= from) return [];
  const bound = findings.find(
    ({ entity, signal }) =>
      signal?.before !== undefined &&
      signal.during !== undefined &&
      subjects.serviceOf(entity) === service &&
      signal.before > to * above &&
      signal.before <= from * above &&
      Math.abs(signal.during - to) <= to * near,
  );
  return bound?.signal === undefined
    ? []
    : [{ weight: 2.2, text: `${bound.signal.name} stays at ${to}, the value that it set in place of ${from}` }];
}
