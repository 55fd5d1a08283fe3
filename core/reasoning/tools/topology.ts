// A tool that reads the call graph: callers and callees of a service, or the way from one service to another.
import * as z from 'zod';
import { scopeOf } from '../../model/scope.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { callGraph } from '../../topology/call-graph.ts';
import { investigationTool, limitLines } from './tool.ts';

const maxNames = 30;

export const readCallGraph = investigationTool({
  name: 'call_graph',
  description: 'Shows who calls a service and whom it calls, with the distance, or the way from it to another service.',
  input: z.object({
    service: z.string().min(1).max(100),
    to: z.string().max(100).optional().describe('Only the way from the service to this one.'),
  }),
  ask: async ({ service, to }, brief, { telemetry }) => {
    const observed = await telemetry.calls.observe(scopeOf(brief, 'everywhere'), {});
    if (observed.kind === 'gap') return { unanswered: `The call graph could not be asked: ${observed.gap.reason}` };
    const graph = callGraph(observed.data);
    const [callers, callees] = [graph.callersOf(service), graph.calleesOf(service)];
    if (callers.size + callees.size === 0) {
      const names = [...new Set(observed.data.flatMap((call) => [call.from, call.to]))].slice(0, maxNames);
      return { unanswered: `No call of ${service} is known. Known services: ${names.join(', ') || 'none'}` };
    }
    const listed = (reached: ReadonlyMap<string, number>) =>
      limitLines(
        [...reached].toSorted((a, b) => a[1] - b[1]).map(([name, distance]) => `${name} (${distance})`),
        maxNames,
      ).join(', ') || 'none';
    const way = to === undefined ? undefined : wayOf(observed.data, service.toLowerCase(), to.toLowerCase());
    return {
      source: 'calls',
      query: `${observed.query} ${service}${to === undefined ? '' : ` to ${to}`}`,
      digest:
        to === undefined
          ? `${service} is called by: ${listed(callers)}\n${service} calls: ${listed(callees)}`
          : way === undefined
            ? `${service} does not reach ${to} by known calls.`
            : `The way: ${way.join(' → ')}`,
      full: { kind: 'calls', callers: Object.fromEntries(callers), callees: Object.fromEntries(callees), way },
    };
  },
});

/** The shortest way by calls; undefined if there is none. */
function wayOf(calls: readonly Dependency[], from: string, to: string): string[] | undefined {
  const next = Map.groupBy(calls, (call) => call.from.toLowerCase());
  const ways: string[][] = [[from]];
  const seen = new Set([from]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const last = way.at(-1) ?? from;
    if (last === to) return way;
    for (const call of next.get(last) ?? []) {
      const name = call.to.toLowerCase();
      if (seen.has(name)) continue;
      seen.add(name);
      ways.push([...way, name]);
    }
  }
  return undefined;
}
