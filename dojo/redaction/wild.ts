// Secrets and personal data in their usual places in telemetry: manifests, shells, headers, URLs, connection strings, clients' errors. The name, the
// place or the checksum reveals a secret, seldom its shape.
import type { Make, Sample } from './make.ts';

type Wild = (make: Make) => readonly [text: string, secret: string];
const sampleOf = (secret: string, render: (secret: string) => string): readonly [string, string] => [
  render(secret),
  secret,
];
/** A password of twelve characters as people choose them, with a special character that URLs and shells interpret. */
const chosen = ({ some, pick }: Make, signs = '!#%^*'): string =>
  `${some('alnum', 5)}${pick([...signs])}${some('alnum', 6)}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const iban = ({ some, pick }: Make): string => {
  const [country, length] = pick([
    ['DE', 18],
    ['NL', 14],
    ['ES', 20],
    ['GB', 18],
  ] as const);
  const rest =
    country === 'NL' || country === 'GB'
      ? `${country === 'NL' ? 'ABNA' : 'NWBK'}${some('digits', length - 4)}`
      : some('digits', length);
  const digits = [...`${rest}${country}00`]
    .map((one) => (/\d/.test(one) ? one : String(one.charCodeAt(0) - 55)))
    .join('');
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${rest}`;
};
const groups = (text: string): string => text.replaceAll(/(.{4})(?=.)/g, '$1 ');
const docker = (make: Make): readonly [secret: string, auth: string] => {
  const secret = make.some('alnum', 14);
  return [secret, base64(`puller:${secret}`)];
};

