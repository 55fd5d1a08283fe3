// Secrets and harmless lines in forms that were collected only after the rules for the first corpus were finished: from programs' manuals, settings
// files and issue trackers. Decision 0006 has their first figures; since then they are cases like the others.
import { type Make, maker, type Sample, seeded } from './make.ts';

type Secret = (value: string, make: Make) => string;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** With a value of twelve letters and digits. */
const passwords: Readonly<Record<string, Secret>> = {
  'redis.conf': (v) => `requirepass ${v}`,
  'redis ACL': (v) => `ACL SETUSER app on >${v} ~* +@all`,
  'redis AUTH': (v) => `"AUTH" "default" "${v}"`,
  'rabbitmq.conf': (v) => `default_pass = ${v}`,
  'Erlang cookie': (v) => `RABBITMQ_ERLANG_COOKIE=${v}`,
  pgpass: (v) => `db.example.net:5432:ledger:app:${v}`,
  'my.cnf': (v) => `[client]\nuser=root\npassword="${v}"`,
  'psql conninfo': (v) => `connection to "host=10.0.0.4 dbname=x user=app password='${v}'" failed`,
  WordPress: (v) => `define( 'DB_PASSWORD', '${v}' );`,
  'appsettings.json': (v) =>
    `"ConnectionStrings": { "Default": "Server=db;Database=x;User=sa;Password=${v};TrustServerCertificate=True" }`,
  ODBC: (v) => `DRIVER={ODBC Driver 18};SERVER=db;UID=app;PWD=${v}`,
  'Snowflake URL': (v) => `snowflake://loader:${v}@acme-eu1/raw/public?warehouse=wh`,
  'Tomcat users': (v) => `<user username="admin" password="${v}" roles="manager-gui"/>`,
  'Maven settings': (v) =>
    `<server>\n  <id>nexus</id>\n  <username>ci</username>\n  <password>${v}</password>\n</server>`,
  'gradle.properties': (v) => `nexusPassword=${v}`,
  keystore: (v) => `server.ssl.key-store-password: ${v}`,
  'truststore of Kafka': (v) => `ssl.truststore.password = ${v}`,
  'Spring relaxed': (v) => `SPRING_DATASOURCE_PASSWORD: "${v}"`,
  'grafana.ini': (v) => `admin_password = """${v}"""`,
  'Elasticsearch URL': (v) => `hosts: ["https://elastic:${v}@es01:9200"]`,
  'cloud.auth': (v) => `cloud.auth: "elastic:${v}"`,
  'Logstash output': (v) => `    user => "logstash" password => "${v}"`,
  'Prometheus scrape': (v) => `basic_auth:\n  username: prom\n  password: ${v}`,
  'Alertmanager mail': (v) => `smtp_auth_password: '${v}'`,
  'Ansible variable': (v) => `ansible_become_pass: ${v}`,
  'Ansible inventory': (v) => `web1 ansible_user=root ansible_ssh_pass=${v}`,
  'Terraform variable': (v) => `variable "db_password" {\n  default = "${v}"\n}`,
  tfvars: (v) => `db_password = "${v}"`,
  'systemd unit': (v) => `Environment="DB_PASSWORD=${v}" "PORT=80"`,
  'docker inspect': (v) => `"Env": ["PATH=/usr/bin","MYSQL_ROOT_PASSWORD=${v}","LANG=C"]`,
  'docker run': (v) => `docker run -e POSTGRES_PASSWORD=${v} -d postgres:16`,
  'compose list': (v) => `    environment:\n      - WORDPRESS_DB_PASSWORD=${v}`,
  'env dump of Python': (v) => `environ({'HOME': '/root', 'DB_PASSWD': '${v}', 'LANG': 'C'})`,
  'env dump of Node': (v) => `process.env: { HOME: '/root', DATABASE_PASSWORD: '${v}', LANG: 'C' }`,
  'params of a CLI': (v) => `Executing 'auth login' with params: {'email': None, 'password': '${v}'}`,
  'Rails parameters': (v) => `Parameters: {"utf8"=>"x", "user"=>{"login"=>"ana", "password"=>"${v}"}}`,
  'Go struct': (v) => `config: {Host:db User:app Password:${v} Port:5432}`,
  'Go struct with quotes': (v) => `&Config{Host:"db", Password:"${v}", Port:5432}`,
  'Rust struct': (v) => `DbConfig { host: "db", password: Some("${v}"), port: 5432 }`,
  'Kotlin data class': (v) => `Login(user=ana, password=${v})`,
  'PHP array': (v) => `Array ( [user] => ana [password] => ${v} [remember] => 1 )`,
  var_dump: (v) => `["password"]=> string(12) "${v}"`,
  'Perl hash': (v) => `'passwd' => '${v}',`,
  'SQL insert': (v) => `GRANT ALL ON x.* TO 'app'@'%' IDENTIFIED BY "${v}"`,
  'SQL create role': (v) => `CREATE ROLE app WITH LOGIN PASSWORD '${v}';`,
  'SQL create login': (v) => `CREATE LOGIN app WITH PASSWORD = N'${v}'`,
  'pg error with a statement': (v) => `STATEMENT:  ALTER ROLE app PASSWORD '${v}'`,
  rsync: (v) => `RSYNC_PASSWORD=${v} rsync -a src backup@host::mod`,
  'mongo shell': (v) => `mongosh --host m0 -u root -p ${v} --authenticationDatabase admin`,
  'mongo createUser': (v) => `db.createUser({user: "app", pwd: "${v}", roles: []})`,
  wget: (v) => `wget --user=ana --password='${v}' https://a.example/x`,
  httpie: (v) => `http -a ana:${v} GET https://a.example/x`,
  'ftp URL': (v) => `ftp://ana:${v}@ftp.example.com/in/`,
  proxy: (v) => `export https_proxy=http://squid:${v}@proxy:3128`,
  svn: (v) => `svn co --username ci --password ${v} https://svn.example.com/x`,
  sqlplus: (v) => `sqlplus -s ledger/${v}@//ora:1521/XE @load.sql`,
  'net use': (v) => `net use Z: \\\\fs\\share /user:ACME\\ana ${v}`,
  'expect script': (v) => `send: "Password: ${v}\\r"`,
  wpa_supplicant: (v) => `psk="${v}"`,
  SNMP: (v) => `snmp-server community ${v} RO`,
  Cisco: (v) => `username admin privilege 15 secret 0 ${v}`,
  'LDAP bind': (v) => `bindpw ${v}`,
  'LDAP property': (v) => `ldap.bind.credentials=${v}`,
  Camel: (v) => `sftp://host/dir?username=app&password=${v}&delay=5s`,
  'Airflow connection': (v) => `Connection: login=app, password=${v}, host=db`,
  'Kubernetes literal': (v) => `--from-literal=api-key=${v}`,
  'Helm set string': (v) => `helm install x --set-string auth.rootPassword=${v},image.tag=7.2`,
  'Jenkins log': (v) => `+ echo DOCKER_PASSWORD=${v}`,
  'GitHub Actions': (v) => `  with:\n    password: ${v}\n    registry: r.example.com`,
  'Windows registry': (v) => `"DefaultPassword"="${v}"`,
  'unattend.xml': (v) =>
    `<AdministratorPassword><Value>${v}</Value><PlainText>true</PlainText></AdministratorPassword>`,
  'properties with a colon': (v) => `jdbc.password:${v}`,
  TOML: (v) => `[database]\nhost = "db"\npass = "${v}"`,
  'HCL map': (v) => `  DB_PASSWORD = "${v}"`,
  'CSV of names and values': (v) => `name,value\nDB_PASSWORD,${v}`,
  'Markdown table': (v) => `| password      | ${v} |`,
  GraphQL: (v) => `mutation { login(user: "ana", password: "${v}") { id } }`,
  'escaped query': (v) => `{"url":"/login?user=ana\\u0026password=${v}\\u0026x=1"}`,
  'form in JSON': (v) => JSON.stringify({ body: `user=ana&passwd=${v}&x=1` }),
  'YAML in JSON': (v) => JSON.stringify({ values: `db:\n  password: ${v}\n  port: 5432\n` }),
  'thrice nested': (v) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ password: v }) }) }),
};

