// Strips what a logger wraps around a message: JSON, logfmt, klog, syslog, Redis, .NET, and the timestamps that containers prepend. Gives the
// message, and the level and time that the line states. It handles one line at a time; events.ts joins stack traces.

import { withoutColours } from '../../text.ts';

export type Level = 'error' | 'warn' | 'info';

export interface ParsedLine {
  /** The program's message. */
  readonly text: string;
  /** The level that the line states; undefined if it states none. */
  readonly level: Level | undefined;
  /** Epoch milliseconds; undefined unless the line states an instant with its zone. */
  readonly atMs: number | undefined;
  /** A structured line is complete: no other line continues it. */
  readonly structured: boolean;
  /** The fields of a JSON line. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** Fields that a container runtime or its shipper adds around a line. */
const wrapping = new Set([
  'log',
  'stream',
  'time',
  'logtag',
  '_p',
  'attrs',
  'tag',
  'date',
  '@timestamp',
  'kubernetes',
  'docker',
]);
/** The line as the program wrote it: without the container runtime's wrapper, colours and Windows line endings. */
export function plainLine(message: string): string {
  const written = message.startsWith('{') && message.includes('"log"') ? unwrapped(message) : message;
  const plain = withoutColours(written);
  return plain.includes('\r') ? plain.replace(/\r+$/gm, '') : plain;
}

function unwrapped(message: string): string {
  if (message.length > maxJsonLength) return message;
  const record = objectOf(message);
  const line = record?.log;
  if (record === undefined || typeof line !== 'string' || !Object.keys(record).every((key) => wrapping.has(key)))
    return message;
  return line.replace(/[\r\n]+$/, '');
}

/** Characters read of a line. JSON has a higher limit, because it cannot be parsed unless it is whole. */
const maxLength = 8000;
const maxJsonLength = 65_536;

export function parseLine(message: string): ParsedLine {
  const line = message.length > maxLength ? message.slice(0, maxLength) : message;
  const start = firstCharacter(line);
  if (start === '{') {
    const json = fromJson(message);
    if (json) return json;
  }
  let text = line;
  let atMs: number | undefined;
  const stamp = leadingTime.exec(line);
  if (stamp) {
    text = line.slice(stamp[0].length);
    const [, time, , zone] = stamp;
    atMs = time === undefined || zone === undefined ? undefined : instantOf(`${time}${zone.trim()}`);
    if (text.startsWith('{')) {
      const json = fromJson(message.slice(stamp[0].length));
      if (json) return { ...json, atMs: json.atMs ?? atMs };
    }
  }
  const syslog = syslogHead.exec(text);
  if (syslog) text = text.slice(syslog[0].length);
  const head = headOf(text);
  const body = withoutAttributes(head?.text ?? text);
  return { text: body, level: head?.level, atMs: head?.atMs ?? atMs, structured: head?.structured ?? false };
}

/** An instant, or a time of day alone, followed by the stream that the Container Runtime Interface adds. */
const leadingTime =
  /^(?:\[?(\d{4}([-/])\d{2}\2\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?)(Z| UTC| GMT| ?[+-]\d{2}:?\d{2})?\]?|\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?)\s+(?:std(?:out|err) [FP] )?/;
const syslogHead =
  /^(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} [\w.-]{1,253} [\w.@/-]{1,100}(?:\[\d{1,10}\])?: /;

type Head = Pick<ParsedLine, 'text' | 'level'> & Partial<Pick<ParsedLine, 'atMs' | 'structured'>>;
type HeadFormat = readonly [pattern: RegExp, read: (match: RegExpExecArray, line: string) => Head];

const rest = (match: RegExpExecArray, line: string): string => line.slice(match[0].length);

const logfmtField = (names: string) => new RegExp(String.raw`(?:^|\s)(?:${names})=("(?:[^"\\]|\\.)*"|[^\s"]*)`);
const logfmt = {
  message: logfmtField('msg|message'),
  error: logfmtField('err|error'),
  level: logfmtField('level|lvl'),
  time: logfmtField('time|ts|t'),
};

/** Prefixes of lines that are not JSON; the first match wins. */
const heads: readonly HeadFormat[] = [
  // klog: I1225 06:42:14.657683    2601 prober.go:107] "Probe failed" …
  [
    /^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{1,9}\s{1,8}\d{1,10} [^\]\s]{1,200}\] /,
    (match, line) => ({ text: rest(match, line), level: levelOf(match[1] ?? ''), structured: true }),
  ],
  // logfmt, fields in any order: time="…" level=warning msg="…" error="…" key=value
  [
    /^(?=[A-Za-z][\w.]{0,40}=)(?=.{0,400}?\b(?:level|lvl)=).{0,400}?\b(?:msg|message)=/,
    (_, line) => {
      const value = (field: RegExp) => unquoted(field.exec(line)?.[1] ?? '');
      return {
        text: joined(value(logfmt.message), value(logfmt.error)) || line,
        level: levelOf(value(logfmt.level)),
        atMs: instantIn(value(logfmt.time)),
        structured: true,
      };
    },
  ],
  // Redis: 1:M 11 Nov 2025 15:05:06.515 * Ready to accept connections; # is a warning
  [
    /^\d{1,7}:[CMSX] \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}\.\d{3} ([.*#-]) /,
    (match, line) => ({ text: rest(match, line), level: match[1] === '#' ? 'warn' : 'info' }),
  ],
  // .NET: "fail: Category[7]", with the message on the next line
  [
    /^(?:trce|dbug|info|warn|fail|crit): [\w.]{1,200}\[\d{1,7}\]$/,
    (match) => ({ text: match[0], level: levelOf(match[0].slice(0, 4)) }),
  ],
  // Serilog: [02:47:00 ERR] message
  [
    /^\[\d{2}:\d{2}:\d{2} (VRB|DBG|INF|WRN|ERR|FTL)\] /,
    (match, line) => ({ text: rest(match, line), level: levelOf(match[1] ?? '') }),
  ],
  // Python's common format, after its time: - logger - LEVEL - message
  [
    /^- [\w.]{1,200} - (DEBUG|INFO|WARNING|ERROR|CRITICAL) - /,
    (match, line) => ({ text: rest(match, line), level: levelOf(match[1] ?? '') }),
  ],
  // LEVEL message, [LEVEL] message, LEVEL:logger:message, [thread] LEVEL logger - message
  [
    /^(?:\[[\w -]{1,60}\]\s{1,3})?[[(]?(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|CRIT|SEVERE|PANIC|trace|debug|info|notice|warn|warning|error|fatal|critical)[\])]?(?::|\s)\s{0,8}/,
    (match, line) => ({ text: rest(match, line) || line, level: levelOf(match[1] ?? '') }),
  ],
];

