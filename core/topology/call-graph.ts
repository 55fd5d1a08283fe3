// Builds the call graph by service name in lower case. A failing callee explains its callers' errors, never the reverse.

export interface CallGraph {
  readonly size: number;
  /** Services that reach `service` by calls, without itself, with their distance in calls. */
  callersOf(service: string): ReadonlyMap<string, number>;
  /** Services that `service` reaches by calls, without itself, with their distance in calls. */
  calleesOf(service: string): ReadonlyMap<string, number>;
}

export function callGraph(edges: readonly { readonly from: string; readonly to: string }[]): CallGraph {
  const callers = new Map<string, Set<string>>();
  const callees = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, key: string, value: string) =>
    map.set(key, (map.get(key) ?? new Set()).add(value));
  for (const edge of edges) {
    const [from, to] = [edge.from.toLowerCase(), edge.to.toLowerCase()];
    if (from === to) continue;
    add(callees, from, to);
    add(callers, to, from);
  }
  return {
    size: new Set([...callers.keys(), ...callees.keys()]).size,
    callersOf: (service) => distances(service.toLowerCase(), callers),
    calleesOf: (service) => distances(service.toLowerCase(), callees),
  };
}

/** Breadth-first search. */
function distances(from: string, next: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let frontier = [from];
  for (let distance = 1; frontier.length > 0; distance++) {
    const fresh = new Set(
      frontier.flatMap((one) => [...(next.get(one) ?? [])]).filter((one) => one !== from && !found.has(one)),
    );
    for (const one of fresh) found.set(one, distance);
    frontier = [...fresh];
  }
  return found;
}