/** With a value of thirty-two letters and digits. */
const tokens: Readonly<Record<string, Secret>> = {
  'CGI header': (v) => `{'HTTP_ACCEPT': '*/*', 'HTTP_AUTHORIZATION': 'Bearer ${v}', 'SERVER_PORT': '80'}`,
  'SMTP AUTH': (v) => `C: AUTH PLAIN ${base64(`\0ana\0${v}`)}`,
  'basic in CGI': (v) => `'HTTP_AUTHORIZATION': 'Basic ${base64(`ana:${v}`)}'`,
  'MAP of SQL': (v) => `headers := MAP{'Authorization': 'Basic ${base64(`ana:${v}`)}', 'X': '1'}`,
  'Private-Token': (v) => `PRIVATE-TOKEN: ${v}`,
  'X-Auth-Key': (v) => `-H "X-Auth-Key: ${v}"`,
  'X-Shopify-Access-Token': (v) => `X-Shopify-Access-Token: ${v}`,
  'Ocp-Apim-Subscription-Key': (v) => `Ocp-Apim-Subscription-Key: ${v}`,
  'x-functions-key': (v) => `x-functions-key: ${v}==`,
  'X-Figma-Token': (v) => `"X-Figma-Token":"${v}"`,
  'Cookie of Rails': (v) => `Cookie: _ledger_session=${v}--${v}; other=1`,
  'laravel cookies': (v) => `cookie: XSRF-TOKEN=eyJpdiI6${v}; laravel_session=eyJpdiI6${v}`,
  'Next.js cookie': (v) => `"cookie":"__Secure-next-auth.session-token=${v}"`,
  'curl -b': (v) => `curl -b 'session=${v}' https://a.example/`,
  'refresh in JSON': (v) => `{"access_token":"${v}","token_type":"Bearer","expires_in":3600}`,
  'OAuth body': (v) => `grant_type=refresh_token&refresh_token=${v}&client_id=web`,
  'client assertion': (v) => `client_assertion=${v}&client_assertion_type=jwt`,
  'SAS without a question mark': (v) => `SharedAccessSignature sr=a&sig=${v}%3D&se=1790000000&skn=root`,
  'App Insights': (v) => `InstrumentationKey=${v};IngestionEndpoint=https://eu.example`,
  'Cosmos DB': (v) => `AccountEndpoint=https://x.documents.azure.com:443/;AccountKey=${v}${v}==;`,
  'Event Hubs in YAML': (v) => `connectionString: "Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey=${v}="`,
  'GCS HMAC': (v) => `GOOG1E${v.toUpperCase()}, secret: ${v}abcdefgh`,
  'Fernet key': (v) => `AIRFLOW__CORE__FERNET_KEY=${v}abcdefghij0=`,
  'Rails master key': (v) => `RAILS_MASTER_KEY=${v}`,
  'Laravel key': (v) => `APP_KEY=base64:${v}abcdefghij0=`,
  'Flask secret': (v) => `app.config['SECRET_KEY'] = "${v}"`,
  'JWT secret': (v) => `JWT_SECRET=${v}`,
  'NextAuth secret': (v) => `NEXTAUTH_SECRET="${v}"`,
  'Datadog in Helm': (v) => `--set datadog.apiKey=${v}`,
  'Datadog in a URL': (v) => `POST https://api.datadoghq.eu/api/v1/series?api_key=${v} 403`,
  OpenWeather: (v) => `GET /data/2.5/weather?q=Bern&appid=${v} 200`,
  'Google Maps': (v) => `GET /maps/api/geocode/json?address=Bern&key=AIza${v}abc 200`,
  Mailgun: (v) => `mailgun: key-${v.toLowerCase().replaceAll(/[g-z]/g, '7')}`,
  'Vault unseal': (v) => `Unseal Key 1: ${v}abcdefghij0=`,
  'Vault root': (v) => `Initial Root Token: hvs.${v}`,
  'k3s token': (v) => `K3S_TOKEN=K10${v}::server:${v}`,
  'kubeadm join': () =>
    `kubeadm join 10.0.0.4:6443 --token ${['abcdef', '0123456789abcdef'].join('.')} --discovery-token-ca-cert-hash sha256:x`,
  'registry auth': (v) => `"registry.example.com": {"auth": "${base64(`ci:${v}`)}", "email": ""}`,
  'identity token': (v) => `"identitytoken": "${v}"`,
  'git credential': (v) => `https://x-access-token:${v}@github.com/acme/x`,
  'CI job token': (v) => `git clone https://gitlab-ci-token:${v}@gitlab.example.com/a/b.git`,
  'Teams hook': (v) =>
    `https://acme.webhook.office.com/webhookb2/11111111-2222-3333-4444-555555555555@11111111-2222-3333-4444-555555555555/IncomingWebhook/${v.toLowerCase()}/11111111-2222-3333-4444-555555555555`,
  'PagerDuty integration': (v) => `pagerduty_configs:\n- service_key: ${v.toLowerCase()}`,
  Opsgenie: (v) => `Authorization: GenieKey ${v}`,
  'Kubernetes config by set': (v) => `kubectl config set-credentials ci --token=${v}`,
  'service account in env': (v) => `env: SA_TOKEN=${v}`,
  'webhook secret in JSON': (v) => `{"config":{"url":"https://a.example","secret":"${v}"}}`,
};

