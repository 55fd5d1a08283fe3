// Generates a corpus for redaction from a seed: secrets and personal data in their vendors' formats, inside typical lines of telemetry, and harmless
// lines that look similar. Nothing here is or was a credential, and no file holds one.
import { harmlessLines } from './harmless.ts';
import { type Make, maker, type Sample, seeded } from './make.ts';
import { scannerForms } from './scanner-forms.ts';
import { wildSamples } from './wild.ts';

/** Vendors' tokens, which are recognisable by themselves in any line. The vendors publish the formats. */
const tokens: Readonly<Record<string, (make: Make) => string>> = {
  'AWS access key id': ({ some, pick }) => `${pick(['AKIA', 'ASIA'])}${some('base32', 16)}`,
  'GitHub token': ({ some, pick }) => `${pick(['ghp', 'gho', 'ghu', 'ghs', 'ghr'])}_${some('alnum', 36)}`,
  'GitHub fine-grained token': ({ some }) => `github_pat_${some('alnum', 22)}_${some('alnum', 59)}`,
  'GitLab token': ({ some, pick }) => `${pick(['glpat', 'gldt', 'glrt'])}-${some('url', 20)}`,
  'Slack token': ({ some, pick }) =>
    `${pick(['xoxb', 'xoxp'])}-${some('digits', 12)}-${some('digits', 12)}-${some('alnum', 24)}`,
  'Slack app token': ({ some }) => `xapp-1-A${some('upperAlnum', 10)}-${some('digits', 13)}-${some('hex', 64)}`,
  'OpenAI key': ({ some, pick }) => `sk-${pick(['', 'proj-'])}${some('url', 48)}`,
  'Anthropic key': ({ some }) => `sk-ant-api03-${some('url', 93)}AA`,
  'Stripe key': ({ some, pick }) => `${pick(['sk', 'rk'])}_live_${some('alnum', 24)}`,
  'Google API key': ({ some }) => `AIza${some('url', 35)}`,
  'Google OAuth token': ({ some }) => `ya29.${some('url', 120)}`,
  'npm token': ({ some }) => `npm_${some('alnum', 36)}`,
  'PyPI token': ({ some }) => `pypi-AgEIcHlwaS5vcmc${some('url', 90)}`,
  'Docker Hub token': ({ some }) => `dckr_pat_${some('url', 27)}`,
  'Hugging Face token': ({ some }) => `hf_${some('alnum', 34)}`,
  'SendGrid key': ({ some }) => `SG.${some('url', 22)}.${some('url', 43)}`,
  'Twilio key': ({ some }) => `SK${some('hex', 32)}`,
  'DigitalOcean token': ({ some }) => `dop_v1_${some('hex', 64)}`,
  'Shopify token': ({ some }) => `shpat_${some('hex', 32)}`,
  'Linear key': ({ some }) => `lin_api_${some('alnum', 40)}`,
  'Notion token': ({ some }) => `ntn_${some('alnum', 46)}`,
  'Figma token': ({ some }) => `figd_${some('url', 40)}`,
  'Vault token': ({ some }) => `hvs.${some('url', 90)}`,
  'Terraform Cloud token': ({ some }) => `${some('alnum', 14)}.atlasv1.${some('url', 64)}`,
  'Grafana token': ({ some, pick }) =>
    pick([0, 1]) ? `glsa_${some('alnum', 32)}_${some('hex', 8)}` : `glc_${some('base64', 60)}=`,
  'Databricks token': ({ some }) => `dapi${some('hex', 32)}`,
  'New Relic user key': ({ some }) => `NRAK-${some('upperAlnum', 27)}`,
  'New Relic licence key': ({ some }) => `${some('hex', 36)}NRAL`,
  'PagerDuty user token': ({ some }) => `u+${some('url', 18)}`,
  '1Password service token': ({ some }) => `ops_eyJ${some('base64', 200)}`,
  'age secret key': ({ some }) => `AGE-SECRET-KEY-1${some('upperAlnum', 58)}`,
  JWT: ({ jwt }) => jwt(),
  'e-mail address': ({ some, pick }) =>
    `${some('lowerAlnum', 6)}.${some('lowerAlnum', 7)}@${pick(['mail', 'corp'])}.example.${pick(['com', 'org', 'de'])}`,
  'card number': ({ card }) => card(),
};