function headOf(line: string): Head | undefined {
  for (const [pattern, read] of heads) {
    const match = pattern.exec(line);
    if (match) return read(match, line);
  }
  return undefined;
}

/** Reads a level from the words and numbers of common loggers (syslog, klog, log4j, .NET, bunyan); undefined if the word is not a level. */
export function levelOf(word: string): Level | undefined {
  switch (word.toLowerCase()) {
    case 'e':
    case 'f':
    case 'err':
    case 'ftl':
    case 'error':
    case 'fail':
    case 'fatal':
    case 'crit':
    case 'critical':
    case 'severe':
    case 'panic':
    case 'alert':
    case 'emerg':
    case 'emergency':
    case '50':
    case '60':
      return 'error';
    case 'w':
    case 'warn':
    case 'wrn':
    case 'warning':
    case '40':
      return 'warn';
    case 'i':
    case 'inf':
    case 'info':
    case 'information':
    case 'notice':
    case 'debug':
    case 'dbug':
    case 'dbg':
    case 'vrb':
    case 'trace':
    case 'trce':
    case '10':
    case '20':
    case '30':
      return 'info';
    default:
      return undefined;
  }
}

const messageFields = ['message', 'msg', 'log', 'event', 'text'] as const;
const errorFields = ['error', 'err', 'exception', 'exc_info', 'stack', 'stack_trace', 'error.message'] as const;
const errorKindFields = ['error.type', 'error.kind', 'exception.type', 'exception.class', 'error_type'] as const;
const statusFields = ['status', 'status_code', 'statusCode', 'http.status_code', 'http.response.status_code'] as const;
const levelFields = ['severity', 'level', 'lvl', 'loglevel', 'log.level', 'severity_text'] as const;
const timeFields = ['timestamp', 'time', 'ts', '@timestamp', 'date'] as const;

