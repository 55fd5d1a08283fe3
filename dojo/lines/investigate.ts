// Asks the logs specialist about the paged service in a process of its own, so that its memory and time are measured alone.
import * as z from 'zod';
import { resolveContext } from '../../core/context/resolve.ts';
import type { Trigger } from '../../core/model/incident.ts';
import { Catalog } from '../../core/ports/catalog.ts';
import { noTelemetry } from '../../core/ports/none.ts';
import { sealEvidence } from '../../core/record/evidence/seal.ts';
import { investigateLogs } from '../../core/specialists/logs/investigate.ts';
import { specialistBudget } from '../../core/specialists/plan.ts';
import { liveTelemetry, readConfigFile } from '../../local/compose.ts';
import { end, place } from './lines.ts';

const Task = z.object({ config: z.string() });

process.once('message', async (message) => {
  const { config } = Task.parse(message);
  const occurredAt = new Date(end - 60_000).toISOString();
  const { logs } = (await liveTelemetry(await readConfigFile(config, {}))).telemetry;
  let lines = 0;
  const counting: typeof logs = {
    async observe(scope, query) {
      const observed = await logs.observe(scope, query);
      if (observed.kind === 'gap') return observed;
      const { data } = observed;
      async function* counted() {
        for await (const record of data) {
          lines += 1;
          yield record;
        }
      }
      return { ...observed, data: counted() };
    },
  };
  const evidence = {
    put: async (record: Parameters<typeof sealEvidence>[0]) => sealEvidence(record),
    get: async () => undefined,
    full: async () => undefined,
  };
  const ports = {
    telemetry: { ...noTelemetry, logs: counting },
    evidence,
    clock: { now: () => new Date(end) },
    ids: { next: () => 'id' },
  };
  const trigger: Trigger = {
    kind: 'page',
    eventId: 'e',
    sourceId: 'Q',
    occurredAt,
    title: 'checkout answers with errors',
    severity: 'high',
    details: { ...place, service: 'checkout' },
  };
  const context = {
    ...resolveContext(trigger, Catalog.parse({ environments: {} }), [{ from: 'checkout', to: 'payments' }]),
    similar: [],
    facts: [],
  };
  const begun = performance.now();
  const report = await investigateLogs(
    {
      incidentId: 'inc-1',
      round: 1,
      phase: 'investigate',
      specialist: 'logs',
      question: 'What do the logs of checkout say?',
      focus: [],
      trigger,
      context,
      budget: specialistBudget,
    },
    ports,
  );
  const [first] = report.findings.toSorted((a, b) => b.confidence - a.confidence);
  process.send?.({
    seconds: (performance.now() - begun) / 1000,
    rssMb: process.resourceUsage().maxRSS / 1024,
    lines,
    found: first === undefined ? 'nothing' : `${first.entity.name}: ${first.claim}`,
    onset: first?.onset ?? '',
    gaps: report.gaps.map(({ reason }) => reason),
  });
  process.disconnect();
});
