// Secrets and personal data leave no function for storage, a model or chat. Known shapes and telling names only: what has neither is
// not found here. Every pattern is bounded or begins where the last one ended, so that hostile text costs linear time.

/** A token begins where no word goes on, or after the escape of a line break inside JSON. */
const start = String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))`;
const token = (...shapes: readonly string[]) => new RegExp(`${start}(?:${shapes.join('|')})`, 'g');

/** Names of values that are secret whatever they look like. */
const strongNames =
  'passw(?:or)?d|passphrase|secret[_-]?(?:access[_-]?)?key|client[_-]?secret|api[_-]?key|account[_-]?key|private[_-]?key|routing[_-]?key|integration[_-]?key|service[_-]?key|(?:access|auth|refresh|session|security|bearer|id)[_-]?token|credentials?';
/** Names that also say harmless things; their values are secret when they are as long as secrets are. */
const weakNames = 'pwd|token|secret';
const nameOfSecret = new RegExp(`(?:${strongNames}|${weakNames})$`, 'i');

const separator = String.raw`[ \t]{0,20}[:=][ \t]{0,20}`;
/** The quote that ends a name; escaped once more for every JSON text it is nested in. */
const nameEnd = String.raw`\\{0,15}["']?`;
/** One character of an unquoted value; it ends before an escaped quote or line break, so that a JSON line stays JSON. */
const bare = String.raw`(?:[^\s"'\\,;&{}\[\]]|\\(?!\\{0,15}["']|[nrtbf]))`;
const unquoted = (names: string, least: number, only = '') =>
  new RegExp(
    String.raw`((?:${names})(${nameEnd})${separator})(?!\[redacted:|\/|null\b|true\b|false\b)${only}${bare}{${least},}`,
    'gi',
  );

type Rule = (text: string) => string;

/** Replaces all that matches. */
const shape =
  (kind: string, pattern: RegExp): Rule =>
  (text) =>
    text.replace(pattern, mark(kind));
/** Replaces what follows the first group. */
const after =
  (kind: string, pattern: RegExp): Rule =>
  (text) =>
    text.replace(pattern, (_, before: string) => `${before}${mark(kind)}`);
/** The same; a value without quotes behind a quoted name is JSON's, and becomes a string there. */
const afterName =
  (kind: string, pattern: RegExp): Rule =>
  (text) =>
    text.replace(pattern, (_, before: string, quote: string) => `${before}${quote}${mark(kind)}${quote}`);

const mark = (kind: string): string => `[redacted:${kind}]`;

const rules: readonly Rule[] = [
  cardNumbers,
  shape(
    'private-key',
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)(?:[^"\\]|\\[^"]))*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g,
  ),
  shape('jwt', token(String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)),
  shape('aws-access-key', /(?:AKIA|ASIA)[A-Z0-9]{16}/g),
  shape(
    'token',
    token(
      // GitHub, GitLab, Slack, OpenAI and Anthropic, Stripe, Google, New Relic, npm, PagerDuty (user tokens)
      'gh[pousr]_[A-Za-z0-9]{20,}',
      'github_pat_[A-Za-z0-9_]{20,}',
      'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat)-[A-Za-z0-9_-]{20,}',
      'xox[abeoprs]-[A-Za-z0-9-]{10,}',
      'xapp-[A-Za-z0-9-]{10,}',
      'sk-[A-Za-z0-9_-]{20,}',
      '[rs]k_(?:live|test)_[A-Za-z0-9]{16,}',
      'AIza[A-Za-z0-9_-]{35}',
      'NRAK-[A-Z0-9]{20,}',
      'npm_[A-Za-z0-9]{36}',
      String.raw`u\+[A-Za-z0-9_-]{18}(?![A-Za-z0-9_-])`,
      // Google OAuth, PyPI, Docker Hub, Hugging Face, SendGrid, Twilio, DigitalOcean, Shopify, Linear, Notion, Figma
      String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
      'pypi-AgE[A-Za-z0-9_-]{20,}',
      'dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}',
      'hf_[A-Za-z0-9]{30,}',
      String.raw`SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}`,
      'SK[0-9a-f]{32}(?![0-9a-f])',
      'do[opr]_v1_[0-9a-f]{64}',
      'shp(?:at|ca|pa|ss)_[0-9a-f]{32}',
      'lin_(?:api|oauth)_[A-Za-z0-9]{32,}',
      'ntn_[A-Za-z0-9]{40,}',
      'figd_[A-Za-z0-9_-]{32,}',
      // Vault, Terraform Cloud, Grafana, Databricks, New Relic (licence), 1Password, age
      String.raw`hv[sbr]\.[A-Za-z0-9_-]{24,}`,
      String.raw`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}`,
      'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}',
      'glc_[A-Za-z0-9+/]{32,}={0,2}',
      'dapi[0-9a-f]{32}',
      '[0-9a-f]{36}NRAL',
      'ops_eyJ[A-Za-z0-9+/_-]{60,}',
      'AGE-SECRET-KEY-1[A-Z0-9]{58}',
    ),
  ),
  after('token', /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{8,}/g),
  after('bearer', /\b(bearer[ \t]{1,8})[A-Za-z0-9._~+/-]{12,}={0,4}/gi),
  after('token', /\b(token token=\\?["']?)[A-Za-z0-9+_-]{12,}/gi),
  after(
    'credentials',
    /\b(authorization\\?["']?[ \t]{0,20}[:=][ \t]{0,20}\\?["']?basic[ \t]{1,8})[A-Za-z0-9+/]{4,}={0,2}/gi,
  ),
  // RFC 3986 userinfo: user:password@ and token@.
  after('connection-string-password', /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@"'\\]{0,64}:)[^\s/@"'\\]{1,256}(?=@)/gi),
  after('token', /\b([a-z][a-z0-9+.-]{1,30}:\/\/)[A-Za-z0-9_-]{20,256}(?=@)/gi),
  quoted(new RegExp(String.raw`(?:${strongNames})${nameEnd}${separator}(\\{0,15})(["'])`, 'gi'), 1),
  quoted(new RegExp(String.raw`(?:${weakNames})${nameEnd}${separator}(\\{0,15})(["'])`, 'gi'), 8),
  // The environment of a container as Kubernetes writes it, also inside an annotation.
  quoted(
    new RegExp(
      String.raw`"name\\{0,15}"\s{0,9}:\s{0,9}\\{0,15}"[A-Za-z0-9_.-]{0,80}(?:${strongNames}|${weakNames})\\{0,15}"\s{0,9},\s{0,9}\\{0,15}"value\\{0,15}"${separator}(\\{0,15})(")`,
      'gi',
    ),
    1,
  ),
  afterName('password', unquoted(strongNames, 3)),
  // A word after such a name is a word; with a figure in it, or long, it is a value.
  afterName('password', unquoted(weakNames, 8, `(?=${bare}{0,64}[0-9]|${bare}{20})`)),
  after('password', /(--(?:password|passwd|passphrase|token|api-key|secret)[ \t]{1,4})(?!-)[^\s"']{3,}/gi),
  after('cookie', /(\b(?:set-)?cookie\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?[\w.-]{1,60}=)[^;\s"'\\]{8,}/gi),
  after(
    'aws-secret-key',
    /(secret[ \t_-]{0,3}(?:access[ \t_-]{0,3})?key[^A-Za-z0-9/+]{1,10})[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi,
  ),
  shape('email', /\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.[A-Za-z]{2,24}\b/g),
];

/** Replaces what looks like a secret or personal data with `[redacted:kind]`. A log line that is JSON stays JSON; for a document use `redactJson`. */
export function redact(text: string): string {
  return rules.reduce((redacted, rule) => rule(redacted), text);
}

/** The same for a JSON value, at any depth. The value of a name that says "secret" goes whatever it looks like. */
export function redactJson(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return isCardNumber(String(value)) ? mark('card-number') : value;
  if (Array.isArray(value)) return value.map(redactJson);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const hidden = secretFields(value);
  return Object.fromEntries(
    entries.map(([name, field]) => [
      redact(name),
      hidden(name) && isScalar(field) ? mark('password') : redactJsonField(field, hidden(name)),
    ]),
  );
}

const isScalar = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';

/** Below a hidden name (a Secret's `data`) every scalar is hidden. */
function redactJsonField(field: unknown, hidden: boolean): unknown {
  if (!hidden || typeof field !== 'object' || field === null || Array.isArray(field)) return redactJson(field);
  return Object.fromEntries(
    Object.entries(field).map(([name, inner]) => [name, isScalar(inner) ? mark('secret') : redactJson(inner)]),
  );
}

/** Which fields of an object are secret: by their own name, by the `name` beside a `value`, or as a Kubernetes Secret's data. */
function secretFields(object: object): (name: string) => boolean {
  const { kind, name: called } = object as { kind?: unknown; name?: unknown };
  return (name) =>
    (nameOfSecret.test(name) && name.toLowerCase() !== 'secret') ||
    (name === 'value' && typeof called === 'string' && nameOfSecret.test(called)) ||
    (kind === 'Secret' && (name === 'data' || name === 'stringData'));
}

/** A value in quotes, from where `opening` ends (its groups: the quote's backslashes, the quote) to the quote that closes it. */
function quoted(opening: RegExp, least: number): Rule {
  return (text) => {
    let out = '';
    let done = 0;
    for (const match of text.matchAll(opening)) {
      const from = match.index + match[0].length;
      if (match.index < done || text.startsWith('[redacted:', from)) continue;
      const end = closingQuote(text, from, match[1]?.length ?? 0, match[2] ?? '"');
      if (end - from < least) continue;
      out += text.slice(done, from) + mark('password');
      done = end;
    }
    return out + text.slice(done);
  };
}

/**
 * Where a quoted value ends: before its closing quote with its own backslashes, before a quote that ends the text around it, or at
 * the end of the line. Each nesting of JSON in JSON turns `n` backslashes before a quote into `2n + 1` (RFC 8259, section 7).
 */
function closingQuote(text: string, from: number, backslashes: number, quote: string): number {
  let run = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '\n') return at;
    if (character === '\\') {
      run++;
      continue;
    }
    if (character === '"' || character === "'") {
      if (character === '"' && quote === "'") return at - run;
      if (character === quote && closes(run, backslashes)) return at - Math.min(run, backslashes);
    }
    run = 0;
  }
  return text.length;
}

/** Whether a quote behind `run` backslashes ends a string whose own quotes have `backslashes` of them. */
function closes(run: number, backslashes: number): boolean {
  let left = run;
  for (let level = backslashes; level > 0; level = (level - 1) / 2) {
    if (left % 2 === 0) return true;
    left = (left - 1) / 2;
  }
  return left % 2 === 0;
}

/** Payment cards: issuer prefix and length (ISO/IEC 7812), then the check digit, so that ids and times stay. */
function cardNumbers(text: string): string {
  return text.replace(/(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])/g, (digits, offset: number) => {
    if (!isCardNumber(digits.replace(/[ -]/g, ''))) return digits;
    // A number behind a quoted name is JSON's, and becomes a string there.
    const quote = /(\\{0,15}")\s{0,9}:\s{0,9}$/.exec(text.slice(Math.max(0, offset - 40), offset))?.[1] ?? '';
    return quote + mark('card-number') + quote;
  });
}

const issuers =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35\d{14}|6(?:011|5\d\d|4[4-9]\d)\d{12})$/;

function isCardNumber(digits: string): boolean {
  if (!issuers.test(digits)) return false;
  // Luhn's formula, ISO/IEC 7812-1 annex B.
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
