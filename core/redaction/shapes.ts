// Redacts secrets that are recognisable by their shape: vendors' tokens (from their documentation or gitleaks' rules), JWTs, private keys.
import { beginningsOf } from './beginnings.ts';
import { type Cut, cutOut, type Kind, mark } from './mark.ts';
import { shapeRules } from './scanner-rules.ts';

/** Vendors' token forms that gitleaks' rules lack or define more narrowly. */
const markers: readonly string[] = [
  // GitHub, GitLab, Slack, OpenAI and Anthropic, Stripe, Google, New Relic, npm, PagerDuty (user tokens)
  'gh[pousr]_[A-Za-z0-9]{20,}',
  'github_pat_[A-Za-z0-9_]{20,}',
  'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas|ffct)-[A-Za-z0-9_-]{20,}',
  'xox[abeoprs]-[A-Za-z0-9-]{10,}',
  'xox[cd]-[A-Za-z0-9%+/=_-]{10,}',
  'xapp-[A-Za-z0-9-]{10,}',
  'sk-[A-Za-z0-9_-]{20,}',
  '[rs]k_(?:live|test|prod)_[A-Za-z0-9]{16,}',
  'whsec_[A-Za-z0-9+/]{16,}={0,2}',
  'AIza[A-Za-z0-9_-]{35}',
  'GOCSPX-[A-Za-z0-9_-]{20,}',
  'NRAK-[A-Z0-9]{20,}',
  'npm_[A-Za-z0-9]{36}',
  String.raw`u\+[A-Za-z0-9_-]{18}(?![A-Za-z0-9_-])`,
  // Google OAuth, PyPI, Docker Hub, Hugging Face, SendGrid, Twilio, DigitalOcean, Shopify, Linear, Notion, Figma
  String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
  String.raw`1\/\/0[A-Za-z0-9_-]{40,}`,
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
  // Vault, Grafana, Databricks, 1Password, age, Telegram, Supabase, Mapbox, Atlassian, Fly, Tailscale, Doppler, Cloudflare
  String.raw`hv[sbr]\.[A-Za-z0-9_-]{24,}`,
  'glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}',
  'glc_[A-Za-z0-9+/]{32,}={0,2}',
  'dapi[0-9a-f]{32}',
  'ops_eyJ[A-Za-z0-9+/_-]{60,}',
  'AGE-SECRET-KEY-1[A-Z0-9]{58}',
  'sbp_[0-9a-f]{40}',
  String.raw`sk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`,
  'ATATT3[A-Za-z0-9_=-]{60,}',
  'ATCTT3[A-Za-z0-9_=-]{60,}',
  'ATBB[A-Za-z0-9]{32}',
  'tskey-[a-z]{2,12}-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}',
  String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{20,}`,
];

const jwt = String.raw`eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`;

/** Patterns by their first three letters, or by two if only two are known. */
const table = new Map<number, RegExp>();
/** The pairs of letters that begin any pattern. */
const firstTwo = new Uint8Array(128 * 128);
const two = (text: string, at: number): number => text.charCodeAt(at) * 128 + text.charCodeAt(at + 1);
const three = (text: string, at: number): number => two(text, at) * 128 + text.charCodeAt(at + 2);

function fillTable(): void {
  const patterns = [
    jwt,
    ...markers,
    ...shapeRules
      .filter(({ within }) => within === undefined)
      .map(({ pattern, bounded }) => `${pattern}${bounded ? '(?![A-Za-z0-9])' : '[A-Za-z0-9]*'}`),
  ];
  const byBeginning = new Map<string, string[]>();
  for (const pattern of patterns)
    for (const beginning of beginningsOf(pattern))
      byBeginning.set(beginning, [...(byBeginning.get(beginning) ?? []), pattern]);
  for (const [beginning, some] of byBeginning) {
    firstTwo[two(beginning, 0)] = 1;
    table.set(beginning.length === 2 ? two(beginning, 0) : three(beginning, 0), new RegExp(some.join('|'), 'y'));
  }
}
fillTable();

const rare = shapeRules.flatMap(({ within, pattern }) =>
  within === undefined ? [] : [{ within, pattern: new RegExp(`${pattern}(?![A-Za-z0-9])`, 'g') }],
);

const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 45;

const escapeSign = '\u001b';
/** Inside a word, a token begins only after an escape: a JSON line break, a URL-encoded character, or a terminal colour. */
const escapeBefore = new RegExp(String.raw`(?:\\[nrt]|%[0-9A-Fa-f]{2}|${escapeSign}\[[0-9;]{1,8}m)$`);
const begins = (text: string, at: number): boolean =>
  !isWord(text.charCodeAt(at - 1)) || escapeBefore.test(text.slice(Math.max(0, at - 12), at));

const kindOf = (token: string): Kind =>
  /^(?:AKIA|ASIA|ABIA|ACCA|A3T)/.test(token) ? 'aws-access-key' : /^eyJ[\w-]+\./.test(token) ? 'jwt' : 'token';

/** No shape is shorter. */
const shortest = 16;

/** By character code: 1 for a word character. */
const partOfWord = Uint8Array.from({ length: 128 }, (_, code) => (isWord(code) ? 1 : 0));

function tokenCuts(text: string): Cut[] {
  const cuts: Cut[] = [];
  const last = text.length - shortest;
  const escapes = text.includes('\\') || text.includes('%') || text.includes(escapeSign);
  let inWord = 0;
  for (let at = 0; at <= last; at++) {
    const code = text.charCodeAt(at);
    const word = code < 128 ? partOfWord[code] : 0;
    if (word === 1 && (inWord === 0 || escapes)) {
      const next = text.charCodeAt(at + 1);
      if (next < 128 && firstTwo[code * 128 + next] === 1) {
        const to = tokenEnd(text, at);
        if (to > at) {
          cuts.push({ from: at, to, kind: kindOf(text.slice(at, to)) });
          at = to - 1;
          inWord = 0;
          continue;
        }
      }
    }
    inWord = word ?? 0;
  }
  return cuts;
}

/** The end of the token at this position; the position itself if no token begins there. */
function tokenEnd(text: string, at: number): number {
  const pattern = table.get(three(text, at)) ?? table.get(two(text, at));
  if (pattern === undefined || !begins(text, at)) return at;
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function rareCuts(text: string, pattern: RegExp): Cut[] {
  return [...text.matchAll(pattern)].flatMap(({ index, 0: token }) =>
    begins(text, index) ? [{ from: index, to: index + token.length, kind: 'token' as const }] : [],
  );
}

/** These shapes are recognisable inside a word, too. */
const awsKey = /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}/g;
const newRelic = /[0-9a-f]{36}NRAL/g;
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)(?:[^"\\]|\\[^"]))*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?/g;

export function redactShapes(text: string): string {
  let out = text;
  if (out.includes('PRIVATE KEY')) out = out.replace(privateKey, mark('private-key'));
  if (out.includes('NRAL')) out = out.replace(newRelic, mark('token'));
  out = out.replace(awsKey, mark('aws-access-key'));
  out = cutOut(out, tokenCuts(out));
  for (const { within, pattern } of rare) if (out.includes(within)) out = cutOut(out, rareCuts(out, pattern));
  return out;
}
