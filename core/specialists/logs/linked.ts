// Turns errors that share trace ids into a finding about the service where they begin, and into calls between services.
import { beginningOf } from '../../analysis/logs/linked-errors.ts';
import { namedHosts } from '../../analysis/logs/named-hosts.ts';
import type { Reading } from '../../analysis/logs/reading.ts';
import type { Brief } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';
import { formatList } from '../../wording.ts';

const maxCalls = 100;

/** The service that writes its error later calls the one that writes first, directly or over others. */
export function callsByTraces(reading: Reading): Dependency[] {
  return reading.linked.orders
    .flatMap(({ first, then }) => {
      const [to, from] = [reading.sourceOf(first)?.entity.name, reading.sourceOf(then)?.entity.name];
      return from === undefined || to === undefined || from === to ? [] : [{ from, to }];
    })
    .slice(0, maxCalls);
}

/** The services that a writer's lines name by their addresses in the cluster. */
export const callsByAddresses = (reading: Reading): Dependency[] =>
  namedHosts(reading)
    .flatMap(({ group, name }) => {
      const from = reading.sourceOf(group)?.entity;
      const caller = from && ownerOf(from).name;
      return from === undefined || from.kind === 'Node' || caller === undefined || caller === name
        ? []
        : [{ from: caller, to: name }];
    })
    .slice(0, maxCalls);

export function linkedFindings(reading: Reading, brief: Brief, query: string): FindingDraft[] {
  const { linked } = reading;
  const group = beginningOf(linked);
  const source = group === undefined ? undefined : reading.sourceOf(group);
  const first = linked.example.find((one) => one.group === group);
  if (group === undefined || source === undefined || first === undefined) return [];
  const name = (one: string) => reading.sourceOf(one)?.name ?? 'unknown';
  const followers = linked.orders.filter((order) => order.first === group).map(({ then }) => name(then));
  const begun = linked.begun.get(group) ?? 0;
  return [
    {
      claim:
        `In ${begun} of ${linked.traces} traces in which several services write errors, ${source.name} writes the first; ${formatList([...new Set(followers)], 4)} after it.`.slice(
          0,
          400,
        ),
      entity: source.entity,
      cause: 'application-errors',
      role: 'symptom',
      severity: 'major',
      confidence: Math.min(0.8, 0.5 + 0.3 * (begun / linked.traces)),
      onset: new Date(first.atMs).toISOString(),
      evidence: [
        {
          source: 'logs',
          query: `${query} ${source.name}`,
          window: brief.context.window.incident,
          excerpt: [
            `One of ${linked.traces} traces with errors of several services:`,
            ...linked.example.map(
              ({ group: writer, atMs, text }) => `${new Date(atMs).toISOString()} ${name(writer)}: ${text}`,
            ),
          ]
            .join('\n')
            .slice(0, 2000),
          full: {
            kind: 'logs',
            template: first.text,
            count: begun,
            baselineCount: 0,
            firstSeen: new Date(first.atMs).toISOString(),
            samples: linked.example.map(({ text }) => text),
          },
        },
      ],
    },
  ];
}
