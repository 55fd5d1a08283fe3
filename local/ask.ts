// `npm run ask`: asks the Watchkeeper that runs on this machine, about an incident or about the system, and prints the answer.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InvalidInput, Misconfigured, Unavailable } from '../core/errors.ts';
import { clean } from '../core/text.ts';
import { parse, run } from './command.ts';
import { defaultData } from './options.ts';
import { asOwner } from './records.ts';

const help = `Asks the Watchkeeper that runs on this machine, and prints its answer. It only reads, as a message at the console does.

  npm run -s ask -- "show me p99 of checkout for the last 2h"
  npm run -s ask -- "which pods restarted today in shop"
  npm run -s ask -- --incident 01J… "what changed?"
  npm run -s ask -- --config FILE "is everything healthy?"     answers once by a configuration; nothing has to run

  --incident ID  asks in the conversation of that incident
  --config FILE  configuration with the sources, as for npm start -- --config
  --scenario DIR recorded incident in place of a configuration (repeatable)
  --json         prints the message as JSON
  --data DIR     data folder of npm start (default ${defaultData})
  --help         show this text
`;

const Answered = z.object({
  kind: z.string(),
  message: z
    .looseObject({
      headline: z.string(),
      lines: z.array(z.string()).default([]),
      excerpts: z.array(z.object({ title: z.string(), text: z.string() })).optional(),
      choices: z.array(z.object({ says: z.string() })).optional(),
    })
    .optional(),
});
type Answered = z.infer<typeof Answered>;

async function main(args: readonly string[]): Promise<string> {
  const words = args.filter((arg, place) => !arg.startsWith('-') && !takesValue.has(args[place - 1] ?? ''));
  const values = parse(
    args.filter((arg) => !words.includes(arg)),
    {
      incident: { type: 'string' },
      config: { type: 'string' },
      scenario: { type: 'string', multiple: true },
      json: { type: 'boolean', default: false },
      data: { type: 'string', default: defaultData },
      help: { type: 'boolean', default: false },
    },
    'npm run ask -- --help',
  );
  if (values.help) return help;
  const text = words.join(' ').trim();
  if (text === '') throw new Misconfigured('Ask something in quotes: npm run ask -- --help shows examples.');
  const isOnce = values.config !== undefined || values.scenario !== undefined;
  const answered = isOnce
    ? await askOnce(text, { config: values.config, scenarios: values.scenario ?? [] })
    : await askRunning(text, values.data, values.incident);
  return values.json ? `${JSON.stringify(answered.message ?? answered, null, 2)}\n` : wordsOf(answered);
}
const takesValue: ReadonlySet<string> = new Set(['--incident', '--config', '--scenario', '--data']);

async function askRunning(text: string, data: string, incidentId: string | undefined): Promise<Answered> {
  const nobody = `No Watchkeeper runs on ${data}. Start it (npm start), or ask once with --config FILE.`;
  const url = await readFile(join(data, 'runtime.json'), 'utf8')
    .then((file) => z.object({ url: z.url() }).parse(JSON.parse(file)).url)
    .catch((cause: unknown) => {
      throw new Unavailable(nobody, { cause });
    });
  const response = await fetch(new URL('/api/said', url), {
    method: 'POST',
    redirect: 'error',
    headers: { ...(await asOwner(data)), 'content-type': 'application/json' },
    body: JSON.stringify({ text, ...(incidentId === undefined ? {} : { incidentId }) }),
  }).catch((cause: unknown) => {
    throw new Unavailable(nobody, { cause });
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return Answered.parse(answer);
  throw new InvalidInput(z.object({ error: z.string() }).safeParse(answer).data?.error ?? `HTTP ${response.status}`);
}

/** Starts a Watchkeeper without pages, console or demo in a folder of its own, asks it, and stops it. */
async function askOnce(
  text: string,
  { config, scenarios }: { readonly config: string | undefined; readonly scenarios: readonly string[] },
): Promise<Answered> {
  const { askWorld } = await import('./ask-once.ts');
  return Answered.parse(await askWorld(text, { config, scenarios }));
}

function wordsOf({ kind, message }: Answered): string {
  if (message === undefined)
    return kind === 'started' ? 'An investigation started; the console shows it.\n' : 'That needs no answer.\n';
  const lines = [
    message.headline,
    ...message.lines.map((line) => `  ${line}`),
    ...(message.excerpts ?? []).flatMap(({ title, text }) => [
      '',
      `  ${title}`,
      ...text.split('\n').map((line) => `    ${line}`),
    ]),
    ...(message.choices?.length ? ['', `  Ask: ${message.choices.map(({ says }) => `"${says}"`).join(', ')}`] : []),
  ];
  return `${lines.map((line) => (clean(line.replaceAll('\n', ' ')).length === 0 ? '' : line)).join('\n')}\n`;
}

await run(async (args) => void process.stdout.write(await main(args)));
