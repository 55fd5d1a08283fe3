// Answers questions about calls between services: who calls a service, and whom it calls.
import type { Period } from '../../language/stated-period.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { findService } from '../../ports/catalog.ts';
import { formatList } from '../../wording.ts';
import { askSource } from './ask-sources.ts';
import {
  type Asked,
  notRead,
  periodOr,
  type SystemAnswer,
  type SystemPorts,
  scopeAround,
  scopeOfService,
} from './question.ts';

const hourMs = 3_600_000;

export async function answerCalls(asked: Asked, service: string, ports: SystemPorts): Promise<SystemAnswer> {
  const period = periodOr(asked, hourMs, 'now');
  const { seen, lines, gaps } = await callsAround(service, asked, period, ports);
  const way = asked.question.way ?? 'in';
  const own = service.toLowerCase();
  const matching = seen.filter((one) => (way === 'in' ? one.to : one.from).toLowerCase() === own);
  const catalogued = cataloguedCalls(asked, service, way);
  const names = [...new Set([...matching.map((one) => (way === 'in' ? one.from : one.to)), ...catalogued])].sort();
  const rows = names.map((name) => {
    const call = matching.find((one) => (way === 'in' ? one.from : one.to) === name);
    return `${way === 'in' ? `${name} → ${service}` : `${service} → ${name}`}${detailsOf(call, catalogued.includes(name))}`;
  });
  const known = way === 'in' ? `Services that call ${service}` : `Services that ${service} calls`;
  return {
    text:
      names.length === 0
        ? `I know no service that ${way === 'in' ? `calls ${service}` : `${service} calls`}.`
        : `${known}: ${formatList(names, 12)}.`,
    lines: [...rows.slice(0, 20), ...lines, ...notRead(gaps)],
  };
}

/** Calls seen now by the sources, and those kept from earlier investigations. */
export async function callsAround(
  service: string | undefined,
  asked: Asked,
  period: Period,
  { telemetry, callGraph }: Pick<SystemPorts, 'telemetry' | 'callGraph'>,
) {
  const scope = service === undefined ? scopeAround({}, asked, period) : scopeOfService(service, asked, period);
  const [read, kept] = await Promise.all([
    askSource('calls', scope, {}, telemetry),
    callGraph?.all().catch(() => []) ?? [],
  ]);
  const seen: readonly Dependency[] = [...(read.data ?? []), ...kept];
  const from = kept.length === 0 ? [] : [`${kept.length} calls are kept from the last 30 days of investigations.`];
  return { seen, lines: [...read.lines, ...from], gaps: read.gaps };
}

function cataloguedCalls({ directory: { catalog } }: Asked, service: string, way: 'in' | 'out'): string[] {
  if (catalog === undefined) return [];
  if (way === 'out') return [...(findService(catalog, service)?.dependsOn ?? [])];
  return catalog.services.filter(({ dependsOn }) => dependsOn.includes(service)).map(({ name }) => name);
}

function detailsOf(call: Dependency | undefined, catalogued: boolean): string {
  const parts = [
    ...(call?.requestsPerSecond === undefined ? [] : [`${Number(call.requestsPerSecond.toPrecision(3))} requests/s`]),
    ...(call?.errorRatio === undefined ? [] : [`${Number((call.errorRatio * 100).toPrecision(2))} % errors`]),
    ...(call === undefined
      ? ['by the catalogue only; no source has seen it']
      : catalogued
        ? ['also in the catalogue']
        : []),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}
