// A log record as analysis reads it: the message out of whatever wraps it, and how bad it is.
import type { LogRecord } from '../../model/telemetry.ts';

export interface Line {
  readonly at: string;
  readonly service: string;
  readonly namespace: string | undefined;
  readonly cluster: string | undefined;
  readonly message: string;
  readonly level: 'error' | 'warn' | 'info';
}

/** Timestamps that a container runtime or a logger puts in front. */
const prefix = /^(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?\s+)+/;
const bad = /\b(?:error|err|fatal|panic|exception|critical|crit|severe|failed|failure)\b/i;
const warning = /\b(?:warn|warning)\b/i;
const jsonField = (json: string, names: string): string | undefined => {
  const match = new RegExp(`"(?:${names})"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(json);
  return match?.[1]?.replaceAll('\\"', '"').replaceAll('\\n', ' ');
};

export function lineOf(record: LogRecord): Line {
  const { labels } = record;
  const raw = record.message.replace(prefix, '');
  const isJson = raw.startsWith('{') && raw.trimEnd().endsWith('}');
  const message = (isJson ? (jsonField(raw, 'message|msg|error|err|log') ?? raw) : raw).slice(0, 2000);
  const said = labels.level ?? (isJson ? jsonField(raw, 'severity|level|lvl') : undefined);
  return {
    at: record.timestamp,
    service: labels.service ?? labels.unit ?? ownerOf(labels.pod) ?? labels.node ?? 'unknown',
    namespace: labels.namespace,
    cluster: labels.cluster,
    message,
    level: levelOf(said, message),
  };
}

function levelOf(said: string | undefined, message: string): Line['level'] {
  if (said !== undefined) {
    if (bad.test(said)) return 'error';
    return warning.test(said) ? 'warn' : 'info';
  }
  const head = message.slice(0, 300);
  if (/^\s*(?:INFO|DEBUG|TRACE)\b/.test(head)) return 'info';
  if (bad.test(head)) return 'error';
  return warning.test(head) ? 'warn' : 'info';
}

const ownerOf = (pod: string | undefined): string | undefined =>
  pod
    ?.replace(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '')
    .replace(/-\d{8,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?$/, '');
