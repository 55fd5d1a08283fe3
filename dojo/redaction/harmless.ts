// Generates harmless lines from a seed, in the forms of real logs, manifests and metrics: identifiers, numbers and words that look like secrets.
import type { Make, Sample } from './make.ts';

type Line = (make: Make) => string;
const uuid = ({ some }: Make): string => [8, 4, 4, 4, 12].map((length) => some('hex', length)).join('-');
const number = ({ some }: Make, most: number): string => String(Number(some('digits', most)));
const time = ({ some }: Make): string =>
  `2026-11-${10 + (Number(some('digits', 2)) % 19)}T${String(Number(some('digits', 2)) % 24).padStart(2, '0')}:${some('digits', 1).replace(/[6-9]/, '3')}${some('digits', 1)}:${some('digits', 1).replace(/[6-9]/, '5')}${some('digits', 1)}.${some('digits', 3)}Z`;
/** Sixteen digits that pass Luhn's test and begin like card numbers, as one in ten of such ids does. */
const luhnId = ({ card }: Make): string => card();

export const harmless: Readonly<Record<string, Line>> = {
  // Identifiers
  uuid: (m) => `${time(m)} INFO request_id=${uuid(m)} completed in ${number(m, 3)}ms`,
  'commit hash': (m) => `HEAD is now at ${m.some('hex', 40)} fix retries`,
  'short commit': (m) => `deployed ledger@${m.some('hex', 7)} to backend-1`,
  digest: (m) =>
    `Successfully pulled image "registry.example.com/ledger:4.1.${number(m, 1)}@sha256:${m.some('hex', 64)}" in 2.1s`,
  'layer id': (m) => `sha256:${m.some('hex', 64)}: Pull complete`,
  'container id': (m) => `containerID: containerd://${m.some('hex', 64)}`,
  trace: (m) => `trace_id=${m.some('hex', 32)} span_id=${m.some('hex', 16)} level=warn msg="slow query"`,
  'X-Ray': (m) => `X-Amzn-Trace-Id: Root=1-${m.some('hex', 8)}-${m.some('hex', 24)};Sampled=1`,
  'AWS request': (m) =>
    `REPORT RequestId: ${uuid(m)}\tDuration: ${number(m, 3)}.12 ms\tBilled Duration: ${number(m, 3)} ms`,
  ARN: (m) => `arn:aws:secretsmanager:eu-central-1:${m.some('digits', 12)}:secret:ledger/db-${m.some('alnum', 6)}`,
  'ARN of a key': (m) => `kms_key_id=arn:aws:kms:eu-central-1:${m.some('digits', 12)}:key/${uuid(m)}`,
  'pod name': (m) => `pod/ledger-api-${m.some('lowerAlnum', 10)}-${m.some('lowerAlnum', 5)} evicted`,
  'replica set': (m) => `Scaled up replica set token-service-${m.some('lowerAlnum', 10)} to 3`,
  'Kafka offsets': (m) =>
    `Committed offset ${m.some('digits', 12)} for partition payments-${number(m, 2)} key=order-${number(m, 6)}`,
  ETag: (m) => `ETag: "${m.some('hex', 32)}" Content-Length: ${number(m, 5)}`,
  'cache key': (m) => `cache miss key=user:${number(m, 6)}:profile:${m.some('hex', 32)} ttl=300`,
  'S3 object': (m) => `GetObject bucket=ledger-exports key=2026/11/20/part-${m.some('digits', 5)}-${uuid(m)}.parquet`,
  'Dynamo key': (m) => `ConditionalCheckFailed partition_key=INCIDENT#${m.some('upperAlnum', 26)} sort_key=META`,
  'primary key': (m) => `Duplicate entry '${number(m, 6)}' for key 'PRIMARY'`,
  'ssh fingerprint': (m) =>
    `Accepted publickey for deploy from 10.0.3.${number(m, 2)} port 5${m.some('digits', 4)} ssh2: RSA SHA256:${m.some('base64', 43)}`,
  'TLS serial': (m) => `certificate serial ${m.some('hex', 32)} expires 2027-01-01`,
  'resource version': (m) => `resourceVersion: "${m.some('digits', 9)}"\nuid: ${uuid(m)}`,
  'idempotency key': (m) => `Idempotency-Key: ${uuid(m)}`,
  ulid: (m) => `incident 01${m.some('upperAlnum', 24)} opened`,
  snowflake: (m) => `message ${m.some('digits', 18)} delivered to shard ${number(m, 2)}`,
  'HDFS block': (m) => `Received block blk_-4${m.some('digits', 18)} of size 67108864 from /10.250.${number(m, 2)}.19`,
  'HDFS block, Luhn': (m) => `Verification succeeded for blk_${luhnId(m)}`,
  'order number, Luhn': (m) => `order_id=${luhnId(m)} status=shipped`,
  'bytes, Luhn': (m) => `node_memory_total_bytes ${luhnId(m)}`,
  'metric, Luhn': (m) => `http_request_bytes_sum{job="api",instance="10.0.0.4:9100"} ${luhnId(m)}`,
  'sequence, Luhn': (m) => `"sequenceNumber":${luhnId(m)},"shard":3`,
  'XID, Luhn': (m) => `lsn ${luhnId(m)} replayed, xid: ${luhnId(m)}`,
  microseconds: (m) => `ts_us=17${m.some('digits', 14)} ev=commit`,
  'Android token': (m) => `Bad activity token: android.os.BinderProxy@${m.some('hex', 7)}`,
  'object address': (m) =>
    `java.util.concurrent.FutureTask@${m.some('hex', 8)} rejected from ThreadPoolExecutor@${m.some('hex', 7)}`,
  'systemd unit': (m) => `Started user@${number(m, 4)}.service - User Manager for UID ${number(m, 4)}.`,
  'npm package': (m) => `npm warn deprecated @babel/core@7.${number(m, 2)}.${number(m, 1)}: use 8`,
  'Go module': (m) => `go: downloading github.com/aws/aws-sdk-go-v2@v1.${number(m, 2)}.${number(m, 1)}`,
  'image with tag': (m) =>
    `image: registry.example.com:5000/team/api:v${number(m, 1)}.${number(m, 2)}.${number(m, 1)}-rc.1`,
  // Accounts that are no people's addresses
  'database account': (m) => `Access denied for user 'ledger'@'10.0.${number(m, 2)}.4' (using password: YES)`,
  'database endpoint': (m) => `connecting to clips-db@10.0.0.${number(m, 2)} timed out`,
  'ssh account': (m) => `ssh deploy@bastion-${number(m, 1)}: Connection timed out`,
  'endpoint in the cluster': (m) =>
    `app@ledger-db-${number(m, 1)}.ledger-db.billing.svc.cluster.local: too many connections`,
  'RDS endpoint': (m) =>
    `reader@orders.cluster-${m.some('lowerAlnum', 12)}.eu-central-1.rds.amazonaws.com lagging ${number(m, 2)}s`,
  'git remote': (m) => `Cloning git@github.com:example/ledger-${number(m, 2)}.git`,
  'URL with a user only': (m) => `psql: postgres://ledger@db-${number(m, 1)}:5432/ledger does not answer`,
  'URL with a port': (m) => `GET https://ledger-api:8443/v1/users/${number(m, 4)}/mail@home 404`,
  'URL with an at sign': (m) =>
    `GET https://cdn.example.com/npm/react@18.2.${number(m, 1)}/index.js?v=${m.some('hex', 8)} 200`,
  // Words about secrets
  'password authentication': (m) => `FATAL:  password authentication failed for user "ledger_${number(m, 2)}"`,
  'password words': (m) =>
    m.pick([
      'wrong password: access denied for account',
      'Password: required',
      'password changed for user 1000',
      'Failed password for invalid user admin from 10.0.0.9 port 22 ssh2',
      'check pass; user unknown',
      'password: incorrect',
      'no password was given, asking again',
      'password expired: please reset it',
      'using password: YES',
      'reset-password: link sent',
    ]),
  'token words': (m) =>
    m.pick([
      'invalid token: unexpected end of input',
      'Unexpected token: } in JSON at position 7',
      'token expired at 12:00',
      'token: expired',
      'CSRF token: mismatch',
      'tokens: 1024',
      'max_tokens=4096',
      'token_type=bearer',
      "syntax error near unexpected token `;'",
      'Unexpected token < in JSON at position 0',
      'token bucket: empty',
      'id_token: missing',
    ]),
  'key words': (m) =>
    m.pick([
      'api key: missing',
      'unknown key: timeout',
      'key: value',
      'foreign key: orders_customer_id_fkey',
      'partition key: customer_id',
      'routing_key=orders.created.v1 exchange=orders',
      'routing key: payments.refund',
      'primary-key: id',
      'KeyError: user_id',
      'translation key: checkout.title',
      'access_key_id: missing',
      'no such key: exports/2026/11/20.csv',
    ]),
  'secret words': (m) =>
    m.pick([
      'secretName: foo',
      'secret: not found',
      'MountVolume.SetUp failed for volume "certs" : secret "ledger-tls" not found',
      'secretKeyRef: {name: api, key: token}',
      "couldn't find key token in Secret billing/api",
      'Created secret/ledger-db',
      'SecretsManager: rotating',
      'client secret: invalid',
    ]),
  'auth words': (m) =>
    m.pick([
      'auth: failed for ana',
      'Authorization: required',
      'authorization failed: no bearer',
      'Authorization header: missing',
      'bearer token is missing or expired',
      'basic authentication failed',
      'auth_method=password',
      'authMode: iam',
      'credentials: expired',
      'invalid credentials: user not found',
      'Basic functionality restored',
      'bearer of bad news',
    ]),
  'cookie words': (m) =>
    m.pick([
      'cookie: missing',
      'cookie=disabled',
      'Cookie: consent=yes',
      'session: closed',
      'session=closed for user',
      'pam_unix(sshd:session): session opened for user root by (uid=0)',
      'session_id: none',
      'New session 42 of user root.',
    ]),
  settings: (m) =>
    m.pick([
      'passwordFile: /etc/x',
      'tokenExpirationSeconds: 3600',
      'password_file=/run/secrets/db',
      'PASSWORD_MIN_LENGTH=12',
      'automountServiceAccountToken: false',
      'passwordPolicy: strict',
      'api_key_header: X-Api-Key',
      'secretKey: false',
      ['password: $', '{DB_PASSWORD}'].join(''),
      'password: $(DB_PASSWORD)',
      'token: {{ .Values.token }}',
      'password=****',
      'PWD=/usr/src/app',
      'OLDPWD=/home/deploy',
      'credentials: null',
      'auth: true',
      'pass: 12, fail: 3',
      'bypass=true',
      'compass: north',
      'pass=1 fail=0',
    ]),
  'env without secrets': (m) => `- name: LOG_LEVEL\n  value: debug\n- name: POOL_SIZE\n  value: "${number(m, 2)}"`,
  'env from a Secret': (m) =>
    `- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: ledger-${number(m, 2)}\n      key: password`,
  ConfigMap: (m) => `kind: ConfigMap\ndata:\n  mode: fast\n  workers: "${number(m, 2)}"\n`,
  'Secret without data': (m) => `kind: Secret\nmetadata:\n  name: ledger-${number(m, 2)}\n  uid: ${uuid(m)}`,
  'curl without a user': (m) =>
    `curl -s -o /dev/null -w "%{http_code}" https://api.example.com/health -m ${number(m, 1)}`,
  'program with -u and -p': (m) => `docker run -u 1000:1000 -p 8080:${number(m, 4)} ledger`,
  'mkdir -p': (m) => `+ mkdir -p /var/lib/ledger-${number(m, 2)} && cp -a src dst`,
  // Numbers and times
  'metric line': (m) => `http_requests_total{method="post",code="200"} ${number(m, 7)} 1732392${m.some('digits', 6)}`,
  float: (m) => `loss=0.${m.some('digits', 16)} lr=1e-0${number(m, 1)} rate=+${number(m, 3)}.${m.some('digits', 6)}`,
  'difference of counters': (m) => `heap grew by +${m.some('digits', 9)} bytes, offset +${m.some('digits', 7)}`,
  'time with a zone': (m) =>
    `[20/Nov/2026:02:47:${10 + (Number(m.some('digits', 2)) % 49)} +0100] "GET /v1/x HTTP/1.1" 200 ${number(m, 5)}`,
  'phone-like id': (m) => `job 415-555-${m.some('digits', 4)} moved to queue 2`,
  'phone-like version': (m) => `upgraded to 415.555.${m.some('digits', 4)} build 7`,
  'phone-like ticket': (m) => `see INC-${m.some('digits', 10)} and CHG ${m.some('digits', 4)}-${m.some('digits', 6)}`,
  'long number': (m) => `rows=${m.some('digits', 11)} of ${m.some('digits', 11)}, rtt 0.${m.some('digits', 4)}`,
  address: (m) =>
    `10.42.${number(m, 2)}.${number(m, 2)}:8443 -> 10.42.0.1:5432 syn sent, mac 0a:58:0a:2a:00:${m.some('hex', 2)}`,
  IPv6: (m) => `listening on [2001:db8:${m.some('hex', 4)}::${m.some('hex', 4)}]:443`,
  // Base64 and code without a secret
  checksum: (m) => `"integrity": "sha512-${m.some('base64', 86)}=="`,
  'base64 of JSON without secrets': (m) =>
    `cursor=${Buffer.from(JSON.stringify({ page: Number(number(m, 3)), sort: 'name', after: m.some('hex', 8) })).toString('base64')}`,
  'public key': (m) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${m.some('base64', 43)} deploy@ci`,
  certificate: (m) =>
    `-----BEGIN CERTIFICATE-----\n${m.some('base64', 64)}\n${m.some('base64', 64)}\n-----END CERTIFICATE-----`,
  'stack frame': (m) =>
    `\tat com.example.auth.TokenFilter.doFilter(TokenFilter.java:${number(m, 3)}) ~[auth-4.${number(m, 1)}.jar!/:?]`,
  'JavaScript frame': (m) =>
    `    at async PasswordStore.read (file:///app/node_modules/@scope/store/dist/index.js:${number(m, 3)}:${number(m, 2)})`,
  query: (m) => `SELECT id, password_hash FROM users WHERE token = $1 AND id = ${number(m, 5)}`,
  'query with a placeholder': (m) => `UPDATE sessions SET token = ? WHERE id = ${number(m, 5)}`,
  'JSON log': (m) =>
    JSON.stringify({
      ts: time(m),
      level: 'info',
      msg: 'token refreshed',
      user_id: Number(number(m, 5)),
      request: uuid(m),
      tokens: 12,
    }),
  'Kubernetes event': (m) =>
    JSON.stringify({
      kind: 'Event',
      reason: 'FailedMount',
      message: `secret "ledger-${number(m, 2)}" not found`,
      count: Number(number(m, 2)),
    }),
  'vendor name and id': (m) =>
    `datadog agent commit: ${m.some('hex', 40)}, heroku request_id=${uuid(m)}, sentry event_id=${m.some('hex', 32)}`,
  'vendor name and host': (m) => `fastly pop=fra${number(m, 2)} cloudflare ray=${m.some('hex', 16)}-FRA`,
  'kernel line': (m) =>
    `[${number(m, 6)}.${m.some('digits', 6)}] audit: type=1400 audit(17${m.some('digits', 8)}.${m.some('digits', 3)}:${number(m, 3)}): apparmor="DENIED"`,
};

/** `each` lines of every kind. */
export function harmlessLines(make: Make, each: number): Sample[] {
  return Object.entries(harmless).flatMap(([kind, line]) =>
    Array.from({ length: each }, () => ({ kind, text: line(make) })),
  );
}
