// Asks each configured source once at the start, so that a wrong address is known before the first page and not at 3 a.m. A source that
// does not answer stops nothing: investigations name it as a gap.
import { everywhere } from '../core/model/scope.ts';
import type { Observed, Telemetry } from '../core/ports/telemetry.ts';

/** A sentence for each source that does not answer. */
export async function checkSources(
  telemetry: Telemetry,
  configured: { readonly prometheus: boolean; readonly kubernetes: boolean },
  now: Date,
): Promise<readonly string[]> {
  const window = { start: new Date(now.getTime() - 60_000).toISOString(), end: now.toISOString() };
  const scope = everywhere('start', window);
  const answers = await Promise.all([
    ...(configured.prometheus ? [complaint('Prometheus', telemetry.alerts.observe(scope, {}))] : []),
    ...(configured.kubernetes ? [complaint('Kubernetes', telemetry.kubernetes.observe(scope, {}))] : []),
  ]);
  return answers.filter((each) => each !== undefined);
}

async function complaint(name: string, asked: Promise<Observed<unknown>>): Promise<string | undefined> {
  const reason = await asked.then(
    (answer) => (answer.kind === 'gap' ? answer.gap.reason : undefined),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return reason === undefined ? undefined : `${name} cannot be asked now: ${reason} Investigations go on without it.`;
}
