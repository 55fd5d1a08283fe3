// Assembles log lines into events: a stack trace becomes one event, headed by the line that states the error. Lines are separated by stream (a
// container, a unit), and each stream holds back at most one open event. Pure: times come with the records.
import type { LogRecord } from '../../model/telemetry.ts';
import { type Level, levelOf, type ParsedLine, parseLine, plainLine } from './formats.ts';

type Labels = LogRecord['labels'];

export interface LogEvent {
  readonly labels: Labels;
  /** The event in one line. */
  readonly text: string;
  /** All lines of the event, as written, cut to a length that people read. */
  readonly detail: string;
  /** All lines, uncut; undefined if there were more than the assembler keeps. */
  readonly whole: string | undefined;
  /** The fields of a JSON line. */
  readonly fields: ParsedLine['fields'];
  /** The level that the source states; error for a traceback; undefined if nothing states a level. */
  readonly level: Level | undefined;
  readonly atMs: number;
}

interface Open {
  readonly labels: Labels;
  readonly first: ParsedLine;
  /** An event that ends in an exception is an error unless the source states otherwise. */
  level: Level | undefined;
  readonly atMs: number;
  readonly receivedMs: number;
  text: string;
  detail: string;
  whole: string | undefined;
  lines: number;
  /** Kind of line that the event takes next, even if the line looks like the start of another event. */
  expects: 'anything' | 'body' | 'traceback' | 'details' | 'goroutine' | 'analysis';
  /** The lines of this traceback are indented, so that a line without indent ends it. */
  indented: boolean;
  /** The text of an earlier exception in the same chained trace. */
  before: string | undefined;
  /** One line was so long that a substring must not keep it in memory. */
  long: boolean;
}

const maxStreams = 1000;
const maxLines = 200;
const maxDetail = 2000;
const maxText = 1200;
const maxWhole = 32_768;
const longLine = 2000;
/** Longest pause between lines of one trace, milliseconds: a program writes a trace at once. */
const maxPauseMs = 5000;
/** How much earlier than its record a line's own time may be: the delay of a bulk read or a slow shipper. */
const maxDelayMs = 24 * 3_600_000;

export class EventAssembler {
  readonly #open = new Map<string, Open>();

