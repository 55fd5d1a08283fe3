// The traces specialist: compares spans and metrics of calls of the incident with a reference period (core/analysis/traces). It reads traces only.

import {
  type AmongChosen,
  callsOf,
  compareChosen,
  compareSampled,
  type Difference,
  type TraceFinding,
} from '../../analysis/traces/compare.ts';
import { type EdgeFinding, networkOfEdges } from '../../analysis/traces/edges.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { EvidenceDraft } from '../../model/evidence-draft.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Span, TraceSet } from '../../model/telemetry.ts';
import type { Ports } from '../../ports/index.ts';
import { formatPercent } from '../../wording.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type TracesPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateTraces(brief: Brief, ports: TracesPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const observed = await ports.telemetry.traces.observe(scopeOf(brief, 'cluster'), {
    baselineEnd: brief.context.window.baseline.end,
  });
  if (observed.kind === 'gap') {
    // Most installations have no traces, and their diagnoses lack nothing.
    const { gap } = observed;
    const draft = gap.notConfigured
      ? { summary: gap.reason, findings: [], gaps: [], bytesRead: 0 }
      : { summary: 'Traces could not be read.', findings: [], gaps: [gap], bytesRead: 0 };
    return finishReport(brief, draft, startedAt, ports);
  }
  const baselineEnd = Date.parse(brief.context.window.baseline.end);
  const findings = observed.data.flatMap((set) => findingsOf(set, baselineEnd, observed.query));
  const spans = observed.data.flatMap((set) => set.spans);
  return finishReport(
    brief,
    {
      summary: findings[0]?.claim ?? `${spans.length} spans compared; none shows a difference to normal times.`,
      findings,
      gaps: gapsIn('traces', observed),
      bytesRead: observed.bytes,
      topology: { calls: callsOf(spans).slice(0, 200), databases: [] },
    },
    startedAt,
    ports,
  );
}

function findingsOf(set: TraceSet, baselineEnd: number, query: string): FindingDraft[] {
  const known = new Map(set.spans.map((span) => [span.service, span]));
  const entityOf = (name: string): EntityRef => {
    const { cluster, namespace } = known.get(name) ?? {};
    return { kind: 'Service', name, ...(namespace && { namespace }), ...(cluster && { cluster }) };
  };
  const compared = compareSampled(set, baselineEnd);
  const isKnown = ({ finding: { kind, at } }: AmongChosen) =>
    compared.some((one) => one.kind === kind && one.at.service === at.service && one.at.operation === at.operation);
  const rare = compareChosen(set, baselineEnd).filter((one) => !isKnown(one));
  const byEdges = networkOfEdges(set, baselineEnd).filter(
    ({ caller, callee }) =>
      !compared.some((one) => one.kind === 'network' && one.caller === caller && one.at.service === callee),
  );
  return [
    ...compared.map((one) => findingOf(one, entityOf, query)),
    ...rare.map((one) => rareFinding(one, entityOf, query)),
    ...byEdges.map((one) => edgeFinding(one, entityOf, query)),
  ];
}

type EntityOf = (service: string) => EntityRef;

/** Of traces that were chosen, shares say nothing about all calls: the claim says how frequent they are instead. */
function rareFinding(
  { chosen, count, perHour, finding }: AmongChosen,
  entityOf: EntityOf,
  query: string,
): FindingDraft {
  const { claim, confidence, ...rest } = findingOf(finding, entityOf, query);
  const often = `about ${Math.round(perHour.during)} an hour, ${Math.round(perHour.before)} before`;
  const about = `Of ${count} ${chosen} traces (${often}): `;
  const { service, operation } = finding.at;
  const begins =
    finding.kind === 'error-origin'
      ? `${finding.failing} errors begin in ${operation} of ${service}, where nothing below fails.${words(finding.differs)}`
      : claim;
  return { ...rest, claim: `${about}${begins}`.slice(0, 400), confidence: confidence - 0.1, severity: 'major' };
}

