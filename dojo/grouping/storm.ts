// Defines a storm as data: pages as monitoring systems word them, the calls between services, the changes, the true cause of each page, and the
// analysis' result for each cause (right, unknown or wrong).
import * as z from 'zod';
import { CauseCode } from '../../core/causes/causes.ts';
import { flattenDetails } from '../../core/context/flatten-details.ts';
import type { Diagnosis, Hypothesis } from '../../core/model/diagnosis.ts';
import type { EntityRef } from '../../core/model/entity.ts';
import type { Trigger } from '../../core/model/incident.ts';

const Text = z.string().min(1);
const Labels = z.record(z.string(), z.coerce.string());

const Found = z.strictObject({
  /** `Kind namespace/name@cluster`; namespace and cluster are optional. */
  at: Text,
  cause: CauseCode,
  confidence: z.number().min(0).max(1).default(0.85),
  /** Minutes after the storm began. */
  onset: z.number().optional(),
  change: z.string().optional(),
  blast: z.array(Text).default([]),
  affected: z.array(Text).default([]),
  rivals: z.array(z.strictObject({ at: Text, cause: CauseCode, confidence: z.number() })).default([]),
});
export type Found = z.infer<typeof Found>;

const Page = z.strictObject({
  id: Text.optional(),
  /** Minutes after the storm began: when the page came, and the start time in its alert. */
  min: z.number(),
  started: z.number().optional(),
  from: z.enum(['alertmanager', 'labels', 'cloudwatch', 'datadog', 'newrelic']).default('alertmanager'),
  alert: Text,
  title: Text.optional(),
  summary: Text.optional(),
  labels: Labels.default({}),
  service: Text.optional(),
  severity: z.enum(['critical', 'high', 'low', 'unknown']).default('high'),
  /** Its true cause. */
  of: Text,
  /** The result of an investigation of this page, if it differs from the result for its cause. */
  says: z.union([z.literal('unknown'), Found]).optional(),
});
export type Page = z.infer<typeof Page>;

export const Storm = z.strictObject({
  name: Text,
  what: Text,
  /** One line per caller, `a > b, c`: a calls b and c. */
  calls: z.array(Text).default([]),
  catalog: z.looseObject({}).optional(),
  changes: z.array(z.strictObject({ id: Text, service: Text, min: z.number() })).default([]),
  causes: z.record(z.string(), z.union([z.literal('unknown'), Found])),
  pages: z.array(Page).min(2),
});
export type Storm = z.infer<typeof Storm>;

export const start = Date.UTC(2026, 6, 1, 12, 0);
export const instant = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();

export const edgesOf = (lines: readonly string[]): { from: string; to: string }[] =>
  lines.flatMap((line) => {
    const [from = '', to = ''] = line.split('>').map((part) => part.trim());
    return to.split(',').map((one) => ({ from, to: one.trim() }));
  });

export function entityOf(text: string): EntityRef {
  const [, kind = '', namespace, name = '', cluster] = /^(\w+) (?:([^/@]+)\/)?([^@]+)(?:@(.+))?$/.exec(text) ?? [];
  return { kind, name, ...(namespace && { namespace }), ...(cluster && { cluster }) };
}

export function diagnosisOf(found: Found | 'unknown', page: Page): Diagnosis {
  const hypotheses =
    found === 'unknown'
      ? [hypothesis({ at: `Service ${page.labels.service ?? 'it'}`, cause: 'unknown', confidence: 0.15 }, 1)]
      : [found, ...found.rivals].map((one, index) => hypothesis(one, index + 1));
  return {
    text: '',
    hypotheses,
    symptoms: [],
    blastRadius: found === 'unknown' ? [] : found.blast,
    ...(found === 'unknown' ? {} : { affected: found.affected.map(entityOf) }),
    gaps: [],
    droppedClaims: 0,
    model: 'none',
    participants: [],
    usage: { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
    specialists: [],
  };
}

const hypothesis = (
  one: Pick<Found, 'at' | 'cause' | 'confidence'> & Partial<Pick<Found, 'onset' | 'change'>>,
  rank: number,
): Hypothesis => ({
  rank,
  entity: entityOf(one.at),
  cause: one.cause,
  confidence: one.confidence,
  ...(one.change === undefined ? {} : { changeId: one.change }),
  ...(one.onset === undefined ? {} : { onset: instant(one.onset) }),
  summary: '',
  why: [],
  against: [],
  evidenceIds: ['ev-1'],
  findingIds: [],
});

/** The trigger as the webhook and the pager's alerts contain it. */
export function triggerOf(page: Page, id: string): Trigger {
  const { title, details } = worded(page);
  return {
    kind: 'page',
    eventId: `event-${id}`,
    sourceId: id,
    occurredAt: instant(page.min),
    title: page.title ?? title,
    severity: page.severity,
    ...(page.service === undefined ? {} : { sourceService: page.service }),
    details: flattenDetails(details),
  };
}

function worded({ from, alert, labels, summary, started }: Page): { title: string; details: unknown } {
  const since = started === undefined ? {} : { startsAt: instant(started) };
  switch (from) {
    case 'alertmanager': {
      const lines = Object.entries({ alertname: alert, ...labels }).map(([key, value]) => ` - ${key} = ${value}`);
      const annotations = summary === undefined ? [] : ['Annotations:', ` - summary = ${summary}`];
      return {
        title: `[FIRING:1] ${alert} (${Object.values(labels).join(' ')})`,
        details: {
          firing: ['Labels:', ...lines, ...annotations].join('\n'),
          num_firing: '1',
          num_resolved: '0',
          ...since,
        },
      };
    }
    case 'labels':
      return {
        title: summary ?? alert,
        details: {
          alerts: [
            {
              status: 'firing',
              labels: { alertname: alert, ...labels },
              annotations: summary === undefined ? {} : { summary },
              ...since,
            },
          ],
        },
      };
    case 'cloudwatch': {
      const { account, region, metric, ...rest } = labels;
      return {
        title: `ALARM: "${alert}" in ${region ?? 'eu-west-1'}`,
        details: {
          AlarmName: alert,
          AWSAccountId: account,
          Region: region,
          NewStateReason: summary,
          ...(started === undefined ? {} : { StateChangeTime: instant(started).replace('Z', '+0000') }),
          Trigger: {
            MetricName: metric,
            Dimensions: Object.entries(rest).map(([name, value]) => ({ name, value })),
          },
        },
      };
    }
    case 'datadog':
      return {
        title: `[Triggered] ${alert}`,
        details: {
          alert_title: alert,
          body: summary,
          tags: Object.entries(labels)
            .map(([key, value]) => `${key}:${value}`)
            .join(', '),
        },
      };
    case 'newrelic':
      return {
        title: `${alert}${summary === undefined ? '' : `: ${summary}`}`,
        details: { condition_name: alert, details: summary, targets: [{ labels }], state: 'open' },
      };
  }
}