const people: Readonly<Record<string, (make: Make) => readonly [text: string, secret: string]>> = {
  'French phone': ({ some }) =>
    sample(
      `+33 6 ${some('digits', 2)} ${some('digits', 2)} ${some('digits', 2)} ${some('digits', 2)}`,
      (v) => `rappel: ${v}`,
    ),
  'US phone with dots': ({ some }) => sample(`+1.415.555.${some('digits', 4)}`, (v) => `registrant phone ${v}`),
  'phone as a number': ({ some }) => sample(`4917${some('digits', 9)}`, (v) => `{"msisdn":${v},"ok":true}`),
  'From of SIP': ({ some }) => sample(`+4930${some('digits', 8)}`, (v) => `INVITE sip:${v}@sip.example.net SIP/2.0`),
  'mail of SMTP': ({ some }) => sample(`${some('lowerAlnum', 8)}@example.co.uk`, (v) => `RCPT TO:<${v}> 250 ok`),
  'mail in a claim': ({ some }) =>
    sample(`${some('lowerAlnum', 8)}@acme.io`, (v) => `preferred_username=${v} groups=[]`),
  'card with dashes': ({ card }) => sample(card().replaceAll(/(.{4})(?=.)/g, '$1-'), (v) => `PAN ${v}`),
};
const sample = (secret: string, render: (secret: string) => string): readonly [string, string] => [
  render(secret),
  secret,
];

