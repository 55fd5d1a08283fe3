// Which causes words speak of: the catalogue's own titles and codes, and what people call them. Several causes are an answer, too: who
// says "the database" has not said what it had.
import { type CauseCode, causes } from './causes.ts';

/** Words in lower case, one space between; ` | ` where a clause ends. */
export const spoken = (text: string): string =>
  ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[,;:.!?](?=\s|$)|[\n()]+/g, ' | ')
    .replace(/[^a-z0-9|]+/g, ' ')
    .trim()} `;

const all = (Object.keys(causes) as CauseCode[]).filter((code) => code !== 'unknown');
const coded = (begin: RegExp): readonly CauseCode[] => all.filter((code) => begin.test(code));

/** What people call causes, as words of `spoken`. What more rows speak of is more likely meant. */
const everyday: readonly (readonly [RegExp, readonly CauseCode[]])[] = [
  [/\b(?:oom|oomkilled|out of memory|memory limit)\b/, ['oom-killed']],
  [/\b(?:memory|ram|heap)\b/, ['oom-killed', 'memory-leak']],
  [/\bleak(?:s|ed|ing)?\b/, ['memory-leak']],
  [/\bthrottl\w+\b/, ['cpu-throttled']],
  [/\bcpu\b/, ['cpu-overload', 'cpu-throttled']],
  [/\b(?:disks?|no space|out of space|enospc)\b/, ['disk-full']],
  [/\bpressure\b/, ['node-pressure']],
  [/\b(?:dns|nxdomain|no such host|name resolution|names? (?:did|do|does) not resolve)\b/, ['dns-failure']],
  [/\b(?:certificates?|certs?|ssl|x509)\b/, ['certificate-expired']],
  [/\b(?:mtls|mutual tls)\b/, ['mesh-mutual-tls']],
  [
    /\b(?:deploy(?:s|ed|ing)?|releases?|commits?|code change|deployment of|(?:new|last|latest|bad) deployment)\b/,
    ['code-change'],
  ],
  [/\b(?:flags?|toggle)\b/, ['flag-change']],
  [/\b(?:config|configuration|settings?)\b/, ['config-change']],
  [/\b(?:terraform|cloudformation|infrastructure)\b/, ['infrastructure-change']],
  [/\b(?:databases?|db|mysql|postgres(?:ql)?|mariadb|mongo(?:db)?|sql)\b/, coded(/^database/)],
  [/\b(?:credentials?|passwords?)\b/, ['database-credentials']],
  [
    /\b(?:pool|(?:no|too many|out of|exhausted|database|db) connections?|connections? (?:exhausted|limit|left|pool))\b/,
    ['database-connections-exhausted'],
  ],
  [/\bread ?only\b/, ['database-read-only']],
  [/\bwrong port\b/, ['database-port', 'service-port', 'environment-address']],
  [/\b(?:network|latency)\b/, ['network-delay', 'network-policy', 'node-network-loss']],
  [/\bpacket loss\b/, ['node-network-loss']],
  [/\b(?:surge|spike|ddos|load)\b/, ['traffic-surge']],
  [/\b(?:traffic|requests)\b/, coded(/^traffic/)],
  [/\b(?:vendor|provider|third party|aws|fastly|cloudflare)\b/, ['vendor-outage']],
  [/\b(?:cdn|edge)\b/, ['cdn-cached-error', 'vendor-outage']],
  [/\bimage\b/, coded(/^image/)],
  [/\b(?:tag|image name)\b/, ['image-not-found']],
  [/\bregistry\b/, ['image-registry-unreachable']],
  [/\bpull secret\b/, ['image-pull-secret-missing']],
  [/\b(?:secrets?|configmaps?)\b/, ['secret-missing']],
  [/\bservice ?account\b/, ['service-account-missing']],
  [/\bquotas?\b/, coded(/^quota/)],
  [/\bliveness\b/, ['liveness-probe']],
  [/\breadiness\b/, ['readiness-probe']],
  [/\bprobes?\b/, ['liveness-probe', 'readiness-probe']],
  [/\b(?:autoscaler|hpa)\b/, ['hpa-at-limit']],
  [/\bnodes?\b/, ['node-not-ready', 'node-kubelet', 'node-pressure']],
  [/\bkubelet\b/, ['node-kubelet']],
  [/\bcrash(?:es|ed|ing|loop\w*)?\b/, ['application-crash']],
  [/\bdeadline\b/, ['job-deadline']],
  [/\bsuspended\b/, ['cronjob-suspended']],
  [/\b(?:scaled (?:down|to zero)|no replicas|zero replicas)\b/, ['replicas-zero']],
  [/\bselector\b/, ['service-selector', 'scheduling-node-selector']],
  [/\b(?:ingress|routing)\b/, ['route-wrong-backend']],
  [/\b(?:mesh|istio|linkerd)\b/, coded(/^mesh/)],
  [/\b(?:malformed|bad (?:data|input)|invalid (?:data|input))\b/, ['data-invalid']],
];

const filler = new Set(['a', 'an', 'and', 'any', 'is', 'it', 'its', 'of', 'on', 'own', 'that', 'the', 'to', 'was']);
const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    spoken(text)
      .split(' ')
      .filter((word) => word !== '' && !filler.has(word)),
  ),
];
const catalogue = all.map((code) => ({
  code,
  title: spoken(causes[code].title),
  coded: spoken(code),
  parts: [wordsOf(code), wordsOf(causes[code].title)],
}));

/** The title that stands in `said` as it is in the catalogue, the longest one, and what is said besides. */
export function titleIn(said: string): { readonly cause: CauseCode; readonly rest: string } | undefined {
  const found = catalogue
    .filter(({ title }) => said.includes(title) && !said.includes(` not${title}`))
    .sort((a, b) => b.title.length - a.title.length)[0];
  return found && { cause: found.code, rest: said.replace(found.title, ' | ') };
}

/** The causes that `said` speaks of most; all of them where several are equal. */
export function causesIn(said: string): readonly CauseCode[] {
  const words = new Set(said.split(' '));
  const rows = everyday.filter(([pattern]) => pattern.test(said));
  const scored = catalogue.map(({ code, coded: asCode, parts }) => ({
    code,
    score:
      (said.includes(asCode) ? asCode.length : 0) +
      Math.max(...parts.map((part) => (part.every((word) => words.has(word)) ? part.length : 0))) +
      rows.filter(([, codes]) => codes.includes(code)).length,
  }));
  const best = Math.max(...scored.map(({ score }) => score));
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ code }) => code);
}
