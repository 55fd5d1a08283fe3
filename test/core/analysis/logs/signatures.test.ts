import { describe, expect, test } from 'vitest';
import { type Signature, signatureOf } from '../../../../core/analysis/logs/signatures.ts';
import { systems } from '../../../../core/analysis/logs/wordings/index.ts';
import type { CauseCode } from '../../../../core/causes/causes.ts';

const ledger = { name: 'ledger-api' };

describe('the words of a client name the cause, and whom they complain about', () => {
  test.each<[CauseCode, string, Signature['dependency']]>([
    [
      'certificate-expired',
      'x509: certificate has expired or is not yet valid: current time is after 2026-11-19',
      undefined,
    ],
    ['certificate-expired', 'Error: CERT_HAS_EXPIRED', undefined],
    ['certificate-expired', 'cURL error 60: certificate has expired for https://ledger-api:8443/v1', ledger],
    [
      'certificate-expired',
      'Error: certificate has expired code: CERT_HAS_EXPIRED, request to https://ledger-api/v1 failed',
      ledger,
    ],
    ['certificate-expired', 'certificate has expired, see https://curl.se/docs/sslcerts.html', undefined],
    [
      'certificate-expired',
      '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired',
      undefined,
    ],
    [
      'dns-failure',
      'dial tcp: lookup ledger-api.billing.svc.cluster.local on 10.96.0.10:53: no such host',
      { name: 'ledger-api', namespace: 'billing' },
    ],
    ['dns-failure', 'dial tcp: lookup ledger-api: i/o timeout', ledger],
    ['dns-failure', 'getaddrinfo ENOTFOUND ledger-api', ledger],
    ['dns-failure', 'java.net.UnknownHostException: api.stripe.com', { name: 'api.stripe.com' }],
    ['dns-failure', 'curl: (6) Could not resolve host: ledger-api', ledger],
    ['dns-failure', 'socket.gaierror: [Errno -3] Temporary failure in name resolution', undefined],
    ['database-connections-exhausted', 'FATAL: sorry, too many clients already', undefined],
    [
      'database-connections-exhausted',
      'HikariPool-1 - Connection is not available, request timed out after 30000ms.',
      undefined,
    ],
    ['database-connections-exhausted', 'QueuePool limit of size 5 overflow 10 reached', undefined],
    ['database-credentials', 'FATAL: password authentication failed for user "app"', undefined],
    ['database-credentials', "Access denied for user 'app'@'10.0.0.7' (using password: YES)", undefined],
    ['database-credentials', 'WRONGPASS invalid username-password pair or user is disabled.', undefined],
    ['database-credentials', 'ERROR: permission denied for table invoices', undefined],
    ['database-read-only', 'ERROR: cannot execute INSERT in a read-only transaction', undefined],
    ['database-read-only', "READONLY You can't write against a read only replica.", undefined],
    ['disk-full', 'write /data/wal/7: no space left on device', undefined],
    ['port-conflict', 'listen tcp :8080: bind: address already in use', undefined],
    ['port-conflict', 'Web server failed to start. Port 8080 was already in use.', undefined],
    ['volume-permission-denied', 'open /data/cache: permission denied', undefined],
    ['volume-permission-denied', 'mkdir: cannot create directory ‘/data/x’: Permission denied', undefined],
    ['volume-permission-denied', "PermissionError: [Errno 13] Permission denied: '/data'", undefined],
    ['volume-permission-denied', 'open config.yaml: permission denied', undefined],
    ['volume-permission-denied', "Error: EACCES, open 'x'", undefined],
    [
      'volume-permission-denied',
      '[ERROR] --initialize specified but the data directory /var/lib/mysql is not writable. Aborting.',
      undefined,
    ],
    ['heap-exhausted', 'java.lang.OutOfMemoryError: Java heap space', undefined],
    ['heap-exhausted', 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', undefined],
    ['image-architecture', 'exec /entrypoint.sh: exec format error', undefined],
    ['command-invalid', 'exec: "serve": executable file not found in $PATH', undefined],
    ['secret-missing', 'environment variable STRIPE_KEY is not set', undefined],
    ['secret-missing', 'secret "stripe" not found', undefined],
    ['code-change', 'ERROR: column "tax_region" does not exist', undefined],
    ['code-change', 'sqlite3.OperationalError: no such table: invoices', undefined],
    ['data-invalid', 'json.decoder.JSONDecodeError: Expecting value: line 1 column 1', undefined],
    [
      'data-invalid',
      'com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException: Unrecognized field "tax"',
      undefined,
    ],
    ['data-invalid', 'ERROR: new row for relation "orders" violates check constraint "positive"', undefined],
    ['data-invalid', 'batch 7: malformed record at line 182', undefined],
    ['dependency-unavailable', 'dial tcp ledger-api:8443: connect: connection refused', ledger],
    [
      'dependency-unavailable',
      'Post "https://ledger-api.billing:8443/v1": EOF',
      { name: 'ledger-api', namespace: 'billing' },
    ],
    [
      'dependency-unavailable',
      'It was not possible to connect: UnableToConnect on redis:6379/Interactive',
      { name: 'redis' },
    ],
    ['dependency-unavailable', 'failed to connect to ledger-api: connection refused', ledger],
    ['dependency-unavailable', 'ledger-api returned 503', ledger],
    ['dependency-unavailable', 'ledger-api is unavailable', ledger],
    ['dependency-unavailable', 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', undefined],
    ['dependency-unavailable', 'dial tcp 10.0.0.7:8443: connect: connection refused', undefined],
    ['dependency-unavailable', 'read ECONNRESET', undefined],
  ])('%s: %s', (cause, line, dependency) => {
    const signature = signatureOf(line);
    expect([signature?.cause, signature?.dependency]).toEqual([cause, dependency]);
  });
});

describe('every wording reads its own example', () => {
  test.each(
    systems.flatMap(({ system, wordings }) => wordings.map((wording) => [system, wording.example, wording] as const)),
  )('%s: %s', (_, example, { cause, about }) => {
    expect(signatureOf(example)).toMatchObject({ cause, about });
  });
  test('and names where its system documents it', () => {
    for (const { source } of systems) expect(source).toMatch(/^https:\/\//);
  });
});

describe('words that look alike name nothing', () => {
  test.each([
    'certificate expires in 12 days',
    'the certificate of the course was signed by the teacher',
    'the session of the user has expired',
    'the row is locked for editing by ana',
    'the door was unlocked',
    'max_connections = 200',
    'maxmemory policy is allkeys-lru',
    'the consumer joined the group at offset 42',
    'the rate limit of the customer is 100 a minute',
    'heap usage after collection: 40 %',
    'opened 12 files',
    'the configuration was loaded',
    'deadlock detection is enabled',
    'no deadlock detected',
    'granted access to the report',
    'customer lookup failed: not on file',
    'lookup table is stale',
    'could not resolve the merge conflict',
    'too many requests',
    'connection pool warmed',
    'authorization failed: the token of user ana is not valid',
    'permission denied for user ana',
    'the form is read only',
    'opened in read mode',
    'disk usage is 40 %',
    'email address already in use',
    'address already in use by another customer',
    'failed to create order: permission denied',
    'no access for viewers: permission denied',
    'MemoryErrorHandler failed to register',
    'format error in the request',
    'the secret was rotated',
    'the environment staging failed its checks',
    'user 7 does not exist',
    'reservation for table of four failed',
    'listening on ledger-api:8443',
    'connected to ledger-api',
    'ledger-api returned 404',
    'query returned 500 rows',
    'p99 is 503 ms',
    'the deadline of the project was exceeded',
    'refused: the voucher is not valid',
  ])('%s', (line) => {
    expect(signatureOf(line)).toBeUndefined();
  });
});

test('a word inside the name of a class is no error number', () => {
  const spring =
    'threw exception; nested exception is org.springframework.web.client.ResourceAccessException: I/O error';
  expect(signatureOf(`${spring}: Connection refused (Connection refused)`)?.cause).toBe('dependency-unavailable');
  expect(signatureOf('TokenFile and SystemFile were read')).toBeUndefined();
  expect(signatureOf('accept: EMFILE')?.cause).toBe('process-limit-reached');
});

describe('whom a line complains about', () => {
  const dependency = (line: string) => signatureOf(line)?.dependency;
  test.each([
    ['a line of a source file', 'server.go:2136: http: TLS handshake error: connection reset by peer'],
    ['a time of day', 'since 2026-11-20T02:47:00Z: connection refused'],
    ['this machine', 'dial tcp localhost:8443: connection refused'],
    ['an address', '10.0.0.7:8443 timed out: connection refused'],
    ['a word that stands where a name could', 'connection to server failed: connection refused'],
  ])('is not %s', (_, line) => {
    expect(signatureOf(line)?.cause).toBe('dependency-unavailable');
    expect(dependency(line)).toBeUndefined();
  });
  test('is a service by its name in the cluster, or a name of the world as it is', () => {
    expect(dependency('Ledger-API.billing.svc.cluster.local:8443 timed out')).toEqual({
      name: 'ledger-api',
      namespace: 'billing',
    });
    expect(dependency('api.stripe.com:443 timed out')).toEqual({ name: 'api.stripe.com' });
    expect(dependency('db.rds.eu-west-1.amazonaws.com:5432 timed out')).toEqual({
      name: 'db.rds.eu-west-1.amazonaws.com',
    });
  });
});

test('a message that is huge or made to be slow is judged by its beginning, quickly', () => {
  for (const unit of ['a', 'a.', 'connect to ', 'open /', 'host:80 ', 'lookup a on ', 'secret ', 'env ', '- ']) {
    const begun = performance.now();
    signatureOf(unit.repeat(200_000));
    expect(performance.now() - begun).toBeLessThan(300);
  }
  expect(signatureOf(`${'x '.repeat(500)}no space left on device`)).toBeUndefined();
});

describe('wordings of a JVM stack and of its look-alikes', () => {
  test.each<[CauseCode | undefined, string, Signature['dependency']]>([
    [
      undefined,
      'Unrecognized configuration key "app.legacy" was provided; it will be ignored; verify that the extension is set',
      undefined,
    ],
    ['configuration-invalid', 'nginx: unrecognized option "-z"', undefined],
    [
      'configuration-invalid',
      'io.smallrye.config.ConfigValidationException: Configuration validation failed',
      undefined,
    ],
    [
      'certificate-expired',
      'SSLHandshakeException: PKIX path validation failed: validity check failed: NotAfter: Sat Nov 21 03:18:00 UTC 2026 calling https://ledger-api.billing.svc:8443',
      { name: 'ledger-api', namespace: 'billing' },
    ],
    ['certificate-invalid', 'x509: certificate is valid for ledger-internal, not ledger-api', ledger],
    [
      'certificate-expired',
      'cURL error 60: SSL certificate problem: certificate has expired (see https://curl.se/libcurl/c/libcurl-errors.html) for https://ledger-api/v1',
      ledger,
    ],
    [
      'certificate-expired',
      'curl: (60) SSL certificate problem: certificate has expired. More details here: https://curl.se/docs/sslcerts.html',
      undefined,
    ],
    ['throughput-exceeded', 'ProvisionedThroughputExceededException: The level of configured throughput', undefined],
    ['api-rate-limit', 'ThrottlingException: Rate exceeded', undefined],
    ['database-lock', 'canceling statement due to statement timeout CONTEXT: while locking tuple (0,1)', undefined],
    ['dependency-unavailable', 'canceling statement due to statement timeout', undefined],
    ['dependency-unavailable', 'no worker available: all 200 threads busy waiting for http://ledger-api:80', ledger],
    ['dependency-unavailable', 'connect timed out: https://ledger-api:8443/v1', ledger],
    [
      'dependency-unavailable',
      'upstream http://ledger-api.billing.svc:80/v2/query answered 500 Internal Server Error',
      { name: 'ledger-api', namespace: 'billing' },
    ],
    ['dependency-unavailable', '503 Service Unavailable from GET http://ledger-api:8080/v2/query', ledger],
    [undefined, 'GET http://ledger-api:8080/v2/query answered 404 Not Found', undefined],
    [undefined, 'request /v2/query answered 500 rows', undefined],
    [undefined, 'handler /v2/query returned 200 in 500 ms', undefined],
    [undefined, 'thread idle, waiting for work', undefined],
  ])('%s: %s', (cause, text, dependency) => {
    expect(signatureOf(text)?.cause).toBe(cause);
    expect(signatureOf(text)?.dependency).toEqual(dependency);
  });
});
