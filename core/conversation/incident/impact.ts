// Answers what an incident affects, and how much, from the diagnosis, the call graph of the context and the measured signals.
import * as z from 'zod';
import { formatValue, signalOf } from '../../analysis/metrics/signals.ts';
import { Series } from '../../model/telemetry.ts';
import { affectedBy } from '../../reporting/membership.ts';
import { capitalize, entityText, formatList } from '../../wording.ts';
import {
  type Asked,
  causeIn,
  evidenceOf,
  type IncidentAnswer,
  type IncidentPorts,
  latest,
  serviceOf,
} from './record.ts';

/** What the metrics specialist stores. */
const Measured = z.looseObject({
  kind: z.literal('series'),
  series: Series,
  onset: z.string().optional(),
  baseline: z.looseObject({ median: z.number().nullish() }).optional(),
});
type Measured = z.infer<typeof Measured>;

const Lines = z.looseObject({
  kind: z.literal('logs'),
  template: z.string(),
  count: z.number(),
});

const maxSignals = 6;

export async function answerImpact(
  { about, service }: { readonly about?: 'number' | 'loss' | undefined; readonly service?: string | undefined },
  asked: Asked,
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const own = serviceOf(asked);
  const affected = affectedBy(asked.diagnosis, asked.members, own);
  const stored = await storedOf(asked, ports);
  const measured = stored.flatMap((one) => Measured.safeParse(one).data ?? []);
  const counted = stored.flatMap((one) => Lines.safeParse(one).data ?? []);
  const errors = counted
    .filter(({ template }) => /\b(?:error|fail\w*|exception|timeout|refused|status <\*>|5\d\d)\b/i.test(template))
    .slice(0, 2)
    .map(({ template, count }) => `Log lines since it began: ${count} times "${template.slice(0, 120)}".`);
  const numbers = [...signalLines(measured, service), ...requestLine(measured), ...errors];
  const users = 'How many users that is: not known; no source here counts users.';
  if (asked.diagnosis === undefined)
    return { text: 'Not known yet: the investigation is still at work.', lines: numbers, choices: ['status'] };
  if (about === 'loss')
    return {
      text: 'Whether anything is lost is not known: no source here counts what was lost. What was measured is below.',
      lines: [...numbers, ...callers(asked)],
      choices: ['how many requests failed?', 'what do you recommend?'],
    };
  if (service !== undefined) return { ...about1(service, affected, asked), lines: [...numbers, users] };
  const others = affected.filter((name) => name !== own);
  const where =
    own === undefined
      ? 'Which service it affects is not known.'
      : others.length === 0
        ? `${capitalize(own)} alone is affected, as far as was observed.`
        : `${capitalize(own)} is affected, and also ${formatList(others, 8)}.`;
  const [first] = numbers;
  return {
    text: about === 'number' ? `${first ?? 'No signal of it was measured.'} ${users}` : where,
    lines:
      about === 'number'
        ? [...numbers.slice(1), where, ...callers(asked)]
        : [...numbers, ...callers(asked), ...nodes(asked), users],
    choices: ['how long has it been?', 'write the status update for customers'],
  };
}

async function storedOf(asked: Asked, ports: IncidentPorts): Promise<unknown[]> {
  const pieces = await evidenceOf(asked, ports);
  return Promise.all(pieces.map(({ id }) => ports.evidence.full(asked.incident.id, id).catch(() => undefined)));
}

/** "error ratio of checkout: 0.3 % before, 62 % at its worst", of errors and traffic first. */
function signalLines(measured: readonly Measured[], service: string | undefined): string[] {
  const order = ['errors', 'traffic', 'availability', 'latency'];
  const seen = new Set<string>();
  return measured
    .filter(({ series }) => service === undefined || series.entity.name.toLowerCase() === service.toLowerCase())
    .map((one) => ({ one, place: order.indexOf(signalOf(one.series.signal).kind) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place)
    .flatMap(({ one: { series, onset, baseline } }) => {
      const key = `${series.entity.name} ${series.signal}`;
      const after = valuesSince(series.points, onset);
      if (seen.has(key) || after.length === 0) return [];
      seen.add(key);
      const { noun, bad } = signalOf(series.signal);
      const usual =
        baseline?.median ?? medianOf(series.points.flatMap(([, value]) => (Number.isFinite(value) ? [value] : [])));
      const worst =
        bad === 'down' || (bad === 'either' && (after.at(-1) ?? 0) < usual) ? Math.min(...after) : Math.max(...after);
      const value = (number: number) => formatValue(number, series.unit, series.signal);
      return [`${capitalize(noun)} of ${series.entity.name}: ${value(usual)} before, ${value(worst)} at its worst.`];
    })
    .slice(0, maxSignals);
}

/** The number of failed requests, where both their rate per second and the share of errors were measured at one service. */
function requestLine(measured: readonly Measured[]): string[] {
  for (const { series: errors, onset } of measured) {
    if (errors.signal !== 'error_ratio' || onset === undefined) continue;
    const rate = measured.find(
      ({ series }) =>
        series.entity.name === errors.entity.name &&
        /(?:^|_)(?:rps|requests_per_second|request_rate)$/.test(series.signal),
    )?.series;
    if (rate === undefined) continue;
    const from = Date.parse(onset) / 1000;
    const failed = errors.points.reduce((sum, [at, ratio], place) => {
      const next = errors.points[place + 1]?.[0];
      const load = rate.points.findLast(([time]) => time <= at)?.[1];
      return at < from || next === undefined || load === undefined || !Number.isFinite(ratio * load)
        ? sum
        : sum + ratio * load * (next - at);
    }, 0);
    if (failed >= 1)
      return [
        `About ${Math.round(failed).toLocaleString('en-GB')} requests to ${errors.entity.name} failed in the time that was read (its rate times its error ratio).`,
      ];
  }
  return [];
}

function valuesSince(points: Series['points'], onset: string | undefined): number[] {
  const from = onset === undefined ? Number.NEGATIVE_INFINITY : Date.parse(onset) / 1000;
  return points.flatMap(([at, value]) => (at >= from && Number.isFinite(value) ? [value] : []));
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function about1(service: string, affected: readonly string[], asked: Asked): { readonly text: string } {
  const named = service.toLowerCase();
  const own = serviceOf(asked)?.toLowerCase() === named;
  if (own || affected.some((name) => name.toLowerCase() === named)) return { text: `Yes, ${service} is affected.` };
  const context = latest(asked, 'ContextAssembled');
  const near = [...(context?.callers ?? []), ...(context?.callees ?? [])].some((name) => name.toLowerCase() === named);
  return {
    text: near
      ? `No: ${service} is a neighbour, and nothing that was read shows trouble there.`
      : `Not as far as is known: the investigation read nothing about ${service}.`,
  };
}

/** The callers of the paged service, which may notice it. */
function callers(asked: Asked): string[] {
  const context = latest(asked, 'ContextAssembled');
  return context === undefined || context.callers.length === 0
    ? []
    : [`It is called by ${formatList(context.callers, 8)}.`];
}

function nodes(asked: Asked): string[] {
  const { affected = [] } = asked.diagnosis ?? {};
  const cause = causeIn(asked);
  return affected.length === 0 || cause === undefined
    ? []
    : [`On ${entityText(cause.entity)} run: ${formatList(affected.map(entityText), 6)}.`];
}
