import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventAssembler, type LogEvent } from '../../../../core/analysis/logs/events.ts';
import type { LogRecord } from '../../../../core/model/telemetry.ts';

const start = Date.parse('2026-11-20T02:47:00Z');
const record = (message: string, over: Partial<LogRecord> = {}, afterMs = 0): LogRecord => ({
  timestamp: new Date(start + afterMs).toISOString(),
  source: 'kubernetes',
  labels: { pod: 'cart-1', container: 'cart' },
  message,
  ...over,
});
function assembled(records: readonly LogRecord[]): LogEvent[] {
  const assembler = new EventAssembler();
  return [...records.flatMap((one) => assembler.push(one)), ...assembler.flush()];
}
const eventsOf = (lines: string, over: Partial<LogRecord> = {}) =>
  assembled(lines.split('\n').map((message) => record(message, over)));
const texts = (events: readonly LogEvent[]) => events.map(({ text }) => text);

const java = `2026-11-20 02:47:00.123 ERROR [http-1] com.acme.Cart - checkout failed
java.lang.IllegalStateException: cannot price cart
	at com.acme.Cart.price(Cart.java:42)
	at com.acme.Cart$Lazy.get(Cart.java:7)
Caused by: java.net.ConnectException: Connection refused: ledger-api:8443
	at java.base/java.net.Socket.connect(Socket.java:666)
	... 23 more`;
const python = `Traceback (most recent call last):
  File "/app/cart.py", line 42, in price
    return ledger.get(cart)
           ^^^^^^^^^^^^^^^^
  File "/app/ledger.py", line 7, in get
    raise LedgerGone("ledger-api:8443")
app.errors.LedgerGone: ledger-api:8443`;
const pythonChain = `Traceback (most recent call last):
  File "/app/cart.py", line 42, in price
    return prices[sku]
KeyError: 'sku-7'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/cart.py", line 44, in price
    raise PriceError(sku)
app.errors.PriceError: sku-7 has no price`;
const go = `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47e5a2]

goroutine 34 [running]:
main.(*Cart).price(0xc000012345, {0x1, 0x2})
	/app/cart.go:42 +0x1d
net/http.HandlerFunc.ServeHTTP(...)
	/usr/local/go/src/net/http/server.go:2136
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb
exit status 2`;
const dotnet = `fail: Acme.Cart.Checkout[7]
      checkout failed
      System.InvalidOperationException: cannot price cart
       ---> System.Net.Http.HttpRequestException: Connection refused (ledger-api:8443)
         at System.Net.Http.ConnectHelper.ConnectAsync()
         --- End of inner exception stack trace ---
         at Acme.Cart.Price() in /src/Cart.cs:line 42`;

describe('a stack trace is one event, headed by what went wrong', () => {
  test.each<[string, string, readonly RegExp[]]>([
    [
      'Java',
      java,
      [/checkout failed/, /IllegalStateException: cannot price cart/, /ConnectException: Connection refused/],
    ],
    ['Python', python, [/^app\.errors\.LedgerGone: ledger-api:8443$/]],
    [
      'Python, one exception in the handling of another',
      pythonChain,
      [/^app\.errors\.PriceError: sku-7 has no price/, /KeyError: 'sku-7'/],
    ],
    ['Go', go, [/^panic: runtime error: invalid memory address/]],
    ['.NET', dotnet, [/^checkout failed/, /HttpRequestException: Connection refused/]],
    [
      'Java without indents, as some shippers send it',
      java.replaceAll('\t', ''),
      [/checkout failed/, /ConnectException/],
    ],
    ['Python after a logged error', `ERROR:app:checkout failed\n${python}`, [/^app\.errors\.LedgerGone/]],
  ])('%s', (_, lines, heads) => {
    const events = eventsOf(`${lines}\nINFO next request`);
    expect(texts(events).slice(1)).toEqual(['next request']);
    for (const head of heads) expect(events[0]?.text).toMatch(head);
    const last = lines.split('\n').at(-1) ?? '';
    expect(events[0]?.detail).toContain(last.trim());
  });
  test('and the error of gRPC, which comes over a few lines, is headed by its details', () => {
    const lines = `Traceback (most recent call last):
  File "/app/cart.py", line 42, in price
    stub.Get(request)
grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:
	status = StatusCode.UNAVAILABLE
	details = "connection refused: ledger-api:8443"
>`;
    const [event, ...others] = eventsOf(lines);
    expect(others).toEqual([]);
    expect(event?.text).toMatch(/_InactiveRpcError/);
  });
  test('and an error where nothing says how bad it is', () => {
    expect(eventsOf(python)[0]?.level).toBe('error');
    expect(eventsOf(python, { labels: { level: 'info' } })[0]?.level).toBe('info');
    expect(eventsOf('listening')[0]?.level).toBeUndefined();
  });
  test('whatever level its source states', () => {
    const events = eventsOf(java, { labels: { pod: 'cart-1', level: 'warn' } });
    expect(events[0]?.level).toBe('warn');
  });
});

