// `npm run eval`: runs the dojo with a real model and with the analysis alone, and compares quality, tokens, cost and time. It calls the configured
// model and so may cost money; it records nothing.
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { readConfigFile, recordedWorld, withModel } from '../local/compose.ts';
import { analysisOnly, figuresOf, figuresText, type Way } from './compare.ts';
import { collectScenarios } from './scenarios.ts';

const help = `Runs the dojo with a model and without one, and prints both scores.

  npm run eval -- --config FILE [--provider NAME] [--scenarios DIR…]
  npm run eval -- --provider bedrock|openai|anthropic --model ID [--endpoint URL] [--price IN,OUT] [--scenarios DIR…]

  --config FILE     a configuration of \`npm start\`; the command uses its \`model\`
  --provider NAME   with --config: the name of one of its providers; without: the kind of provider
  --model ID        model id or inference profile, for every role
  --endpoint URL    address of an OpenAI-compatible server, with its version path
  --price IN,OUT    US dollars per million tokens
  --scenarios DIR   folders to look for scenarios in (default scenarios)
  --help            show this text

The variable MODEL_API_KEY holds the API key; Bedrock uses the credentials of the AWS SDK. Each agent asks the model once per scenario:
with the six agents of an incident about 10,000 tokens per scenario.
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
        help: { type: 'boolean' },
      },
      allowPositionals: true,
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'The options do not fit.';
    throw new Misconfigured(`${why} \`npm run eval -- --help\` lists the options.`, { cause });
  }
}
type Args = ReturnType<typeof readArgs>;

async function modelOf(values: Args['values']): Promise<unknown> {
  const { config, provider, model, endpoint, price } = values;
  if (config !== undefined) {
    const { model: configured } = await readConfigFile(config, process.env);
    if (configured === undefined) throw new Misconfigured(`${config} configures no model.`);
    return provider === undefined ? configured : { ...configured, use: provider };
  }
  if (provider === undefined || model === undefined)
    throw new Misconfigured(
      'Which model? --config FILE, or --provider and --model. `npm run eval -- --help` tells more.',
    );
  const [input, output] = (price ?? '0,0').split(',').map(Number);
  const apiKey = process.env.MODEL_API_KEY;
  return {
    provider,
    models: { coordinator: model, specialist: model },
    price: { input, output },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(apiKey === undefined || provider === 'bedrock' ? {} : { apiKey }),
  };
}

try {
  const { values, positionals } = readArgs();
  if (values.help) print(help);
  else {
    const model = await modelOf(values);
    const folders = [...(values.scenarios ?? []), ...positionals];
    const scenarios = await collectScenarios(folders.length > 0 ? folders : ['scenarios']);
    const withIt: Way = { name: 'with the model', world: (dirs) => withModel(recordedWorld(dirs), model) };
    withIt.world([]);
    const rows = [];
    for (const way of [analysisOnly, withIt]) rows.push(await figuresOf(way, scenarios, complain));
    print(`\n${figuresText(rows)}`);
    if (rows[1]?.withModel === 0) complain('No model answered: what is printed is the analysis twice.');
    process.exitCode = rows.some(({ errors }) => errors > 0) ? 1 : 0;
  }
} catch (error) {
  complain(error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`);
  process.exitCode = 2;
}
