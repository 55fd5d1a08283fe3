import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactJson } from '../../../core/redaction/redact.ts';

// Nothing in here is a real credential; those with a published example use it.

const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END ${kind}-----`;

/** text → what must be gone, and what must still be readable. */
const secrets: readonly [text: string, gone: string, stays?: string][] = [
  [`key is ${pem('PRIVATE KEY')} end`, 'MIIEvQ', 'end'],
  [`key is ${pem('RSA PRIVATE KEY')} end`, 'MIIEvQ', 'end'],
  ['cut short: -----BEGIN EC PRIVATE KEY-----\nMIIEvQIBADANBg', 'MIIEvQ', 'cut short'],
  ['auth eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N', 'eyJzdWIi', 'auth'],
  ['AKIAIOSFODNN7EXAMPLE is not authorized', 'AKIAIOSFODNN7EXAMPLE', 'is not authorized'],
  ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI', 'aws_secret_access_key'],
  ['secret access key (wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY) was rejected', 'wJalrXUtnFEMI', 'was rejected'],
  ['"SecretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"', 'wJalrXUtnFEMI', 'SecretAccessKey'],
  [`push with ghp_${'a1B2'.repeat(9)} failed`, 'a1B2', 'failed'],
  [`push with github_pat_${'a1B2_'.repeat(9)} failed`, 'a1B2', 'failed'],
  [['xoxb', '123456789012', 'abcdefGHIJKL'].join('-'), 'abcdefGHIJKL'],
  ['posting to https://hooks.slack.com/services/T000/B000/XXXXYYYY', 'XXXXYYYY', 'hooks.slack.com'],
  ['Authorization: Token token=y_NbAkKc66ryYTWUXYEu', 'y_NbAkKc66', 'Authorization'],
  ['pagerduty u+abcdefghij12345678 refused', 'abcdefghij12345678', 'refused'],
  ['routing_key: 0123456789abcdef0123456789abcdef', '0123456789abcdef', 'routing_key'],
  ['Authorization: Bearer abcdef0123456789.xyz', 'abcdef0123456789', 'Bearer'],
  ['authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz', 'Basic'],
  ['postgres://ledger:hunter2@db.internal:5432/ledger refused', 'hunter2', 'db.internal:5432/ledger refused'],
  ['redis://:s3cr3t@cache:6379', 's3cr3t', 'cache:6379'],
  ['Server=db;User=sa;Password=hunter2;Timeout=5', 'hunter2', 'Timeout=5'],
  ['DB_PASSWORD=hunter2 ./start', 'hunter2', './start'],
  ['spring.datasource.password: hunter2', 'hunter2', 'spring.datasource.password'],
  ['{"user":"ana","password":"two words, really","n":1}', 'two words', '"n":1'],
  ['{"password":"a\\"b-tail","n":1}', 'b-tail', '"n":1'],
  ['{"message":"{\\"api_key\\":\\"k-1234 5678\\",\\"n\\":1}"}', '5678', '\\"n\\":1'],
  ['"env":[{"name":"DB_PASSWORD","value":"hunter2"},{"name":"PORT","value":"8080"}]', 'hunter2', '8080'],
  ['token=abcdef123456', 'abcdef123456', 'token='],
  ['paid with 4111 1111 1111 1111 today', '4111', 'today'],
  ['paid with 378282246310005', '378282246310005'],
  ['ana.example@mail.example.com wrote', 'ana.example', 'wrote'],
  ['line one\\nAKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE', 'line one'],
];

describe('a secret is taken out, the rest stays readable', () => {
  test.each(secrets)('%s', (text, gone, stays = '') => {
    const redacted = redact(text);
    expect(redacted).not.toContain(gone);
    expect(redacted).toContain(stays);
    expect(redacted).toMatch(/\[redacted:[a-z-]+\]/);
  });
  test.each(secrets)('twice changes no more than once: %s', (text) => {
    expect(redact(redact(text))).toBe(redact(text));
  });
  test.each(secrets)('inside a JSON document, which stays JSON: %s', (text, gone) => {
    const json = redact(JSON.stringify({ before: 'x', log: text, after: [1, 2] }));
    expect(JSON.parse(json)).toMatchObject({ before: 'x', after: [1, 2] });
    expect(json).not.toContain(gone);
  });
});

describe('what engineers need is left alone', () => {
  test.each([
    'Back-off restarting failed container app in pod api-7d9f8c6b5d-x7k2p_billing(0b1e2f3a-1111-4222-8333-444455556666)',
    'Error: secret "registry-credentials" not found',
    'password authentication failed for user "ledger"',
    'token expired, asking for a new one',
    'PWD=/usr/src/app',
    'GET https://ledger-api:8443/v1/invoices?page=2 503 in 1732392000123 ns, at 1732392000000000000',
    'memory 4111111111111112 of 4294967296 bytes',
    'image registry.example.com/billing/api@sha256:9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e',
    '{"password":null,"tokens":1024,"secretName":"billing-tls"}',
    'tcp 10.0.3.17:8443: connect: connection refused',
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('a JSON value', () => {
  test('loses the secrets of a Kubernetes object, and keeps its shape', () => {
    const object = {
      kind: 'Pod',
      spec: {
        containers: [
          {
            env: [
              { name: 'DB_PASSWORD', value: 'x' },
              { name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'api', key: 'token' } } },
              { name: 'PORT', value: '8080' },
            ],
          },
        ],
        volumes: [{ name: 'tls', secret: { secretName: 'billing-tls' } }],
      },
    };
    const redacted = structuredClone(object);
    redacted.spec.containers[0]!.env[0]!.value = '[redacted:password]';
    expect(redactJson(object)).toEqual(redacted);
  });
  test('of a Secret keeps names only', () => {
    const secret = { kind: 'Secret', metadata: { name: 's' }, data: { user: 'YW5h', key: 'aHVudGVyMg==' } };
    expect(redactJson(secret)).toEqual({ ...secret, data: { user: '[redacted:secret]', key: '[redacted:secret]' } });
  });
  test('hides what its name calls secret, numbers too', () => {
    expect(redactJson({ apiKey: 'a', clientSecret: 12345, card: 4111111111111111, n: 1732392000000 })).toEqual({
      apiKey: '[redacted:password]',
      clientSecret: '[redacted:password]',
      card: '[redacted:card-number]',
      n: 1732392000000,
    });
  });
  test('without secrets is left as it is', () => {
    const plain = fc
      .jsonValue({ maxDepth: 4 })
      // As JSON has it: no -0.
      .map((value): unknown => JSON.parse(JSON.stringify(value)))
      .filter((value) => !/[@:=]|\d{13}/.test(JSON.stringify(value).replace(/"[^"]*":/g, '')));
    fc.assert(
      fc.property(plain, (value) => {
        expect(redactJson(value)).toEqual(value);
      }),
    );
  });
});

describe('any text', () => {
  const pieces = fc.constantFrom(
    'password',
    'secret',
    'token',
    '"',
    "'",
    '\\',
    '\n',
    ':',
    '=',
    ' ',
    '{',
    '}',
    ',',
    'value',
    '://',
    '@',
    'a.b',
    '4111 1111 1111 1111',
    '-----BEGIN PRIVATE KEY-----',
    'Bearer ',
    'AKIAIOSFODNN7EXAMPLE',
    'eyJ',
  );
  test('anywhere in a JSON value leaves the value as it was but for what is hidden', () => {
    const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
    const hidden = /\[redacted:/;
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.integer())), (values) => {
        const redacted = redactJson({ values }) as { values: unknown[] };
        expect(redacted.values).toHaveLength(values.length);
        for (const [index, value] of redacted.values.entries()) {
          if (!hidden.test(String(value))) expect(value).toBe(values[index]);
          expect(String(value)).not.toMatch(/AKIAIOSFODNN7EXAMPLE|(?<![\w.$/+-])4111 1111 1111 1111(?![\w.])/);
        }
      }),
      { numRuns: 1000 },
    );
  });
  test('redacted twice is redacted once', () => {
    const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (one) => {
        expect(redact(redact(one))).toBe(redact(one));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a megabyte of hostile text takes well under two seconds of the processor', () => {
  const megabyte = (piece: string) => piece.repeat(Math.ceil(1_000_000 / piece.length));
  test.each([
    'a',
    'a.',
    'a@',
    '@',
    'eyJ',
    'eyJaaaaaaaa.',
    '-----BEGIN PRIVATE KEY-----',
    '-----',
    'password',
    'password=',
    'password: ',
    '"password":"',
    '\\"password\\":\\"',
    "password='",
    'secret key ',
    'x://',
    'x://a:',
    'x://a:b',
    '4',
    '4 ',
    '4111-',
    'bearer ',
    'Bearer a',
    '\\',
    '"',
    ' ',
    '\n',
    'xoxb-',
    'sk-',
    '"name":"password","value":"',
    'token token=',
    'authorization: basic ',
  ])('%j', (piece) => {
    const text = megabyte(piece);
    const before = process.cpuUsage();
    redact(text);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });
});
