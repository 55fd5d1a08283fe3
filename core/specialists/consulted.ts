// Notes which sources a specialist asks, so that its report says so. The questions and the answers pass unchanged.
import type { Consultation, Report } from '../model/report.ts';
import { eachSignal } from '../ports/signals.ts';
import type { Signal, Source, Sources, Telemetry } from '../ports/telemetry.ts';

const maxConsultations = 20;

export interface Notebook {
  readonly telemetry: Telemetry;
  /** The report with the sources that were asked until now; the same question noted twice counts once. */
  noteIn(report: Report): Report;
}

/** Hours by which a question's window ends before the latest one of its signal, if it is about an earlier time. */
const earlierHours = 1;

export function notingSources(telemetry: Telemetry): Notebook {
  const noted = new Map<string, { readonly consulted: Consultation; readonly end: number }>();
  const sources: Sources = telemetry;
  const noting = <S extends Signal>(signal: S): Source<S> => ({
    async observe(scope, query) {
      const observed = await sources[signal].observe(scope, query);
      const { consulted } = observed;
      const end = Date.parse(scope.window.end);
      if (consulted !== undefined) noted.set(JSON.stringify([consulted, end]), { consulted, end });
      return observed;
    },
  });
  return {
    telemetry: { ...telemetry, ...eachSignal(noting) },
    noteIn: (report) => (noted.size === 0 ? report : { ...report, consulted: inOrder([...noted.values()]) }),
  };
}

/** Questions about earlier times come last, and are marked. */
function inOrder(noted: readonly { readonly consulted: Consultation; readonly end: number }[]): Consultation[] {
  const latest = (signal: string) =>
    Math.max(...noted.flatMap(({ consulted, end }) => (consulted.signal === signal ? [end] : [])));
  const all = noted.map(
    ({ consulted, end }): Consultation =>
      end <= latest(consulted.signal) - earlierHours * 3_600_000 ? { ...consulted, earlier: true } : consulted,
  );
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...distinct.values()]
    .toSorted((a, b) => Number(a.earlier ?? false) - Number(b.earlier ?? false))
    .slice(0, maxConsultations);
}
