import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { type Brief, Report } from '../../../core/model/report.ts';
import type { Scope } from '../../../core/model/scope.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { investigateLogs } from '../../../core/specialists/logs/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, at } from '../../builders.ts';
import { partly } from '../../partly.ts';

const record = (time: string, message: string, labels: LogRecord['labels'] = { service: 'billing' }): LogRecord => ({
  timestamp: at(time),
  source: 'kubernetes',
  labels: { cluster: 'backend-1', namespace: 'billing', ...labels },
  message,
});
/** One line a minute, from the start of the baseline to the page. */
const everyMinute = (message: (minute: number) => string, from = 0, labels?: LogRecord['labels']) =>
  Array.from({ length: 77 - from }, (_, n) => {
    const minute = 90 + from + n;
    return record(`0${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:00`, message(minute), labels);
  });
const alive = everyMinute((minute) => `POST /invoices 200 in ${minute} ms`);
const refused = (minute: number) =>
  `ERROR dial tcp ledger-api.billing:8443: connect: connection refused (try ${minute})`;

function world(records: readonly LogRecord[] | undefined) {
  const evidence = diskEvidence(memoryDisk());
  const asked: Scope[] = [];
  let read = 0;
  async function* stream(all: readonly LogRecord[]) {
    for (const one of [...all].sort((a, b) => a.timestamp.localeCompare(b.timestamp))) {
      read += 1;
      yield one;
    }
  }
  const ports = partly<Ports>({
    evidence,
    clock: { now: () => new Date(at('02:50:00')) },
    telemetry: {
      logs: {
        observe: async (scope: Scope) => {
          asked.push(scope);
          return records === undefined
            ? { kind: 'gap', gap: { source: 'logs', reason: 'No logs here.' } }
            : { kind: 'data', data: stream(records), query: 'a.ndjson', bytes: 0 };
        },
      },
    },
  });
  return { ports, evidence, asked, read: () => read };
}
const brief = (over: Partial<Brief> = {}): Brief => aBrief({ specialist: 'logs', ...over });
async function investigated(records: readonly LogRecord[] | undefined, over: Partial<Brief> = {}) {
  const of = world(records);
  const report = await investigateLogs(brief(over), of.ports);
  expect(Report.parse(report)).toEqual(report);
  return { ...of, report };
}

describe('a certificate that its callers refuse', () => {
  const entityFor = async (error: string) => {
    const { report } = await investigated([...alive, ...everyMinute(() => `ERROR tls: ${error}`, 62)]);
    return report.findings[0]?.entity;
  };
  test('belongs to the service whose name in the cluster it lacks', async () => {
    const error = 'x509: certificate is valid for ledger-internal, not ledger-api.accounts.svc';
    expect(await entityFor(error)).toMatchObject({ name: 'ledger-api', namespace: 'accounts' });
  });
  test.each([
    ['for a name that the caller may have got wrong', 'x509: certificate is valid for ledger.example, not ledger-api'],
    [
      'whose issuer the caller may not trust',
      'Get "https://ledger-api.accounts.svc": x509: certificate signed by unknown authority',
    ],
  ])('stays with the caller %s', async (_, error) => {
    expect(await entityFor(error)).toMatchObject({ name: 'billing' });
  });
});

