import { describe, expect, test } from 'vitest';
import { redact, redactJson } from '../../../core/redaction/redact.ts';

// What only the structure of a value tells. Nothing in here is a real credential.

const canary = ['kanarien', 'vogel', '4711'].join('-');
const encoded = (text: string) => Buffer.from(text).toString('base64');

/** Each has the canary, or its base64, where only a name or a place says that it is secret. */
const values: Readonly<Record<string, unknown>> = {
  'an environment as Kubernetes has it': { env: [{ name: 'DB_PASS', value: canary }] },
  'an environment with the value first': { env: [{ value: canary, name: 'REDIS_AUTH_TOKEN' }] },
  'a pair of key and value': [{ key: 'api_key', value: canary }],
  'a tag of AWS': { Tags: [{ Key: 'DbPassword', Value: canary }] },
  'a parameter of CloudFormation': { Parameters: [{ ParameterKey: 'MasterPassword', ParameterValue: canary }] },
  'an environment of ECS': { environment: [{ name: 'STRIPE_SECRET', value: canary }] },
  'headers as pairs': {
    headers: [
      ['host', 'a'],
      ['authorization', `Bearer ${canary}`],
    ],
  },
  'headers as pairs of objects': { headers: [{ name: 'X-Api-Key', value: canary }] },
  'headers with lists': { headers: { Authorization: [`Bearer ${canary}`], Accept: ['*/*'] } },
  'raw headers of Node': { rawHeaders: ['Host', 'a', 'Authorization', `Basic ${encoded(`ana:${canary}`)}`] },
  'a header that is an unknown scheme': { headers: { authorization: `Custom ${canary}x9876543210` } },
  'cookies of a header': { headers: { cookie: `theme=dark; sid=${canary}; lang=en` } },
  'the data of a Secret': { kind: 'Secret', data: { anything: encoded(canary) } },
  'the string data of a Secret': { kind: 'Secret', stringData: { anything: canary } },
  'the Secrets of a list': { kind: 'SecretList', items: [{ metadata: { name: 'a' }, data: { anything: canary } }] },
  'a docker config in a Secret': {
    kind: 'Secret',
    data: { '.dockerconfigjson': encoded(JSON.stringify({ auths: {} }) + canary) },
  },
  'a docker config': { auths: { 'registry.example.com': { auth: encoded(`puller:${canary}`) } } },
  'a docker config in base64': {
    file: encoded(JSON.stringify({ auths: { a: { auth: encoded(`puller:${canary}`) } } })),
  },
  'a connection': { connection: { host: 'db', user: 'ledger', password: canary } },
  credentials: { credentials: { a: canary } },
  'parameters of a query': { query: { page: 2, access_token: canary } },
  'JSON in a string': { body: JSON.stringify({ user: 'ana', password: canary }) },
  'JSON in JSON in a string': {
    body: JSON.stringify({ inner: JSON.stringify({ env: [{ value: canary, name: 'DB_PASS' }] }) }),
  },
  'an annotation with the last applied configuration': {
    metadata: {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          kind: 'Secret',
          stringData: { a: canary },
        }),
      },
    },
  },
  arguments: { args: ['--user', 'ledger', '--db-password', canary] },
  'arguments of curl': { command: ['curl', '-u', `deploy:${canary}`, 'https://a.example'] },
  'a ConfigMap with a settings file': {
    kind: 'ConfigMap',
    data: { 'app.properties': `spring.datasource.password=${canary}\nport=8080` },
  },
  'an attribute of OpenTelemetry': { attributes: [{ key: 'db.password', value: { stringValue: canary } }] },
  'a request of a HAR file': {
    queryString: [{ name: 'token', value: canary }],
    postData: { params: [{ name: 'password', value: canary }] },
  },
  'variables of a Lambda function': { Environment: { Variables: { DB_PASS: canary, LOG: 'x' } } },
  'the environment of docker inspect': { Config: { Env: ['PATH=/bin', `MYSQL_ROOT_PASSWORD=${canary}`] } },
  'a data source of Grafana': { secureJsonData: { anything: canary } },
  'a parameter of AWS': { Parameter: { Name: '/prod/db/dsn', Type: 'SecureString', Value: canary } },
  'a secret of AWS': { ARN: 'arn:x', SecretString: canary },
  'credentials of STS': { Credentials: { AccessKeyId: 'ASIA', SecretAccessKey: canary, SessionToken: canary } },
  'an object under a telling name': { password: { value: canary } },
  'a list under a telling name': { passwords: [canary] },
  'a pair of field and value': { Field: 'Password', Value: canary },
  'a property of XML in JSON': { property: [{ '@name': 'password', '@value': canary }] },
  'tags with a colon': { tags: ['env:prod', `password:${canary}`] },
  'YAML in a string': { manifest: `kind: Secret\ndata:\n  a: ${encoded(canary)}\n` },
};

