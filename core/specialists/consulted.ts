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

export function notingSources(telemetry: Telemetry): Notebook {
  const noted = new Map<string, Consultation>();
  const sources: Sources = telemetry;
  const noting = <S extends Signal>(signal: S): Source<S> => ({
    async observe(scope, query) {
      const observed = await sources[signal].observe(scope, query);
      const { consulted } = observed;
      if (consulted !== undefined) noted.set(JSON.stringify(consulted), consulted);
      return observed;
    },
  });
  return {
    telemetry: { ...telemetry, ...eachSignal(noting) },
    noteIn: (report) =>
      noted.size === 0 ? report : { ...report, consulted: [...noted.values()].slice(0, maxConsultations) },
  };
}
