// Reads a command or a query of a runbook: its program, its words and flags, and whether it would only read. Nothing executes it.

export interface Command {
  readonly program: string;
  /** The words that are neither flags nor values of flags. */
  readonly words: readonly string[];
  /** Flags without their dashes, the last one of each name. A flag without a value is ''. */
  readonly flags: Readonly<Record<string, string>>;
  /** The words that the output is filtered by (`| grep WORD`). */
  readonly filter?: string | undefined;
}

/** `unknown`: not a command that is known here, or not a command at all. */
export type Effect = 'reads' | 'changes' | 'unknown';

const kubectlReads: ReadonlySet<string> = new Set([
  'get',
  'describe',
  'logs',
  'top',
  'explain',
  'version',
  'cluster-info',
  'api-resources',
  'events',
  'diff',
]);
const filters: ReadonlySet<string> = new Set([
  'grep',
  'egrep',
  'head',
  'tail',
  'sort',
  'uniq',
  'wc',
  'jq',
  'cut',
  'less',
  'more',
  'cat',
  'column',
  'yq',
]);
const awsReads =
  /^(?:describe|list|get|head|lookup|filter|search|query|scan|batch-get|ls|tail|test|view|preview)(?:-|$)/;
/** Aws calls whose name reads and whose effect is to start something or to hand out a secret's text. */
const awsNotReads = /^(?:get-(?:secret-value|session-token|login|authorization-token)|test-invoke)/;
const helmReads: ReadonlySet<string> = new Set(['history', 'list', 'ls', 'status', 'get', 'show', 'diff', 'version']);
const networkReads: ReadonlySet<string> = new Set([
  'dig',
  'nslookup',
  'host',
  'ping',
  'traceroute',
  'mtr',
  'curl',
  'openssl',
]);
/** Programs that are known to be commands, so that their name alone is not taken for words. */
const otherPrograms: ReadonlySet<string> = new Set([
  'rm',
  'sudo',
  'systemctl',
  'docker',
  'terraform',
  'ansible-playbook',
  'ssh',
  'psql',
  'mysql',
  'redis-cli',
  'kafka-topics.sh',
  'kafka-consumer-groups.sh',
  'eksctl',
  'argocd',
  'flux',
  'gcloud',
  'az',
  'git',
  'make',
  'python',
  'python3',
  'npm',
  'bash',
  'sh',
  'watchkeeper',
]);

