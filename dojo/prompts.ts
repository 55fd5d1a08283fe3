// `npm run prompts`: manages the versions of prompts. dojo/prompts/ID@VERSION.md keeps every version that was ever used; a test compares the prompts
// in use with it, so that no prompt changes under a version that reports name.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { readConfigFile, recordedWorld, withModel } from '../local/compose.ts';
import { promptFiles } from '../local/prompts.ts';
import { figuresOf, figuresText } from './compare.ts';
import { collectScenarios } from './scenarios.ts';

const help = `Keeps and compares versions of prompts.

  npm run prompts -- list
  npm run prompts -- keep
  npm run prompts -- diff ID@VERSION ID@VERSION [--config FILE] [--scenarios DIR…]

  list   lists the kept ids and versions, and marks those in use
  keep   keeps the prompts in use; refuses a prompt that changed without a new version
  diff   shows the lines that differ and, with a configuration that has a model, the dojo's scores of both
`;
const print = (text: string) => void process.stdout.write(`${text}\n`);
const kept = join(import.meta.dirname, 'prompts');
const reference = /^([a-z][a-z-]*)@(\d+)$/;

/** The prompts in use, by id@version. */
const inUse = (): Map<string, string> =>
  new Map(promptFiles().map(({ id, text }) => [`${id}@${/^version: (\d+)$/m.exec(text)?.[1]}`, text]));

async function textOf(name: string): Promise<string> {
  if (!reference.test(name)) throw new Misconfigured(`"${name}" is no version of a prompt: write it as synthesis@2.`);
  try {
    return await readFile(join(kept, `${name}.md`), 'utf8');
  } catch (cause) {
    throw new Misconfigured(`There is no prompt ${name}; \`npm run prompts -- list\` lists the prompts.`, { cause });
  }
}

async function list(): Promise<void> {
  const current = inUse();
  for (const file of (await readdir(kept)).sort()) {
    const name = file.replace('.md', '');
    print(`${name}${current.has(name) ? '  in use' : ''}`);
  }
}

async function keep(): Promise<void> {
  for (const [name, text] of inUse()) {
    const before = await readFile(join(kept, `${name}.md`), 'utf8').catch(() => undefined);
    if (before !== undefined && before !== text)
      throw new Misconfigured(`${name} was changed without a new version: raise \`version\` in its front matter.`);
    if (before === undefined) {
      await writeFile(join(kept, `${name}.md`), text, 'utf8');
      print(`kept ${name}`);
    }
  }
}

/** Lines that only one of them has, in any order. */
function differing(a: string, b: string): string[] {
  const [left, right] = [a.split('\n'), b.split('\n')];
  return [
    ...left.filter((line) => !right.includes(line)).map((line) => `- ${line}`),
    ...right.filter((line) => !left.includes(line)).map((line) => `+ ${line}`),
  ];
}

async function diff(names: readonly string[], config: string | undefined, dirs: readonly string[]): Promise<void> {
  const [first, second] = names;
  if (first === undefined || second === undefined)
    throw new Misconfigured('diff takes two versions: synthesis@1 synthesis@2.');
  const texts = [await textOf(first), await textOf(second)] as const;
  print(differing(...texts).join('\n') || 'The texts are the same.');
  if (config === undefined) {
    print('\nWhat the dojo says about them needs a model: --config FILE.');
    return;
  }
  const { model } = await readConfigFile(config, process.env);
  if (model === undefined) throw new Misconfigured(`${config} configures no model.`);
  const scenarios = await collectScenarios(dirs);
  const rows = [];
  for (const [index, name] of [first, second].entries())
    rows.push(
      await figuresOf(
        { name, world: (folders) => withModel(recordedWorld(folders), model, [texts[index] ?? '']) },
        scenarios,
        (sentence) => void process.stderr.write(`${sentence}\n`),
      ),
    );
  print(`\n${figuresText(rows)}`);
}

try {
  const { values, positionals } = parseArgs({
    options: { config: { type: 'string' }, scenarios: { type: 'string', multiple: true }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  const [command, ...names] = positionals;
  if (values.help || command === undefined) print(help);
  else if (command === 'list') await list();
  else if (command === 'keep') await keep();
  else if (command === 'diff') await diff(names, values.config, values.scenarios ?? ['scenarios']);
  else throw new Misconfigured(`There is no command ${command}.\n\n${help}`);
} catch (error) {
  process.stderr.write(
    `${error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`}\n`,
  );
  process.exitCode = 2;
}
