// Queries each configured source once at the start, so that a wrong address is known before the first page and not at 3 a.m. A source that does not
// answer stops nothing: investigations name it as a gap.
import type { ConfiguredSource } from '../connectors/source-kind.ts';
import { everywhere } from '../core/model/scope.ts';
import type { Observed, Telemetry } from '../core/ports/telemetry.ts';

/** One sentence for each source that does not answer. Sources that can only be queried by name, such as executions, are skipped. */
export async function checkSources(
  telemetry: Telemetry,
  configured: readonly ConfiguredSource[],
  now: Date,
): Promise<readonly string[]> {
  const window = { start: new Date(now.getTime() - 60_000).toISOString(), end: now.toISOString() };
  const scope = everywhere('start', window);
  const answers = await Promise.all(
    configured.flatMap(({ name, kind, signals }) => {
      const signal = cheapest.find((one) => signals.includes(one));
      return signal === undefined
        ? []
        : [problemOf(name === kind.id ? kind.title : name, telemetry[signal].observe(scope, {}))];
    }),
  );
  return answers.filter((each) => each !== undefined);
}

/** The signals that one small query can check, the smallest first. */
const cheapest = ['alerts', 'kubernetes', 'calls', 'changes', 'metrics'] as const;

async function problemOf(name: string, observed: Promise<Observed<unknown>>): Promise<string | undefined> {
  const reason = await observed.then(
    (answer) => (answer.kind === 'gap' ? answer.gap.reason : undefined),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return reason === undefined
    ? undefined
    : `${name} cannot be queried now: ${reason} Investigations continue without it.`;
}
