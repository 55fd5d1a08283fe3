import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../../core/redaction/redact.ts';
import { heldOut } from '../../../dojo/redaction/held-out.ts';

// Lines as they are met, each an edge of a rule. Nothing in here is a real credential.

const harmless: readonly string[] = [
  'token bucket refill rate=100/s burst=20',
  'Session key rotated, sessionKeyId=42',
  'Key rotation for key id 1234abcd-12ab-34cd-56ef-1234567890ab complete',
  'AuthenticationFailed: Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.',
  'secret/ledger-db configured',
  'error: secrets "ledger-db-7f9c" is forbidden: User "system:serviceaccount:ci:deployer" cannot get resource "secrets"',
  'Readiness probe failed: HTTP probe failed with statuscode: 401',
  'level=warn component=auth msg="token expired" user_id=82734 token_age=3605s',
  'signature=v1:sha256 verified',
  'X-Request-Id: 7f3a9c12bd8e4f0aa1b2c3d4e5f60718',
  'x-amzn-RequestId: K3JH5K2J3H5KJ23H5KJ2H35KJ23H5KJ23H5',
  'x-b3-traceid: 463ac35c9f6413ad48485a3953bb6124',
  'sid=4 uid=1000 gid=1000 exe="/usr/bin/sudo"',
  'session=1234567 closed',
  'sessionid: 0x14ede63a5a70002',
  'cookie_domain=.example.com cookie_secure=true',
  'session_timeout=3600 session_store=redis',
  'password_reset_requested user_id=55',
  'passwords do not match',
  'PasswordAuthentication yes',
  'PermitRootLogin without-password',
  'auth_type=oauth2 auth_provider=okta',
  'okta event id: 1f0a2b3c4d5e6f708192a3b4c5d6e7f8',
  'datadog-agent-7d9f8c6b5d-x7k2p restarted',
  'sentry release=ledger@4.1.2+9a2be11',
  'jira: OPS-1234 moved',
  'confluence page 123456789012345678901234',
  'fastly-xid: 7f3a9c12bd8e4f0aa1b2c3d4e5f60718',
  'cf-ray: 8a1b2c3d4e5f6789-FRA',
  'github.run_id=1234567890 sha=9a2be11c0ffee0000111122223333444455556666',
  'Mem: 16777216 used 4111111111111111 free',
  'GET /orders/4111111111111111/items 200',
  '4111111111111111 rows scanned',
  'txn 4111111111111111 committed',
  'Trace: 4111111111111111',
  'call 1234 +0100 done',
  'diff: +1234567890 -987654',
  '2026-11-27 10:00:00+01:00 INFO',
  'rtt min/avg/max = 0.415/555.267/1000',
  'version 1.415.555.2671',
  'user (123) 456-7890 rows',
  'AT12 is the code, DE89 too',
  'Pulled DE89370400440532013001',
  'BE71096123456768 batch',
  'npm_package_version=1.2.3 npm_config_user_agent=npm/10',
  'sk-learn==1.2.3 installed sk-image',
  'key-value store: ready; sk_buff allocation failed',
  'hf_hub_download failed for model',
  'SG.large instance',
  'do_v1_migration started',
  'glpat rotation policy',
  'pat.md updated',
  'SKIP 1234567890abcdef1234567890abcdef',
  'image: ghcr.io/acme/api:sha-9a2be11c0ffee0000111122223333444455556666',
  'configmap/app-config-h2k5m8t6c9 unchanged',
  'secretRef: {name: app-env}',
  'env: [{name: TOKEN_TTL, value: "3600"}]',
  '- name: KEY_PREFIX\n  value: orders/',
  '{"name":"PASSWORD_MIN_LENGTH","value":"12"}',
  '{"key":"token.ttl","value":"3600"}',
  '{"name":"auth","value":"enabled"}',
  '{"name":"SESSION_DRIVER","value":"redis"}',
  '{"Key":"Name","Value":"ledger-db-primary-0"}',
  'Authorization: Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
  'WWW-Authenticate: Basic realm="ledger"',
  'WWW-Authenticate: Bearer error="invalid_token"',
  'Connecting as app@ledger-db.prod.internal',
  'mail from root@localhost rejected',
  'user=alice@EXAMPLE.LOCAL krb5',
  'rabbit@node-1: nodedown',
  'ejabberd@ip-10-0-0-1',
  'beam process <0.123.0> pid=4@host',
  'https://host.example.com:8443/a@b/c',
  'http://[::1]:8080/x@y',
  'docker://sha256:abc@x',
  'ssh://git@github.com:22/acme/x.git',
  's3://bucket/key=2026/part@1',
  "select * from pg_stat_activity where query like '%password%'",
  'kubectl get secret -n billing',
  'helm get values ledger -o json',
  'docker login succeeded',
  'curl -u failed',
  'curl: (22) The requested URL returned error: 401',
  'mysql -h db -P 3306 -u app -p',
  'mysqldump: [Warning] Using a password on the command line interface can be insecure.',
  'az login --use-device-code',
  'openssl s_client -connect a:443 -servername a',
  'redis-cli -h cache -p 6379 ping',
  '-p 8080:80 -p 9090:90',
  'tar -xpf a.tgz -C /opt',
  'psql -U app -d ledger -p 5432',
  'license key: valid until 2027',
  'integration key: missing',
  'service_key: ledger-api-v2-primary-eu-central',
  'routing_key=ledger.events.order-created.v2',
  'access_key=AWS_ACCESS_KEY_ID',
  'api_version=v1 api_group=apps',
  'digest=sha256:9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e9b2c1d0e',
  'Bearer authentication is required for this endpoint',
  'basic income',
  'Basic auth disabled',
  'token: IDENT(foo) at 3:14',
  'next: token=EOF',
];

