// Runs a specialist: the same code for all of them, deployed once for each folder of core/specialists/ under the name in SPECIALIST. It receives a
// brief, the sources and its own incident's part of the evidence. It writes no record: the next step files the report.
import { InvalidInput } from '../../core/errors.ts';
import { Brief } from '../../core/model/report.ts';
import { ofIncident } from '../../core/record/evidence/of-incident.ts';
import { notingSources } from '../../core/specialists/consulted.ts';
import { specialists } from '../../core/specialists/index.ts';
import { type Specialist, type SpecialistPorts, specialistId } from '../../core/specialists/specialist.ts';
import { clock, evidence, ids, reasoner, setting, telemetry } from '../compose.ts';
import { handling, type Invoke, onLambda } from '../handle.ts';

/** The function of one specialist. @throws InvalidInput if there is no specialist of that name. */
export function create(ports: SpecialistPorts, name: string, among: readonly Specialist[] = specialists): Invoke {
  const specialist = among.find((one) => one.name === name);
  if (specialist === undefined) throw new InvalidInput(`There is no specialist ${name}.`);
  return handling(specialistId(name), Brief, async (brief) => {
    const investigate = await specialist.load();
    const { telemetry, noteIn } = notingSources(ports.telemetry);
    return noteIn(
      await investigate(brief, { ...ports, telemetry, evidence: ofIncident(ports.evidence, brief.incidentId) }),
    );
  });
}

export const handler = onLambda(() =>
  create(
    { telemetry: telemetry(), evidence: evidence(), clock: clock(), ids: ids(), reasoner: reasoner() },
    setting('SPECIALIST'),
  ),
);