describe('the logs specialist', () => {
  test('names the new error, since when, whom it complains about, and keeps the lines as evidence', async () => {
    const { report, evidence } = await investigated([...alive, ...everyMinute(refused, 62)]);
    expect(report.findings).toEqual([
      {
        id: 'logs-1-1',
        specialist: 'logs',
        claim: expect.stringMatching(
          /^New at billing since 02:32 UTC, 15 times: "dial tcp ledger-api\.billing:8443: connect: connection refused/,
        ),
        entity: { kind: 'Service', name: 'billing', namespace: 'billing', cluster: 'backend-1' },
        cause: 'dependency-unavailable',
        about: 'peer',
        workedBefore: true,
        role: 'symptom',
        severity: 'critical',
        onset: at('02:32:00'),
        confidence: expect.closeTo(0.55, 2),
        errorTemplate: 'dial tcp ledger-api.billing:8443: connect: connection refused (try <n>)',
        errorIdentity: {
          digest: expect.stringMatching(/^[0-9a-f]{32}$/),
          text: 'dial tcp ledger-api.billing:8443: connect: connection refused (try <attempt>)',
        },
        dependency: { kind: 'Service', name: 'ledger-api', namespace: 'billing' },
        evidenceIds: [expect.any(String)],
      },
    ]);
    const [finding] = report.findings;
    const stored = await evidence.get('inc-1', finding?.evidenceIds[0] ?? '');
    expect(stored).toMatchObject({ source: 'logs', query: 'a.ndjson billing' });
    expect(stored?.excerpt).toMatch(/^15 times since 2026-11-20T02:32:00.000Z, 0 before:\nERROR dial tcp/);
    expect(report.summary).toMatch(/^92 lines read\. Most relevant line: billing, 15 times since 02:32 UTC/);
    expect(report.usage.bytesRead).toBeGreaterThan(1000);
  });
  test.each<[string, readonly string[], readonly string[]]>([
    ['another code', ['ERROR database error 1213'], ['ERROR database error 1062']],
    [
      'another code beside it, in lines of one form',
      ['ERROR database error 1213'],
      ['ERROR database error 1213', 'ERROR database error 1062'],
    ],
    ['another error beside it', ['ERROR database error 1213'], ['ERROR database error 1213', 'FATAL disk full']],
    [
      'another field of a JSON line',
      ['{"level":"error","msg":"failed","code":1213}'],
      ['{"level":"error","msg":"failed","code":1062}'],
    ],
    [
      'another end of a long line',
      [`ERROR ${'a long story '.repeat(300)} database error 1213`],
      [`ERROR ${'a long story '.repeat(300)} database error 1062`],
    ],
    [
      'another cause at the end of a trace',
      ['ERROR java.lang.IllegalStateException: failed\n\tat com.shop.Job.run(Job.java:31)\nCaused by: x.Y: error 1213'],
      ['ERROR java.lang.IllegalStateException: failed\n\tat com.shop.Job.run(Job.java:31)\nCaused by: x.Y: error 1062'],
    ],
  ])('tells errors apart by %s', async (_, one, other) => {
    const identities = async (lines: readonly string[]) => {
      const all = lines.flatMap((text) => text.split('\n')).map((text, at) => record(`02:40:0${at}`, text));
      const { report } = await investigated([...alive, ...all]);
      return report.findings.map(({ errorIdentity }) => errorIdentity?.digest);
    };
    const [taught, seen] = [await identities(one), await identities(other)];
    expect(taught.length).toBeGreaterThan(0);
    expect(taught).not.toContain(undefined);
    expect(seen.filter((digest) => taught.includes(digest))).toEqual([]);
  });
  test('does not say which error it is where its lines were too many to keep', async () => {
    const trace = [
      'ERROR x.Y: failed',
      ...Array.from({ length: 400 }, (_, frame) => `\tat com.shop.A.b(A.java:${frame})`),
    ];
    const { report } = await investigated([...alive, ...trace.map((text) => record('02:40:00', text))]);
    expect(report.findings[0]?.claim).toContain('x.Y: failed');
    expect(report.findings[0]?.errorIdentity).toBeUndefined();
  });
  test('asks for everything of the incident, from the baseline to the page', async () => {
    const { asked } = await investigated([]);
    expect(asked).toMatchObject([
      { incidentId: 'inc-1', reach: 'neighbourhood', window: { start: at('01:30:00'), end: at('02:47:00') } },
    ]);
  });
  test('is silent about errors that were always there', async () => {
    const { report } = await investigated([...alive, ...everyMinute(refused)]);
    expect(report.findings).toEqual([]);
    expect(report.summary).toContain('No error is new or more frequent than before.');
  });
  test('says of a surging error how often it came before, and claims no onset', async () => {
    const often = Array.from({ length: 200 }, (_, n) => record('02:40:00', refused(n)));
    const { report } = await investigated([...alive, ...everyMinute(refused), ...often]);
    expect(report.findings[0]?.claim).toMatch(/^Surging at billing, 217 times \(60 before\)/);
    expect(report.findings[0]).not.toHaveProperty('onset');
  });
  test('claims no onset where a source gives all its lines one time', async () => {
    const bulk = Array.from({ length: 5 }, (_, n) => record('02:40:00', refused(n)));
    const { report } = await investigated(bulk);
    expect(report.findings[0]).not.toHaveProperty('onset');
    expect(report.findings[0]?.claim).toMatch(/^Seen at billing, 5 times/);
  });
  test('takes a trace for one event, with what it was caused by', async () => {
    const trace = [
      'ERROR checkout failed',
      'java.lang.IllegalStateException: no price',
      '\tat com.acme.Cart.price(Cart.java:42)',
      'Caused by: java.net.ConnectException: Connection refused: ledger-api:8443',
    ].map((line) => record('02:40:00', line));
    const { report } = await investigated([...alive, ...trace]);
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({
      cause: 'dependency-unavailable',
      claim: expect.stringContaining(', 1 time: "checkout failed'),
    });
  });
  test('names a driver’s own words as a cause, and a name that does not resolve only where many do not', async () => {
    const roleOf = async (...lines: string[]) =>
      (await investigated([...alive, ...lines.map((line) => record('02:40:00', `ERROR ${line}`))])).report.findings.map(
        ({ role }) => role,
      );
    const unresolved = (name: string) => `${name} client: dial tcp: lookup ${name}: no such host`;
    expect(await roleOf('write /data/7: no space left on device')).toEqual(['cause']);
    expect(await roleOf('something broke')).toEqual(['symptom']);
    expect(await roleOf(unresolved('ledger'), unresolved('mail'))).toEqual(['symptom', 'symptom']);
    expect(await roleOf(unresolved('ledger'), unresolved('mail'), unresolved('stock'))).toEqual([
      'cause',
      'cause',
      'cause',
    ]);
  });
  test('names the unit of a node that is down, whatever else is said', async () => {
    const journal: LogRecord = {
      ...record('02:40:00', 'Active: failed (Result: exit-code) since Fri; 2min 5s ago', {
        node: 'worker-1',
        unit: 'kubelet',
      }),
      source: 'journald',
    };
    const { report } = await investigated([...alive, journal]);
    expect(report.findings[0]).toMatchObject({
      claim: 'kubelet on node worker-1 failed since 02:37 UTC.',
      entity: { kind: 'Node', name: 'worker-1', cluster: 'backend-1' },
      cause: 'node-kubelet',
      role: 'cause',
      onset: at('02:37:55'),
    });
    expect(report.summary).toMatch(/^kubelet on worker-1 is stopped\./);
  });
  test('says what is no longer seen', async () => {
    const gone = everyMinute(() => 'ERROR the old printer broke').slice(0, 60);
    const { report } = await investigated([...alive, ...gone]);
    expect(report.summary).toContain('No longer logged: "the old printer broke".');
  });
  test('shows no secret that was logged, in claim, template or evidence', async () => {
    const secret = 'hunter2hunter2';
    const line = record('02:40:00', `ERROR login failed: password=${secret} Authorization: Bearer ${secret}`);
    const { report, evidence } = await investigated([...alive, line]);
    const id = report.findings[0]?.evidenceIds[0] ?? '';
    const seen = [report, await evidence.get('inc-1', id), await evidence.full('inc-1', id)];
    expect(JSON.stringify(seen)).toContain('login failed');
    expect(JSON.stringify(seen)).not.toContain(secret);
  });
  test('keeps its report short, whatever is thrown at it', async () => {
    const many = Array.from({ length: 3000 }, (_, n) =>
      record(
        '02:40:00',
        `ERROR ${String.fromCharCode(97 + (n % 26)).repeat(1 + (n % 40))} ${'broke '.repeat(n % 60)} \u0000\u202e`,
      ),
    );
    const { report } = await investigated([...alive, ...many]);
    expect(report.findings.length).toBeGreaterThan(1);
    expect(report.findings.length).toBeLessThanOrEqual(8);
  });
  test('survives lines that are no text at all', async () => {
    const hostile = [
      '{"level":{"toString":1},"msg":"x"}',
      '\u0000'.repeat(10_000),
      '{'.repeat(100_000),
      '',
      'ERROR '.repeat(50_000),
      '\ud800',
    ];
    const { report } = await investigated([...alive, ...hostile.map((line) => record('02:40:00', line))]);
    expect(report.gaps).toEqual([]);
  });
});

