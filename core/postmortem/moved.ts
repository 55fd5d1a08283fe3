// Selects the measured signals that moved: first those of the alerted entity, then those that the first hypothesis blames, then other problems,
// then the rest. Pure.
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Concluded } from '../model/workflow.ts';
import { alertedSignalsIn, isMeasured, isProblem, type Measured } from '../remediation/alerted-signals.ts';
import type { Moved } from './record.ts';

const maxSignals = 8;

export function movedIn(
  input: Pick<Concluded, 'context' | 'reports' | 'priorReports' | 'diagnosis' | 'recheck'>,
): Moved[] {
  const measured = [...input.priorReports, ...input.reports].flatMap(({ findings }) => findings).filter(isMeasured);
  const blamed = measured.filter(({ id }) => input.diagnosis.hypotheses[0]?.findingIds.includes(id));
  const all = [...alertedSignalsIn(input).signals, ...blamed, ...measured.filter(isProblem), ...measured];
  const after = (input.recheck ?? []).flatMap(({ findings }) => findings).filter(isMeasured);
  return all
    .filter((one, place) => all.findIndex((other) => sameSignal(one, other)) === place)
    .slice(0, maxSignals)
    .map((one) => {
      const { name, unit, before, during } = one.signal;
      const now = after.find((other) => sameSignal(one, other))?.signal.during;
      return { of: nameOf(one.entity), name, unit, before, during, ...(now === undefined ? {} : { after: now }) };
    });
}

const sameSignal = (a: Measured, b: Measured): boolean =>
  a.signal.name === b.signal.name && sameWorkload(a.entity, b.entity);

const nameOf = ({ kind, name }: EntityRef): string => `${kind} ${name}`;
