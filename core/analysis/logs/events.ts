// From lines to events: a stack trace is one event, headed by the line that says what went wrong. Lines are told apart by the stream they come
// from (a container, a unit); what is held back is one open event a stream. Pure: time comes with the records.
import type { LogRecord } from '../../model/telemetry.ts';
import { type Level, levelOf, type ParsedLine, parseLine, plainLine } from './formats.ts';

type Labels = LogRecord['labels'];

export interface LogEvent {
  readonly labels: Labels;
  /** What happened, in one line. */
  readonly text: string;
  /** All its lines, as they came, cut to what a person reads. */
  readonly detail: string;
  /** All its lines, uncut; undefined where there were more than are kept. */
  readonly whole: string | undefined;
  /** As stated by the source, an error for a traceback; undefined where nothing states it. */
  readonly level: Level | undefined;
  readonly atMs: number;
}

interface Open {
  readonly labels: Labels;
  readonly first: ParsedLine;
  /** What ends in an exception is an error where nothing says otherwise. */
  level: Level | undefined;
  readonly atMs: number;
  readonly receivedMs: number;
  text: string;
  detail: string;
  whole: string | undefined;
  lines: number;
  /** What the next line is to this event whatever it looks like. */
  expects: 'anything' | 'body' | 'traceback' | 'details' | 'goroutine';
  /** The lines of this traceback have kept their indents, so that one without ends it. */
  indented: boolean;
  /** What another exception of the same trace said before. */
  before: string | undefined;
  /** One of its lines was so long that a part of it must not keep it in memory. */
  long: boolean;
}

const maxStreams = 1000;
const maxLines = 200;
const maxDetail = 2000;
const maxText = 1200;
const maxWhole = 32_768;
const longLine = 2000;
/** Lines of one trace are written at once. */
const maxPauseMs = 5000;
/** How much earlier than its record a line may say it is: what a bulk read or a slow shipper delays. */
const maxDelayMs = 24 * 3_600_000;

export class EventAssembler {
  readonly #open = new Map<string, Open>();

  /** The events that this record completes, in order of time of their stream. */
  push({ timestamp, labels, message: raw, source }: LogRecord): LogEvent[] {
    const message = plainLine(raw);
    const stream = streamOf(labels);
    const receivedMs = Date.parse(timestamp);
    const open = this.#open.get(stream);
    // Go and Python put empty lines into the middle of a trace; what comes next says whether it goes on.
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

  /** What is still open at the end. */
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
    labels,
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
  return tracebackHead.test(text) ? 'traceback' : 'anything';
}

const dotnetHead = /^(?:trce|dbug|info|warn|fail|crit): [\w.]+\[\d+\]$/;
const tracebackHead = /^Traceback \(most recent call last\)/;
/** What a Python traceback ends with: the name of an exception and what it says. */
const exceptionLine =
  /^[A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit|Timeout|Fault|Failure|Refused)\b(?!\()/;
const continuation =
  /^(?:\s+\S|at [\w.$<>]+|Caused by: |\.{3} \d+ (?:more|common)|-{3}> |-{3} End of |File "|[\^~]{2,}|During handling of|The above exception|goroutine \d+ \[|\[signal SIG)/;
const goroutineHead = /^goroutine \d+ \[/;
/** A frame of Go: a function called with something, who made the goroutine, or what the runtime says at the end. */
const goFrame = /^(?:\s+\S|created by |goroutine \d+ \[|exit status \d+$|\S*[\w)\]}]\(.*\)$)/;
const chainedTraceback = /^(?:During handling of|The above exception)/;
/** The exception that a Java or .NET logger prints under its message: a full name, not indented. */
const exceptionBelow = /^[A-Za-z_$][\w$]*(?:\.[\w$]+)+(?:Exception|Error|Throwable)(?::|$)/;
const innerCause = /^(?:Caused by: |-{3}> )(.{3,400})/;

/** Takes the line into the open event where it belongs to it. */
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
      // gRPC's error prints its status over a few lines, until a closing bracket.
      if (text === '>' || open.lines > maxLines / 2) open.expects = 'anything';
      else if (/^(?:details|status) = /.test(text)) open.text = joined(open.text, text);
      return append(open, message);
    case 'goroutine':
      if (goFrame.test(message)) return append(open, message);
      open.expects = 'anything';
      return false;
    case 'anything':
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

/** Frames until the line that names the exception: known by its name, or by its missing indent where frames have one. */
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
  // What comes behind the last line that is kept may be of it, too.
  const fits = open.lines < maxLines && (open.whole?.length ?? 0) + message.length < maxWhole;
  open.whole = fits && open.whole !== undefined ? `${open.whole}\n${message}` : undefined;
  if (open.detail.length < maxDetail) open.detail = `${open.detail}\n${message.trimEnd()}`.slice(0, maxDetail);
  return true;
}

const joined = (text: string, more: string | undefined): string =>
  more === undefined || text.includes(more) || text.length > maxText ? text : `${text} ← ${more}`;

/** A copy that does not keep the long line alive that it is a part of. */
const own = (part: string): string => ` ${part}`.slice(1);

const closed = ({ labels, text, detail, whole, level, atMs, long }: Open): LogEvent => ({
  labels,
  text: long ? own(text.slice(0, maxText)) : text.slice(0, maxText),
  detail: long ? own(detail) : detail,
  whole,
  level,
  atMs,
});