describe('what the logs cannot say is a gap', () => {
  test('when there are none', async () => {
    const { report } = await investigated(undefined);
    expect(report).toMatchObject({
      findings: [],
      gaps: [{ source: 'logs', reason: 'No logs here.' }],
      summary: 'Logs could not be asked: No logs here.',
    });
  });
  test('when they begin with the incident', async () => {
    const { report } = await investigated([record('02:40:00', 'ERROR it broke')]);
    expect(report.gaps).toMatchObject([{ reason: expect.stringContaining('begin with the incident') }]);
    expect(report.findings[0]?.claim).toMatch(/^Seen at billing/);
  });
  test('when only the first part was read, and no more is read than that', async () => {
    const { report, read } = await investigated(alive, { budget: { seconds: 20, tokens: 1000, bytes: 200 } });
    expect(report.gaps).toEqual([{ source: 'logs', reason: 'Only the first 216 characters of text were read.' }]);
    expect(read()).toBeLessThan(10);
  });
  test('and what was not read is not called gone', async () => {
    const broke = Array.from({ length: 10 }, () => everyMinute(() => 'ERROR the old printer broke')).flat();
    const { report } = await investigated(broke, { budget: { seconds: 20, tokens: 1000, bytes: 12_000 } });
    expect(report.gaps).toMatchObject([{ reason: expect.stringContaining('Only the first') }]);
    expect(report.summary).not.toContain('No longer seen');
  });
  test('when more kinds of message came than are remembered', async () => {
    const word = (n: number) => String.fromCharCode(...[...String(n)].map((digit) => 97 + Number(digit)));
    const many = Array.from({ length: 6000 }, (_, n) => record('02:40:00', `${word(n)} ${word(n * 7)}`));
    const { report } = await investigated([...alive, ...many]);
    expect(report.gaps).toMatchObject([{ reason: expect.stringMatching(/^\d+ rare kinds of message were forgotten/) }]);
  });
  test('but not that there is no line', async () => {
    const { report } = await investigated([]);
    expect(report.gaps).toEqual([]);
    expect(report.summary).toBe('0 lines read. There is no line in the window.');
  });
});

