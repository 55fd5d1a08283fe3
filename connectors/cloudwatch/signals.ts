// Names the signal of a metric of CloudWatch. Metrics that the table lacks are named after themselves; the analysis classifies those by their words.
import type { CloudWatchSettings } from './manifest.ts';

export type Metric = CloudWatchSettings['metrics'][string][number];

interface Signal {
  readonly signal: string;
  readonly unit: string;
  /** Multiplies a value of CloudWatch into the unit. */
  readonly factor: number;
  /** The value is a sum of a period, and the signal is a rate a second. */
  readonly rate: boolean;
}

const plain = { factor: 1, rate: false } as const;
const traffic: Signal = { signal: 'requests_per_second', unit: 'requests/s', factor: 1, rate: true };
const latency = (factor: number) => ({ signal: 'latency', unit: 'ms', factor, rate: false }) as const;

const known: Readonly<Record<string, Signal>> = {
  'AWS/Lambda Invocations': traffic,
  'AWS/Lambda Duration': latency(1),
  'AWS/ApplicationELB RequestCount': traffic,
  'AWS/ApplicationELB TargetResponseTime': latency(1000),
  'AWS/ApiGateway Count': traffic,
  'AWS/ApiGateway Latency': latency(1),
  'AWS/SQS ApproximateNumberOfMessagesVisible': { ...plain, signal: 'queue_depth', unit: 'messages' },
  'AWS/SQS ApproximateAgeOfOldestMessage': { ...plain, signal: 'queue_age_seconds', unit: 's' },
  'AWS/RDS CPUUtilization': { ...plain, signal: 'cpu_utilization', unit: '1', factor: 0.01 },
  'AWS/ECS CPUUtilization': { ...plain, signal: 'cpu_utilization', unit: '1', factor: 0.01 },
};

export function signalOfMetric({ namespace, name, stat, signal, unit }: Metric): Signal {
  const row = known[`${namespace} ${name}`];
  // A rate needs sums: an average of requests is 1.
  const usable = row !== undefined && (!row.rate || stat === 'Sum') ? row : undefined;
  const base: Signal = usable ?? { ...plain, signal: snake(name), unit: '' };
  const percentile = /^p(50|95|99)$/.exec(stat);
  const named =
    base.signal !== 'latency' ? base.signal : percentile ? `latency_${stat}` : `latency_${stat.toLowerCase()}`;
  if (signal === undefined && unit === undefined) return { ...base, signal: named };
  // Settings that name the signal or its unit want the value as it is.
  return { ...plain, signal: signal ?? named, unit: unit ?? base.unit };
}

const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
    .slice(0, 80) || 'metric';