const secrets: readonly (readonly [text: string, gone: string])[] = [
  ['DATABASE_URL=postgres://app:s3cr3tPw9@db/x', 's3cr3tPw9'],
  ['{"dsn":"app:s3cr3tPw9@tcp(db:3306)/x"}', 's3cr3tPw9'],
  ['msg="auth failed" password="s3cr3t Pw9" user=ana', 's3cr3t Pw9'],
  ['{"user":{"name":"ana","pass":"s3cr3tPw9"}}', 's3cr3tPw9'],
  ['  password: "s3cr3tPw9" # prod', 's3cr3tPw9'],
  ['Password for ana: s3cr3tPw9', 's3cr3tPw9'],
  ['token=7f3a9c12-bd8e-4f0a-a1b2-c3d4e5f60718', '7f3a9c12-bd8e'],
  ['X-Api-Key=abcDEF123456', 'abcDEF123456'],
  ['api-key:abcDEF123456', 'abcDEF123456'],
  ["{'X-Auth-Token': 'abcDEF123456'}", 'abcDEF123456'],
  ['Set-Cookie: auth=abcDEF1234567; HttpOnly, Set-Cookie: sid=zzzDEF1234567; Path=/', 'zzzDEF1234567'],
  ['session_token=abcDEF1234567', 'abcDEF1234567'],
  [
    '?X-Amz-Credential=ABCD/20261120/eu/s3/aws4_request&X-Amz-Security-Token=FwoGZXIvYXdzEabc123456&X-Amz-Signature=0123abcd0123abcd0123abcd',
    'FwoGZXIvYXdzEabc123456',
  ],
  ['DB_PASSWORD: &pw s3cr3tPw9', 's3cr3tPw9'],
  ['password: !!str s3cr3tPw9', 's3cr3tPw9'],
  ['password: |\n  s3cr3tPw9\n', 's3cr3tPw9'],
  ['SECRET=s3cr3tPw9xyz', 's3cr3tPw9xyz'],
  ['STRIPE_SECRET=s3cr3tPw9xyz', 's3cr3tPw9xyz'],
  ['auth.token: s3cr3tPw9xyz', 's3cr3tPw9xyz'],
  ['ACCESS_TOKEN="s3cr3tPw9xyz"', 's3cr3tPw9xyz'],
  ['pwd: hunter22', 'hunter22'],
  ['passwd: hunter22', 'hunter22'],
  ['login: ana / password: hunter22', 'hunter22'],
  ['user=ana pass=hunter22', 'hunter22'],
  ['{"Authorization":["Bearer abc.def.123456789"]}', 'abc.def.123456789'],
  ['authorization=Bearer%20abcdef1234567890abcd', 'abcdef1234567890abcd'],
  ['password%3Dhunter22%26x', 'hunter22'],
  ['&quot;password&quot;:&quot;hunter22&quot;', 'hunter22'],
  ['kind: Secret\ntype: Opaque\ndata:\n  tls.key: |\n    QUJDREVGR0g=\n', 'QUJDREVGR0g='],
  ['apiVersion: v1\ndata:\n  a: QUJDREVGR0g=\nkind: Secret\n', 'QUJDREVGR0g='],
  ['stringData: {a: s3cr3tPw9}\nkind: Secret', 's3cr3tPw9'],
  ['call me at 0171 2345678', '2345678'],
  ['phone: 030 12345678', '12345678'],
  ['tel:+4930123456789', '4930123456789'],
  ['+49 (0) 30 1234567', '1234567'],
  ['GB82 WEST 1234 5698 7654 32', '1234 5698'],
];

