// Classifies the kind of trouble that an alert reports, from its name or else from its title. The first matching row wins, so narrow kinds come
// before wide ones. Names of services and places are removed first, because `cert-api` is not a certificate.
import type { SymptomKind } from '../model/storm.ts';

type Row = readonly [kind: SymptomKind, says: RegExp];

const rows: readonly Row[] = [
  ['errors', /\berror budget|\bburn ?rate/],
  ['certificate', /\bcert(?:ificate)?s?\b|\bx ?509\b|\b(?:tls|ssl)\b(?!.*\berrors? rate)|\bacme\b/],
  ['cost', /\bcosts?\b|\bestimated ?charges?\b|\bbudget\b|\bspend(?:ing)?\b|\bbilling (?:alarm|anomal|alert)/],
  [
    'job-failed',
    /\b(?:cron ?)?jobs?\b.{0,60}\b(?:fail\w*|not complet\w*|miss\w*|late|overdue|deadline|suspended|did not|slow|stuck|abort\w*|timed out)\b|\bfailed (?:cron ?)?jobs?\b|\bkube ?(?:cron )?job\b|\bback ?ups?\b.{0,40}\b(?:fail\w*|miss\w*|old|late|stale)\b|\b(?:workflow|pipeline|dag|batch|etl|state machine|step functions?|executions?|task)s?\b.{0,40}\b(?:fail\w*|timed out|abort\w*|did not|miss\w*|late)\b|\bexecutions? (?:failed|timed ?out|aborted)\b/,
  ],
  [
    'node-down',
    /\bnodes?\b.{0,30}\b(?:not ?ready|down|unreachable|unavailable|lost|offline|dead|gone)\b|\bkubelets?\b.{0,20}\b(?:down|stopped|unreachable)|\b(?:hosts?|instances?|servers?|vms?|machines?|ec2)\b.{0,25}\b(?:down|unreachable|offline|not responding|dead|lost|impaired|terminated)\b|\bstatus ?check ?failed|\bhypervisor\b/,
  ],
  [
    'crash',
    /\bcrash\w*|\booms?\b|\boom ?kill\w*|\bout of memory\b|\brestart(?:s|ed|ing)\b|\bpod restart|\bsegfault|\bpanics?\b|\bcontainer ?(?:terminated|exited|killed)|\bunexpected exit/,
  ],
  [
    'backlog',
    /\bbacklog|\bconsumer ?(?:group )?lag\b|\blags?\b|\bqueue ?(?:depth|length|size|grow\w*|full|age)|\bqueue\b.{0,30}\b(?:grow\w*|long|full|old|stuck|deep)|\bmessages? ?(?:visible|age|not visible|unacked|ready)|\bmessages visible|\bage ?of ?oldest|\boldest (?:message|unacked)|\bdead ?letter|\bdlqs?\b|\biterator ?age|\bunprocessed|\bpending (?:messages|events|tasks)/,
  ],
  [
    'storage',
    /\bdisks?\b|\bfile ?systems?\b|\bvolumes?\b|\bpvcs?\b|\binodes?\b|\bfree ?storage|\bstorage\b|\bno space\b|\bburst ?balance\b/,
  ],
  [
    'latency',
    /\blatenc\w*|\bslow\w*|\bresponse ?times?\b|\bduration|\bp ?(?:50|75|90|95|99|999)\b|\bapdex\b|\btime ?outs?\b|\btimed out\b|\bttfb\b|\bdelay/,
  ],
  [
    'unavailable',
    /\bdown\b|\bun ?available|\bnot available|\bunreachable|\bno (?:healthy|ready|available|endpoints)|\bnot ?ready\b|\bunhealthy|\breplicas? ?mismatch|\breplicas\b|\bgeneration ?mismatch|\brollout stuck|\bhealth ?checks?\b|\bprobes?\b|\bsynthetics?\b|\buptime\b|\babsent\b|\bhealthy ?host|\bavailability\b|\boutage\b|\bimage ?pull\w*|\bpending\b|\bnot (?:starting|running|scheduled)|\bfail(?:ed|s|ing) to start|\bcontainer ?waiting|\bunschedulable|\bno leader\b|\boffline\b/,
  ],
  [
    'errors',
    /\berrors?\b|\b5xx\w*|\b4xx\w*|\b5\d\d(?:s|error\w*)?\b|\bfail(?:ed|ing|ure|ures|s)?\b|\bexceptions?\b|\bfaults?\b|\bsuccess ?rat(?:e|io)|\brefused\b|\breject\w*|\bdenied\b|\bunauthori[sz]ed|\bnx ?domain|\bserv ?fail/,
  ],
  [
    'traffic-drop',
    /\b(?:traffic|requests?|request rate|throughput|rps|qps|orders?|sign ?ups?|logins?|sessions?|events?|messages|checkouts?|sales|conversions?)\b.{0,40}\b(?:drop\w*|fell|falls?|low\w*|decreas\w*|dip\w*|missing|below|stopped|zero|anomal\w*)\b|\bno (?:traffic|requests|orders|logins|data|events|messages)\b|\blow (?:traffic|throughput|requests?|orders?|volume)\b/,
  ],
  [
    'traffic-surge',
    /\b(?:traffic|requests?|request rate|throughput|rps|qps|connections?)\b.{0,30}\b(?:surge\w*|spik\w*|high|increas\w*|above|flood\w*)\b|\b(?:high|surge|spike)\b.{0,15}\b(?:traffic|request rate|rps|qps)\b|\bddos\b/,
  ],
  [
    'saturation',
    /\bcpus?\b|\bmemory\b|\bsaturat\w*|\bthrottl\w*|\butili[sz]ation|\bload ?(?:average|\d+)?\b|\bpools?\b|\bconnections?\b|\bthreads?\b|\bdescriptors?\b|\bquotas?\b|\bcapacity\b|\bmax(?:ed)? ?out|\bconcurren\w*|\bheap\b|\bgc\b|\bhpa\b|\bexhaust\w*/,
  ],
];

/** The kind that the first matching text reports. `names` are removed from each text first. */
export function symptomOf(texts: readonly (string | undefined)[], names: readonly string[]): SymptomKind {
  for (const text of texts) {
    if (text === undefined) continue;
    const words = wordsOf(text.slice(0, longest), names);
    const found = rows.find(([, pattern]) => pattern.test(words));
    if (found) return found[0];
  }
  return 'unknown';
}

const longest = 500;

/** Splits names such as `KubePodCrashLooping` and `HTTPCode_ELB_5XX_Count` into words. */
function wordsOf(text: string, names: readonly string[]): string {
  let rest = ` ${text} `;
  for (const name of names.toSorted((a, b) => b.length - a.length)) {
    if (name.length < 2) continue;
    rest = rest.replaceAll(new RegExp(`(?<![A-Za-z0-9])${escaped(name)}(?![A-Za-z0-9])`, 'gi'), ' ');
  }
  return rest
    .replaceAll(/([A-Za-z])(?=[45](?:xx|XX))/g, '$1 ')
    .replaceAll(/([a-z])([A-Z0-9])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .toLowerCase();
}

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
