// How every specialist is wrapped: it gets its brief, the sources that it looks at, and of the evidence its own incident's part. It writes
// no record; what it answers is filed by the step after it.

import { Brief, type Report } from '../core/model/report.ts';
import type { Ports } from '../core/ports/index.ts';
import { ofIncident } from '../core/record/evidence/of-incident.ts';
import { answering, type Invoke } from './handle.ts';

type SpecialistPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'ids' | 'reasoner'>;

export const specialist =
  (name: string, investigate: (brief: Brief, ports: SpecialistPorts) => Promise<Report>) =>
  (ports: SpecialistPorts): Invoke =>
    answering(`specialist-${name}`, Brief, (brief) =>
      investigate(brief, { ...ports, evidence: ofIncident(ports.evidence, brief.incidentId) }),
    );
