// Removes unknown dependencies from findings. A finding keeps its `dependency` only if something besides that finding knows the name, because log
// lines mention many things that are not services.
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';

export function withKnownDependencies(
  findings: readonly Finding[],
  dependencies: readonly Dependency[],
  context: Pick<Context, 'service' | 'workload' | 'callers' | 'callees'>,
): readonly Finding[] {
  const known = new Set(
    [
      ...dependencies.flatMap(({ from, to }) => [from, to]),
      ...context.callers,
      ...context.callees,
      ...(context.service ? [context.service.value] : []),
      ...(context.workload ? [context.workload.name] : []),
      ...findings.map(({ entity }) => entity.name),
    ].map((name) => name.toLowerCase()),
  );
  return findings.map((finding) => {
    const { dependency, ...rest } = finding;
    // A finding that knows the dependency's cluster has more evidence than a name.
    const isKnown = dependency?.cluster !== undefined || (dependency && known.has(dependency.name.toLowerCase()));
    return dependency === undefined || isKnown ? finding : rest;
  });
}