  /** Returns the events that this record completes, in time order of their stream. */
  push({ timestamp, labels, message: raw, source }: LogRecord): LogEvent[] {
    const message = plainLine(raw);
    const stream = streamOf(labels);
    const receivedMs = Date.parse(timestamp);
    const open = this.#open.get(stream);
    // Go and Python write empty lines inside a trace. The next line shows whether the trace continues.
    if (message.trim() === '') return [];
    if (open && source !== 'journald' && receivedMs - open.receivedMs <= maxPauseMs && takes(open, message)) return [];
    const done: LogEvent[] = [];
    if (open) {
      this.#open.delete(stream);
      done.push(closed(open));
    }
    if (this.#open.size >= maxStreams) done.push(...this.flush());
    this.#open.set(stream, opened(parseLine(message), labels, message, receivedMs));
    return done;
  }

  /** Returns the events that are still open at the end. */
  flush(): LogEvent[] {
    const events = [...this.#open.values()].map(closed);
    this.#open.clear();
    return events;
  }
}

const streamOf = ({ cluster, namespace, service, pod, container, node, unit }: Labels): string =>
  `${cluster ?? ''}/${namespace ?? ''}/${service ?? ''}/${pod ?? ''}/${container ?? ''}/${node ?? ''}/${unit ?? ''}`;

function opened(first: ParsedLine, labels: Labels, message: string, receivedMs: number): Open {
  const stated = first.atMs !== undefined && first.atMs <= receivedMs && first.atMs >= receivedMs - maxDelayMs;
  return {
    labels: withService(labels, first.fields),
    first,
    level: (labels.level === undefined ? undefined : levelOf(labels.level)) ?? first.level,
    atMs: stated ? (first.atMs ?? receivedMs) : receivedMs,
    receivedMs,
    text: first.text.trim(),
    detail: message.trim().slice(0, maxDetail),
    whole: message.length > maxWhole ? undefined : message,
    lines: 1,
    expects: expectationOf(first),
    indented: false,
    before: undefined,
    long: message.length > longLine,
  };
}

function expectationOf({ text, structured }: ParsedLine): Open['expects'] {
  if (structured) return 'anything';
  if (dotnetHead.test(text)) return 'body';
  if (goroutineHead.test(text)) return 'goroutine';
  if (failedStart.test(text.trim())) return 'analysis';
  return tracebackHead.test(text) ? 'traceback' : 'anything';
}

const dotnetHead = /^(?:trce|dbug|info|warn|fail|crit): [\w.]+\[\d+\]$/;
const tracebackHead = /^Traceback \(most recent call last\)/;
/** The last line of a Python traceback: the exception's name and its message. */
const exceptionLine =
  /^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Fault|Failure|Refused)\b(?!\()/;
const continuation =
  /^(?:\s+\S|at [\w.$<>]+|Caused by: |\.{3} \d+ (?:more|common)|-{3}> |-{3} End of |File "|[\^~]{2,}|During handling of|The above exception|goroutine \d+ \[|\[signal SIG)/;
const goroutineHead = /^goroutine \d+ \[/;
/** A Go frame: a function call, the creator of the goroutine, or the runtime's last words. */
const goFrame = /^(?:\s+\S|created by |goroutine \d+ \[|exit status \d+$|\S*[\w)\]}]\(.*\)$)/;
const chainedTraceback = /^(?:During handling of|The above exception)/;
/** Spring Boot's report of a start that failed: a banner, then a description and an action, over many lines without indent. */
const failedStart = /^APPLICATION FAILED TO START$/;
const banner = /^\*{10,}$/;
/** What a client of the Kubernetes API prints below the status of an answer. */
const answerBelow = /^(?:Reason: |HTTP response (?:headers|body): )/;
const answerStatus = /Exception: \(\d{3}\)$/;
/** The exception that a Java or .NET logger prints below its message: a full name without indent. */
const exceptionBelow = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)+(?:Exception|Error|Throwable)(?::|$)/;
const innerCause = /^(?:Caused by: |-{3}> )(.{3,400})/;

/** Adds the line to the open event if it belongs there; returns whether it does. */
function takes(open: Open, message: string): boolean {
  if (open.first.structured || open.lines >= maxLines) return false;
  const text = message.trim();
  switch (open.expects) {
    case 'body':
      open.expects = 'anything';
      open.text = text;
      return append(open, message);
    case 'traceback':
      return append(open, message) && takesTraceback(open, message, text);
    case 'details':
      // gRPC's error prints its status over several lines, until a closing bracket.
      if (text === '>' || open.lines > maxLines / 2) open.expects = 'anything';
      else if (/^(?:details|status) = /.test(text)) open.text = joined(open.text, text);
      return append(open, message);
    case 'goroutine':
      if (goFrame.test(message)) return append(open, message);
      open.expects = 'anything';
      return false;
    case 'analysis':
      if (isNextEvent(message)) return false;
      if (!banner.test(text) && open.lines <= maxLines / 2) open.text = joined(open.text, analysed(text));
      return append(open, message);
    case 'anything':
      if (failedStart.test(text) || (banner.test(text) && open.level === 'error' && open.lines === 1)) {
        open.level ??= 'error';
        open.expects = 'analysis';
        if (failedStart.test(text)) open.text = joined(open.text, text);
        return append(open, message);
      }
      if (answerBelow.test(text) && answerStatus.test(open.text.split(' ← ')[0] ?? '')) {
        open.text = joined(open.text, text.replace(answerBelow, ''));
        return append(open, message);
      }
      if (tracebackHead.test(text) && open.level === 'error') {
        open.expects = 'traceback';
        return append(open, message);
      }
      if (open.level === 'error' && open.lines === 1 && exceptionBelow.test(message)) {
        open.text = joined(open.text, text);
        return append(open, message);
      }
      if (!continuation.test(message)) return false;
      if (goroutineHead.test(text)) open.expects = 'goroutine';
      else if (chainedTraceback.test(text)) {
        open.before = open.text;
        open.indented = false;
        open.expects = 'traceback';
      } else open.text = joined(open.text, innerCause.exec(text)?.[1]);
      return append(open, message);
  }
}

/** Whether the line begins another event: it states a time or a level. */
function isNextEvent(message: string): boolean {
  const { atMs, level, structured } = parseLine(message);
  return atMs !== undefined || level !== undefined || structured;
}

/** The sentences of a report of a failed start, without its headings. */
const analysed = (text: string): string | undefined =>
  /^(?:Description|Action|Consider the following|Correct the classpath.*):?$/i.test(text) ? undefined : text;

/** Takes frames until the line that names the exception. That line has an exception's name, or no indent where frames have one. */
function takesTraceback(open: Open, message: string, text: string): true {
  if (/^\s/.test(message)) open.indented = true;
  else if (tracebackHead.test(text)) open.indented = false;
  else if (open.indented || exceptionLine.test(text)) {
    open.level ??= 'error';
    open.text = joined(text, open.before);
    open.expects = text.endsWith(':') ? 'details' : 'anything';
  }
  return true;
}

function append(open: Open, message: string): true {
  open.lines += 1;
  open.long ||= message.length > longLine;
  // Further lines behind the last kept line may belong to the event, too.
  const fits = open.lines < maxLines && (open.whole?.length ?? 0) + message.length < maxWhole;
  open.whole = fits && open.whole !== undefined ? `${open.whole}\n${message}` : undefined;
  if (open.detail.length < maxDetail) open.detail = `${open.detail}\n${message.trimEnd()}`.slice(0, maxDetail);
  return true;
}

const joined = (text: string, more: string | undefined): string =>
  more === undefined || text.includes(more) || text.length > maxText ? text : `${text} ← ${more}`;

/** Copies a substring, so that it does not keep the long line in memory. */
const own = (part: string): string => ` ${part}`.slice(1);

const serviceFields = ['service', 'service.name', 'service_name', 'app', 'application'] as const;

/** A structured line may name its service where the source does not. */
function withService(labels: Labels, fields: ParsedLine['fields']): Labels {
  if (fields === undefined || labels.service !== undefined || labels.pod !== undefined || labels.unit !== undefined)
    return labels;
  const service = serviceFields
    .map((field) => fields[field])
    .find((value) => typeof value === 'string' && value !== '');
  return typeof service === 'string' ? { ...labels, service: service.slice(0, 200) } : labels;
}

const closed = ({ labels, first, text, detail, whole, level, atMs, long }: Open): LogEvent => ({
  labels,
  fields: first.fields,
  text: long ? own(text.slice(0, maxText)) : text.slice(0, maxText),
  detail: long ? own(detail) : detail,
  whole,
  level,
  atMs,
});