/** Reads the message and the error of a JSON line; other fields do not say what happened. */
function fromJson(line: string): ParsedLine | undefined {
  if (line.length > maxJsonLength) return undefined;
  const record = objectOf(line);
  if (!record) return undefined;
  const message = firstOf(record, messageFields, textIn);
  const error = firstOf(record, errorFields, textIn);
  const kind = firstOf(record, errorKindFields, (value) => (typeof value === 'string' ? value : undefined));
  const words = joined(message, error);
  const text = kind === undefined || words.includes(kind) ? words : joined(kind, words);
  if (text === '') return undefined;
  const level = firstOf(record, levelFields, levelIn);
  const status = serverErrorIn(record);
  return {
    text: withoutAttributes((status === undefined ? text : `${text} → status ${status}`).slice(0, maxLength)),
    level: status === undefined || level === 'warn' ? level : 'error',
    atMs: firstOf(record, timeFields, instantIn),
    structured: true,
    fields: record,
  };
}

/** The status of a request that the server failed, unless the message has it. */
function serverErrorIn(record: Readonly<Record<string, unknown>>): number | undefined {
  const status = firstOf(record, statusFields, (value) => (/^5\d\d$/.test(String(value)) ? Number(value) : undefined));
  const message = firstOf(record, messageFields, textIn) ?? '';
  return status === undefined || message.includes(String(status)) ? undefined : status;
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // A line that only looks like JSON is text.
    return undefined;
  }
}

function firstOf<T>(
  record: Readonly<Record<string, unknown>>,
  names: readonly string[],
  read: (value: unknown) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = record[name] === undefined ? undefined : read(record[name]);
    if (value !== undefined) return value;
  }
  return undefined;
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return firstOf({ ...value }, ['message', 'msg', 'reason', 'type'], (inner) =>
    typeof inner === 'string' && inner !== '' ? inner : undefined,
  );
}

const levelIn = (value: unknown): Level | undefined =>
  typeof value === 'string' || typeof value === 'number' ? levelOf(String(value)) : undefined;

function instantIn(value: unknown): number | undefined {
  if (typeof value === 'string') return hasZone.test(value) ? instantOf(value) : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 1e9) return undefined;
  // Epoch seconds, milliseconds, microseconds or nanoseconds, told by their size.
  if (value < 1e11) return value * 1000;
  if (value < 1e14) return value;
  return value < 1e17 ? value / 1e3 : value / 1e6;
}

const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/;

const instantOf = (text: string): number | undefined => {
  const ms = Date.parse(
    text
      .replace(' ', 'T')
      .replace(',', '.')
      .replace(/(?:UTC|GMT)$/, 'Z')
      .replaceAll('/', '-'),
  );
  return Number.isNaN(ms) ? undefined : ms;
};

/** Removes attributes that a logger appends, as in `message {"trace_id": "…"}`. */
function withoutAttributes(text: string): string {
  if (!text.endsWith('}')) return text;
  const at = text.indexOf(' {"');
  return at > 0 ? text.slice(0, at) : text;
}

/** The message, followed by the error if it differs. */
const joined = (message: string | undefined, error: string | undefined): string =>
  [message, error !== message ? error : undefined].filter(Boolean).join(': ');

const unquoted = (text: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return quoted === undefined ? text : quoted.replaceAll('\\"', '"');
};

function firstCharacter(text: string): string {
  for (const character of text) if (character !== ' ' && character !== '\t') return character;
  return '';
}