/** Secrets that only their name or their place reveals: `[text, secret]`. */
const named: Readonly<Record<string, (make: Make) => readonly [text: string, secret: string]>> = {
  'AWS secret key': ({ some }) => sampleOf(some('base64', 40), (value) => `aws_secret_access_key = ${value}`),
  'AWS session token': ({ some }) => sampleOf(some('base64', 200), (value) => `{"SessionToken":"${value}"}`),
  'Azure storage key': ({ some }) =>
    sampleOf(
      `${some('base64', 86)}==`,
      (value) =>
        `DefaultEndpointsProtocol=https;AccountName=ledger;AccountKey=${value};EndpointSuffix=core.windows.net`,
    ),
  'Azure client secret': ({ some }) =>
    sampleOf(`${some('alnum', 3)}8Q~${some('url', 34)}`, (value) => `AZURE_CLIENT_SECRET=${value}`),
  'Datadog key': ({ some }) => sampleOf(some('hex', 32), (value) => `DD_API_KEY: ${value}`),
  'Slack webhook': ({ some }) =>
    sampleOf(
      some('alnum', 24),
      (value) =>
        `POST https://hooks.slack.com/services/T${some('upperAlnum', 8)}/B${some('upperAlnum', 8)}/${value} 200`,
    ),
  'Postgres URL': ({ some }) =>
    sampleOf(some('alnum', 16), (value) => `dial postgres://ledger:${value}@ledger-db:5432/ledger: connection refused`),
  'MySQL URL': ({ some }) => sampleOf(some('url', 20), (value) => `mysql://root:${value}@mysql:3306/shop`),
  'MongoDB URL': ({ some }) =>
    sampleOf(
      some('alnum', 24),
      (value) => `MongoServerError at mongodb+srv://app:${value}@cluster0.example.net/?retryWrites=true`,
    ),
  'Redis URL': ({ some }) => sampleOf(some('alnum', 20), (value) => `redis://default:${value}@cache:6379/0`),
  'AMQP URL': ({ some }) => sampleOf(some('alnum', 12), (value) => `amqps://worker:${value}@mq:5671/`),
  'ADO connection string': ({ some }) =>
    sampleOf(some('alnum', 14), (value) => `Server=tcp:db,1433;User ID=sa;Password=${value};Encrypt=True`),
  'libpq string': ({ some }) =>
    sampleOf(some('alnum', 14), (value) => `host=db user=ledger password=${value} sslmode=require`),
  'password in JSON': ({ some }) =>
    sampleOf(`${some('alnum', 5)} ${some('alnum', 6)}!`, (value) => `{"user":"ana","password":"${value}","n":1}`),
  'password in nested JSON': ({ some }) =>
    sampleOf(some('alnum', 12), (value) => JSON.stringify({ message: JSON.stringify({ api_key: value, n: 1 }) })),
  'password in YAML': ({ some }) =>
    sampleOf(some('alnum', 12), (value) => `spring:\n  datasource:\n    password: ${value}\n`),
  'password in the environment': ({ some }) => sampleOf(some('alnum', 12), (value) => `DB_PASSWORD=${value} ./start`),
  'password on a command line': ({ some, pick }) =>
    sampleOf(
      some('alnum', 12),
      (value) => `exec: mysqldump --user=root ${pick(['--password=', '--password '])}${value} shop`,
    ),
  'password in a container': ({ some }) =>
    sampleOf(some('alnum', 12), (value) => `"env":[{"name":"DB_PASSWORD","value":"${value}"}]`),
  'bearer header': ({ some }) => sampleOf(some('alnum', 40), (value) => `> Authorization: Bearer ${value}`),
  'basic header': ({ some }) => sampleOf(`${some('base64', 22)}==`, (value) => `authorization: Basic ${value}`),
  'API key header': ({ some }) => sampleOf(some('alnum', 32), (value) => `x-api-key: ${value}`),
  'API key in a URL': ({ some }) =>
    sampleOf(some('alnum', 32), (value) => `GET /v1/rates?api_key=${value}&base=EUR 200`),
  'session cookie': ({ some, pick }) =>
    sampleOf(some('url', 40), (value) => `${pick(['Cookie', 'Set-Cookie'])}: sessionid=${value}; Path=/; HttpOnly`),
  'RSA private key': ({ pem }) => pemSample(pem('RSA PRIVATE KEY')),
  'private key': ({ pem }) => pemSample(pem('PRIVATE KEY')),
  'EC private key': ({ pem }) => pemSample(pem('EC PRIVATE KEY')),
  'OpenSSH private key': ({ pem }) => pemSample(pem('OPENSSH PRIVATE KEY')),
  'PGP private key': ({ pem }) => pemSample(pem('PGP PRIVATE KEY BLOCK')),
  'service account file': ({ pem }) => {
    const key = pem('PRIVATE KEY');
    return [JSON.stringify({ type: 'service_account', private_key: key }), (key.split('\n')[1] ?? '').slice(0, 30)];
  },
};

const sampleOf = (secret: string, render: (secret: string) => string): readonly [string, string] => [
  render(secret),
  secret,
];
const pemSample = (pem: string): readonly [string, string] => [
  `loaded ${pem} from disk`,
  (pem.split('\n')[2] ?? '').slice(0, 30),
];

