// `npm run sources -- check`: asks each configured source one cheap question, and says what it can see, for which clusters, what is missing and how to
// get it. It changes nothing.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ConfiguredSource, Lack, RuntimeMeans, SourceCheck } from '../connectors/source-kind.ts';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { misroutedIn, unservedIn } from '../core/ports/routing.ts';
import { unreadResources } from '../core/topology/aws-resources.ts';
import { formatList } from '../core/wording.ts';
import { run } from './command.ts';
import { type OpenedSources, openSources } from './compose.ts';
import { sourcesIn } from './source-names.ts';
import { styleFor } from './terminal/style.ts';

const help = `Shows what the configured sources can read, for which clusters, and what is missing. It sends one cheap query to each source.

  npm run sources -- check [--config FILE]

  --config FILE   a stage file or a local file (repeatable; default: every file in config/ that configures sources). For a stage, the
                  command reads the secrets from Secrets Manager with your credentials
  --source NAME   only this source (repeatable)
  --json          print JSON
`;

const options = {
  config: { type: 'string', multiple: true },
  source: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Milliseconds for the check of one source. */
const patienceMs = 30_000;

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = read(args);
  const [command] = positionals;
  if (values.help || args.length === 0) return print(help);
  if (command !== 'check') throw new Misconfigured('Say check. `npm run sources -- --help` explains it.');
  const files = values.config?.length ? values.config : await configured();
  const reports: FileReport[] = [];
  for (const file of files) reports.push(await checkFile(file, values.source));
  if (values.json) print(JSON.stringify(reports, null, 2));
  else for (const report of reports) print(inWords(report));
  if (reports.some(isBroken)) process.exitCode = 1;
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run sources -- --help\` lists the options.`, { cause });
  }
}

const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

/** The files of config/ that configure sources. */
async function configured(): Promise<string[]> {
  const folder = fileURLToPath(new URL('../config', import.meta.url));
  const names = (await readdir(folder)).filter((name) => /\.(?:json|ya?ml)$/.test(name)).sort();
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const sources = await sourcesIn(file).then(
        (found) => found.sources,
        () => [],
      );
      return sources.length === 0 ? [] : [file];
    }),
  );
  if (files.flat().length === 0)
    throw new Misconfigured('No file in config/ configures a source: name yours with --config.');
  return files.flat();
}

interface FileReport {
  readonly file: string;
  readonly sources: readonly { readonly name: string; readonly kind: string; readonly check: SourceCheck }[];
  /** Clusters, accounts and names that no source covers. */
  readonly missing: readonly Lack[];
}

const isBroken = ({ sources, missing }: FileReport): boolean =>
  sources.some(({ check }) => check.kind === 'silent') || missing.length > 0;

async function checkFile(file: string, only: readonly string[] | undefined): Promise<FileReport> {
  const opened = await openSources(file, process.env);
  const unknown = only?.find((name) => !opened.sources.some((one) => one.name === name));
  if (unknown !== undefined) throw new Misconfigured(`${file} has no source ${unknown}.`);
  const chosen = opened.sources.filter(({ name }) => only === undefined || only.includes(name));
  const checks = await Promise.all(
    chosen.map(async (source) => ({
      name: source.name,
      kind: source.kind.id,
      check: await checkSource(source, opened.means),
    })),
  );
  const missing = [...(only === undefined ? uncovered(opened, checks) : []), ...(await unenteredAccounts(opened))];
  return { file, sources: checks, missing };
}

const unchecked: SourceCheck = {
  kind: 'answers',
  sees: ['nothing was asked: its kind has no check'],
  clusters: [],
  missing: [],
};

/** Never throws: what a check cannot handle is a silent source. */
export async function checkSource(source: ConfiguredSource, means: RuntimeMeans): Promise<SourceCheck> {
  const silent = (what: string, fix: string): SourceCheck => ({ kind: 'silent', lack: { what, fix } });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SourceCheck>((resolve) => {
    timer = setTimeout(() => resolve(silent(`No answer within ${patienceMs / 1000} s.`, 'ask again')), patienceMs);
  });
  const checked = Promise.resolve(source.check?.(means) ?? unchecked).catch((error: unknown) =>
    error instanceof WatchkeeperError
      ? silent(error.message, 'check the secrets, the accounts under aws, and the credentials of this process')
      : silent('The check failed in a way nobody foresaw.', 'look at the settings of the source'),
  );
  return Promise.race([checked, late]).finally(() => clearTimeout(timer));
}

