// The findings about what the CDN delivered: errors and their maker, locations, hit ratio and the speed of the origin.
import { type CdnReading, type CdnShift, type CdnSignal, pointsOf, readTraffic } from '../../analysis/cdn/traffic.ts';
import { formatValue } from '../../analysis/metrics/signals.ts';
import { exactly } from '../../fingerprint/identity.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { CdnTraffic } from '../../model/managed.ts';
import type { Brief } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Series } from '../../model/telemetry.ts';
import { entityOfCdn } from '../../topology/managed-resources.ts';
import { clockTime, formatList, formatPercent } from '../../wording.ts';
import { evidenceOf } from '../metrics/series-evidence.ts';

const units: Record<CdnSignal, string> = { cdn_5xx_ratio: '1', cdn_hit_ratio: '1', cdn_origin_seconds: 's' };

interface Asked {
  readonly brief: Brief;
  readonly query: string;
}

/** No finding if the service has too few requests to say anything. */
export function trafficFindings(traffic: CdnTraffic, asked: Asked): FindingDraft[] {
  const baselineEnd = Date.parse(asked.brief.context.window.baseline.end) / 1000;
  const reading = readTraffic(traffic, baselineEnd);
  if (reading === undefined) return [];
  const { errors, pops, hitRatio, originSlow } = reading;
  const findings = [
    ...(pops ? [popFinding(pops, traffic, asked)] : []),
    ...(errors ? [errorFinding(errors, pops !== undefined, traffic, asked)] : []),
    ...(hitRatio ? [hitFinding(hitRatio, errors, traffic, asked)] : []),
    ...(originSlow ? [slowFinding(originSlow, hitRatio, traffic, asked)] : []),
  ];
  return findings.length > 0 ? findings : [steadyFinding(reading, traffic, asked)];
}

const instantOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();

const cdnOf = ({ service, id }: CdnTraffic): EntityRef => entityOfCdn(service, id);

/** The service behind the CDN: the one that the catalogue gives, or the paged one behind a host of the page. */
function originOf({ service }: CdnTraffic, { context }: Brief): EntityRef | undefined {
  const paged = context.service?.value;
  const name = service.includes('.') ? paged : service;
  if (name === undefined) return undefined;
  const place =
    name === paged
      ? {
          ...(context.namespace && { namespace: context.namespace.value }),
          ...(context.cluster && { cluster: context.cluster.value }),
        }
      : {};
  return { kind: 'Service', name, ...place };
}

const seriesOf = (signal: CdnSignal, traffic: CdnTraffic): Series => ({
  source: 'fastly',
  entity: { kind: 'Cdn', name: traffic.service, cluster: cdnOf(traffic).cluster ?? '' },
  signal,
  unit: units[signal],
  points: pointsOf(signal, traffic.minutes).map(([at, value]): [number, number] => [at, value]),
});

function shifted({ signal, shift, until }: CdnShift, traffic: CdnTraffic, { brief, query }: Asked) {
  const [from, to] = [shift.before, shift.after].map((value) => formatValue(value, units[signal], signal));
  const series = seriesOf(signal, traffic);
  const noise = { kind: 'errors', bad: 'either', noun: signal } as const;
  return {
    words: `from ${from} to ${to}`,
    over: until === undefined ? '' : ` It is back since ${clockTime(instantOf(until))}.`,
    onset: instantOf(shift.at),
    lasts: until === undefined,
    signal: { name: signal, unit: units[signal], before: shift.before, during: shift.after },
    evidence: [evidenceOf(series, query, { series, signal: noise, shift }, brief.context.window.baseline)],
  };
}

function errorFinding(
  errors: NonNullable<CdnReading['errors']>,
  isOfFewPops: boolean,
  traffic: CdnTraffic,
  asked: Asked,
): FindingDraft {
  const { words, over, onset, lasts, signal, evidence } = shifted(errors, traffic, asked);
  const cdn = cdnOf(traffic);
  const origin = originOf(traffic, asked.brief);
  const rose = `The CDN's share of 5xx for ${traffic.service} rose ${words} at ${clockTime(onset)}`;
  const made = `${formatPercent(errors.edgeShare)} of the additional ones are errors of the CDN itself`;
  const severity = !lasts ? 'minor' : errors.shift.after >= 0.2 ? 'critical' : 'major';
  const base = { onset, severity, signal, evidence } as const;
  if (errors.maker === 'edge' && !isOfFewPops)
    return {
      ...base,
      entity: cdn,
      role: 'cause',
      cause: 'cdn-edge-errors',
      confidence: 0.8,
      claim: `${rose}: ${made}, so it makes them by its configuration or gets no answer from the origin.${over}`,
      ...exactly('5xx made at the edge'),
    };
  if (errors.maker === 'origin')
    return {
      ...base,
      entity: origin ?? cdn,
      role: 'symptom',
      ...(origin === undefined ? {} : { cause: 'application-errors' as const }),
      confidence: 0.75,
      claim: `${rose}: ${made}, so the origin${origin === undefined ? '' : ` ${origin.name}`} gives the others.${over}`,
    };
  const unclear = isOfFewPops
    ? 'they come from few locations'
    : `${made}, so both the CDN and its origin may make them`;
  return { ...base, entity: cdn, role: 'symptom', confidence: 0.6, claim: `${rose}: ${unclear}.${over}` };
}