export function commandEffect(text: string): Effect {
  if (isQuery(text)) return 'reads';
  const parts = segmentsOf(text);
  const effects = parts.map(({ words, joined }) =>
    joined === '|' && filters.has(words[0] ?? '') ? 'reads' : effectOf(words),
  );
  const [first = 'unknown', ...rest] = effects;
  if (first === 'unknown') return 'unknown';
  if (/[<>]|\$\(|`/.test(withoutPlaceholders(text)) && !/\b2>/.test(text)) return 'changes';
  return [first, ...rest].every((effect) => effect === 'reads') ? 'reads' : 'changes';
}

/** `<pod>` stands for a name; it is no redirection. */
const withoutPlaceholders = (text: string): string =>
  text.replaceAll(/<[\w .-]{1,40}>/g, 'NAME').replaceAll(/'[^']*'|"[^"$`]*"/g, '');

function effectOf(all: readonly string[]): Effect {
  const { program, words, flags } = parsed(all);
  const [verb = '', sub = ''] = words;
  switch (program) {
    case 'kubectl':
    case 'k':
    case 'oc':
      if (verb === '') return 'unknown';
      if (verb === 'rollout') return sub === 'history' || sub === 'status' ? 'reads' : 'changes';
      if (verb === 'auth') return sub === 'can-i' || sub === 'whoami' ? 'reads' : 'changes';
      if (verb === 'config')
        return sub.startsWith('get') || sub === 'view' || sub === 'current-context' ? 'reads' : 'changes';
      return kubectlReads.has(verb) ? 'reads' : 'changes';
    case 'aws':
      if (sub === '') return 'unknown';
      return awsReads.test(sub) && !awsNotReads.test(sub) ? 'reads' : 'changes';
    case 'helm':
      return verb === '' ? 'unknown' : helmReads.has(verb) ? 'reads' : 'changes';
    case 'stern':
      return 'reads';
    default:
      if (networkReads.has(program)) {
        if (words.length === 0) return 'unknown';
        const method = (flags.X ?? flags.request ?? 'GET').toUpperCase();
        const sends = ['d', 'data', 'data-raw', 'F', 'T', 'upload-file', 'json'].some((flag) => flag in flags);
        return (method === 'GET' || method === 'HEAD') && !sends ? 'reads' : 'changes';
      }
      return otherPrograms.has(program) && words.length + Object.keys(flags).length > 0 ? 'changes' : 'unknown';
  }
}

/** The first command of a line; undefined if it is none. */
export function readCommand(text: string): Command | undefined {
  const [first, ...rest] = segmentsOf(text);
  if (first === undefined || first.words.length === 0) return undefined;
  const grep = rest.find(({ words, joined }) => joined === '|' && /^e?grep$/.test(words[0] ?? ''));
  const filter = grep?.words.slice(1).find((word) => !word.startsWith('-'));
  return { ...parsed(first.words), ...(filter === undefined ? {} : { filter }) };
}

/** Flags that take no value, so that the word after them stays a word. */
const bare: ReadonlySet<string> = new Set([
  'A',
  'all-namespaces',
  'w',
  'watch',
  'f',
  'follow',
  'p',
  'previous',
  'all-containers',
  'show-labels',
  'containers',
  'no-headers',
  'I',
  's',
  'v',
  'k',
  'L',
  'i',
  'wide',
]);

function parsed(all: readonly string[]): Omit<Command, 'filter'> {
  const [program = '', ...rest] = all.slice(all.findIndex((word) => !/^\w+=\S*$/.test(word)));
  const words: string[] = [];
  const flags: Record<string, string> = Object.create(null);
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    const flag = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/.exec(word);
    if (flag === null) {
      words.push(word);
      continue;
    }
    const [, name = '', value] = flag;
    const next = rest[index + 1];
    const takesNext = value === undefined && !bare.has(name) && next !== undefined && !next.startsWith('-');
    flags[name] = value ?? (takesNext ? next : '');
    if (takesNext) index += 1;
  }
  return { program: program.toLowerCase(), words, flags };
}

interface Segment {
  readonly words: readonly string[];
  /** What joins it to the segment before. */
  readonly joined: string;
}

/** Splits a line at pipes and separators outside quotation marks. */
function segmentsOf(text: string): Segment[] {
  const tokens = text.slice(0, 1000).match(/"[^"]*"|'[^']*'|\|\||&&|[|;&]|(?:[^\s|;&"']|"[^"]*"|'[^']*')+/g) ?? [];
  const segments: { words: string[]; joined: string }[] = [{ words: [], joined: '' }];
  for (const token of tokens) {
    if (/^(?:\|\||&&|[|;&])$/.test(token)) segments.push({ words: [], joined: token });
    else segments.at(-1)?.words.push(token.replaceAll(/^(["'])(.*)\1$/g, '$2').replace(/=(["'])(.*)\1$/, '=$2'));
  }
  return segments.filter(({ words }) => words.length > 0);
}

/** PromQL and LogQL: a function over a selector, or a selector. */
export const isQuery = (text: string): boolean =>
  /^\s*(?:(?:sum|avg|max|min|count|topk|rate|irate|increase|histogram_quantile|count_over_time|absent)\b[\s\w,()]*[({]|[a-z_:][\w:]*\s*\{[^}]*=|\{[^}]*=)/.test(
    text,
  ) && !/[;&`]|\$\(/.test(text);