export const wild: Readonly<Record<string, Wild>> = {
  // Kubernetes and the like
  'env of a manifest': (make) =>
    sampleOf(
      chosen(make),
      (v) =>
        `        env:\n        - name: DB_PASSWORD\n          value: ${v}\n        - name: PORT\n          value: "8080"`,
    ),
  'env of a manifest, quoted': (make) =>
    sampleOf(chosen(make), (v) => `  - name: REDIS_AUTH_TOKEN\n    value: "${v}"\n`),
  'env in JSON': ({ some }) => sampleOf(some('alnum', 12), (v) => `{"name":"SMTP_PASS","value":"${v}"}`),
  'env in JSON, value first': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `{"value":"${v}","name":"SMTP_PASSWORD"}`),
  'env printed by Go': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `EnvVar{Name:DB_PASSWORD,Value:${v},ValueFrom:nil,}`),
  'last applied configuration': (make) =>
    sampleOf(make.some('alnum', 12), (v) =>
      JSON.stringify({
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ env: [{ name: 'API_TOKEN', value: v }] }),
      }),
    ),
  'Secret in YAML': ({ some }) =>
    sampleOf(
      base64(some('alnum', 12)),
      (v) => `apiVersion: v1\nkind: Secret\nmetadata:\n  name: ledger\ntype: Opaque\ndata:\n  dsn: ${v}\n`,
    ),
  'Secret with stringData': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `kind: Secret\nstringData:\n  whatever: ${v}\n`),
  'Secret in JSON': ({ some }) =>
    sampleOf(
      base64(some('alnum', 12)),
      (v) => `{"apiVersion":"v1","data":{"dsn":"${v}"},"kind":"Secret","metadata":{"name":"ledger"}}`,
    ),
  'docker config': (make) => {
    const [, auth] = docker(make);
    return sampleOf(auth, (v) => `{"auths":{"registry.example.com":{"auth":"${v}"}}}`);
  },
  'docker config in a Secret': (make) => {
    const [, auth] = docker(make);
    return sampleOf(
      base64(JSON.stringify({ auths: { 'registry.example.com': { auth } } })),
      (v) => `.dockerconfigjson: ${v}`,
    );
  },
  'base64 of JSON': ({ some }) =>
    sampleOf(
      base64(JSON.stringify({ username: 'app', password: some('alnum', 12) })),
      (v) => `payload=${v} decoded ok`,
    ),
  kubeconfig: ({ some }) =>
    sampleOf(`${base64(some('alnum', 90))}`, (v) => `users:\n- name: admin\n  user:\n    client-key-data: ${v}\n`),
  'kubeconfig token': ({ some }) => sampleOf(some('url', 40), (v) => `  user:\n    token: ${v}`),
  'literal of kubectl': (make) =>
    sampleOf(chosen(make), (v) => `kubectl create secret generic db --from-literal=password=${v}`),
  'helm value': ({ some }) =>
    sampleOf(
      some('alnum', 10),
      (v) => `helm upgrade ledger ./chart --set postgresql.auth.postgresPassword=${v} --wait`,
    ),
  'AWS tag': ({ some }) => sampleOf(some('alnum', 14), (v) => `{"Key":"DbPassword","Value":"${v}"}`),
  'ECS task': ({ some }) =>
    sampleOf(some('alnum', 14), (v) => `"environment": [ { "name" : "STRIPE_SECRET", "value" : "${v}" } ]`),
  'Terraform diff': ({ some }) => sampleOf(some('alnum', 14), (v) => `~ master_password = "${v}" -> (sensitive value)`),
  'CloudFormation parameter': ({ some }) =>
    sampleOf(some('alnum', 14), (v) => `ParameterKey=MasterUserPassword,ParameterValue=${v}`),
  'diff line': (make) => sampleOf(chosen(make), (v) => `-  password: ${v}\n+  passwordFile: /etc/ledger/password`),
  // Shells
  DB_PASS: ({ some }) => sampleOf(some('alnum', 10), (v) => `DB_PASS=${v} node server.js`),
  'exported pass': ({ some }) => sampleOf(some('alnum', 10), (v) => `export MYSQL_PWD='${v}'`),
  PGPASSWORD: ({ some }) => sampleOf(some('alnum', 10), (v) => `+ PGPASSWORD=${v} psql -h ledger-db -U ledger`),
  'dotenv with a comma': ({ some }) =>
    sampleOf(`${some('alnum', 4)},${some('alnum', 4)};${some('alnum', 4)}`, (v) => `DB_PASSWORD=${v}`),
  'curl -u': (make) =>
    sampleOf(chosen(make, '.-_'), (v) => `curl -s -u deploy:${v} https://artifacts.example.com/x.tgz`),
  'curl --user': (make) =>
    sampleOf(chosen(make), (v) => `+ curl --user 'deploy:${v}' -O https://artifacts.example.com/x.tgz`),
  'curl -H': ({ some }) => sampleOf(some('alnum', 24), (v) => `curl -H "X-Auth-Token: ${v}" https://api.example.com`),
  'curl with a bearer': ({ some }) =>
    sampleOf(some('alnum', 24), (v) => `curl -H 'Authorization: Bearer ${v}' https://api.example.com`),
  'mysql -p': (make) => sampleOf(chosen(make), (v) => `exec: mysql -h db -u root -p${v} -e "select 1"`),
  'redis-cli -a': ({ some }) => sampleOf(some('alnum', 12), (v) => `redis-cli -h cache -a ${v} ping`),
  sshpass: ({ some }) => sampleOf(some('alnum', 12), (v) => `sshpass -p '${v}' ssh root@10.0.0.4`),
  'docker login': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `docker login -u puller -p ${v} registry.example.com`),
  'openssl pass': ({ some }) => sampleOf(some('alnum', 12), (v) => `openssl pkcs12 -in a.p12 -passin pass:${v}`),
  'argument list': ({ some }) => sampleOf(some('alnum', 12), (v) => `args: ["--user","ledger","--password","${v}"]`),
  'Java option': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `java -Djavax.net.ssl.keyStorePassword=${v} -jar app.jar`),
  'process list': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `root 4211 0.0 /usr/bin/exporter --db.password=${v} --port 9100`),
  // Headers and cookies
  'second cookie': ({ some }) => sampleOf(some('url', 32), (v) => `Cookie: theme=dark; session=${v}; lang=en`),
  'third cookie': ({ some }) => sampleOf(some('url', 32), (v) => `cookie: a=1; b=2; connect.sid=s%3A${v}`),
  'cookie in JSON': ({ some }) => sampleOf(some('url', 32), (v) => `{"headers":{"cookie":"_ga=GA1.2.3; sid=${v}"}}`),
  'set cookie': ({ some }) => sampleOf(some('hex', 32), (v) => `< set-cookie: JSESSIONID=${v}; Path=/; Secure`),
  'Fastly-Key': ({ some }) => sampleOf(some('url', 32), (v) => `Fastly-Key: ${v}`),
  'Api-Key': ({ some }) => sampleOf(some('alnum', 32), (v) => `> Api-Key: ${v}`),
  'Authorization: token': ({ some }) => sampleOf(some('hex', 40), (v) => `Authorization: token ${v}`),
  'Authorization: ApiKey': ({ some }) => sampleOf(base64(some('alnum', 30)), (v) => `authorization: ApiKey ${v}`),
  'Authorization: Digest': ({ some }) =>
    sampleOf(some('hex', 32), (v) => `Authorization: Digest username="ana", realm="x", response="${v}"`),
  'Authorization: AWS4': ({ some }) =>
    sampleOf(
      some('hex', 64),
      (v) =>
        `Authorization: AWS4-HMAC-SHA256 Credential=x/20261120/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=${v}`,
    ),
  'Authorization: Splunk': ({ some }) =>
    sampleOf(
      `${some('hex', 8)}-${some('hex', 4)}-4${some('hex', 3)}-a${some('hex', 3)}-${some('hex', 12)}`,
      (v) => `Authorization: Splunk ${v}`,
    ),
  'Authorization alone': ({ some }) => sampleOf(some('alnum', 32), (v) => `Authorization: ${v}`),
  'Proxy-Authorization': ({ some }) =>
    sampleOf(base64(`ana:${some('alnum', 10)}`), (v) => `Proxy-Authorization: Basic ${v}`),
  'headers printed by Go': ({ some }) =>
    sampleOf(some('alnum', 30), (v) => `headers=map[Accept:[*/*] Authorization:[Bearer ${v}] X-Id:[7]]`),
  'headers as pairs': ({ some }) =>
    sampleOf(some('alnum', 30), (v) => `[["host","api"],["authorization","Bearer ${v}"],["x-id","7"]]`),
  'X-Vault-Token': ({ some }) => sampleOf(some('alnum', 24), (v) => `X-Vault-Token: s.${v}`),
  'X-Amz-Security-Token': ({ some }) => sampleOf(some('base64', 120), (v) => `X-Amz-Security-Token: ${v}`),
  'DD-API-KEY': ({ some }) => sampleOf(some('hex', 32), (v) => `DD-API-KEY: ${v}`),
  // URLs
  'password with @': ({ some }) =>
    sampleOf(
      `${some('alnum', 5)}@${some('alnum', 5)}`,
      (v) => `dial postgres://ledger:${v}@ledger-db:5432/ledger: refused`,
    ),
  'password with /': ({ some }) =>
    sampleOf(`${some('alnum', 5)}/${some('alnum', 5)}`, (v) => `amqp://worker:${v}@mq:5672/jobs is down`),
  'password with # and ?': ({ some }) =>
    sampleOf(
      `${some('alnum', 4)}#${some('alnum', 4)}?${some('alnum', 4)}`,
      (v) => `redis://default:${v}@cache.example.net:6379/0`,
    ),
  'password percent-encoded': ({ some }) =>
    sampleOf(
      `${some('alnum', 5)}%40${some('alnum', 5)}`,
      (v) => `mongodb://app:${v}@m0:27017,m1:27017/shop?replicaSet=rs0`,
    ),
  'token in a git URL': ({ some }) =>
    sampleOf(some('alnum', 24), (v) => `fatal: unable to access 'https://oauth2:${v}@git.example.com/a/b.git/'`),
  'JDBC query': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `jdbc:mysql://db:3306/shop?user=app&password=${v}&useSSL=true`),
  'JDBC Oracle': ({ some }) => sampleOf(some('alnum', 12), (v) => `jdbc:oracle:thin:ledger/${v}@//ora:1521/LEDGER`),
  'Go MySQL DSN': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `open app:${v}@tcp(10.0.0.4:3306)/shop?parseTime=true`),
  'SQLAlchemy URL': (make) => sampleOf(chosen(make, '$!*'), (v) => `postgresql+psycopg2://app:${v}@10.0.0.4/shop`),
  'presigned URL': ({ some }) =>
    sampleOf(
      some('hex', 64),
      (v) =>
        `GET https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature=${v} 403`,
    ),
  'Google presigned URL': ({ some }) =>
    sampleOf(some('hex', 128), (v) => `https://storage.googleapis.com/b/o?X-Goog-Expires=60&X-Goog-Signature=${v}`),
  'CloudFront URL': ({ some }) =>
    sampleOf(
      some('url', 100),
      (v) => `https://d1.cloudfront.net/a.mp4?Expires=1790000000&Signature=${v}&Key-Pair-Id=K2`,
    ),
  'Azure SAS': ({ some }) =>
    sampleOf(
      `${some('alnum', 42)}%3D`,
      (v) => `https://a.blob.core.windows.net/c?sv=2022-11-02&ss=b&srt=sco&sp=rl&se=2026-12-01&sig=${v}`,
    ),
  'Azure function': ({ some }) =>
    sampleOf(`${some('url', 52)}==`, (v) => `POST https://fn.azurewebsites.net/api/run?code=${v} 500`),
  'session in a URL': ({ some }) => sampleOf(some('hex', 32), (v) => `GET /cart;jsessionid=${v}?page=2 200`),
  'PHP session': ({ some }) => sampleOf(some('lowerAlnum', 26), (v) => `GET /cart?PHPSESSID=${v} 200`),
  'token in a URL': ({ some }) => sampleOf(some('alnum', 20), (v) => `GET /reset?token=${v} 302`),
  'access token in a fragment': ({ some }) =>
    sampleOf(some('alnum', 40), (v) => `/callback#access_token=${v}&token_type=bearer&expires_in=3600`),
  'Discord webhook': ({ some }) =>
    sampleOf(some('url', 68), (v) => `POST https://discord.com/api/webhooks/${some('digits', 18)}/${v} 204`),
  'Telegram URL': ({ some }) =>
    sampleOf(`AA${some('url', 33)}`, (v) => `GET https://api.telegram.org/bot${some('digits', 10)}:${v}/getMe`),
  // Connection strings and configuration
  'Azure Service Bus': ({ some }) =>
    sampleOf(
      `${some('base64', 43)}=`,
      (v) => `Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey=${v}`,
    ),
  'SQL Server': (make) => sampleOf(chosen(make), (v) => `Data Source=db;Initial Catalog=shop;User Id=sa;Pwd=${v};`),
  JAAS: ({ some }) =>
    sampleOf(
      some('alnum', 12),
      (v) =>
        `sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="app" password="${v}";`,
    ),
  'JAAS in JSON': ({ some }) =>
    sampleOf(some('alnum', 12), (v) =>
      JSON.stringify({ 'sasl.jaas.config': `PlainLoginModule required username="app" password="${v}";` }),
    ),
  'XML element': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `<server><username>ci</username><password>${v}</password></server>`),
  'XML attribute': ({ some }) => sampleOf(some('alnum', 12), (v) => `<add key="SmtpPassword" value="${v}" />`),
  'Spring property': (make) => sampleOf(chosen(make), (v) => `spring.datasource.password=${v}`),
  'Rails secret': ({ some }) => sampleOf(some('hex', 128), (v) => `secret_key_base: ${v}`),
  'Django secret': ({ some }) => sampleOf(some('alnum', 50), (v) => `SECRET_KEY = '${v}'`),
  npmrc: ({ some }) => sampleOf(some('alnum', 32), (v) => `//registry.example.com/:_authToken=${v}`),
  'npmrc, old': ({ some }) => sampleOf(base64(`ci:${some('alnum', 16)}`), (v) => `_auth=${v}`),
  netrc: ({ some }) => sampleOf(some('alnum', 12), (v) => `machine api.example.com login ana password ${v}`),
  'Python dictionary': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `{'host': 'db', 'user': 'app', 'password': '${v}', 'port': 5432}`),
  'Ruby hash': ({ some }) => sampleOf(some('alnum', 12), (v) => `{:host=>"db", :password=>"${v}"}`),
  'Java object': ({ some }) =>
    sampleOf(some('alnum', 12), (v) => `DataSourceProperties(url=db, username=app, password=${v}, poolSize=5)`),
  'JavaScript object': ({ some }) => sampleOf(some('alnum', 12), (v) => `{ host: 'db', password: '${v}', port: 5432 }`),
  'SQL statement': ({ some }) => sampleOf(some('alnum', 12), (v) => `ALTER USER ledger WITH PASSWORD '${v}'`),
  'SQL, identified by': ({ some }) => sampleOf(some('alnum', 12), (v) => `CREATE USER 'app'@'%' IDENTIFIED BY '${v}'`),
  'login body': (make) =>
    sampleOf(make.some('alnum', 12), (v) => `POST /login body: username=ana&password=${v}&remember=1`),
  'password in a nested body': ({ some }) =>
    sampleOf(
      some('alnum', 12),
      (v) => `level=error msg="login failed" body="{\\"user\\":\\"ana\\",\\"pass\\":\\"${v}\\"}"`,
    ),
  'logfmt secret': ({ some }) =>
    sampleOf(some('alnum', 24), (v) => `level=info client_id=ledger client_secret=${v} grant=client_credentials`),
  // Vendors
  'Slack cookie': ({ some }) => sampleOf(`xoxd-${some('alnum', 60)}%2B${some('alnum', 30)}`, (v) => `d=${v}`),
  'Google client secret': ({ some }) =>
    sampleOf(`GOCSPX-${some('url', 28)}`, (v) => `oauth exchange with ${v} refused`),
  'Stripe webhook secret': ({ some }) => sampleOf(`whsec_${some('alnum', 32)}`, (v) => `no signature for ${v} matched`),
  'Twilio token': ({ some }) => sampleOf(some('hex', 32), (v) => `TWILIO_AUTH_TOKEN=${v}`),
  'PagerDuty key': ({ some }) => sampleOf(some('hex', 32), (v) => `{"routing_key":"${v}","event_action":"trigger"}`),
  'Sentry DSN': ({ some }) => sampleOf(some('hex', 32), (v) => `SENTRY_DSN=https://${v}@o1.ingest.sentry.io/42`),
  'WireGuard key': ({ some }) => sampleOf(`${some('base64', 43)}=`, (v) => `PrivateKey = ${v}`),
  'key in one line': ({ some, pem }) => {
    const key = pem('RSA PRIVATE KEY');
    return [`tls.key: ${key.replaceAll('\n', '\\n')}`, (key.split('\n')[1] ?? some('base64', 64)).slice(4, 40)];
  },
  'key twice escaped': ({ pem }) => {
    const key = pem('PRIVATE KEY');
    return [JSON.stringify({ m: JSON.stringify({ k: key }) }), (key.split('\n')[3] ?? '').slice(4, 40)];
  },
  'key cut off': ({ pem }) => {
    const key = pem('EC PRIVATE KEY').split('\n');
    return [key.slice(0, 3).join('\n'), (key[2] ?? '').slice(4, 40)];
  },
  // People
  'phone number': ({ some }) => sampleOf(`+49 171 ${some('digits', 7)}`, (v) => `SMS to ${v} failed: carrier rejected`),
  'phone number, E.164': ({ some }) => sampleOf(`+1415555${some('digits', 4)}`, (v) => `otp sent to ${v}`),
  'phone number, national': ({ some }) => sampleOf(`(415) 555-${some('digits', 4)}`, (v) => `callback requested: ${v}`),
  'phone in JSON': ({ some }) =>
    sampleOf(`+44 20 7946 ${some('digits', 4)}`, (v) => `{"customer":"c-7","phone":"${v}"}`),
  IBAN: (make) => sampleOf(iban(make), (v) => `payout to ${v} returned AC04`),
  'IBAN in groups': (make) => sampleOf(groups(iban(make)), (v) => `iban=${v}, amount 12.00`),
  'card in groups': ({ card }) => sampleOf(groups(card()), (v) => `declined: ${v} exp 12/29`),
  'card in JSON': ({ card }) => sampleOf(card(), (v) => `{"card":${v},"amount":1200}`),
  'mail address': ({ some }) =>
    sampleOf(
      `${some('lowerAlnum', 6)}+test@${some('lowerAlnum', 5)}.example.com`,
      (v) => `550 5.1.1 <${v}>: Recipient address rejected`,
    ),
  'mail address in a URL': ({ some }) =>
    sampleOf(`${some('lowerAlnum', 6)}%40example.com`, (v) => `GET /users?email=${v} 404`),
};

export function wildSamples(make: Make): Sample[] {
  return Object.entries(wild).map(([kind, sample]) => {
    const [text, secret] = sample(make);
    return { kind, text, secret };
  });
}