function findingOf(found: TraceFinding, entityOf: EntityOf, query: string): FindingDraft {
  const { service, operation } = found.at;
  const evidence = [evidenceOf(found.examples, query)];
  const onset = Number.isFinite(found.since) ? { onset: new Date(found.since).toISOString() } : {};
  const before = found.before;
  switch (found.kind) {
    case 'own-time':
      return {
        claim: `${service} spends ${ms(found.during)} of its own in ${operation}, not ${ms(before)}: ${formatPercent(found.share)} of the time added to the calls.${words(found.differs)}`,
        entity: entityOf(service),
        cause: 'slow-itself',
        role: 'cause',
        severity: 'critical',
        confidence: Math.min(0.85, 0.55 + found.share * 0.3),
        signal: { name: 'self_time', unit: 'ms', before, during: found.during },
        ...onset,
        ...exactly(`own time of ${service} ${operation}`),
        evidence,
      };
    case 'untraced-callee':
      return {
        claim: `${found.caller} waits ${ms(found.during)} for ${service} in ${operation}, not ${ms(before)}: ${formatPercent(found.share)} of the time added to the calls. ${service} has no spans of its own.${words(found.differs)}`,
        entity: entityOf(service),
        cause: 'slow-itself',
        role: 'cause',
        severity: 'critical',
        confidence: Math.min(0.75, 0.5 + found.share * 0.25),
        signal: { name: 'response_time', unit: 'ms', before, during: found.during },
        ...onset,
        ...exactly(`time of ${service} for ${found.caller}`),
        evidence,
      };
    case 'network':
      return {
        claim: `${found.caller} waits ${ms(found.during)} longer for ${service} than ${service} works, not ${ms(before)}: the time passes between the two.`,
        entity: entityOf(service),
        cause: 'network-delay',
        role: 'cause',
        severity: 'critical',
        confidence: found.pairs > 1 ? 0.8 : 0.65,
        signal: { name: 'network_time', unit: 'ms', before, during: found.during },
        ...onset,
        ...exactly(`network time ${found.caller} ${service}`),
        evidence,
      };
    case 'error-origin': {
      const reached = found.reached.length > 0 ? `; they reach ${found.reached.slice(0, 3).join(', ')}` : '';
      return {
        claim:
          `Errors begin in ${operation} of ${service}: ${formatPercent(found.during)} of its spans fail while nothing below them does, ${formatPercent(before)} before${reached}.${words(found.differs)}`.slice(
            0,
            400,
          ),
        entity: entityOf(service),
        role: 'symptom',
        severity: found.during >= 0.2 ? 'critical' : 'major',
        confidence: 0.75,
        signal: { name: 'error_ratio', unit: 'ratio', before, during: found.during },
        ...onset,
        evidence,
      };
    }
    case 'unanswered':
      return {
        claim: `Calls of ${found.caller} do not arrive at ${service}: ${formatPercent(found.during)} have no span there, ${formatPercent(before)} before.`,
        entity: entityOf(found.caller),
        dependency: entityOf(service),
        cause: 'dependency-unavailable',
        role: 'symptom',
        severity: 'critical',
        confidence: 0.7,
        ...onset,
        evidence,
      };
    case 'vanished':
      return {
        claim: `${operation} of ${service} no longer calls ${found.callee}: ${formatPercent(found.during)} of its spans do, ${formatPercent(before)} before.`,
        entity: entityOf(service),
        dependency: entityOf(found.callee),
        role: 'symptom',
        severity: 'major',
        confidence: 0.6,
        ...onset,
        evidence,
      };
  }
}

const edgeFinding = (found: EdgeFinding, entityOf: EntityOf, query: string): FindingDraft => {
  const { caller, callee, before, during, series } = found;
  const claim = `${caller} measures ${ms(during)} more for its calls of ${callee} than ${callee} measures, not ${ms(before)}: the time passes between the two.`;
  return {
    claim,
    entity: entityOf(callee),
    cause: 'network-delay',
    role: 'cause',
    severity: 'critical',
    confidence: 0.65,
    signal: { name: 'network_time', unit: 'ms', before, during },
    ...exactly(`network time ${caller} ${callee}`),
    evidence: [{ source: 'traces', query, excerpt: claim, full: { kind: 'edges', series } }],
  };
};

const ms = (value: number): string => (value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`);

const words = (difference: Difference | undefined): string =>
  difference === undefined
    ? ''
    : ` ${formatPercent(difference.affected)} of the affected have ${difference.attribute} ${difference.value.slice(0, 60)}, ${formatPercent(difference.others)} of the others.`;

function evidenceOf(spans: readonly Span[], query: string): EvidenceDraft {
  return {
    source: 'traces',
    query,
    excerpt: spans
      .map(
        ({ trace, service, operation, durationMs, error, status, start }) =>
          `${new Date(start).toISOString()} trace ${trace}: ${service} ${operation} ${ms(durationMs)}${error ? ` error ${status ?? ''}` : ''}`,
      )
      .join('\n')
      .slice(0, 2000),
    full: { kind: 'spans', spans },
  };
}
