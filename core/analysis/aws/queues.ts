// Analyzes queues (Amazon SQS): messages that get old, with what arrives against what is finished, and dead letters.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
import type { AwsResource, Points, ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { aMinute, highest, type Rise, riseOf, sum, valuesBefore, valuesSince } from './periods.ts';

type Queue = ResourceOf<'sqs'>;

const seriesOf = ({ metrics }: Queue, name: string): Points => metrics[name] ?? [];

export const analyzeQueue: Analyze<Queue> = (queue, scene) =>
  queue.deadLettersOf.length > 0 ? deadLetters(queue, scene) : backlog(queue, scene);

/** The function that reads a queue or stream. */
export const consumerOf = (name: string, resources: readonly AwsResource[]): ResourceOf<'lambda'> | undefined =>
  resources.find(
    (one): one is ResourceOf<'lambda'> =>
      one.type === 'lambda' && one.eventSources.some((source) => source.name === name),
  );

/** Seconds: a younger message is no backlog. */
const oldAge = 60;

function backlog(queue: Queue, scene: Scene): FindingDraft[] {
  const ages = seriesOf(queue, 'ApproximateAgeOfOldestMessage');
  const rise = riseOf(ages, scene.period, { floor: oldAge, factor: 2 });
  if (rise === undefined) return [];
  const flow = flowOf(queue, scene, rise);
  const consumer = consumerOf(queue.name, scene.resources);
  const dependency = consumer && entityOfResource(consumer);
  const oldest = `the oldest message waits ${duration(rise.peak)}, not ${duration(rise.before)}`;
  const visible = queue.visible === undefined ? '' : `; ${queue.visible} messages wait`;
  const base = {
    onset: rise.at,
    signal: { name: 'queue_age_seconds', unit: 's', before: rise.before, during: rise.peak },
    metrics: [
      'ApproximateAgeOfOldestMessage',
      'ApproximateNumberOfMessagesVisible',
      'NumberOfMessagesSent',
      'NumberOfMessagesReceived',
      'NumberOfMessagesDeleted',
    ],
  } as const;
  if (isStuck(queue, scene, rise, flow))
    return [
      found(consumer ?? queue, scene, {
        ...base,
        claim: `${titleOf(queue)}: one message is received again and again${queue.redrive ? '' : ', and no dead letter queue takes it'}: ${oldest}, while others are finished as before.`,
        cause: 'consumer-stuck',
        confidence: 0.8,
        lines: [titleOf(queue)],
        metrics: [],
      }),
    ];
  return [
    found(queue, scene, {
      ...base,
      claim: `${titleOf(queue)}: ${oldest}${visible}; ${flow.words}.`,
      cause: 'consumer-behind',
      role: 'symptom',
      severity: 'critical',
      confidence: 0.85,
      ...(dependency && { dependency }),
    }),
    ...(flow.hasMoreTraffic
      ? [
          found(queue, scene, {
            claim: `${titleOf(queue)} gets ${Math.round(flow.sent)} messages a minute, not ${Math.round(flow.sentBefore)}, and its consumer finishes ${Math.round(flow.finished)} (${Math.round(flow.finishedBefore)} before).`,
            cause: 'traffic-surge',
            confidence: 0.8,
            onset: rise.at,
            signal: { name: 'requests_per_minute', unit: 'messages/min', before: flow.sentBefore, during: flow.sent },
            metrics: ['NumberOfMessagesSent', 'NumberOfMessagesDeleted'],
          }),
        ]
      : []),
  ];
}

interface Flow {
  readonly words: string;
  /** Messages a minute. */
  readonly sent: number;
  readonly sentBefore: number;
  readonly received: number;
  readonly finished: number;
  readonly finishedBefore: number;
  readonly hasMoreTraffic: boolean;
}

function flowOf(queue: Queue, { period }: Scene, { at }: Rise): Flow {
  const rates = (name: string) => {
    const points = seriesOf(queue, name);
    return [aMinute(points, valuesBefore(points, period)), aMinute(points, valuesSince(points, at))] as const;
  };
  const [sentBefore, sent] = rates('NumberOfMessagesSent');
  const [, received] = rates('NumberOfMessagesReceived');
  const [finishedBefore, finished] = rates('NumberOfMessagesDeleted');
  // A metric without a point says nothing: it may not be readable, or the queue is idle since hours.
  const isKnown = (name: string): boolean => seriesOf(queue, name).length > 0;
  const isFlowKnown = isKnown('NumberOfMessagesSent') && isKnown('NumberOfMessagesDeleted');
  const arriving = `${Math.round(sent)} arrive a minute (${Math.round(sentBefore)} before) and ${Math.round(finished)} are finished (${Math.round(finishedBefore)} before)`;
  const isUnread = isKnown('NumberOfMessagesReceived') && received < 0.1 * Math.max(sent, 1);
  const reading = isUnread ? 'nobody reads them: ' : '';
  return {
    words: isFlowKnown ? `${reading}${arriving}` : 'how many arrive and are finished is not known',
    sent,
    sentBefore,
    received,
    finished,
    finishedBefore,
    hasMoreTraffic: sentBefore > 0 && sent >= 2 * sentBefore && finished >= 0.8 * finishedBefore,
  };
}

/** The oldest message gets older second by second, while few wait and the rest is finished: it is always the same one. */
function isStuck(queue: Queue, { period }: Scene, rise: Rise, flow: Flow): boolean {
  const depth = seriesOf(queue, 'ApproximateNumberOfMessagesVisible');
  const waiting = highest(valuesSince(depth, rise.at));
  const usual = highest(valuesBefore(depth, period));
  return (
    flow.sentBefore > 0 &&
    flow.finished >= 0.8 * flow.finishedBefore &&
    flow.sent < 1.5 * flow.sentBefore &&
    waiting <= Math.max(2 * usual, 10)
  );
}

function deadLetters(queue: Queue, scene: Scene): FindingDraft[] {
  const depth = seriesOf(queue, 'ApproximateNumberOfMessagesVisible');
  const rise = riseOf(depth, scene.period, { floor: 1, factor: 1.02 });
  if (rise === undefined) return [];
  const [of = ''] = queue.deadLettersOf;
  const consumer = consumerOf(of, scene.resources);
  const source = scene.resources.find((one): one is Queue => one.type === 'sqs' && one.name === of);
  const more = Math.round(rise.peak - rise.before);
  const finished = source === undefined ? 0 : sum(valuesSince(seriesOf(source, 'NumberOfMessagesDeleted'), rise.at));
  const share =
    finished > 0 ? `; ${Math.round(finished)} others of ${of} were finished meanwhile` : `; they come from ${of}`;
  return [
    found(queue, scene, {
      claim: `${titleOf(queue)} got ${more} dead letters since ${clock(rise.at)}${share}.`,
      cause: 'dead-letters-growing',
      role: 'symptom',
      severity: 'critical',
      confidence: 0.9,
      onset: rise.at,
      signal: { name: 'dead_letters', unit: 'messages', before: rise.before, during: rise.peak },
      metrics: ['ApproximateNumberOfMessagesVisible'],
      ...(consumer && { dependency: entityOfResource(consumer) }),
    }),
  ];
}

const clock = (epochSeconds: number): string => `${new Date(epochSeconds * 1000).toISOString().slice(11, 16)} UTC`;

const duration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${Math.round(seconds / 3600)} h`;
