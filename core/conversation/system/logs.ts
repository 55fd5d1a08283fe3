// Answers a question about log lines: how many match, when, and the latest of them.
import { severityOf } from '../../analysis/logs/severity.ts';
import type { LogRecord } from '../../model/telemetry.ts';
import { shorten } from '../../text.ts';
import { clockTime } from '../../wording.ts';
import { type Asking, askSource, bounded } from './ask-sources.ts';
import {
  type Asked,
  notRead,
  periodOr,
  type SystemAnswer,
  scopeAround,
  scopeOfService,
  servicesOf,
} from './question.ts';

const hourMs = 3_600_000;
const mostMs = 24 * hourMs;
const maxRecords = 200_000;
const maxMs = 15_000;
const shown = 20;

export async function answerLogs(asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const { period, note } = bounded(periodOr(asked, hourMs, 'over the last hour'), mostMs, 'logs');
  const [service] = servicesOf(asked);
  const wanted = searchedIn(asked.question.text);
  const scope =
    service === undefined
      ? scopeAround({ cluster: asked.named.clusters[0], namespace: asked.named.namespaces[0] }, asked, period)
      : scopeOfService(service, asked, period);
  const read = await askSource('logs', scope, {}, telemetry);
  const of = `${service === undefined ? '' : ` of ${service}`}${wanted === undefined ? '' : ` with "${wanted}"`}`;
  if (read.data === undefined)
    return { text: `Not known: the logs${of} could not be read.`, lines: notRead(read.gaps) };
  const found = await gather(read.data, (record) => isOf(record, service) && matches(record, wanted), period);
  const lines = [
    ...note,
    ...(found.stopped === undefined ? [] : [found.stopped]),
    ...(found.cut ? ['The source did not read the start of some logs, so there may be more lines.'] : []),
    ...read.lines,
    ...notRead(read.gaps),
  ];
  if (found.count === 0)
    return {
      text: `I found no log line${of} ${period.words}; I read ${found.read} lines.`,
      lines: [
        ...(wanted === undefined ? [] : ['Letters may be upper or lower case; the words must stand together.']),
        ...lines,
      ],
    };
  return {
    text: `${found.count} log ${found.count === 1 ? 'line' : 'lines'}${of} ${period.words}, from ${clockTime(found.first)} to ${clockTime(found.last)}; ${found.errors} ${found.errors === 1 ? 'is an error' : 'are errors'}.`,
    lines,
    excerpts: [
      {
        title: `The latest ${found.latest.length} of ${found.count}`,
        text: found.latest
          .map(
            ({ timestamp, labels, message }) =>
              `${timestamp.slice(11, 19)} ${labels.pod ?? labels.service ?? ''} ${shorten(message, 180)}`,
          )
          .join('\n')
          .slice(-2000),
      },
    ],
  };
}

const quoted = /["“”«»`']([^"“”«»`']{2,80})["“”«»`']/;
const phrase =
  /\b(?:with|containing|contain|matching|mentioning|about|grep(?: for)?|that (?:say|mention|contain)) (?:the (?:word|words|text) )?(.{2,60}?)(?= (?:since|in the logs?|in logs?|of|for|from|between|over|last|today|yesterday|in)\b|[?!]|$)/i;

/** The words that the lines have to contain; undefined if the question names none. */
export function searchedIn(text: string): string | undefined {
  const found = quoted.exec(text)?.[1] ?? phrase.exec(text)?.[1];
  const word = found?.trim().replace(/[.,;:]+$/, '');
  return word === undefined || word === '' ? undefined : word;
}

/** The question without the words to search for, so that they are not read as names. */
export const withoutSearch = (text: string): string =>
  (quoted.test(text) ? text.replace(quoted, ' ') : text.replace(phrase, ' ')).trim();

const isOf = ({ labels }: LogRecord, service: string | undefined): boolean =>
  service === undefined ||
  [labels.service, labels.container].some((one) => one?.toLowerCase() === service.toLowerCase()) ||
  (labels.pod?.toLowerCase().startsWith(`${service.toLowerCase()}-`) ?? false);

const matches = ({ message }: LogRecord, wanted: string | undefined): boolean =>
  wanted === undefined || message.toLowerCase().includes(wanted.toLowerCase());

/** The level that the source states counts; without one, the words of the line do. */
const isError = ({ labels: { level }, message }: LogRecord): boolean =>
  level === undefined
    ? severityOf(message, undefined) === 'error'
    : /^(?:err|fatal|crit|panic|emerg|alert)/i.test(level);

async function gather(
  records: AsyncIterable<LogRecord>,
  isWanted: (record: LogRecord) => boolean,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
) {
  const until = Date.now() + maxMs;
  const found = {
    count: 0,
    errors: 0,
    read: 0,
    first: '',
    last: '',
    cut: false,
    stopped: undefined as string | undefined,
  };
  const latest: LogRecord[] = [];
  for await (const record of records) {
    found.read += 1;
    if (found.read > maxRecords || Date.now() > until) {
      found.stopped = `I stopped after ${found.read - 1} lines, at ${clockTime(record.timestamp)}; later lines are not in this answer.`;
      break;
    }
    const ms = Date.parse(record.timestamp);
    if (ms < startMs || ms > endMs || !isWanted(record)) continue;
    found.count += 1;
    found.cut ||= record.cut === true;
    if (isError(record)) found.errors += 1;
    if (found.first === '') found.first = record.timestamp;
    found.last = record.timestamp;
    latest.push(record);
    if (latest.length > shown) latest.shift();
  }
  return { ...found, latest };
}
