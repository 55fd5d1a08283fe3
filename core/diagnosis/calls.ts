// Builds the graph of calls around an incident, from everything that names them, and the graph of those that somebody observed.
import type { Context } from '../model/incident.ts';
import type { Finding, Report } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';
import { type CallGraph, callGraph } from '../topology/call-graph.ts';
import type { Subjects } from './subjects.ts';

/** Calls known to the mesh and the catalogue, and calls from a failing entity to the dependency that its finding names. */
export function graphOf(
  findings: readonly Finding[],
  dependencies: readonly Dependency[],
  context: Context,
  subjects: Subjects,
): CallGraph {
  const fromFindings = findings.flatMap(({ entity, dependency }) => {
    const [from, to] = [subjects.serviceOf(entity), dependency && subjects.serviceOf(dependency)];
    return from && to ? [{ from, to }] : [];
  });
  return callGraph([...nodesOfCalls([...dependencies, ...callsOfContext(context)], subjects), ...fromFindings]);
}

/** Calls that sources observed or the catalogue states. What configuration names, and what errors name, is not all that a service calls. */
export const observedGraph = (
  reports: readonly Report[],
  traced: readonly Dependency[],
  context: Context,
  subjects: Subjects,
): CallGraph => {
  const fromTraces = reports
    .filter(({ specialist }) => specialist === 'traces' || specialist === 'aws')
    .flatMap(({ topology }) => topology?.calls ?? []);
  return callGraph(nodesOfCalls([...traced, ...fromTraces, ...callsOfContext(context)], subjects));
};

function callsOfContext({ service, callees, callers }: Context): Dependency[] {
  const paged = service?.value;
  return paged === undefined
    ? []
    : [...callees.map((to) => ({ from: paged, to })), ...callers.map((from) => ({ from, to: paged }))];
}

function nodesOfCalls(calls: readonly Dependency[], subjects: Subjects): { from: string; to: string }[] {
  const node = (name: string): string => subjects.serviceOf({ kind: 'Service', name }) ?? name;
  return calls.map(({ from, to }) => ({ from: node(from), to: node(to) }));
}