describe('a line is an event of its own', () => {
  test.each<[string, string]>([
    ['after another one', 'listening\nready'],
    ['after JSON, even if indented', '{"msg":"listening"}\n  ready'],
    ['after a trace of Python that is over', `${python}\nready`],
    ['after a trace of Go that is over', `${go}\nready`],
    [
      'that names an exception, below a line that is no error',
      'INFO cache warmed\njava.lang.IllegalStateException: bad',
    ],
    ['that speaks of an exception', 'ERROR checkout failed\nthe PriceException: see above'],
    ['that calls something, outside of a goroutine', 'panic soon\nretry(3)'],
  ])('%s', (_, lines) => {
    const events = eventsOf(lines);
    expect(events).toHaveLength(2);
  });
  test('when it comes too late to belong to the trace before it', () => {
    expect(assembled([record('panic: boom'), record('\tat x', {}, 5000)])).toHaveLength(1);
    expect(assembled([record('panic: boom'), record('\tat x', {}, 5001)])).toHaveLength(2);
  });
  test('in a journal, where a record is a message', () => {
    const over = { source: 'journald', labels: { node: 'n1', unit: 'kubelet' } } as const;
    expect(eventsOf('Failed\n  more', over)).toHaveLength(2);
  });
  test('unless it is empty', () => {
    expect(eventsOf('\n \n\t\n')).toEqual([]);
  });
  test('at its own time, where that is believable', () => {
    const atOf = (stated: string) => assembled([record(`${stated} ERROR x`)])[0]?.atMs;
    expect(atOf('2026-11-20T02:40:00Z')).toBe(start - 420_000);
    expect(atOf('2026-11-20T02:47:01Z')).toBe(start);
    expect(atOf('2026-11-18T02:47:00Z')).toBe(start);
    expect(atOf('2026-11-20 02:40:00')).toBe(start);
  });
  test('with the level of its labels before that of its text', () => {
    expect(assembled([record('ERROR x', { labels: { level: 'warning' } })])[0]?.level).toBe('warn');
    expect(assembled([record('ERROR x', { labels: { level: 'loud' } })])[0]?.level).toBe('error');
  });
});

