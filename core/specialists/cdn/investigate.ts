// The CDN specialist: checks the edge's answers for the addresses in the page, and whether an error comes from the cache. A cached error belongs to
// the CDN, which can purge it; a passed-on error belongs to the origin behind it.

import { exactly } from '../../fingerprint/identity.ts';
import type { EdgeAnswer } from '../../model/managed.ts';
import type { Brief, Report } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { scopeOf } from '../../model/scope.ts';
import type { Ports } from '../../ports/index.ts';
import { edgeUrlsIn, entityOfKey, keyOf, textOf } from '../../topology/managed-resources.ts';
import { finishReport } from '../finish.ts';
import { gapsIn } from '../missing.ts';

type CdnPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner'>>;

export async function investigateCdn(brief: Brief, ports: CdnPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const observed = await ports.telemetry.edge.observe(scopeOf(brief, 'everywhere'), {
    urls: edgeUrlsIn(brief.trigger),
  });
  if (observed.kind === 'gap') {
    const draft = { summary: 'The CDN could not be asked.', findings: [], gaps: [observed.gap], bytesRead: 0 };
    return finishReport(brief, draft, startedAt, ports);
  }
  const findings = observed.data.map((answer) => findingOf(answer, observed.query, startedAt, textOf(brief.trigger)));
  return finishReport(
    brief,
    {
      summary: findings[0]?.claim ?? 'None of the addresses in the page is one of the CDN that is configured.',
      findings,
      gaps: gapsIn('cdn', observed),
      bytesRead: observed.bytes,
    },
    startedAt,
    ports,
  );
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