function popFinding(
  { failing, others, othersRatio }: NonNullable<CdnReading['pops']>,
  traffic: CdnTraffic,
  { query }: Asked,
): FindingDraft {
  const names = failing.map(({ pop }) => pop);
  const [worst] = failing;
  const ratio = worst === undefined ? 0 : worst.serverErrors / worst.requests;
  const at = traffic.popsAt?.end;
  return {
    entity: cdnOf(traffic),
    role: 'cause',
    cause: 'cdn-pop-errors',
    severity: 'major',
    confidence: 0.8,
    ...(at === undefined ? {} : { onset: at }),
    claim: `The CDN answers ${formatPercent(ratio)} 5xx for ${traffic.service} at ${formatList(names)}, and ${formatValue(othersRatio, '1', 'ratio')} at ${others} other locations.`,
    evidence: [
      {
        source: 'fastly',
        query: `${query} by location`,
        excerpt: traffic.pops
          .slice(0, 40)
          .map(({ pop, requests, serverErrors }) => `${pop}: ${serverErrors} 5xx of ${requests} requests`)
          .join('\n'),
        full: { kind: 'pops', pops: traffic.pops, popsAt: traffic.popsAt },
      },
    ],
    ...exactly(`5xx at ${names.toSorted().join(' ')}`),
  };
}

/** Errors are not kept, so a hit ratio that falls with them is their effect. */
function hitFinding(hitRatio: CdnShift, errors: CdnReading['errors'], traffic: CdnTraffic, asked: Asked): FindingDraft {
  const { words, over, onset, lasts, signal, evidence } = shifted(hitRatio, traffic, asked);
  const follows = errors !== undefined && errors.shift.at <= hitRatio.shift.at + 60;
  return {
    entity: cdnOf(traffic),
    role: follows ? 'symptom' : 'cause',
    ...(follows ? {} : { cause: 'cdn-hit-ratio-drop' as const }),
    severity: lasts && !follows ? 'major' : 'minor',
    confidence: follows ? 0.5 : 0.75,
    onset,
    signal,
    claim: `The CDN's hit ratio for ${traffic.service} fell ${words} at ${clockTime(onset)}${follows ? ', with the errors' : ', so its origin gets more requests'}.${over}`,
    evidence,
  };
}

function slowFinding(
  originSlow: CdnShift,
  hitRatio: CdnShift | undefined,
  traffic: CdnTraffic,
  asked: Asked,
): FindingDraft {
  const { words, over, onset, lasts, signal, evidence } = shifted(originSlow, traffic, asked);
  const origin = originOf(traffic, asked.brief);
  const cdn = cdnOf(traffic);
  const after = hitRatio !== undefined && hitRatio.shift.at <= originSlow.shift.at + 60;
  return {
    entity: origin ?? cdn,
    role: 'symptom',
    ...(origin === undefined ? {} : { cause: 'slow-itself' as const }),
    // More requests than usual reach the origin: the CDN is behind its slowness.
    ...(after && origin !== undefined ? { dependency: cdn } : {}),
    severity: lasts ? 'major' : 'minor',
    confidence: 0.65,
    onset,
    signal,
    claim: `The CDN waits longer for the origin${origin === undefined ? '' : ` ${origin.name}`}: ${words} a request since ${clockTime(onset)}${after ? ', after its hit ratio fell' : ''}.${over}`,
    evidence,
  };
}

function steadyFinding({ requests, ratioNow }: CdnReading, traffic: CdnTraffic, asked: Asked): FindingDraft {
  const series = seriesOf('cdn_5xx_ratio', traffic);
  return {
    entity: cdnOf(traffic),
    role: 'context',
    ...(ratioNow < 0.01 ? { well: true as const } : {}),
    severity: 'info',
    confidence: 0.85,
    claim: `The CDN delivers ${traffic.service} as usual: ${formatValue(requests, '', 'requests')} requests a minute, ${formatValue(ratioNow, '1', 'ratio')} 5xx.`,
    evidence: [evidenceOf(series, asked.query, undefined, asked.brief.context.window.baseline)],
  };
}