describe('streams', () => {
  const traces = [java, python, go, dotnet, 'listening\nready'];
  test('do not mix, however their lines interleave', () => {
    const order = fc.array(fc.nat(traces.length - 1), { minLength: 60, maxLength: 60 });
    const alone = traces.map((lines, n) => eventsOf(lines, { labels: { pod: `cart-${n}` } }));
    fc.assert(
      fc.property(order, (turns) => {
        const queues = traces.map((lines) => lines.split('\n'));
        const records: LogRecord[] = [];
        for (const turn of [...turns, ...traces.flatMap((lines, n) => lines.split('\n').map(() => n))]) {
          const message = queues[turn]?.shift();
          if (message !== undefined) records.push(record(message, { labels: { pod: `cart-${turn}` } }));
        }
        const events = assembled(records);
        for (const [n, expected] of alone.entries())
          expect(events.filter(({ labels }) => labels.pod === `cart-${n}`)).toEqual(expected);
      }),
    );
  });
  test.each(['cluster', 'namespace', 'service', 'pod', 'container', 'node', 'unit'] as const)(
    'are told apart by their %s',
    (label) => {
      const of = (value: string) => record('', { labels: { [label]: value } }).labels;
      const events = assembled([
        record('panic: boom', { labels: of('a') }),
        record('panic: bang', { labels: of('b') }),
        record('\tat a', { labels: of('a') }),
        record('\tat b', { labels: of('b') }),
      ]);
      expect(events.map(({ detail }) => detail)).toEqual(['panic: boom\n\tat a', 'panic: bang\n\tat b']);
    },
  );
  test('held open are a thousand at most, and none is lost', () => {
    const assembler = new EventAssembler();
    const many = Array.from({ length: 5000 }, (_, n) => record(`line ${n}`, { labels: { pod: `p-${n}` } }));
    let given = 0;
    for (const [n, one] of many.entries()) {
      given += assembler.push(one).length;
      expect(n + 1 - given).toBeLessThanOrEqual(1000);
    }
    expect(given + assembler.flush().length).toBe(5000);
  });
});

describe('an event keeps within its limits', () => {
  test('when a trace never ends', () => {
    const events = assembled([
      record('panic: boom'),
      ...Array.from({ length: 1000 }, (_, n) => record(`\tat frame${n}`)),
    ]);
    expect(events.length).toBeGreaterThan(1);
    expect(events.length).toBeLessThan(20);
    for (const { detail } of events) expect(detail.length).toBeLessThanOrEqual(2000);
  });
  test('when an exception has a thousand causes', () => {
    const causes = Array.from({ length: 150 }, (_, n) => record(`Caused by: a.b.C: ${`${n}`.repeat(100)}`));
    const [event] = assembled([record('a.b.C: top'), ...causes]);
    expect(event?.text.length).toBeLessThanOrEqual(1200);
  });
  test('when a line is huge', () => {
    const [event] = assembled([record('x'.repeat(1_000_000))]);
    expect([event?.text.length, event?.detail.length]).toEqual([1200, 2000]);
  });
});

describe('reports over many lines', () => {
  const failed = `2026-11-20T02:47:00.123Z ERROR 1 --- [main] o.s.b.d.LoggingFailureAnalysisReporter   :

***************************
APPLICATION FAILED TO START
***************************

Description:

Failed to bind properties under 'mail.pause' to java.time.Duration:

    Property: mail.pause
    Value: "9 min"

Action:

Update your application's configuration
2026-11-20T02:47:00.400Z  INFO 1 --- [main] c.a.mail.App : Starting App`;
  test('Spring Boot says why it did not start in one event', () => {
    const events = eventsOf(failed);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ level: 'error' });
    expect(events[0]?.text).toContain("Failed to bind properties under 'mail.pause'");
    expect(events[1]?.text).toContain('Starting App');
  });
  test('asterisks below a line that is no error begin none', () => {
    expect(eventsOf('2026-11-20T02:47:00.123Z INFO start\n**************\nWelcome')).toHaveLength(3);
  });
  test('the answer of the Kubernetes API belongs to the exception of its client', () => {
    const lines = `2026-11-20 02:47:00,123 ERROR [app] kubernetes.client.exceptions.ApiException: (403)
Reason: Forbidden
HTTP response headers: HTTPHeaderDict({'Content-Length': '312'})
HTTP response body: {"message":"leases \\"a\\" is forbidden: User \\"system:serviceaccount:depot:sorter\\" cannot update resource"}`;
    const [event, ...others] = eventsOf(lines);
    expect(others).toEqual([]);
    expect(event?.text).toContain('is forbidden');
    expect(eventsOf('2026-11-20 02:47:00,123 ERROR [app] job failed\nReason: Forbidden')).toHaveLength(2);
  });
});
