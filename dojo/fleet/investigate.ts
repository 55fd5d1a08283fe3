// Investigates a page of the fleet with the Kubernetes specialist in a process of its own, so that its memory and processor time are measured alone.
import * as z from 'zod';
import { resolveContext } from '../../core/context/resolve.ts';
import type { Trigger } from '../../core/model/incident.ts';
import { Catalog } from '../../core/ports/catalog.ts';
import { noTelemetry } from '../../core/ports/none.ts';
import { sealEvidence } from '../../core/record/evidence/seal.ts';
import { investigateChanges } from '../../core/specialists/changes/investigate.ts';
import { investigateKubernetes } from '../../core/specialists/kubernetes/investigate.ts';
import { specialistBudget } from '../../core/specialists/plan.ts';
import { liveTelemetry, readConfigFile } from '../../local/compose.ts';
import { Fleet } from './fleet.ts';

const Task = z.object({ fleet: Fleet, config: z.string() });

process.once('message', async (message) => {
  const { fleet, config } = Task.parse(message);
  const { cluster, namespace, service, neighbour } = fleet.paged;
  const clock = { now: () => new Date('2026-11-20T02:30:00Z') };
  const { kubernetes, changes } = (await liveTelemetry(await readConfigFile(config, {}))).telemetry;
  const evidence = {
    put: async (record: Parameters<typeof sealEvidence>[0]) => sealEvidence(record),
    get: async () => undefined,
    full: async () => undefined,
  };
  const ports = {
    telemetry: {
      ...noTelemetry,
      kubernetes,
      changes,
    },
    evidence,
    clock,
    ids: { next: () => 'id' },
  };
  const trigger: Trigger = {
    kind: 'page',
    eventId: 'e',
    sourceId: 'Q',
    occurredAt: '2026-11-20T02:30:00Z',
    title: `${service} has too few replicas`,
    severity: 'high',
    details: { cluster, namespace, service },
  };
  const context = {
    ...resolveContext(trigger, Catalog.parse({ environments: {} }), [{ from: service, to: neighbour }]),
    similar: [],
    facts: [],
  };
  const brief = {
    incidentId: 'inc-1',
    round: 1,
    phase: 'investigate' as const,
    question: `What is wrong with ${service}?`,
    focus: [],
    trigger,
    context,
    budget: specialistBudget,
  };
  const before = process.cpuUsage();
  const start = performance.now();
  const report = await investigateKubernetes({ ...brief, specialist: 'kubernetes' }, ports);
  await investigateChanges({ ...brief, specialist: 'changes' }, ports);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const [first] = report.findings.toSorted((a, b) => b.confidence - a.confidence);
  process.send?.({
    seconds,
    cpuSeconds: (user + system) / 1e6,
    rssMb: process.resourceUsage().maxRSS / 1024,
    found: `${first?.entity.name}: ${first?.cause}`,
    gaps: report.gaps.map(({ reason }) => reason),
  });
  process.disconnect();
});