/** Lines into which a token is inserted. */
const lines: readonly ((token: string) => string)[] = [
  (token) => token,
  (token) => `2026-11-20T02:47:00Z ERROR push failed with ${token}, giving up`,
  (token) => JSON.stringify({ level: 'error', msg: `refused for ${token}`, n: 3 }),
  (token) => `CREDENTIAL=${token}\n`,
  (token) =>
    `https://api.example.com/v1/x?auth=${encodeURIComponent(token).replaceAll('%40', '@').replaceAll('%2B', '+')}&n=1`,
  (token) => `Event: pod/ledger-0 failed (${token})`,
];

/** Harmless values that look like secrets. */
const harmless: Readonly<Record<string, (make: Make) => string>> = {
  'request line': ({ some, pick }) =>
    `${pick(['GET', 'POST'])} /invoices/${some('digits', 5)} ${pick(['200', '503'])} in ${some('digits', 2)} ms`,
  uuid: ({ some }) =>
    `request ${[8, 4, 4, 4, 12].map((length) => some('hex', length)).join('-')} took ${some('digits', 3)}ms`,
  'git commit': ({ some }) => `deploy ${some('hex', 40)} by tom`,
  'image digest': ({ some }) => `Pulled image registry.example.com/ledger@sha256:${some('hex', 64)}`,
  'trace and span': ({ some }) => `traceparent=00-${some('hex', 32)}-${some('hex', 16)}-01 span=${some('hex', 16)}`,
  'pod name': ({ some }) =>
    `Back-off restarting failed container in pod ledger-api-${some('lowerAlnum', 10)}-${some('lowerAlnum', 5)}`,
  'long number': ({ some }) =>
    `offset ${some('digits', 13)} of partition ${some('digits', 2)}, lag ${some('digits', 9)}`,
  nanoseconds: ({ some }) => `ts=17${some('digits', 17)} caller=wal.go:${some('digits', 3)}`,
  'words about passwords': ({ pick }) =>
    pick([
      'FATAL: password authentication failed for user "ledger"',
      'the token has expired, log in again',
      'secret "ledger-db" not found in namespace billing',
      'MountVolume.SetUp failed for volume "token": references non-existent secret key: password',
      'no api key was given',
      'credentials: null',
      'passwordPolicy: strict',
      'tokens per second: 1200',
      'secretName: ledger-db',
      'imagePullSecrets: [regcred]',
    ]),
  'address and port': ({ some }) =>
    `dial tcp 10.42.${some('digits', 1)}.${some('digits', 2)}:8443: connect: connection refused`,
  'plain URL': ({ some }) => `GET https://ledger-api.billing.svc:8443/v2/entries?page=${some('digits', 2)} 503`,
  'resource version': ({ some }) =>
    `resourceVersion: "${some('digits', 8)}" uid: ${[8, 4, 4, 4, 12].map((length) => some('hex', length)).join('-')}`,
  'base64 of no secret': ({ some }) => `checksum ${some('base64', 43)}= size=${some('digits', 5)}`,
  'mention and decorator': ({ pick }) =>
    pick(['@Transactional rolled back', 'ping @oncall please', 'user@ is no address', 'a@b']),
  'stack frame': ({ some }) =>
    `at com.example.ledger.Posting$1.apply(Posting.java:${some('digits', 3)}) ~[ledger-4.1.${some('digits', 1)}.jar:?]`,
  'sum of money': ({ some }) => `total 4${some('digits', 3)}.00 EUR for 37${some('digits', 2)} invoices`,
};

/** `each` samples of every kind and line; the same seed gives the same corpus. */
export function corpus(seed: number, each: number): Sample[] {
  const make = maker(seeded(seed));
  const times = Array.from({ length: each });
  return [
    ...Object.entries(tokens).flatMap(([kind, token]) =>
      lines.flatMap((line) =>
        times.map(() => {
          const secret = token(make);
          return { kind, text: line(secret), secret };
        }),
      ),
    ),
    ...Object.entries(named).flatMap(([kind, sample]) =>
      times.flatMap(() =>
        lines.slice(0, 3).map((line) => {
          const [text, secret] = sample(make);
          return { kind, text: line(text), secret };
        }),
      ),
    ),
    ...Object.entries(harmless).flatMap(([kind, line]) =>
      times.flatMap(() => [1, 2, 3].map(() => ({ kind, text: line(make) }))),
    ),
  ];
}

/** The number of harmless lines of each kind in `measured`. */
const harmlessEach = 24;

/**
 * The corpus of `npm run bench:redact`: vendors' tokens and names, a secret for every rule of gitleaks, secrets from wild.ts, and harmless lines.
 */
export function measured(seed: number): Sample[] {
  const make = maker(seeded(seed));
  return [
    ...corpus(seed, 1),
    ...scannerForms(seeded(seed)),
    ...wildSamples(make),
    ...harmlessLines(make, harmlessEach),
  ];
}
