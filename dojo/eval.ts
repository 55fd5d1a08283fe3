// `npm run eval`: answers cases with the analysis alone, with the analysis and a model, and with the model's agents alone, and compares quality, harm,
// tokens, money and time. It calls the configured model and so may cost money.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { readConfigFile, recordedWorld, withModel } from '../local/compose.ts';
import { type Case, compare, comparisonText, recordLine, sampleOf, scenarioCases, worldCases } from './comparison.ts';
import { readRules } from './questions.ts';
import { collectScenarios } from './scenarios.ts';

const help = `Answers recorded incidents three times: the analysis alone, the analysis with a model, and the model's agents alone (the analysis names no
cause to them). Prints right, partly, wrong, harm, tokens, money and time of each, with 95 % intervals.

  npm run eval -- --provider bedrock --model ID [--price IN,OUT]
  npm run eval -- --provider openai|anthropic --model ID [--endpoint URL] [--price IN,OUT]
  npm run eval -- --provider local [--endpoint URL]
  npm run eval -- --config FILE [--provider NAME]

  --config FILE      a configuration of \`npm start\`; the command uses its \`model\`
  --provider NAME    with --config: the name of one of its providers; without: the kind of provider. local: an OpenAI-compatible server at
                     http://127.0.0.1:8135/v1, as scripts/weak-model.py is one
  --model ID         model id or inference profile, for every role
  --endpoint URL     address of an OpenAI-compatible server, with its version path
  --price IN,OUT     US dollars per million tokens; without it, money is not counted
  --scenarios DIR    folders to look for scenarios in (default scenarios)
  --questions DIR    folder of recorded questions with a rules.json
  --worlds N         N changed worlds of each scenario, too
  --sample N         only N of all cases, chosen by --seed
  --seed TEXT        default 1
  --state FILE       keeps every answer; the same command continues where it stopped
  --max-usd N        begins no further case once the answers in the state cost so much; needs --price
  --help             show this text

The variable MODEL_API_KEY holds the API key; Bedrock uses the credentials of the AWS SDK. An incident costs about 10,000 tokens and more if agents
use their tools. The last line is the entry for core/reasoning/model-records.ts.
`;
const print = (text: string) => void process.stdout.write(`${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

function readArgs() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        provider: { type: 'string' },
        model: { type: 'string' },
        endpoint: { type: 'string' },
        price: { type: 'string' },
        scenarios: { type: 'string', multiple: true },
        questions: { type: 'string', multiple: true },
        worlds: { type: 'string' },
        sample: { type: 'string' },
        seed: { type: 'string', default: '1' },
        state: { type: 'string' },
        'max-usd': { type: 'string' },
        help: { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'The options do not fit.';
    throw new Misconfigured(`${why} \`npm run eval -- --help\` lists the options.`, { cause });
  }
}
type Values = ReturnType<typeof readArgs>['values'];

const localModel = { endpoint: 'http://127.0.0.1:8135/v1', model: 'local' };

/** The configuration of the model, and the name of its record. */
async function modelOf(values: Values): Promise<{ readonly model: unknown; readonly name: string }> {
  const { config, provider, price } = values;
  if (config !== undefined) {
    const { model: configured } = await readConfigFile(config, process.env);
    if (configured === undefined) throw new Misconfigured(`${config} configures no model.`);
    const used = provider === undefined ? configured : { ...configured, use: provider };
    return { model: used, name: values.model ?? `${config}${provider === undefined ? '' : ` ${provider}`}` };
  }
  const isLocal = provider === 'local';
  const model = values.model ?? (isLocal ? localModel.model : undefined);
  const endpoint = values.endpoint ?? (isLocal ? localModel.endpoint : undefined);
  if (provider === undefined || model === undefined)
    throw new Misconfigured(
      'Which model? --config FILE, or --provider and --model. `npm run eval -- --help` tells more.',
    );
  const [input, output] = (price ?? '0,0').split(',').map(Number);
  const apiKey = process.env.MODEL_API_KEY;
  return {
    name: model,
    model: {
      provider: isLocal ? 'openai' : provider,
      models: { coordinator: model, specialist: model },
      price: { input, output },
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(apiKey === undefined || provider === 'bedrock' ? {} : { apiKey }),
    },
  };
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0)) throw new Misconfigured(`--${name} needs a number above 0, not ${text}.`);
  return number;
}

async function casesOf(values: Values, folders: readonly string[]): Promise<readonly Case[]> {
  const questions: Case[] = [];
  for (const folder of values.questions ?? []) {
    const rules = await readRules(join(folder, 'rules.json'));
    for (const { id, dir } of await collectScenarios([folder])) {
      const rule = rules.get(id);
      if (rule !== undefined) questions.push({ kind: 'question', id, dir, rule });
    }
  }
  const given = [...(values.scenarios ?? []), ...folders];
  const isAboutQuestions = given.length === 0 && questions.length > 0;
  const scenarios = isAboutQuestions ? [] : await collectScenarios(given.length > 0 ? given : ['scenarios']);
  const worlds = numberOf('worlds', values.worlds);
  const all = [
    ...scenarioCases(scenarios),
    ...questions,
    ...(worlds === undefined ? [] : await worldCases(scenarios, values.seed, worlds)),
  ];
  return sampleOf(all, numberOf('sample', values.sample), values.seed);
}

async function evaluate(values: Values, folders: readonly string[]): Promise<number> {
  const { model, name } = await modelOf(values);
  const maxUsd = numberOf('max-usd', values['max-usd']);
  if (maxUsd !== undefined && values.config === undefined && values.price === undefined)
    throw new Misconfigured('--max-usd needs --price IN,OUT, or nothing would ever cost anything.');
  const world = (dirs: readonly string[]) => withModel(recordedWorld(dirs), model);
  world([]);
  const cases = await casesOf(values, folders);
  const compared = await compare(
    {
      cases,
      model: name,
      worlds: { analysis: recordedWorld, both: world, agents: world },
      state: values.state,
      maxUsd,
    },
    ({ way, id, verdict, tokens, ms, modelGaps }) =>
      complain(`${way}: ${id}: ${verdict}, ${tokens} tokens, ${modelGaps} gaps of the model, ${ms} ms`),
  );
  print(`\n${comparisonText(compared, cases, values.seed)}`);
  if (!compared.rows.some(({ answered }) => answered))
    complain('No model answered: what is printed is the analysis alone.');
  print(recordLine(name, compared.rows));
  return compared.rows.some(({ verdict }) => verdict === 'error') ? 1 : 0;
}

try {
  const { values, positionals } = readArgs();
  if (values.help) print(help);
  else process.exitCode = await evaluate(values, positionals);
} catch (error) {
  complain(error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`);
  process.exitCode = 2;
}
