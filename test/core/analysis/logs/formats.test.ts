import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { levelOf, type ParsedLine, parseLine as parse } from '../../../../core/analysis/logs/formats.ts';

/** Without the fields of JSON, which have a test of their own. */
const parseLine = (text: string): ParsedLine => {
  const { fields: _, ...parsed } = parse(text);
  return parsed;
};

const ms = (time: string): number => Date.parse(`2026-11-20T${time}Z`);
const line = (text: string, over: Partial<ParsedLine> = {}): ParsedLine => ({
  text,
  level: undefined,
  atMs: undefined,
  structured: false,
  ...over,
});
const structured = (text: string, over: Partial<ParsedLine> = {}) => line(text, { structured: true, ...over });

describe('what a logger wrapped around a message is taken off', () => {
  test.each<[string, string, ParsedLine]>([
    [
      'JSON',
      '{"time":"2026-11-20T02:47:00.5Z","level":"ERROR","msg":"checkout failed","trace_id":"f00"}',
      structured('checkout failed', { level: 'error', atMs: ms('02:47:00.500') }),
    ],
    [
      'JSON with its error beside the message',
      '{"severity":"warning","message":"retrying","error":"dial tcp 10.0.0.7:8443: connection refused"}',
      structured('retrying: dial tcp 10.0.0.7:8443: connection refused', { level: 'warn' }),
    ],
    ['JSON that says one thing twice', '{"msg":"boom","err":"boom"}', structured('boom')],
    [
      'bunyan and pino: levels and times in numbers, the error an object',
      '{"level":50,"time":1795142820000,"err":{"type":"Error","message":"connect ECONNREFUSED"},"msg":"no ledger"}',
      structured('no ledger: connect ECONNREFUSED', { level: 'error', atMs: ms('02:47:00') }),
    ],
    [
      'JSON behind the timestamp of a container',
      '2026-11-20T02:47:00.123456789Z {"msg":"hello"}',
      structured('hello', { atMs: ms('02:47:00.123') }),
    ],
    ['JSON behind spaces', '  {"msg":"hello"}', structured('hello')],
    [
      'JSON of more than a line’s length',
      JSON.stringify({ level: 'error', stack_trace: 'at x.Y\n'.repeat(2000), message: 'checkout failed' }),
      structured(expect.stringMatching(/^checkout failed: at x\.Y\n/), { level: 'error' }),
    ],
    [
      'logfmt',
      'time="2026-11-20T02:47:00Z" level=warning msg="pod \\"cart\\" is slow" pod=cart',
      structured('pod "cart" is slow', { level: 'warn', atMs: ms('02:47:00') }),
    ],
    [
      'logfmt in another order, with its error',
      'ts=2026-11-20T02:47:00.250Z caller=main.go:12 level=error msg="push failed" err="no space left on device"',
      structured('push failed: no space left on device', { level: 'error', atMs: ms('02:47:00.250') }),
    ],
    [
      'logfmt of one word, with large letters',
      'level=INFO msg=started port=80',
      structured('started', { level: 'info' }),
    ],
    [
      'klog',
      'E1120 02:47:00.657683    2601 prober.go:107] "Probe failed" pod="billing/ledger"',
      structured('"Probe failed" pod="billing/ledger"', { level: 'error' }),
    ],
    [
      'klog in syslog',
      'Nov 20 02:47:00 worker-1 kubelet[812]: W1120 02:47:00.1 12 a.go:1] slow',
      structured('slow', { level: 'warn' }),
    ],
    ['syslog', 'Nov  2 02:47:00 worker-1 systemd[1]: Stopped kubelet.', line('Stopped kubelet.')],
    ['syslog with its priority', '<13>Nov 20 02:47:00 worker-1 app: up', line('up')],
    ['Redis, a warning', '1:M 20 Nov 2026 02:47:00.515 # Out of memory', line('Out of memory', { level: 'warn' })],
    [
      'Redis, none',
      '1:M 20 Nov 2026 02:47:00.515 * Ready to accept connections',
      line('Ready to accept connections', { level: 'info' }),
    ],
    ['.NET, whose message is the next line', 'fail: Acme.Cart[7]', line('fail: Acme.Cart[7]', { level: 'error' })],
    ['Serilog', '[02:47:00 WRN] slow query', line('slow query', { level: 'warn' })],
    [
      'the Container Runtime Interface',
      '2026-11-20T02:47:00.5Z stderr F cannot start',
      line('cannot start', { atMs: ms('02:47:00.500') }),
    ],
    [
      'log4j',
      '2026-11-20 02:47:00,123 ERROR [main] com.acme.Cart - checkout failed',
      line('[main] com.acme.Cart - checkout failed', { level: 'error' }),
    ],
    [
      'Logback, with a time of day',
      '02:47:00.123 [main] WARN  com.acme.Cart - slow',
      line('com.acme.Cart - slow', { level: 'warn' }),
    ],
    ['Python', 'ERROR:app.cart:checkout failed', line('app.cart:checkout failed', { level: 'error' })],
    [
      'Python, as its tutorial has it',
      '2026-11-20 02:47:00,123 - app.cart - CRITICAL - boom',
      line('boom', { level: 'error' }),
    ],
    [
      'PostgreSQL',
      '2026-11-20 02:47:00.123 UTC [77] FATAL:  too many clients',
      line('too many clients', { level: 'error', atMs: ms('02:47:00.123') }),
    ],
    ['nginx', '2026/11/20 02:47:00 [warn] 7#7: low on workers', line('7#7: low on workers', { level: 'warn' })],
    ['Go', '2026/11/20 02:47:00 listening', line('listening')],
    [
      'zap',
      '2026-11-20T02:47:00Z\terror\tcart/x.go:12\tboom',
      line('cart/x.go:12\tboom', { level: 'error', atMs: ms('02:47:00') }),
    ],
    ['attributes at the end', 'payment declined {"trace_id":"f00","user":7}', line('payment declined')],
  ])('%s', (_, message, parsed) => {
    expect(parseLine(message)).toEqual(parsed);
  });

  test.each([
    ['with an offset', '2026-11-20T04:17:00+01:30 x', ms('02:47:00')],
    ['with an offset without a colon', '2026-11-20 03:47:00,250+0100 x', ms('02:47:00.250')],
    ['without a zone, it could be anywhere', '2026-11-20 02:47:00 x', undefined],
    ['of a month that is none', '2026-13-20T02:47:00Z x', undefined],
    ['of a day alone', '02:47:00 x', undefined],
    ['in JSON without a zone', '{"time":"2026-11-20T02:47:00","msg":"x"}', undefined],
    ['in seconds', '{"ts":1795142820.5,"msg":"x"}', ms('02:47:00.500')],
    ['in nanoseconds', '{"ts":1795142820000000000,"msg":"x"}', ms('02:47:00')],
    ['that is a small number', '{"ts":42,"msg":"x"}', undefined],
  ])('its time is read: one %s', (_, message, atMs) => {
    expect(parseLine(message).atMs).toBe(atMs);
  });
});

