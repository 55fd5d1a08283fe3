// Analyzes what has a capacity for requests: tables of DynamoDB and streams of Kinesis.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
import type { Points, ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { entityOfResource } from '../../topology/aws-resources.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';
import { highest, middle, riseOf, stepOf, sum, together, valuesBefore, valuesSince } from './periods.ts';
import { consumerOf } from './queues.ts';

type Table = ResourceOf<'dynamodb'>;
type Stream = ResourceOf<'kinesis'>;

/** The least number of throttled requests a minute that count. */
const minThrottles = 3;
/** The share of its capacity from which a table is at its limit; a minute's sum smooths the peaks of a second. */
const near = 0.8;

export const analyzeTable: Analyze<Table> = (table, scene) =>
  (['Write', 'Read'] as const).flatMap((side): FindingDraft[] => {
    const throttles = table.metrics[`${side}ThrottleEvents`] ?? [];
    const rise = riseOf(throttles, scene.period, { floor: minThrottles });
    if (rise === undefined) return [];
    const consumed = table.metrics[`Consumed${side}CapacityUnits`] ?? [];
    const aSecond = (values: readonly number[]) => middle(values) / stepOf(consumed);
    const [before, during] = [aSecond(valuesBefore(consumed, scene.period)), aSecond(valuesSince(consumed, rise.at))];
    const capacity = side === 'Write' ? table.writeCapacity : table.readCapacity;
    const atLimit = capacity !== undefined && capacity > 0 && during >= near * capacity;
    const limit =
      capacity === undefined || capacity === 0
        ? `it takes ${units(during)} a second (${units(before)} before)`
        : atLimit
          ? `it takes ${units(during)} a second of ${capacity} ${table.mode === 'on-demand' ? 'at most' : 'provisioned'} (${units(before)} before)`
          : `it takes only ${units(during)} a second of ${capacity}, so that one key or partition gets most of it`;
    return [
      found(table, scene, {
        claim: `${titleOf(table)}: ${Math.round(sum(valuesSince(throttles, rise.at)))} ${side.toLowerCase()}s are throttled; ${limit}.`,
        cause: 'throughput-exceeded',
        confidence: atLimit ? 0.92 : 0.82,
        onset: rise.at,
        signal: { name: 'throttled_requests', unit: 'requests/min', before: rise.before, during: rise.during },
        metrics: [`${side}ThrottleEvents`, `Consumed${side}CapacityUnits`, `Provisioned${side}CapacityUnits`],
        lines: [`mode ${table.mode ?? 'unknown'}, status ${table.status ?? 'unknown'}`],
      }),
    ];
  });

export const analyzeStream: Analyze<Stream> = (stream, scene) => [...lagging(stream, scene), ...crowded(stream, scene)];

/** Milliseconds: younger records are no backlog. */
const oldAgeMs = 60_000;

function lagging(stream: Stream, scene: Scene): FindingDraft[] {
  const rise = riseOf(stream.metrics['GetRecords.IteratorAgeMilliseconds'] ?? [], scene.period, {
    floor: oldAgeMs,
    factor: 2,
  });
  if (rise === undefined) return [];
  const consumer = consumerOf(stream.name, scene.resources);
  return [
    found(stream, scene, {
      claim: `${titleOf(stream)}: its consumer is ${Math.round(rise.peak / 1000)} s behind, not ${Math.round(rise.before / 1000)} s.`,
      cause: 'consumer-behind',
      role: 'symptom',
      confidence: 0.85,
      onset: rise.at,
      signal: { name: 'iterator_age_seconds', unit: 's', before: rise.before / 1000, during: rise.peak / 1000 },
      metrics: ['GetRecords.IteratorAgeMilliseconds', 'IncomingRecords'],
      ...(consumer && { dependency: entityOfResource(consumer) }),
    }),
  ];
}

function crowded(stream: Stream, scene: Scene): FindingDraft[] {
  const throttles = together(
    stream.metrics.WriteProvisionedThroughputExceeded ?? [],
    stream.metrics.ReadProvisionedThroughputExceeded ?? [],
  );
  const rise = riseOf(throttles, scene.period, { floor: minThrottles });
  if (rise === undefined) return [];
  const shards = stream.shards === undefined ? '' : ` with ${stream.shards} shards`;
  return [
    found(stream, scene, {
      claim: `${titleOf(stream)}${shards}: ${Math.round(sum(valuesSince(throttles, rise.at)))} requests are throttled.`,
      cause: 'throughput-exceeded',
      confidence: 0.88,
      onset: rise.at,
      signal: { name: 'throttled_requests', unit: 'requests/min', before: rise.before, during: rise.during },
      metrics: ['WriteProvisionedThroughputExceeded', 'ReadProvisionedThroughputExceeded', 'IncomingRecords'],
    }),
  ];
}

/** Whether requests were measured in the incident, and none was throttled. */
export function isTableUnthrottled({ metrics }: Table, { period }: Scene): boolean {
  const since = (name: string): number[] => valuesSince(metrics[name] ?? ([] satisfies Points), period.baselineEnd);
  const used = [...since('ConsumedReadCapacityUnits'), ...since('ConsumedWriteCapacityUnits')];
  return highest(used) > 0 && sum([...since('ReadThrottleEvents'), ...since('WriteThrottleEvents')]) === 0;
}

const units = (value: number): string => `${Math.round(value * 10) / 10} units`;
