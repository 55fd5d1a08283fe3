// `npm run catalog -- discover`: reads what the configured systems show of services, and proposes additions to the service catalogue with the place
// where each was read. It writes only with --write, and never removes or replaces a value.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { Catalog } from '../core/ports/catalog.ts';
import { isDrift, type Proposals, propose } from '../core/topology/discovery/propose.ts';
import { discoverFrom, mergeCatalog, openDiscovery, readCatalogText } from './compose.ts';
import { proposalsInWords } from './terminal/proposals.ts';
import { styleFor } from './terminal/style.ts';

const help = `Proposes additions to the service catalogue from what the configured systems show: services, placements, owners, names, calls and sources.

  npm run catalog -- discover --config FILE [--write]

  --config FILE    a stage file or a local file, whose sources are read
  --catalog FILE   the catalogue (default: the one that the configuration names); it may not exist yet
  --write          add the proposals to the catalogue; nothing in it is removed or replaced, and doubts are not written
  --environment NAME
                   the environment of new clusters whose name, tags and labels give none
  --service NAME   only proposals about this service (repeatable)
  --json           print JSON

  Exit codes: 0 the catalogue has all of it, 1 there are proposals or doubts, 2 the command failed
`;

const options = {
  config: { type: 'string' },
  catalog: { type: 'string' },
  write: { type: 'boolean', default: false },
  environment: { type: 'string' },
  service: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const print = (text: string): void => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
};

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals } = read(args);
  if (values.help || args.length === 0) return print(help);
  if (positionals.length !== 1 || positionals[0] !== 'discover')
    throw new Misconfigured('Say discover. `npm run catalog -- --help` explains it.');
  if (values.config === undefined) throw new Misconfigured('Name the systems to read with --config FILE.');
  const opened = await openDiscovery(values.config, process.env);
  const file = values.catalog === undefined ? opened.catalogFile : resolve(values.catalog);
  if (file === undefined)
    throw new Misconfigured(`${values.config} names no catalogue: name the file to write with --catalog FILE.`);
  const text = await textOf(file);
  const catalog = text === undefined ? Catalog.parse({ environments: {} }) : readCatalogText(file, text);
  const { environment } = values;
  const proposals = onlyAbout(propose(await discoverFrom(opened, catalog), catalog, { environment }), values.service);
  if (values.write && proposals.changes.length > 0) await replace(file, mergeCatalog(file, text, proposals.changes));
  print(
    values.json
      ? JSON.stringify({ catalog: file, written: values.write, ...proposals }, null, 2)
      : proposalsInWords(file, proposals, { written: values.write, style: styleFor(process.stdout, process.env) }),
  );
  const left = values.write ? { ...proposals, changes: [] } : proposals;
  process.exitCode = isDrift(left) ? 1 : 0;
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run catalog -- --help\` lists the options.`, { cause });
  }
}

function onlyAbout(proposals: Proposals, services: readonly string[] | undefined): Proposals {
  if (services === undefined) return proposals;
  return {
    ...proposals,
    changes: proposals.changes.filter(({ section, name }) => section !== 'services' || services.includes(name)),
    doubts: proposals.doubts.filter(({ about }) => services.includes(about)),
    guesses: proposals.guesses.filter(({ about }) => services.includes(about)),
    unseen: proposals.unseen.filter(({ about }) => services.includes(about)),
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new Misconfigured(`The service catalogue ${file} cannot be read.`, { cause });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const fresh = `${file}.new`;
  await writeFile(fresh, text);
  await rename(fresh, file);
}

// Exit code 1 means a difference, so every failure has 2.
try {
  await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof WatchkeeperError;
  const style = styleFor(process.stderr, process.env);
  process.stderr.write(`${style.red(known ? error.message : `Something unexpected: ${String(error)}`)}\n`);
  process.exitCode = 2;
}
