// Logs as they really arrive: half of the lines lost, clocks that differ by minutes, and lines that carry a time, a level and a thread of their own.
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Random } from './random.ts';
import { applied, doesNotApply, instant, minute, type Transformation } from './transformation.ts';

const streamOf = ({ labels }: LogRecord): string => labels.service ?? labels.pod ?? labels.node ?? labels.unit ?? '';
const kindOf = (record: LogRecord): string =>
  `${streamOf(record)} ${record.message.replaceAll(/[0-9a-f]*\d[0-9a-f]*/g, '#')}`;
const byTime = (a: LogRecord, b: LogRecord): number => a.timestamp.localeCompare(b.timestamp);
const fewLines = 4;

export const halfLog: Transformation = {
  name: 'half-log',
  about: 'half of the log is lost, though not every line of a kind',
  apply(recording, random) {
    const { logs } = recording;
    if (!logs || logs.length < 20) return doesNotApply('The log is too short to lose half of it.');
    const kinds = logs.map(kindOf);
    const left = new Map([...Map.groupBy(kinds, (kind) => kind)].map(([kind, own]) => [kind, own.length]));
    const lost = new Set(
      random.shuffled(logs.map((_, place) => place)).filter((place) => {
        const kind = kinds[place] ?? '';
        const count = left.get(kind) ?? 0;
        if (count <= fewLines || random.chance(0.5)) return false;
        left.set(kind, count - 1);
        return true;
      }),
    );
    return applied({ ...recording, logs: logs.filter((_, place) => !lost.has(place)) });
  },
};

export const skewedClocks: Transformation = {
  name: 'skewed-clocks',
  about: 'the clocks of services differ by up to four minutes',
  apply(recording, random) {
    const { logs } = recording;
    const streams = [...new Set((logs ?? []).map(streamOf))].sort();
    if (!logs || streams.length < 2) return doesNotApply('Fewer than two services log.');
    const offsets = new Map(streams.map((stream) => [stream, random.int(-240, 120) * 1000]));
    const moved = logs.map((record) => ({
      ...record,
      timestamp: instant(Date.parse(record.timestamp) + (offsets.get(streamOf(record)) ?? 0)),
    }));
    return applied({ ...recording, logs: moved.sort(byTime) });
  },
};

type Header = (at: number, level: string, message: string) => string;
const local = (at: number, hours: number): string => new Date(at + hours * 60 * minute).toISOString();
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const monthOf = (at: number): string => months[new Date(at).getUTCMonth()] ?? 'Jan';

const headers: readonly Header[] = [
  // Logback (Spring Boot), local time without a zone
  (at, level, message) =>
    `${local(at, 1).replace('T', ' ').replace('Z', '')} ${level.padStart(5)} 1 --- [nio-8080-exec-3] c.e.web.RequestHandler : ${message}`,
  // Apache and nginx
  (at, level, message) =>
    `[${local(at, 1).slice(8, 10)}/${monthOf(at)}/${local(at, 1).slice(0, 4)}:${local(at, 1).slice(11, 19)} +0100] [${level.toLowerCase()}] ${message}`,
  // syslog (RFC 3164)
  (at, level, message) =>
    `${monthOf(at)} ${local(at, -5).slice(8, 10)} ${local(at, -5).slice(11, 19)} host-7 app[214]: ${level}: ${message}`,
  // klog
  (at, level, message) =>
    `${level.charAt(0)}${local(at, 0).slice(5, 10).replace('-', '')} ${local(at, 0).slice(11, 23)}000       1 server.go:214] ${message}`,
  // zap
  (at, level, message) =>
    JSON.stringify({ ts: at / 1000, level: level.toLowerCase(), caller: 'http/server.go:88', msg: message }),
  // logfmt
  (at, level, message) =>
    `time=${local(at, -5).replace('Z', '-05:00')} level=${level.toLowerCase()} msg=${JSON.stringify(message)}`,
  // Python logging
  (at, level, message) =>
    `${local(at, 2).replace('T', ' ').replace('.', ',').replace('Z', '')} - app.handlers - ${level === 'WARN' ? 'WARNING' : level} - ${message}`,
  // Serilog (.NET)
  (at, level, message) =>
    `[${local(at, 0).slice(11, 19)} ${{ ERROR: 'ERR', WARN: 'WRN', FATAL: 'FTL' }[level] ?? 'INF'}] ${message}`,
];

const levelWord = /\b(FATAL|ERROR|WARN|INFO|DEBUG)\b/i;
const levelIn = ({ labels, message }: LogRecord): string =>
  (labels.level ?? levelWord.exec(message.slice(0, 20))?.[1] ?? 'info').toUpperCase().replace(/^WARNING$/, 'WARN');

/** A line with a header of its own, or in JSON, stays as it is. */
const isBare = ({ message }: LogRecord): boolean => !/^\s*[{[]|^\w?\d{4}|^\w{3}\s+\d|^time=/.test(message);

const headed = (record: LogRecord, header: Header): LogRecord => ({
  ...record,
  message: header(Date.parse(record.timestamp), levelIn(record), record.message),
});

export const otherTimes: Transformation = {
  name: 'other-times',
  about: 'lines begin with times of other zones and formats, with levels and threads',
  apply(recording, random: Random) {
    const { logs } = recording;
    if (!logs?.some(isBare)) return doesNotApply('No line lacks a header of its own.');
    const chosen = new Map<string, Header>();
    return applied({
      ...recording,
      logs: logs.map((record) => {
        if (!isBare(record)) return record;
        const header = chosen.get(streamOf(record)) ?? random.pick(headers);
        chosen.set(streamOf(record), header);
        return headed(record, header);
      }),
    });
  },
};