const plain: Readonly<Record<string, (make: Make) => string>> = {
  'file of a password': () => 'MYSQL_ROOT_PASSWORD_FILE: /run/secrets/db_root_password',
  'required variable': () => ['MYSQL_PASSWORD: $', '{MYSQL_PASS?err}'].join(''),
  'bearer error': () =>
    'Unable to authenticate the request due to an error: [invalid bearer token, crypto/rsa: verification error]',
  'etcd words': () => 'auth: failed to parse jwt token: crypto/rsa: verification error',
  'mount of a token': ({ some }) =>
    `MountVolume.SetUp succeeded for volume "default-token-${some('lowerAlnum', 5)}" (UID: "${id(some)}")`,
  'projected volume': ({ some }) =>
    `MountVolume.SetUp failed for volume "kube-api-access-${some('lowerAlnum', 5)}" : failed to fetch token: pod "x-${some('lowerAlnum', 5)}" not found`,
  klog: ({ some }) =>
    `I1120 02:47:00.${some('digits', 6)}    4371 manager.go:273] Container inspect result: {ID:${some('hex', 64)} Pid:0 ExitCode:0}`,
  'klog key': ({ some }) =>
    `E1120 02:47:00.${some('digits', 6)} 1 reconciler.go:22] "Reconciler error" controller="secret" key="billing/ledger-${some('lowerAlnum', 5)}"`,
  'controller-runtime': ({ some }) =>
    `{"level":"info","logger":"controllers.Secret","msg":"reconciled","secret":"billing/tls-${some('lowerAlnum', 4)}","reconcileID":"${id(some)}"}`,
  'cert-manager': ({ some }) =>
    `cert-manager/certificates "msg"="Re-queuing certificate" "key"="billing/ledger-tls" "resource_uid"="${id(some)}"`,
  ingress: ({ some }) =>
    `ssl certificate "billing/ledger-tls" has no private key: secret ledger-tls-${some('digits', 2)} missing`,
  argocd: ({ some }) =>
    `Comparing app state (cluster: https://kubernetes.default.svc, namespace: billing) revision=${some('hex', 40)}`,
  flux: ({ some }) => `stored artifact for revision 'main@sha1:${some('hex', 40)}'`,
  'terraform lock': ({ some }) => `"h1:${some('base64', 43)}=",`,
  'go.sum': ({ some }) => `github.com/google/uuid v1.6.0 h1:${some('base64', 43)}=`,
  'package-lock': ({ some }) => `"integrity": "sha512-${some('base64', 86)}==",`,
  yarn: ({ some }) => `checksum: 10/${some('hex', 64)}`,
  'pip hash': ({ some }) => `requests==2.32.3 --hash=sha256:${some('hex', 64)}`,
  'docker build': ({ some }) => `#12 exporting config sha256:${some('hex', 64)} done`,
  containerd: ({ some }) => `time="2026-11-20T02:47:00Z" level=info msg="RemoveContainer for \\"${some('hex', 64)}\\""`,
  cgroup: ({ some }) => `/kubepods/burstable/pod${id(some)}/${some('hex', 64)}`,
  'journal cursor': ({ some }) =>
    `-- cursor: s=${some('hex', 32)};i=${some('hex', 6)};b=${some('hex', 32)};m=${some('hex', 10)}`,
  'systemd session': ({ some }) => `systemd-logind[812]: New session c${some('digits', 3)} of user ana.`,
  sshd: ({ some }) =>
    `Disconnected from authenticating user root 10.0.0.${some('digits', 2)} port 4${some('digits', 4)} [preauth]`,
  sudo: () => 'sudo: pam_unix(sudo:auth): authentication failure; logname=ana uid=1000 tty=/dev/pts/0 ruser=ana',
  'postgres role': () =>
    'FATAL:  no pg_hba.conf entry for host "10.0.0.4", user "app", database "ledger", no encryption',
  'mysql password': () => "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: NO)",
  'mysql key': ({ some }) => `Duplicate entry 'a-${some('digits', 4)}' for key 'orders.idx_customer_key'`,
  'redis wrongpass': () => 'WRONGPASS invalid username-password pair or user is disabled.',
  'redis keys': ({ some }) => `"GET" "session:count:${some('digits', 6)}" "EX" "300"`,
  'kafka group': ({ some }) =>
    `[Consumer clientId=consumer-ledger-1, groupId=ledger] Member consumer-ledger-1-${id(some)} sending LeaveGroup`,
  'kafka key': ({ some }) =>
    `Record(topic=orders, partition=3, offset=${some('digits', 9)}, key=order-${some('digits', 6)}, value=...)`,
  'kafka serializer': () => 'key.deserializer = class org.apache.kafka.common.serialization.StringDeserializer',
  'kafka settings': () =>
    '\tssl.key.password = null\n\tsasl.oauthbearer.token.endpoint.url = null\n\tsasl.jaas.config = null',
  'spring security': () =>
    'o.s.s.w.a.AnonymousAuthenticationFilter : Set SecurityContextHolder to anonymous SecurityContext',
  'spring key': () => ["Could not resolve placeholder 'db.password' in value \"$", '{db.password}"'].join(''),
  hibernate: ({ some }) => `select u1_0.id,u1_0.password,u1_0.token from users u1_0 where u1_0.id=${some('digits', 3)}`,
  django: () =>
    'django.db.utils.IntegrityError: null value in column "password" of relation "auth_user" violates not-null constraint',
  zod: () => '{"code":"invalid_type","expected":"string","path":["password"],"message":"Required"}',
  schema: () => '{"properties":{"password":{"type":"string","format":"password"},"token":{"type":"string"}}}',
  'terraform plan': () => '  + master_password = (sensitive value)\n  + kms_key_id      = (known after apply)',
  'nginx access': ({ some }) =>
    `10.0.0.1 - - [20/Nov/2026:02:47:00 +0000] "GET /static/app.${some('hex', 20)}.js HTTP/2.0" 200 ${some('digits', 5)} "-" "Mozilla/5.0 (X11; Linux x86_64)"`,
  envoy: ({ some }) =>
    `[2026-11-20T02:47:00.000Z] "POST /v1/auth/token HTTP/2" 503 UF 0 95 2 - "-" "okhttp/4.9" "${id(some)}" "auth-service"`,
  alb: ({ some }) =>
    `h2 2026-11-20T02:47:00.1Z app/ledger/${some('hex', 16)} 10.0.0.4:4${some('digits', 4)} "Root=1-${some('hex', 8)}-${some('hex', 24)}" "arn:aws:acm:eu-central-1:111122223333:certificate/${id(some)}"`,
  cloudtrail: ({ some }) =>
    `{"eventName":"GetSecretValue","requestParameters":{"secretId":"arn:aws:secretsmanager:eu-central-1:111122223333:secret:ledger-${some('alnum', 6)}"},"requestID":"${id(some)}"}`,
  'next token': ({ some }) => `aws logs get-log-events --next-token f/${some('digits', 56)}/s`,
  'dynamo pages': ({ some }) =>
    `LastEvaluatedKey={pk: CUSTOMER#${some('upperAlnum', 12)}, sk: ORDER#${some('digits', 8)}}`,
  'openai usage': ({ some }) =>
    `usage: prompt_tokens=${some('digits', 4)} completion_tokens=${some('digits', 3)} total_tokens=${some('digits', 4)}`,
  lexer: ({ pick }) =>
    pick([
      "SyntaxError: Unexpected token 'export'",
      'unexpected token: ")" at line 3',
      'token=IDENT value=foo line=12',
      'parse error near token `EOF`',
    ]),
  keyboard: () => 'keydown key=Enter code=Enter keyCode=13',
  prose: ({ pick }) =>
    pick([
      'Rotate the password: see the runbook for steps',
      'Please check your credentials and try again',
      'The session key was negotiated with X25519',
      'signature verification failed: expected sha256',
      'auth backend: ldap, fallback: local',
      'secret sauce: caching',
    ]),
  'phone-like port list': () => 'open ports 22 80 443 8080 9090 9100 10250',
  'big numbers': ({ some }) => `rx_bytes=${some('digits', 15)} tx_bytes=1${some('digits', 15)} drops=0`,
};
const id = (some: Make['some']): string => [8, 4, 4, 4, 12].map((length) => some('hex', length)).join('-');
const each = 10;

export function heldOut(seed: number): Sample[] {
  const make = maker(seeded(seed));
  const withValues = (forms: Readonly<Record<string, Secret>>, length: number): Sample[] =>
    Object.entries(forms).map(([kind, render]) => {
      const value = make.some('alnum', length);
      const text = render(value, make);
      return { kind, text, secret: secretIn(text, value) };
    });
  return [
    ...withValues(passwords, 12),
    ...withValues(tokens, 32),
    ...Object.entries(people).map(([kind, render]) => {
      const [text, secret] = render(make);
      return { kind, text, secret };
    }),
    ...Object.entries(plain).flatMap(([kind, line]) =>
      Array.from({ length: each }, () => ({ kind, text: line(make) })),
    ),
  ];
}

/** The text that must be removed: the value, or its encoded form. */
function secretIn(text: string, value: string): string {
  if (text.includes(value)) return value;
  return (
    /(?:PLAIN|Basic|"auth":)\s"?([\w+/=]+)/.exec(text)?.[1] ??
    /--token (\S+)|key-(\w+)|service_key: (\w+)|IncomingWebhook\/(\w+)/.exec(text)?.slice(1).find(Boolean) ??
    value
  );
}
