// Which error the logs specialist says it is, whatever happened to the lines on their way: their order, their collector, colours, wrappers.
import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { investigateLogs } from '../../../core/specialists/logs/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, at } from '../../builders.ts';

const labels = { cluster: 'backend-1', namespace: 'billing', service: 'billing', container: 'main' };
const record = (message: string, n = 0, pod = 'billing-6d4b75cb6d-hwmqk'): LogRecord => ({
  timestamp: at(`02:40:${String(n).padStart(2, '0')}`),
  source: 'kubernetes',
  labels: { ...labels, pod },
  message,
});
const lines = (text: string, pod?: string) => text.split('\n').map((line, n) => record(line, n, pod));
/** They arrive in this order. */
async function errors(records: readonly LogRecord[], bytes?: number): Promise<readonly (string | undefined)[]> {
  async function* stream() {
    yield { ...record('POST /invoices 200'), timestamp: at('01:35:00') };
    yield* records;
  }
  const ports = {
    evidence: diskEvidence(memoryDisk()),
    clock: { now: () => new Date(at('02:50:00')) },
    telemetry: { logs: { observe: async () => ({ kind: 'data', data: stream(), query: 'q', bytes: 0 }) } },
  } as unknown as Ports;
  const brief = aBrief({ specialist: 'logs' });
  const report = await investigateLogs(
    bytes === undefined ? brief : { ...brief, budget: { ...brief.budget, bytes } },
    ports,
  );
  return report.findings.map(({ errorIdentity }) => errorIdentity?.digest).toSorted();
}
const errorOf = async (records: readonly LogRecord[]) => [...new Set(await errors(records))];

const trace = (code: number, line = 112) =>
  [
    'ERROR c.s.Job - posting failed',
    'java.lang.IllegalStateException: ledger is closed',
    `\tat com.shop.Ledger.post(Ledger.java:${line})`,
    '\tat com.shop.Job.run(Job.java:31)',
    `Caused by: java.sql.SQLException: error ${code}`,
    '\t... 12 more',
  ].join('\n');
const esc = String.fromCharCode(27);
const wrapped = (line: string) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: at('02:40:01') });

describe('the error that a workload shows is one and the same', () => {
  const taught = lines(trace(1213));
  test.each<[string, readonly LogRecord[]]>([
    ['with its trace in one record', [record(trace(1213))]],
    [
      'in the colours of a terminal',
      lines(trace(1213)).map((one) => ({ ...one, message: `${esc}[31m${one.message}${esc}[0m` })),
    ],
    ['with the line ends of Windows', taught.map((one) => ({ ...one, message: `${one.message}\r` }))],
    ['in the wrapper of the container runtime', taught.map((one) => ({ ...one, message: wrapped(one.message) }))],
    ['twice, from the run before and from this one', [...taught, ...taught]],
    [
      'of two replicas whose lines come in turns',
      taught.flatMap((one) => [one, { ...one, labels: { ...labels, pod: 'billing-6d4b75cb6d-x2x9z' } }]),
    ],
  ])('%s', async (_, records) => {
    expect(await errorOf(records)).toEqual(await errorOf(taught));
    expect(await errorOf(records)).not.toContain(undefined);
  });
  test('whatever the order in which its errors came', async () => {
    const said = [
      ...['1213', '1062', '1205'].map((code) => `ERROR database error ${code}`),
      ...['cart', 'order', 'stock', 'price', 'tax', 'till'].map((name) => `ERROR cannot read table ${name} now`),
      'WARN retrying order 4711',
      'WARN retrying order 4712',
      '{"level":"error","msg":"ledger closed","code":17}',
      '{"level":"warn","msg":"ledger closed","code":18}',
      'duplicate key value in orders_number_key',
    ];
    const one = await errors(said.map((text) => record(text)));
    expect(one).not.toContain(undefined);
    for (let turn = 1; turn < said.length; turn += 1) {
      const turned = [...said.slice(turn), ...said.slice(0, turn)];
      expect(await errors(turned.map((text) => record(text)))).toEqual(one);
      expect(await errors(turned.toReversed().map((text) => record(text)))).toEqual(one);
    }
  });
});

describe('another error is told from it', () => {
  test.each<[string, string, string]>([
    ['by one line more', trace(1213), `${trace(1213)}\nERROR disk is gone`],
    ['by the cause within a trace', trace(1213), trace(1062)],
    ['by a frame', trace(1213), trace(1213, 113)],
    [
      'in German',
      'FEHLER:  Verklemmung entdeckt\nERROR job failed',
      'FEHLER:  doppelter Schlüsselwert\nERROR job failed',
    ],
    [
      'in Spanish',
      'no se pudo abrir la tabla orders\nERROR job failed',
      'no se pudo abrir la tabla carts\nERROR job failed',
    ],
    [
      'by a line that states no level',
      'ERROR job failed\nduplicate key value in orders_number_key',
      'ERROR job failed\nduplicate key value in orders_email_key',
    ],
    [
      'by an exception whose name does not say that it is one',
      'ERROR job failed\npsycopg2.errors.UniqueViolation: x',
      'ERROR job failed\npsycopg2.errors.NotNullViolation: x',
    ],
    [
      'by the frame that another line parted from its head',
      'ERROR job failed\nGET /health 200\n\tat com.shop.Ledger.post(Ledger.java:112)',
      'ERROR job failed\nGET /health 200\n\tat com.shop.Search.find(Search.java:40)',
    ],
    ...['@message', 'message', 'log', 'error.message', 'exception.stacktrace', 'details'].map(
      (field): [string, string, string] => [
        `by the field ${field} of a line of JSON`,
        JSON.stringify({ level: 'error', msg: 'job failed', [field]: 'error 1213' }),
        JSON.stringify({ level: 'error', msg: 'job failed', [field]: 'error 1062' }),
      ],
    ),
    [
      'by a line of JSON that names its level and message in a way of its own',
      JSON.stringify({ '@level': 'error', '@message': 'error 1213' }),
      JSON.stringify({ '@level': 'error', '@message': 'error 1062' }),
    ],
  ])('%s', async (_, one, other) => {
    const [taught, seen] = [await errorOf(lines(one)), await errorOf(lines(other))];
    expect(taught.length).toBeGreaterThan(0);
    expect(taught).not.toContain(undefined);
    expect(seen.filter((digest) => taught.includes(digest))).toEqual([]);
  });
  test('never, where its log was not read to its end', async () => {
    const all = [record('ERROR job failed'), ...Array.from({ length: 50 }, (_, n) => record(`GET /health ${n}`, 1))];
    expect(await errors(all, 200)).toEqual([undefined]);
    expect(await errors([{ ...record('GET /health 1'), cut: true }, ...all])).toEqual([undefined]);
    expect(await errors(all)).not.toContain(undefined);
  });
});