/** Compares what the sources see with the catalogue. */
export function uncovered(
  { catalog, aws, sources }: Pick<OpenedSources, 'catalog' | 'aws' | 'sources'>,
  checks: FileReport['sources'],
): Lack[] {
  if (catalog === undefined) return [];
  const seen = new Set(checks.flatMap(({ check }) => (check.kind === 'answers' ? check.clusters : [])));
  const named = sources.map(({ name, signals }) => ({ name, signals }));
  const accounts = new Set([...catalog.clusters, ...catalog.services].flatMap(({ account }) => account ?? []));
  return [
    ...misroutedIn(catalog, named).map((what) => ({ what, fix: 'correct the name, or configure the source' })),
    ...unreadResources(catalog).map(({ service, resource }) => ({
      what: `the resource ${resource} of ${service}: no source reads its type`,
      fix: 'leave it out, or name a resource of a type that docs/data-sources.md lists',
    })),
    ...unservedIn(catalog, named).map((what) => ({ what, fix: 'name a source that gives it' })),
    ...catalog.clusters
      .filter(({ name, aliases }) => ![name, ...aliases].some((one) => seen.has(one)))
      .map(({ name }) => ({
        what: `the cluster ${name}: no source that answers names it`,
        fix: 'add it to a source of Kubernetes, or let a source say it (cluster, clusterLabel)',
      })),
    ...(Object.keys(aws.accounts).length === 0
      ? []
      : [...accounts]
          .filter((account) => !Object.hasOwn(aws.accounts, account))
          .map((account) => ({
            what: `the account ${account} of the catalogue: it is not under aws.accounts`,
            fix: 'list it, and deploy WatchkeeperMember there; leave it out if it is the own account',
          }))),
  ];
}

async function unenteredAccounts({ aws, means }: OpenedSources): Promise<Lack[]> {
  const tried = await Promise.all(
    Object.keys(aws.accounts).map(async (account) => {
      const failed = await (async () => means.aws?.credentials(account)())().then(
        () => undefined,
        (error: unknown) => (error instanceof WatchkeeperError ? error.message : 'It did not answer.'),
      );
      return failed === undefined
        ? []
        : [
            {
              what: `the account ${account} cannot be entered: ${failed}`,
              fix: `deploy WatchkeeperMember with its credentials, with the external id of the secret; only the functions of the stage may assume its role`,
            },
          ];
    }),
  );
  return tried.flat();
}

/** Names come from servers: a control character could rewrite what the terminal shows. */
const clean = (text: string): string => text.replaceAll(/\p{C}/gu, ' ').slice(0, 500);

export function inWords({ file, sources, missing }: FileReport): string {
  const style = styleFor(process.stdout, process.env);
  const lackLine = ({ what, fix }: Lack) =>
    `    ${style.yellow('missing')} ${clean(what)}. ${style.dim(`To get it: ${clean(fix)}.`)}`;
  return [
    style.bold(file),
    ...sources.flatMap(({ name, kind, check }) =>
      check.kind === 'silent'
        ? [
            `  ${style.red('no answer')}  ${style.bold(name)} (${kind}): ${clean(check.lack.what)}`,
            `    ${style.dim(`To get it: ${check.lack.fix}.`)}`,
          ]
        : [
            `  ${style.green('answers')}    ${style.bold(name)} (${kind}): ${clean(check.sees.join('; '))}`,
            `    clusters: ${check.clusters.length === 0 ? 'none named' : formatList(check.clusters.map(clean), 20)}`,
            ...check.missing.map(lackLine),
          ],
    ),
    ...(missing.length === 0 ? [] : ['  The whole:', ...missing.map(lackLine)]),
    '',
  ].join('\n');
}

if (import.meta.main) await run(main);
