// Reads events of AWS Health (https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEvents.html): issues of services of AWS, and planned
// changes, in the regions and of the services that the catalogue names. AWS selects; the API needs a support plan and answers in us-east-1.
import {
  DescribeEventDetailsCommand,
  DescribeEventsCommand,
  type EventFilter,
  type HealthClient,
} from '@aws-sdk/client-health';
import * as z from 'zod';
import type { VendorUse } from '../../core/model/scope.ts';
import { VendorStatus } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { clean, shorten } from '../../core/text.ts';
import { type Answered, type Deadline, deadlineIn, isRepeated, repeats, send } from '../aws-calls.ts';

export interface AwsHealthParts {
  readonly health: Pick<HealthClient, 'send'>;
  readonly clock: Clock;
  /** Regions for vendors without regions of their own. */
  readonly regions: readonly string[];
  readonly budgetMs: number;
}

const EventSchema = z.object({
  arn: z.string().max(400),
  service: z.string().max(100),
  eventTypeCode: z.string().max(200),
  eventTypeCategory: z.string().max(50),
  region: z.string().max(50).optional(),
  availabilityZone: z.string().max(50).optional(),
  startTime: z.date(),
  endTime: z.date().optional(),
  statusCode: z.string().max(50),
});
type HealthEvent = z.infer<typeof EventSchema>;
const Events = z.object({ events: z.array(EventSchema).max(100).default([]), nextToken: z.string().optional() });
const Details = z.object({
  successfulSet: z
    .array(
      z.object({
        event: z.object({ arn: z.string() }),
        eventDescription: z.object({ latestDescription: z.string().optional() }).optional(),
      }),
    )
    .default([]),
});

const maxPages = 3;
/** DescribeEventDetails takes at most ten events. */
const maxDetails = 10;
const maxEvents = 20;
/** An open event of this age is a state that people know. */
const openDays = 14;

export function awsHealthStatuses(parts: AwsHealthParts): Source<'status'> {
  return {
    async observe({ vendors = [], window }) {
      const deadline = deadlineIn(parts.budgetMs);
      const uses = vendors.length > 0 ? vendors : [undefined];
      const answers = await Promise.all(uses.map((use) => eventsOf(use, window, parts, deadline)));
      const failed = answers.flatMap(({ failed: reason }) => reason ?? []);
      if (answers.every(({ failed: reason }) => reason !== undefined))
        return { kind: 'gap', gap: { source: 'vendor status', reason: (failed[0] ?? '').slice(0, 300) } };
      const found = answers.flatMap(({ events }, place) => events.map((event) => ({ event, use: uses[place] })));
      const kept = found.slice(0, maxEvents);
      const texts = await descriptionsOf(
        kept.map(({ event }) => event.arn),
        parts,
        deadline,
      );
      return {
        kind: 'data',
        data: kept.flatMap(({ event, use }) => statusOf(event, use, texts.of(event.arn)) ?? []),
        query: `AWS Health events of ${vendors.map(({ name }) => name).join(', ') || 'the regions of the settings'}`,
        missing: [
          ...failed,
          ...answers.flatMap(({ missing }) => missing),
          ...(found.length > maxEvents ? [`${found.length - maxEvents} of ${found.length} events of AWS Health.`] : []),
          ...texts.missing,
        ],
        bytes: JSON.stringify(kept).length,
      };
    },
  };
}

interface Found {
  readonly events: readonly HealthEvent[];
  readonly failed?: string;
  readonly missing: readonly string[];
}