test.each([
  ['{"password":12345,"n":1}', { password: '[redacted:password]', n: 1 }],
  ['{"card":{"credit_card_cvv":672,"year":2030}}', { card: { credit_card_cvv: '[redacted:password]', year: 2030 } }],
])('JSON with a number that is secret stays JSON: %s', (text, value) => {
  expect(JSON.parse(redact(text))).toEqual(value);
});
describe('a secret goes', () => {
  test.each(secrets)('%s', (text, gone) => {
    const left = redact(text);
    expect(left).not.toContain(gone);
    expect(redact(left)).toBe(left);
  });
});
describe('a harmless line stays', () => {
  test.each(harmless)('%s', (line) => {
    expect(redact(line)).toBe(line);
  });
});

const held = heldOut(20_261_127);
describe.each([...new Set(held.map(({ kind }) => kind))])('of the corpus that was held out, %s', (kind) => {
  const mine = held.filter((sample) => sample.kind === kind);
  test(mine[0]?.secret === undefined ? 'stays as it is' : 'is taken out', () => {
    for (const { text, secret } of mine) {
      if (secret === undefined) expect(redact(text)).toBe(text);
      else expect(redact(text)).not.toContain(secret);
    }
  });
});

describe('hostile text', () => {
  const pieces = fc.constantFrom(
    ...[
      'a',
      'a1',
      'A',
      '4',
      ' ',
      '\n',
      '\\',
      '"',
      "'",
      '`',
      '.',
      '-',
      '_',
      '/',
      '=',
      ':',
      '@',
      '|',
      '<',
      '>',
      '{',
      '[',
      ',',
      '%40',
      '%3D',
    ],
    ...[
      'password',
      'password: ',
      '"password":"',
      "password='",
      '<password>',
      '| password | ',
      '--password ',
      'secret key ',
      'token token=',
    ],
    ...['x://', 'x://a:', 'x://a:b@', 'thin:a/', 'a:b@tcp(', '?code=', 'hooks.slack.com/services/', 'bot1234567:'],
    ...['bearer ', 'authorization: basic ', 'authorization: digest a="b", ', 'cookie: a=bbbbbbbbb; ', 'a=bbbbbbbbb;'],
    ...[
      'curl -u a:b ',
      'mysql -p',
      'docker login -p ',
      'sqlplus a/',
      'net use /user:a ',
      '"AUTH" "',
      'setuser a >',
      'unseal key: ',
    ],
    ...[
      'kind: Secret\n',
      'data:\n',
      '  a: b\n',
      '"kind":"Secret"',
      '"data":{',
      '"a":"b",',
      '- name: X_PASSWORD\n',
      '  value: ',
      '"value":"x","name":"',
    ],
    ...[
      '+49 1',
      '(415) 555-1234',
      'phone 0170 ',
      'DE89 3704 ',
      '4111-',
      '4111 1111 1111 1111',
      '[redacted:password]',
      'variable "password" {',
    ],
    ...[
      'eyJ',
      'eyJaaaaaaaa.',
      'xoxb-',
      'sk-',
      'ghp_',
      'SG.',
      'AKIA',
      '.atlasv1.',
      'Q~',
      'a_mmk',
      'datadog_key=',
      '-----BEGIN PRIVATE KEY-----',
      'ewog',
      'LS0tLS1CRUdJTi',
    ],
  );
  /** Seconds of the processor: a quadratic rule takes minutes for so much text. */
  const maxSeconds = 3;
  const length = 200_000;
  test('of any of the things that rules look for, over and over, takes linear time', () => {
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 4 }), pieces, (before, again) => {
        const piece = before.join('');
        for (const text of [piece.repeat(length / piece.length), piece + again.repeat(length / again.length)]) {
          const start = process.cpuUsage();
          redact(text);
          expect([piece, process.cpuUsage(start).user / 1e6 < maxSeconds]).toEqual([piece, true]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
