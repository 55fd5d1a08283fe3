// Classifies a diff from its lines alone: only comments, only a rearrangement of the same code, only reporting, only dependency versions, only
// additions, or a change of behaviour and its kind. It does not parse languages; it relies on signs that most languages share.

export interface Diff {
  /** Lines of code (no comments, no blank lines), without the `+` or `-` mark. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export type DiffNature =
  /** Only comments or blank lines changed. */
  | { readonly kind: 'comments' }
  /** The same code words, moved or laid out differently. */
  | { readonly kind: 'rearranged' }
  /** The change alters what the code logs, counts or says about an error, not whether the error happens. */
  | { readonly kind: 'reporting' }
  /** Dependency versions; `largest` is the largest version step among them. */
  | { readonly kind: 'dependencies'; readonly largest: 'patch' | 'minor' | 'major' }
  /** A function or type has another name, and nothing else changed. */
  | { readonly kind: 'renamed' }
  /** Only new lines. */
  | { readonly kind: 'additive' }
  /** `effects`: what the change removes or alters, in words that complete "it …". */
  | { readonly kind: 'behaviour'; readonly effects: readonly string[] };

const comment = /^(?:\/\/|#(?!\[|include|define)|\/\*|\*|--\s|<!--|"""|;)/;

export function parseDiff(diff: string): Diff {
  const lines = (mark: '+' | '-') =>
    diff
      .split('\n')
      .filter((line) => line.startsWith(mark) && !line.startsWith(mark.repeat(3)))
      .map((line) => withoutTrailingComment(line.slice(1).trim()))
      .filter((line) => line !== '' && !comment.test(line));
  return { removed: lines('-'), added: lines('+') };
}

const withoutTrailingComment = (line: string): string => line.replace(/\s(?:\/\/|#)\s.*$/, '').trim();

/** Undefined if there is no diff to read. */
export function natureOfDiff(diff: string | undefined, files: readonly string[] = []): DiffNature | undefined {
  if (!diff?.split('\n').some((line) => /^[+-]/.test(line))) return undefined;
  const { removed, added } = parseDiff(diff);
  if (removed.length === 0 && added.length === 0) return { kind: 'comments' };
  const step = versionStep(removed, added) ?? (isManifest(files) ? versionStepInPlace(removed, added) : undefined);
  if (step) return { kind: 'dependencies', largest: step };
  if (onlyRenames(removed, added)) return { kind: 'renamed' };
  if (rearranged(removed, added)) return { kind: 'rearranged' };
  if (onlyReporting(removed, added) || onlyWording(removed, added)) return { kind: 'reporting' };
  if (removed.length === 0) return { kind: 'additive' };
  return { kind: 'behaviour', effects: effectsOf(removed, added) };
}

const words = (lines: readonly string[]): string[] => lines.join('\n').match(/[A-Za-z_][A-Za-z0-9_]*|\d[\d._]*/g) ?? [];
/** Glue words that appear and disappear when someone extracts code into a function. */
const glue =
  /^(?:return|func|function|def|fn|const|let|var|err|error|nil|null|self|this|public|private|static|async|await|string|int|byte|bool)$/;

/** Whether every removed code word reappears, and few words are new except names for the moved parts. */
function rearranged(removed: readonly string[], added: readonly string[]): boolean {
  if (removed.length === 0) return false;
  const before = new Set(words(removed).filter((word) => !glue.test(word)));
  const after = new Set(words(added).filter((word) => !glue.test(word)));
  if (before.size === 0) return false;
  const lost = [...before].filter((word) => !after.has(word));
  const fresh = [...after].filter((word) => !before.has(word));
  // A value that is exchanged (a key, a path, a scope) is another behaviour, although few words differ.
  const values = (lines: readonly string[]) => new Set(lines.join('\n').match(/(["'`])(?:(?!\1)\S)+\1/g) ?? []);
  const [valuesBefore, valuesAfter] = [values(removed), values(added)];
  if (
    [...valuesBefore].some((value) => !valuesAfter.has(value)) ||
    [...valuesAfter].some((value) => !valuesBefore.has(value))
  )
    return false;
  const conditions = (lines: readonly string[]) =>
    lines.join('\n').match(/\b(?:if|unless|while|case|when|elif)\b|&&|\|\|/g)?.length ?? 0;
  const deeds = (lines: readonly string[]) => lines.filter((line) => /\w\(/.test(line)).length;
  return (
    lost.every((word) => word.length <= 2) &&
    fresh.every((word) => !/^\d/.test(word)) &&
    fresh.length <= Math.max(4, before.size * 0.6) &&
    deeds(added) >= deeds(removed) &&
    conditions(added) >= conditions(removed)
  );
}

const reports =
  /\b(?:log(?:ger|ging)?|console|slog|zap|fmt\.Print|print(?:ln|f)?|metrics?|\w*(?:Counter|Histogram|Gauge)\w*|counter|histogram|gauge|promauto|meter|statsd|span|tracer|Header\(\)|headers?|http\.Error|writeError|setAttribute)\b|\.(?:json|send|status|Msg|Str|Int|Dur|Inc|Observe)\(/i;

/** Whether the changed lines only concern reporting. Lines that merely close or name a value for the report may stand beside them. */
function onlyReporting(removed: readonly string[], added: readonly string[]): boolean {
  const changed = [
    ...removed.filter((line) => !added.includes(line)),
    ...added.filter((line) => !removed.includes(line)),
  ];
  const worded = changed.filter((line) => /\w/.test(line));
  return (
    worded.length > 0 &&
    worded.every((line) => reports.test(line) || /^(?:return|\w+ :?= time\.Now\(\)|\w+ = \w+ \?\? )/.test(line)) &&
    worded.some((line) => reports.test(line))
  );
}

/** Prose: a quoted text of several words. Short strings do not count, because they can be paths, keys or queries. */
const prose = /(["'`])(?:(?!\1)[A-Za-z0-9 ,.;:%!?()-])*[a-z]+ [a-z]+(?:(?!\1)[A-Za-z0-9 ,.;:%!?()-])*\1/gi;

/** Whether the lines differ only in prose. */
function onlyWording(removed: readonly string[], added: readonly string[]): boolean {
  const wordless = (lines: readonly string[]) => lines.map((line) => line.replaceAll(prose, '""')).join('\n');
  return (
    removed.length > 0 &&
    wordless(removed) === wordless(added) &&
    !/\b(?:SELECT|INSERT|UPDATE|DELETE)\b/.test(removed.join())
  );
}

const version = /^["']?([\w@./:-]+?)["']?[\s:=@"'v^~]+(\d+)\.(\d+)(?:\.(\d+))?[\w.+-]*["',;]*$/;

/** The largest version step, if every changed line is a name and a version. */
function versionStep(removed: readonly string[], added: readonly string[]): 'patch' | 'minor' | 'major' | undefined {
  const read = (lines: readonly string[]) => lines.map((line) => version.exec(line));
  const [before, after] = [read(removed), read(added)];
  if (removed.length === 0 || before.some((match) => !match) || after.some((match) => !match)) return undefined;
  const known = new Map(before.map((match) => [match?.[1], match]));
  const steps = after.map((match) => {
    const old = known.get(match?.[1]);
    if (!old || old[2] !== match?.[2]) return 'major';
    // Below 1.0 a minor step may break (semver.org, rule 4).
    if (old[3] !== match?.[3]) return match?.[2] === '0' ? 'major' : 'minor';
    return 'patch';
  });
  return steps.includes('major') ? 'major' : steps.includes('minor') ? 'minor' : 'patch';
}

/** Files that list dependencies with their versions. */
const manifest =
  /(?:^|\/)(?:package(?:-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|go\.(?:mod|sum)|pom\.xml|build\.gradle(?:\.kts)?|libs\.versions\.toml|requirements[\w.-]*\.txt|Pipfile(?:\.lock)?|poetry\.lock|pyproject\.toml|Gemfile(?:\.lock)?|Cargo\.(?:toml|lock)|composer\.(?:json|lock)|mix\.(?:exs|lock)|[\w.-]+\.csproj|Directory\.Packages\.props)$/i;
const isManifest = (files: readonly string[]): boolean =>
  files.length > 0 && files.every((file) => manifest.test(file));

const versionInLine = /(\d+)\.(\d+)(?:\.(\d+))?[\w.+-]*/;

/** The largest version step of lines that stay the same apart from their version, in any notation. */
function versionStepInPlace(
  removed: readonly string[],
  added: readonly string[],
): 'patch' | 'minor' | 'major' | undefined {
  if (removed.length === 0 || removed.length !== added.length) return undefined;
  const steps = removed.map((line, index) => {
    const [old, fresh] = [versionInLine.exec(line), versionInLine.exec(added[index] ?? '')];
    if (!old || !fresh) return undefined;
    const name = (text: string) => text.replace(versionInLine, '');
    if (name(line) !== name(added[index] ?? '')) return undefined;
    return versionStep([`it ${old[0]}`], [`it ${fresh[0]}`]);
  });
  if (steps.some((step) => step === undefined)) return undefined;
  return steps.includes('major') ? 'major' : steps.includes('minor') ? 'minor' : 'patch';
}

const defines =
  /\b(?:func|function|def|fn|fun|class|interface|struct|type|enum|const|let|var|import|from|package|module|use|using)\b|\)\s*\{$/;

/** Whether the lines are the same apart from names that are exchanged throughout, a definition among them. Texts must stay the same. */
function onlyRenames(removed: readonly string[], added: readonly string[]): boolean {
  if (removed.length === 0 || removed.length !== added.length || !removed.some((line) => defines.test(line)))
    return false;
  const tokens = (lines: readonly string[]) =>
    lines.join('\n').match(/(["'`])(?:(?!\1).)*\1|[A-Za-z_]\w*|\d[\w.]*|\S/g) ?? [];
  const [before, after] = [tokens(removed), tokens(added)];
  if (before.length !== after.length) return false;
  const renamed = new Map<string, string>();
  for (const [index, old] of before.entries()) {
    const fresh = after[index] ?? '';
    if ((renamed.get(old) ?? fresh) !== fresh) return false;
    if (old !== fresh && !(/^[A-Za-z_]\w*$/.test(old) && /^[A-Za-z_]\w*$/.test(fresh))) return false;
    renamed.set(old, fresh);
  }
  const exchanged = [...renamed].filter(([old, fresh]) => old !== fresh);
  return exchanged.length > 0 && exchanged.length <= 3 && !exchanged.some(([old]) => glue.test(old));
}

/** Effects to look for in removed or altered lines; each is a common pattern of changes that broke something. */
const signs: readonly (readonly [effect: string, found: (removed: string, added: string) => boolean])[] = [
  ['takes away a lock', (before, after) => lost(/\b(?:lock|mutex|synchronized|semaphore|atomic)\b/i, before, after)],
  [
    'takes away a tolerance or retry',
    (before, after) => lost(/\b\w*(?:leeway|tolerance|skew|retr(?:y|ies)|backoff|fallback|grace)\w*\b/i, before, after),
  ],
  [
    'takes away batching or paging',
    (before, after) => lost(/\b\w*(?:batch|chunk|bulk|page|limit)\w*\b/i, before, after),
  ],
  [
    'takes away a registration or initialisation',
    (before, after) =>
      lost(/\b\w*(?:regist(?:er|ry)|init(?:ial)?|bootstrap|subscribe|seed|load)\w*\s*\(/i, before, after),
  ],
  [
    'takes away a check',
    (before, after) =>
      (before.match(/\b(?:if|unless|assert|require|guard|validate\w*)\b/g)?.length ?? 0) >
      (after.match(/\b(?:if|unless|assert|require|guard|validate\w*)\b/g)?.length ?? 0),
  ],
  [
    'takes away closing or releasing',
    (before, after) => lost(/\b(?:close|release|dispose|defer|finally|free)\b/i, before, after),
  ],
  [
    'renames a field that others read',
    (before, after) =>
      fieldNames(before).some((name) => !fieldNames(after).includes(name)) && fieldNames(after).length > 0,
  ],
  ['alters a query', (before, after) => /\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|JOIN)\b/.test(before + after)],
  ['alters a number, limit or time', (before, after) => numbersOf(before) !== numbersOf(after)],
];

const lost = (pattern: RegExp, before: string, after: string): boolean => {
  const all = new RegExp(pattern.source, `${pattern.flags}g`);
  return (before.match(all)?.length ?? 0) > (after.match(all)?.length ?? 0);
};
const fieldNames = (text: string): string[] =>
  text.match(/(?:json|xml|yaml|db|protobuf):"[^"]+"|"[a-z_][\w-]*"(?=\s*[:,}\]])/g) ?? [];
const numbersOf = (text: string): string => (text.match(/\b\d[\d._]*\b/g) ?? []).sort().join(' ');

function effectsOf(removed: readonly string[], added: readonly string[]): string[] {
  const [before, after] = [removed.join('\n'), added.join('\n')];
  return signs.filter(([, found]) => found(before, after)).map(([effect]) => effect);
}