async function eventsOf(
  use: VendorUse | undefined,
  window: { readonly start: string; readonly end: string },
  { health, clock, regions: own }: AwsHealthParts,
  deadline: Deadline,
): Promise<Found> {
  const regions = use !== undefined && use.regions.length > 0 ? use.regions : own;
  const now = clock.now().getTime();
  const filter: EventFilter = {
    eventTypeCategories: ['issue', 'scheduledChange'],
    eventStatusCodes: ['open', 'upcoming', 'closed'],
    lastUpdatedTimes: [{ from: new Date(Math.min(Date.parse(window.start), now) - openDays * 86_400_000) }],
    ...(regions.length > 0 ? { regions: [...regions, 'global'] } : {}),
    ...(use !== undefined && use.components.length > 0
      ? { services: use.components.map((one) => one.toUpperCase()) }
      : {}),
  };
  const events: HealthEvent[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer: Answered<z.infer<typeof Events>> = await send('DescribeEvents', Events, () =>
      health.send(new DescribeEventsCommand({ filter, maxResults: 100, ...(nextToken ? { nextToken } : {}) }), {
        abortSignal: deadline.signal,
      }),
    );
    if (answer.kind === 'failed') {
      const reason = reasonOf(answer);
      return page === 0 ? { events, failed: reason, missing: [] } : { events, missing: [`older events: ${reason}`] };
    }
    if (isRepeated(nextToken, answer.data.nextToken))
      return { events, missing: [`older events: ${repeats('DescribeEvents')}`] };
    events.push(...answer.data.events.filter((event) => isIn(event, window)));
    nextToken = answer.data.nextToken;
    if (nextToken === undefined) return { events, missing: [] };
  }
  return { events, missing: [`events of AWS Health beyond the first ${maxPages * 100}.`] };
}

const isIn = ({ startTime, endTime }: HealthEvent, window: { readonly start: string; readonly end: string }): boolean =>
  startTime.getTime() <= Date.parse(window.end) &&
  (endTime === undefined || endTime.getTime() >= Date.parse(window.start));

const reasonOf = ({ error, reason }: Extract<Answered<unknown>, { kind: 'failed' }>): string =>
  /SubscriptionRequired/.test(error)
    ? 'AWS Health answers only accounts with a Business, Enterprise On-Ramp or Enterprise support plan (SubscriptionRequiredException).'
    : `AWS Health: ${reason}.`;

async function descriptionsOf(
  arns: readonly string[],
  { health }: AwsHealthParts,
  deadline: Deadline,
): Promise<{ of(arn: string): string | undefined; readonly missing: readonly string[] }> {
  const all = [...new Set(arns)];
  const eventArns = all.slice(0, maxDetails);
  const beyond = all.length > maxDetails ? [`descriptions of ${all.length - maxDetails} of ${all.length} events.`] : [];
  if (eventArns.length === 0) return { of: () => undefined, missing: [] };
  const answer = await send('DescribeEventDetails', Details, () =>
    health.send(new DescribeEventDetailsCommand({ eventArns }), { abortSignal: deadline.signal }),
  );
  if (answer.kind === 'failed')
    return { of: () => undefined, missing: [`descriptions of ${all.length} events: ${reasonOf(answer)}`] };
  const texts = new Map(
    answer.data.successfulSet.map(({ event, eventDescription }) => [event.arn, eventDescription?.latestDescription]),
  );
  return { of: (arn) => texts.get(arn), missing: beyond };
}

/** AWS names no severity: an open issue counts as trouble and not as an outage, unless its text says more. */
function statusOf(
  { service, eventTypeCode, eventTypeCategory, region, availabilityZone, startTime, endTime, statusCode }: HealthEvent,
  use: VendorUse | undefined,
  description: string | undefined,
): VendorStatus | undefined {
  const isPlanned = eventTypeCategory === 'scheduledChange';
  const words = description === undefined ? '' : shorten(clean(description).replace(/\s+/g, ' '), 700);
  const place = availabilityZone ?? region;
  const read = VendorStatus.safeParse({
    provider: 'AWS',
    kind: isPlanned ? 'maintenance' : 'incident',
    at: startTime.toISOString(),
    ...(endTime === undefined ? {} : { until: endTime.toISOString() }),
    state: isPlanned
      ? statusCode === 'upcoming'
        ? 'scheduled'
        : 'under_maintenance'
      : /\b(?:unavailable|outage|unable to|failing|loss of)\b/i.test(words)
        ? 'partial_outage'
        : 'degraded_performance',
    components: [`${service}${place === undefined ? '' : ` in ${place}`}`],
    text: [eventTypeCode, words].filter((one) => one !== '').join(': '),
    // The service and the region were selected by the catalogue's entry.
    ...(use === undefined ? {} : { vendor: use.name, usedBy: [...use.usedBy], hosts: [...use.hosts], relevant: true }),
    link: 'https://health.aws.amazon.com/health/home#/account/dashboard/open-issues',
  });
  return read.success ? read.data : undefined;
}