describe('after an action', () => {
  const focus = [{ kind: 'Service', name: 'billing', namespace: 'billing', cluster: 'backend-1' }];
  const window = {
    baseline: aContext().window.baseline,
    incident: { start: at('02:50:00'), end: at('03:00:00') },
  };
  const verifying = { phase: 'verify' as const, focus, context: aContext({ window }) };
  const after = (message: string) => Array.from({ length: 5 }, (_, n) => record(`02:5${n}:00`, message));

  test('quiet work is a sign that it is well', async () => {
    const { report } = await investigated([...alive, ...after('POST /invoices 200 in 7 ms')], verifying);
    expect(report.findings).toMatchObject([
      { id: 'logs-v-1', role: 'context', claim: 'billing wrote 5 lines since, without a new or more frequent error.' },
    ]);
  });
  test('what broke before the action does not count against it', async () => {
    const broken = everyMinute(refused, 62);
    const { report } = await investigated([...alive, ...broken, ...after('POST /invoices 200 in 7 ms')], verifying);
    expect(report.findings.map(({ role }) => role)).toEqual(['context']);
  });
  test('an error that still comes is no good sign', async () => {
    const { report } = await investigated(
      [...alive, ...after('ERROR no ledger'), ...after('POST /invoices 200 in 7 ms')],
      verifying,
    );
    expect(report.findings.map(({ role }) => role)).toEqual(['symptom']);
  });
  test('silence says nothing', async () => {
    expect((await investigated(alive, verifying)).report.findings).toEqual([]);
  });
  test('the work of another service says nothing', async () => {
    const other = after('ok').map((one) => ({ ...one, labels: { ...one.labels, service: 'payroll' } }));
    expect((await investigated([...alive, ...other], verifying)).report.findings).toEqual([]);
  });
  test('nor does the same name in another cluster', async () => {
    const other = after('ok').map((one) => ({ ...one, labels: { ...one.labels, cluster: 'backend-2' } }));
    expect((await investigated([...alive, ...other], verifying)).report.findings).toEqual([]);
  });
});

