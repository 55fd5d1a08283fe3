// The security specialist: findings of security services about the paged service, most of them as context that explains nothing.
import { readSecurity, type SecurityReading } from '../../analysis/security/reading.ts';
import { symptomOf } from '../../context/symptoms.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { textOf } from '../../topology/managed-resources.ts';
import { readableTimes } from '../../wording.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type SecurityPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

const maxFindings = 6;
const order: readonly SecurityReading['reading'][] = ['explains', 'beside', 'weakness'];

export async function investigateSecurity(brief: Brief, ports: SecurityPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const { context, trigger } = brief;
  const instances = [...new Set(textOf(trigger).match(/\bi-[0-9a-f]{8,17}\b/g) ?? [])].slice(0, 5);
  const observed = await ports.telemetry.security.observe(scopeOf(brief, 'neighbourhood'), { instances });
  if (observed.kind === 'gap') {
    const draft = {
      summary: 'Security services could not be asked.',
      findings: [],
      gaps: [observed.gap],
      bytesRead: 0,
    };
    return finishReport(brief, draft, startedAt, ports);
  }
  const symptom = symptomOf(
    [trigger.title, trigger.details.description, trigger.details.summary],
    context.service === undefined ? [] : [context.service.value],
  );
  const readings = readSecurity(observed.data, { window: context.window.incident, symptom })
    .toSorted((a, b) => order.indexOf(a.reading) - order.indexOf(b.reading))
    .slice(0, maxFindings);
  const findings = readings.map((reading) => findingOf(reading, brief, observed.query));
  const [first] = readings;
  return finishReport(
    brief,
    {
      summary:
        first === undefined
          ? 'Security services have no open finding about the paged service.'
          : first.reading === 'explains'
            ? (findings[0]?.claim ?? '')
            : `${observed.data.length} findings of security services; none of them explains the page by itself.`,
      findings,
      gaps: gapsIn('security', observed),
      bytesRead: observed.bytes,
    },
    startedAt,
    ports,
  );
}

const titles = { guardduty: 'GuardDuty', 'security-hub': 'Security Hub', inspector: 'Inspector', ecr: 'ECR' } as const;

function findingOf({ finding, reading }: SecurityReading, brief: Brief, query: string): FindingDraft {
  const { from, type, title, severity, at, lastAt = at, service, resource, count } = finding;
  const { context } = brief;
  const entity: EntityRef = {
    kind: 'Service',
    name: service,
    ...(service === context.service?.value && context.namespace ? { namespace: context.namespace.value } : {}),
    ...(service === context.service?.value && context.cluster ? { cluster: context.cluster.value } : {}),
  };
  const seen = at === lastAt ? readableTimes(at) : `${readableTimes(at)} to ${readableTimes(lastAt)}`;
  const said = `${titles[from]} (${severity}): ${count === undefined ? '' : `${count} × `}${type} at ${resource.name}`;
  const evidence = [
    { source: from, query, excerpt: `${said}, ${seen}: ${title}`.slice(0, 2000), full: { kind: 'security', finding } },
  ];
  if (reading === 'explains')
    return {
      entity,
      role: 'cause',
      cause: 'security-threat',
      severity: 'major',
      confidence: 0.6,
      onset: at,
      claim: `${said}, seen ${seen}; what it does fits the page: ${title}`.slice(0, 390),
      ...exactly(type),
      evidence,
    };
  const why = reading === 'weakness' ? 'a weakness explains no outage by itself' : 'nothing links it to the page';
  return {
    entity,
    role: 'context',
    severity: 'info',
    confidence: 0.8,
    claim: `${said}, seen ${seen}; ${why}.`.slice(0, 390),
    evidence,
  };
}
