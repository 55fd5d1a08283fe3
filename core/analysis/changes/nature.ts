// Classifies whether a change can break running code at all. Documentation, tests, build pipelines, style sheets and changes to other environments
// cannot.
import type { Change } from '../../model/telemetry.ts';
import { type DiffNature, natureOfDiff, parseDiff } from './diff.ts';

export type Nature =
  /** The change does not reach running code; `why` completes "it …". */
  | { readonly kind: 'harmless'; readonly why: string }
  /** The author's title says that the change is harmless, and there is no diff to check. */
  | { readonly kind: 'said-harmless'; readonly why: string }
  | DiffNature
  /** A flag, a setting or a piece of infrastructure; its name says what it does. */
  | { readonly kind: 'setting' }
  | { readonly kind: 'unread' };

const untouching: readonly (readonly [path: RegExp, why: string])[] = [
  [
    /\.(?:md|mdx|rst|adoc)$|(?:^|\/)(?:docs?|documentation)\/|(?:^|\/)(?:CODEOWNERS|LICENSE|README|CHANGELOG)[^/]*$/i,
    'touches documentation only',
  ],
  [
    /(?:^|\/)(?:tests?|__tests__|testdata|fixtures|e2e)\/|[._](?:test|spec|bench)\.\w+$|_test\.\w+$/i,
    'touches tests only',
  ],
  [
    /(?:^|\/)\.(?:github|circleci|gitlab|buildkite)\/|(?:^|\/)(?:Jenkinsfile|\.gitlab-ci\.yml|\.[\w-]*(?:lint|prettier|editorconfig|eslint)[\w.-]*)/i,
    'touches the build pipeline only',
  ],
  [/\.(?:css|scss|less|svg|png|jpe?g|ico|woff2?)$/i, 'touches the looks of pages only'],
];

/** An environment named in a path. It clears the change if the incident is in another environment. */
const elsewhere = /(?:^|[/._-])(staging|stage|dev|development|sandbox|qa|test|preview|prod|production)(?:[/._-]|$)/i;

const titles: readonly (readonly [title: RegExp, why: string])[] = [
  [
    /^(?:docs?|documentation)\b|^#docs\b|\b(?:readme|codeowners|changelog)\b/i,
    'its description mentions documentation',
  ],
  [/^tests?\b|^#test\b/i, 'its description mentions tests'],
  [/^(?:ci|build)\b|^#ci\b/i, 'its description mentions the build'],
  [
    /^style\b|\b(?:gofmt|goimports|prettier|formatting|whitespace|palette|restyle|tooltip)\b/i,
    'its description mentions style',
  ],
  [
    /\b(?:log(?:s|ging)? (?:line|level|field|format|sampling|message|verbosity)s?|(?:access|audit|debug|structured) log\w*|metrics?|gauge|histogram|tracing|otel|dashboards?)\b/i,
    'its description mentions logs, metrics or dashboards',
  ],
  [/\btypo\b/i, 'its description mentions a typing mistake'],
];

export function natureOf(change: Change, environment: string | undefined): Nature {
  if (change.kind === 'flag' || change.kind === 'config' || change.kind === 'infrastructure') {
    return natureOfDiff(change.diff, change.files) ?? { kind: 'setting' };
  }
  const files = change.files ?? [];
  const apart = files.length > 0 ? untouched(files, environment) : undefined;
  if (apart) return { kind: 'harmless', why: apart };
  const tool = toolOf(change.diff);
  if (tool !== undefined) return { kind: 'harmless', why: `raises ${tool}, which only developers run` };
  const read = natureOfDiff(change.diff, files);
  if (read) return read;
  const match = titles.find(([title]) => title.test(change.title));
  return match ? { kind: 'said-harmless', why: match[1] } : { kind: 'unread' };
}

const tools =
  /^(?:@types\/[\w-]+|[\w@/.-]*(?:eslint|prettier|stylelint|golangci-lint|staticcheck|rubocop|flake8|pylint|ruff|black|isort|mypy|checkstyle|spotless|ktlint|phpstan|phpunit|jest|vitest|mocha|chai|cypress|playwright|pytest|rspec|junit|mockito|testify|husky|lint-staged|commitlint|storybook|nodemon)[\w/.-]*)$/i;

/** The tool of developers that the diff raises, if it touches nothing else. */
function toolOf(diff: string | undefined): string | undefined {
  if (natureOfDiff(diff)?.kind !== 'dependencies' || diff === undefined) return undefined;
  const { removed, added } = parseDiff(diff);
  const names = [...removed, ...added].map((line) => /^["']?([\w@./:-]+?)["']?[\s:=^~]/.exec(line)?.[1] ?? line);
  return names.every((name) => tools.test(name)) ? names[0] : undefined;
}

function untouched(files: readonly string[], environment: string | undefined): string | undefined {
  const why = untouching.find(([path]) => files.every((file) => path.test(file)))?.[1];
  if (why) return why;
  if (files.every((file) => untouching.some(([path]) => path.test(file)))) return 'touches nothing that runs';
  const environments = files.map((file) => elsewhere.exec(file)?.[1]?.toLowerCase());
  const other = environments[0];
  return other &&
    environment &&
    environments.every((one) => one === other) &&
    !environment.toLowerCase().startsWith(other.slice(0, 4))
    ? `concerns ${other}, not ${environment}`
    : undefined;
}
