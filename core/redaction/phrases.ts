// Redacts a credential that follows a word without an assignment sign: `Bearer x`, `Basic x`, `secret access key x`.
import { mark } from './mark.ts';
import { isBasicPair } from './values.ts';

const bearer = /\b(bearer[ \t]{1,8})(?=[A-Za-z._~+/-]{0,200}[0-9]|[A-Za-z0-9._~+/-]{24})[A-Za-z0-9._~+/-]{12,}={0,4}/gi;
const tokenToken = /\b(token token=\\?["']?)[A-Za-z0-9+_-]{12,}/gi;
const basic = /\b(basic[ \t]{1,8})([A-Za-z0-9+/]{6,4096}={0,2})/gi;
const awsSecret =
  /(secret[ \t_-]{0,3}(?:access[ \t_-]{0,3})?key[^A-Za-z0-9/+]{1,10})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi;
const base64Pair = /\b(auth[ \t]{1,4}plain[ \t]{1,4})[A-Za-z0-9+/]{8,2048}={0,2}/gi;
/** Directives of network devices and servers: `secret 0 x`, `password 7 x`, `requirepass x`, `bindpw x`, `community x RO`. */
const directive =
  /((?:^|\n|[ \t])(?:requirepass|masterauth|bindpw|rootpw|olcRootPW:|snmp-server community|rocommunity|rwcommunity|(?:enable |privilege \d{1,2} |username \S{1,60} )(?:secret|password)(?: \d)?|neighbor \S{1,60} password)[ \t]{1,8}"?)(?!\[redacted:)[^\s"]{3,200}/g;
/** Redis commands, as its monitor and its slow log write them. */
const redisAuth = /("AUTH"(?: "[^"\s]{1,80}")? ")[^"\n]{1,400}(?=")/g;
const redisUser = /(\bSETUSER[ \t][^\n]{0,200}?[ \t]>)[^\s"]{3,200}/g;
const sqlplus = /(\bsqlplus[ \t](?:-\w+[ \t]){0,4}["']?[\w$#]{1,64}\/)(?!\[redacted:)[^\s@"'/]{1,128}(?=@|\s|$)/g;
const httpie = /(\bhttps?[ \t]{1,4}(?:--auth|-a)[ \t=]{1,4}["']?[\w.@-]{1,64}:)(?!\[redacted:)[^\s"']{3,128}/g;
const netUse = /(\bnet use[ \t][^\n]{0,200}?\/user:\S{1,80}[ \t]{1,4})(?!\[redacted:)[^\s/]{3,128}/gi;
const unseal = /(\b(?:unseal|recovery) key(?: \d{1,2})?:[ \t]{1,4})[A-Za-z0-9+/]{30,}={0,2}/gi;
/** libpq's password file: host, port, database, user, password. */
const pgpass =
  /((?:^|\n)[\w.*-]{1,255}:(?:\*|543\d|6432):[\w.*-]{1,64}:[\w.*-]{1,64}:)(?!\[redacted:)[^\s:]{3,128}(?=\r?(?:\n|$))/g;
/** A logged password prompt with its answer. */
const prompted = /(\bpassw(?:or)?d for [^\s:]{1,80}:[ \t]{1,4})(?!\[redacted:)(?=[^\s\d]{0,100}\d)\S{4,200}/gi;
const any =
  /bearer|token token|basic|secret|auth|requirepass|bindpw|rootpw|community|password|setuser|sqlplus|http|net use|unseal|recovery key|:543|:6432|:\*:/i;

const passwords = [directive, redisAuth, redisUser, sqlplus, httpie, netUse, pgpass, prompted];

export function redactPhrases(text: string): string {
  if (!any.test(text)) return text;
  const out = text
    .replace(bearer, `$1${mark('bearer')}`)
    .replace(tokenToken, `$1${mark('token')}`)
    .replace(basic, (all, word: string, value: string) => (isBasicPair(value) ? word + mark('credentials') : all))
    .replace(base64Pair, `$1${mark('credentials')}`)
    .replace(unseal, `$1${mark('token')}`)
    .replace(awsSecret, `$1${mark('aws-secret-key')}`);
  return passwords.reduce((left, pattern) => left.replace(pattern, `$1${mark('password')}`), out);
}