describe('a line stays as it is', () => {
  test.each([
    ['that only begins like JSON', '{not json at all'],
    ['of JSON cut in the middle', '{"msg":"checkout fai'],
    ['of JSON without words', '{"count":7}'],
    ['of a JSON list', '["msg"]'],
    ['of JSON beyond any line’s length', JSON.stringify({ msg: 'x', pad: 'y'.repeat(70_000) })],
    ['that speaks of an error level', 'the ERROR budget is spent'],
    ['with a longer word in front', 'ERRORS: 7'],
    ['of a key and a value', 'level=high water'],
    ['with a brace at its end', 'func main() {}'],
    ['empty', ''],
  ])('%s', (_, message) => {
    expect(parseLine(message)).toEqual(line(message.slice(0, 8000)));
  });
});

describe('a hostile line', () => {
  test('that is huge is read to a limit, in no time', () => {
    for (const unit of ['a', 'a=b ', '[', '{"', ' ', '\\"', '2026-', 'x level=', '\u0000', '語']) {
      const begun = performance.now();
      expect(parseLine(unit.repeat(1_000_000 / unit.length)).text.length).toBeLessThanOrEqual(8000);
      expect(performance.now() - begun).toBeLessThan(500);
    }
  });
  test('of deep JSON breaks nothing', () => {
    for (const depth of [1000, 30_000]) {
      const deep = `{"msg":"x","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      expect(parseLine(deep).text).toMatch(/^x$|^\{"msg"/);
    }
  });
  test('of JSON with fields that every object has says nothing by them', () => {
    expect(parseLine('{"__proto__":{"msg":"forged"},"constructor":"x"}').structured).toBe(false);
    expect(parseLine('{"msg":"real","level":{"toString":"x"},"time":{}}')).toEqual(structured('real'));
  });
  test('of whatever characters gives a line, no longer than itself, and never throws', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('level=error ', 'msg="', 'ERROR ', '2026-11-20T02:47:00Z ', 'fail: A[1]', '{"msg":', '\\', '"}'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const message = pieces.join('');
        const { text, atMs } = parseLine(message);
        expect(text.length).toBeLessThanOrEqual(message.length + 2);
        if (atMs !== undefined) expect(Number.isFinite(atMs)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

test.each<[string, ReturnType<typeof levelOf>]>([
  ['FATAL', 'error'],
  ['Emergency', 'error'],
  ['50', 'error'],
  ['Warning', 'warn'],
  ['40', 'warn'],
  ['trace', 'info'],
  ['30', 'info'],
  ['loud', undefined],
  ['', undefined],
  ['7', undefined],
])('the level %s is %s', (word, level) => {
  expect(levelOf(word)).toBe(level);
});

test('fields of JSON say more than the message', () => {
  expect(parseLine('{"level":"info","msg":"GET /cart","status":503}')).toMatchObject({
    text: 'GET /cart → status 503',
    level: 'error',
  });
  expect(parseLine('{"level":"info","msg":"GET /cart","status":404}')).toMatchObject({
    text: 'GET /cart',
    level: 'info',
  });
  expect(parseLine('{"msg":"GET /cart 503","status":503}').text).toBe('GET /cart 503');
  expect(
    parseLine('{"level":"error","error.type":"PriceException","error.message":"no price","msg":"checkout"}').text,
  ).toBe('PriceException: checkout: no price');
  expect(parse('{"msg":"a","duration_ms":7}').fields).toMatchObject({ duration_ms: 7 });
});