describe('of a structured value no secret is left', () => {
  test.each(Object.entries(values))('%s', (_, value) => {
    const left = JSON.stringify(redactJson(value));
    expect(left).not.toContain(canary);
    expect(left).not.toContain(encoded(canary).slice(0, 20));
    expect(left).not.toContain(encoded(`puller:${canary}`));
    expect(left).not.toContain(encoded(`ana:${canary}`));
    expect(redactJson(JSON.parse(left))).toEqual(JSON.parse(left));
  });
  test.each(Object.entries(values))('nor of its text: %s', (_, value) => {
    for (const text of [JSON.stringify(value), `  ${JSON.stringify(value)}\n`]) {
      const left = redact(text);
      expect(left).not.toContain(canary);
      expect(left).not.toContain(encoded(canary).slice(0, 20));
      expect(() => JSON.parse(left)).not.toThrow();
    }
  });
});

test.each<[string, unknown]>([
  [
    'a reference to a Secret',
    { env: [{ name: 'API_TOKEN', valueFrom: { secretKeyRef: { name: 'api', key: 'token' } } }] },
  ],
  ['a value that refers to another', { env: [{ name: 'DSN_PASSWORD', value: '$(DB_PASSWORD)' }] }],
  [
    'names of files and Secrets',
    { passwordFile: '/etc/x', secretName: 'foo', secret: 'ledger-db', tokenExpirationSeconds: 3600 },
  ],
  ['the next page', { nextToken: 'AAAAKgAAAAIAAAABAAAA12345678', page_token: 'c2hvcC0xMjM0NTY3ODkw' }],
  [
    'labels of a series',
    {
      labels: { pod: 'ledger-api-7d9f8c6b5d-x7k2p', key: 'orders', le: '0.5' },
      points: [[1732392000, 4111111111111111]],
    },
  ],
  ['keys of an index', { Key: 'exports/2026/part-1.parquet', partition_key: 'INCIDENT#01J000000000000000000000AA' }],
  ['tags', { Tags: [{ Key: 'team', Value: 'billing' }] }],
  ['names of fields', { required: ['password', 'email'], mask: ['token', 'user_name'] }],
  ['a session of a machine', { sessionId: '0b1e2f3a-1111-4222-8333-444455556666' }],
  [
    'an external secret',
    { kind: 'ExternalSecret', spec: { data: [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }] } },
  ],
  ['items of a volume', { volumes: [{ secret: { secretName: 'a', items: [{ key: 'password', path: 'pw' }] } }] }],
  [
    'how somebody logs in',
    { auth: { method: 'oidc' }, mfa: { password: true, token: false }, authorization: 'denied', mobile: 'true' },
  ],
  ['a name that ends in a sign', { '0': 'password=', '1': 'next' }],
  ['a parameter that is no secret', { Parameter: { Name: '/prod/db/host', Type: 'String', Value: 'db-1.internal' } }],
  ['counters of tokens', { usage: { input_tokens: 1200, token: 77, max_token: 4096 } }],
])('%s is left alone', (_, value) => {
  expect(redactJson(value)).toEqual(value);
  expect(redact(JSON.stringify(value))).toBe(JSON.stringify(value));
});

test('the same secret is the same placeholder, wherever it is', () => {
  expect(redact(`password=${canary} then password: "${canary}"`)).toBe(
    'password=[redacted:password] then password: "[redacted:password]"',
  );
  expect(redactJson({ a: { password: canary }, b: [{ name: 'DB_PASSWORD', value: canary }] })).toEqual({
    a: { password: '[redacted:password]' },
    b: [{ name: 'DB_PASSWORD', value: '[redacted:password]' }],
  });
});
test('a value that is nested deeper than any telemetry ends there', () => {
  let value: unknown = { password: canary };
  for (let depth = 0; depth < 5000; depth++) value = [value];
  expect(JSON.stringify(redactJson(value))).not.toContain(canary);
});
