// The CDN specialist: checks the edge's answers for the addresses in the page, and whether an error comes from the cache. A cached error belongs to
// the CDN, which can purge it; a passed-on error belongs to the origin behind it. The CDN's statistics say the same of all requests
// (traffic-findings.ts).

import { exactly } from '../../fingerprint/identity.ts';
import type { CdnTraffic, EdgeAnswer } from '../../model/managed.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import type { Observed } from '../../ports/telemetry.ts';
import { edgeUrlsIn, entityOfKey, hostsIn, keyOf, textOf } from '../../topology/managed-resources.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';
import { trafficFindings } from './traffic-findings.ts';

type CdnPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateCdn(brief: Brief, ports: CdnPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const urls = edgeUrlsIn(brief.trigger);
  const scope = scopeOf(brief, 'everywhere');
  const [edge, traffic] = await Promise.all([
    urls.length > 0 ? ports.telemetry.edge.observe(scope, { urls }) : undefined,
    ports.telemetry.cdn.observe(scope, { hosts: hostsIn(brief.trigger) }),
  ]);
  const answers =
    edge?.kind === 'data'
      ? edge.data.map((answer) => findingOf(answer, edge.query, startedAt, textOf(brief.trigger)))
      : [];
  const delivered =
    traffic.kind === 'data' ? traffic.data.flatMap((one) => trafficFindings(one, { brief, query: traffic.query })) : [];
  const findings = [...answers, ...delivered];
  // Statistics are one more view of the CDN: that they are not configured is a gap only if nothing else answers.
  const needsTraffic = edge === undefined || (brief.context.sources.cdn?.length ?? 0) > 0;
  return finishReport(
    brief,
    {
      summary: summaryOf(findings, edge, traffic),
      findings,
      gaps: [
        ...(edge === undefined ? [] : edge.kind === 'gap' ? [edge.gap] : gapsIn('cdn', edge)),
        ...(traffic.kind === 'data' ? gapsIn('cdn statistics', traffic) : needsTraffic ? [traffic.gap] : []),
      ],
      bytesRead: (edge?.kind === 'data' ? edge.bytes : 0) + (traffic.kind === 'data' ? traffic.bytes : 0),
    },
    startedAt,
    ports,
  );
}

function summaryOf(
  findings: readonly FindingDraft[],
  edge: Observed<unknown> | undefined,
  traffic: Observed<readonly CdnTraffic[]>,
): string {
  const bad = findings.filter(({ role }) => role !== 'context');
  const [first, second] = bad.length > 0 ? bad : findings;
  if (first !== undefined) return [first.claim, ...(second === undefined ? [] : [second.claim])].join(' ');
  if (edge?.kind !== 'data' && traffic.kind === 'gap') return 'The CDN could not be asked.';
  if (traffic.kind === 'data' && traffic.data.length > 0)
    return 'The CDN delivers too few requests for a statement about errors or hits.';
  return edge === undefined
    ? 'No service of a CDN is known to be in front of the paged service.'
    : 'None of the addresses in the page is one of the CDN that is configured.';
}

function findingOf(answer: EdgeAnswer, query: string, now: Date, page: string): FindingDraft {
  const { url, status, cache, ageSeconds, service } = answer;
  const key = keyOf(answer, page);
  const { hostname, pathname } = new URL(url);
  const address = `${hostname}${pathname}`.slice(0, 160);
  const entity =
    key === undefined ? { kind: 'Cdn', name: hostname, cluster: `fastly:${service}` } : entityOfKey(key, answer);
  const evidence = [{ source: 'fastly', query, excerpt: JSON.stringify(answer, undefined, 1), full: { answer } }];
  const base = { entity, severity: 'info', confidence: 0.9, role: 'context', evidence } as const;
  if (status < 400) return { ...base, well: true, claim: `The CDN answers ${address} with ${status} (${cache}).` };
  if (cache !== 'hit')
    return { ...base, claim: `The CDN passes on ${status} for ${address} (${cache}): its origin gives this answer.` };
  const under =
    key === undefined ? 'None of its surrogate keys is about this address alone.' : `Surrogate key: ${key}.`;
  return {
    ...base,
    role: 'cause',
    cause: 'cdn-cached-error',
    severity: 'major',
    onset: new Date(now.getTime() - ageSeconds * 1000).toISOString(),
    claim: `The CDN answers ${address} with ${status} out of its cache, ${ageSeconds} s old. ${under}`.slice(0, 400),
    ...exactly(`${status} out of the cache`),
  };
}