describe('a change that a program reports', () => {
  const reload = record('02:31:00', 'WARN Configuration reloaded: ledger host ledger-b:8443 (was: ledger-api:8443)');
  const causes = async (records: readonly LogRecord[]) =>
    (await investigated(records)).report.findings.flatMap(({ cause, role }) => (role === 'cause' ? [cause] : []));

  test('is the cause of the errors that follow', async () => {
    const { report } = await investigated([...alive, reload, ...everyMinute(refused, 62)]);
    const change = report.findings.find(({ cause }) => cause === 'config-change');
    expect(change).toMatchObject({ role: 'cause', onset: at('02:31:00'), entity: { name: 'billing' } });
    expect(change?.claim).toContain('(was: ledger-api:8443)');
  });
  test('is none where the errors came first', async () => {
    expect(await causes([...alive, reload, ...everyMinute(refused, 58)])).not.toContain('config-change');
  });
  test('is none where nothing follows, or only at another writer', async () => {
    expect(await causes([...alive, reload])).toEqual([]);
    expect(await causes([...alive, reload, ...everyMinute(refused, 62, { service: 'cart' })])).not.toContain(
      'config-change',
    );
  });
});

test('the last lines before a run ended belong to its error', async () => {
  const job = { kind: 'Job', name: 'export', namespace: 'billing', cluster: 'backend-1' };
  const labels = { service: 'export' };
  const { report, evidence } = await investigated(
    [
      ...alive,
      record('02:40:01', 'target host: ledger-b, port 3333', labels),
      record('02:40:02', 'ERROR the export failed', labels),
      record('02:40:03', 'shutting down', labels),
    ],
    { context: aContext({ workload: job }) },
  );
  const found = report.findings.find(({ claim }) => claim.includes('the export failed'));
  const stored = await evidence.get('inc-1', found?.evidenceIds[0] ?? '');
  expect(stored?.excerpt).toContain('target host: ledger-b, port 3333');
});

test('words that the page quotes are looked up', async () => {
  const trigger = { ...brief().trigger, title: 'Did billing ever log "peer down"?' };
  const peer = record('02:00:30', 'Peer down');
  const yes = await investigated([...alive, peer], { trigger });
  expect(yes.report.findings).toMatchObject([
    { answers: true, claim: expect.stringContaining('once, at 2026-11-20 02:00:30') },
  ]);
  const no = await investigated(alive, { trigger });
  expect(no.report.findings).toMatchObject([{ answers: true, claim: expect.stringMatching(/^No line of \d+ /) }]);
});

describe('errors of several services in the same traces', () => {
  const services = ['edge', 'basket', 'ledger'] as const;
  const failing = (idOf: (minute: number) => string) =>
    services.flatMap((service, place) =>
      everyMinute((minute) => `{"level":"error","message":"call failed at ${service}"${idOf(minute)}}`, 60, {
        service,
      }).map((one) => ({
        ...one,
        timestamp: one.timestamp.replace(/:00(?:\.000)?Z$/, `:00.${300 - 100 * place}Z`).replace('.0Z', '.000Z'),
      })),
    );
  const linked = ({ findings }: Report) => findings.filter(({ claim }) => claim.includes('traces in which several'));
  test('lead to the service that writes first, and give the calls', async () => {
    const { report } = await investigated(
      failing((minute) => `,"trace_id":"4bf92f3577b34da6a3ce929d0e0e${1000 + minute}"`),
    );
    expect(linked(report)).toMatchObject([{ entity: { name: 'ledger' }, role: 'symptom' }]);
    expect(report.topology?.calls).toContainEqual({ from: 'edge', to: 'basket' });
    expect(report.topology?.calls).toContainEqual({ from: 'basket', to: 'ledger' });
  });
  test('say nothing without trace ids, or with one id for all', async () => {
    for (const text of ['', ',"trace_id":"4bf92f3577b34da6a3ce929d0e0e1000"']) {
      const { report } = await investigated(failing(() => text));
      expect(linked(report)).toEqual([]);
      expect(report.topology).toBeUndefined();
    }
  });
});
