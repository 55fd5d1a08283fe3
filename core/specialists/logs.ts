// The logs specialist: which errors are new or surging against the baseline, since when, and the one line to read. It streams; what it keeps
// are templates, counts and three samples each.
import { lineOf } from '../analysis/logs/record.ts';
import { signatureOf } from '../analysis/logs/signatures.ts';
import { type Template, TemplateMiner, textOf } from '../analysis/logs/templates.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Brief, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { type FindingDraft, finishReport } from './finish.ts';

type LogsPorts = Pick<Ports, 'telemetry' | 'evidence' | 'clock' | 'incidents' | 'ids'> &
  Partial<Pick<Ports, 'reasoner'>>;

/** A template surges when it comes this many times as often as before. */
const surge = 3;

export async function investigateLogs(brief: Brief, ports: LogsPorts): Promise<Report> {
  const startedAt = ports.clock.now();
  const { window } = brief.context;
  const observed = await ports.telemetry.logs.records(
    { incidentId: brief.incidentId },
    { start: window.baseline.start, end: window.incident.end },
  );
  if (observed.kind === 'gap') {
    return finishReport(
      brief,
      { summary: `Logs could not be asked: ${observed.gap.reason}`, findings: [], gaps: [observed.gap], bytesRead: 0 },
      startedAt,
      ports,
    );
  }
  const miner = new TemplateMiner();
  let bytes = 0;
  let lines = 0;
  for await (const record of observed.data) {
    bytes += record.message.length;
    lines += 1;
    // After an action only what came after the page counts.
    const from = brief.phase === 'verify' ? brief.trigger.occurredAt : window.incident.start;
    miner.add(lineOf(record), record.timestamp < from);
    if (bytes > brief.budget.bytes) break;
  }
  const partial = bytes > brief.budget.bytes;
  const gaps = partial
    ? [{ source: 'logs', reason: `Only the first ${Math.round(bytes / 2 ** 20)} MiB were read.` }]
    : [];
  const telling = rank(miner.templates(), windowsOf(brief)).slice(0, 8);
  const findings = telling.map((one) => findingOf(one, brief, observed.query));
  return finishReport(
    brief,
    { summary: summaryOf(telling, lines), findings, gaps, bytesRead: bytes },
    startedAt,
    ports,
  );
}

interface Windows {
  readonly incidentMs: number;
  readonly baselineMs: number;
}

function windowsOf(brief: Brief): Windows {
  const { baseline, incident } = brief.context.window;
  const length = (one: { start: string; end: string }) => Math.max(60_000, Date.parse(one.end) - Date.parse(one.start));
  return { incidentMs: length(incident), baselineMs: length(baseline) };
}

interface Telling {
  readonly template: Template;
  readonly kind: 'new' | 'surging';
  readonly weight: number;
}

/** Errors that are new or surging, the most telling first; what was there before as often is background. */
function rank(templates: readonly Template[], { incidentMs, baselineMs }: Windows): Telling[] {
  return templates
    .flatMap((template): Telling[] => {
      if (template.count === 0 || template.level === 'info') return [];
      const expected = (template.baselineCount / baselineMs) * incidentMs;
      const isNew = template.baselineCount === 0;
      if (!isNew && template.count < Math.max(3, expected * surge)) return [];
      const size = Math.min(1, Math.log10(template.count + 1) / 3);
      const weight =
        (template.level === 'error' ? 1 : 0.6) *
        (isNew ? 1 : 0.8) *
        (0.4 + 0.4 * size + (signatureOf(template.samples[0] ?? '') ? 0.2 : 0));
      return [{ template, kind: isNew ? 'new' : 'surging', weight }];
    })
    .sort(
      (a, b) =>
        b.weight - a.weight ||
        a.template.firstSeen.localeCompare(b.template.firstSeen) ||
        textOf(a.template).localeCompare(textOf(b.template)),
    );
}

function findingOf({ template, kind, weight }: Telling, brief: Brief, query: string): FindingDraft {
  const sample = template.samples[0] ?? textOf(template);
  const signature = signatureOf(sample);
  const entity = entityOf(template, brief);
  const often = `${template.count} time${template.count === 1 ? '' : 's'}`;
  return {
    claim: `${kind === 'new' ? 'New' : 'Surging'} at ${template.service} since ${template.firstSeen.slice(11, 16)} UTC, ${often}: "${shortened(sample, 220)}"`,
    entity,
    ...(signature ? { cause: signature.cause } : {}),
    role: signature && signature.confidence >= 0.7 ? 'cause' : 'symptom',
    severity: template.level === 'error' ? (weight > 0.7 ? 'critical' : 'major') : 'minor',
    onset: new Date(template.firstSeen).toISOString(),
    confidence: Math.min(0.9, (signature?.confidence ?? 0.5) * (0.7 + 0.3 * weight)),
    errorTemplate: textOf(template),
    ...(signature?.towards && signature.towards !== template.service
      ? { towards: { kind: 'Service', name: signature.towards } }
      : {}),
    evidence: [
      {
        source: 'logs',
        query: `${query} service=${template.service}`,
        window: brief.context.window.incident,
        excerpt: [`${often} since ${template.firstSeen}, ${template.baselineCount} before:`, ...template.samples].join(
          '\n',
        ),
        full: {
          kind: 'logs',
          template: textOf(template),
          count: template.count,
          baselineCount: template.baselineCount,
          firstSeen: template.firstSeen,
          samples: template.samples,
        },
      },
    ],
  };
}

/** A line of the workload that was paged belongs to that workload; any other to the service that wrote it. */
function entityOf(template: Template, brief: Brief): EntityRef {
  const { workload } = brief.context;
  const where = {
    ...(template.namespace === undefined ? {} : { namespace: template.namespace }),
    ...(template.cluster === undefined ? {} : { cluster: template.cluster }),
  };
  const kind = workload && workload.name === template.service ? workload.kind : 'Service';
  return { kind, name: template.service, ...where };
}

const shortened = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);

function summaryOf(telling: readonly Telling[], lines: number): string {
  const [first] = telling;
  if (!first) return `${lines} lines read; no error is new or more frequent than before.`;
  const { template } = first;
  const more = telling.length > 1 ? ` ${telling.length - 1} more templates are new or surging.` : '';
  return `${lines} lines read. The line to read: ${template.service}, ${template.count} times since ${template.firstSeen.slice(11, 16)} UTC: "${shortened(template.samples[0] ?? '', 300)}".${more}`;
}
