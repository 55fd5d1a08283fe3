// `npm run replay`: runs the analysis of a recorded incident again, with the recorded answer to every call, and reports whether the diagnosis is the
// same; or turns the incident into a scenario.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInput, Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { truthOf } from '../core/learning/feedback.ts';
import { replaySourceOf } from '../core/replay/replay.ts';
import { incidentOf, scenarioFiles } from '../core/replay/scenario.ts';
import type { TapedCall } from '../core/replay/tape.ts';
import { differences, lastDiagnosis } from '../core/replay/verdict.ts';
import { openTapes, replayedWorld } from './compose.ts';
import { defaultData } from './options.ts';
import { readFeedback } from './read-feedback.ts';
import type { Place } from './records.ts';
import { startRuntime } from './runtime/index.ts';

const help = `Replays and inspects a recorded incident. \`npm start -- --record\`, or \`recording: true\` in a configuration, records incidents.

  npm run replay                             lists the recorded incidents
  npm run replay -- INCIDENT                 runs the analysis again on the recorded answers, and compares the diagnoses
  npm run replay -- INCIDENT --calls         lists the recorded calls in their order
  npm run replay -- INCIDENT --scenario DIR  writes a scenario for the dojo (docs/scenario-format.md), with the true cause if people named it

  --data DIR      data folder of npm start (default ${defaultData})
  --bucket NAME   evidence bucket of a deployed stage, read with your AWS credentials
  --table NAME    with --bucket: the stage's table of incidents (output IncidentsTable), which holds people's feedback
  --help          show this text

Exit code 0 if the diagnosis is the same, 1 if it differs, 2 if the command is invalid.
`;

const patienceMs = 10 * 60_000;

interface ReplayOptions {
  readonly incident: string | undefined;
  readonly calls: boolean;
  readonly scenario: string | undefined;
  readonly place: { readonly folder: string } | { readonly bucket: string };
  /** Where to read people's feedback; undefined if the command line names no place. */
  readonly recordsPlace: Place | undefined;
}

function readOptions(args: readonly string[]): ReplayOptions | 'help' {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('. ')[0] : 'The options do not fit';
    throw new Misconfigured(`${why}. \`npm run replay -- --help\` lists the options.`, { cause });
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  if (positionals.length > 1) throw new Misconfigured('One incident at a time.');
  const data = values.data ?? defaultData;
  return {
    incident: positionals[0],
    calls: values.calls ?? false,
    scenario: values.scenario,
    place: values.bucket === undefined ? { folder: data } : { bucket: values.bucket },
    recordsPlace:
      values.table !== undefined ? { table: values.table } : values.bucket === undefined ? { data } : undefined,
  };
}

const parse = (args: readonly string[]) =>
  parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: true,
    options: {
      data: { type: 'string' },
      bucket: { type: 'string' },
      table: { type: 'string' },
      scenario: { type: 'string' },
      calls: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });

const print = (line: string) => void process.stdout.write(`${line}\n`);

async function replay({ incident: id, calls: list, scenario, place, recordsPlace }: ReplayOptions): Promise<number> {
  const tapes = openTapes(place);
  if (id === undefined) {
    const incidents = await tapes.incidents();
    print(incidents.length === 0 ? 'Nothing is recorded there.' : incidents.join('\n'));
    return 0;
  }
  const calls = await tapes.calls(id);
  if (calls.length === 0)
    throw new InvalidInput(`${id} has no recording there. \`npm run replay\` lists the recordings.`);
  const incident = incidentOf(calls);
  if (list) {
    for (const { at, port, wallMs, answer, redacted } of calls)
      print(
        `${at}  ${String(wallMs).padStart(6)} ms  ${port}  ${answer.kind}${redacted ? ', something redacted' : ''}`,
      );
    return 0;
  }
  if (scenario !== undefined) return writeScenario(scenario, calls, recordsPlace);
  const source = replaySourceOf(calls);
  const runtime = await startRuntime({ makeWorld: replayedWorld(source, new Date(incident.openedAt)) });
  try {
    await runtime.resume();
    const { trigger } = incident;
    await runtime.ports.bus.publish({ detailType: 'incident.triggered', detail: { trigger } });
    const { id: replayed } = await runtime.waitForIncident(trigger.sourceId, 'asked', patienceMs);
    return printComparison(lastDiagnosis(calls), await runtime.ports.incidents.diagnosis(replayed), source, calls);
  } finally {
    await runtime.close();
  }
}

type Found = ReturnType<typeof lastDiagnosis>;

function printComparison(
  then: Found,
  now: Found,
  source: ReturnType<typeof replaySourceOf>,
  calls: Parameters<typeof lastDiagnosis>[0],
): number {
  const { used, of } = source.used();
  print(`${of} recorded calls, ${used} of them asked again.`);
  for (const miss of source.misses) print(`Not on the tape: ${miss}`);
  if (calls.some(({ answer }) => answer.kind === 'stream' && !answer.whole))
    print('A stream of logs was not read, or not kept, to its end.');
  if (then === undefined) print('No diagnosis was recorded; this is what comes out:');
  print(`\n${now?.text ?? 'No diagnosis.'}\n`);
  if (then === undefined) return 1;
  const differing = differences(then, now);
  if (differing.length === 0) {
    print('The same diagnosis, word for word and with the same evidence.');
    return 0;
  }
  print(`Another diagnosis than was recorded:\n${differing.map((line) => `  ${line}`).join('\n')}`);
  if (calls.some(({ redacted }) => redacted))
    print('Secrets were taken out of some answers before they were kept; --calls shows which.');
  return 1;
}

/** Writes into a folder that is new or empty. */
async function writeScenario(
  dir: string,
  calls: readonly TapedCall[],
  recordsPlace: Place | undefined,
): Promise<number> {
  const there = await readdir(dir).catch(() => []);
  if (there.length > 0) throw new Misconfigured(`${dir} is not empty. Name a new folder.`);
  const truth = await truthFrom(recordsPlace, incidentOf(calls).id);
  const known = truth.kind === 'known';
  const files = new Map(scenarioFiles(calls));
  if (known) files.set('expected.json', `${JSON.stringify(truth.truth, null, 2)}\n`);
  for (const [name, content] of files) {
    const file = join(dir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  print(`${files.size} files in ${dir}.`);
  if (known) {
    const { entity, cause } = truth.truth.rootCause;
    print(`expected.json says ${entity.kind} ${entity.name}, ${cause}, by the word of ${truth.from.by}: read it.`);
  } else print(`There is no expected.json: ${truth.why} Write it to keep score with the scenario.`);
  print(`\`npm run dojo -- --scenarios ${dir}\``);
  return 0;
}

/** If the record is unreadable, the scenario lacks its truth but is still written. */
async function truthFrom(recordsPlace: Place | undefined, incident: string): Promise<ReturnType<typeof truthOf>> {
  if (recordsPlace === undefined)
    return { kind: 'open', why: 'The feedback was not read: name the table of incidents with --table.' };
  try {
    return truthOf((await readFeedback(recordsPlace, { incident })).feedback);
  } catch (error) {
    if (!(error instanceof WatchkeeperError)) throw error;
    return { kind: 'open', why: `The feedback could not be read. ${error.message}` };
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(help);
  else process.exitCode = await replay(options);
} catch (error) {
  process.stderr.write(`${error instanceof WatchkeeperError ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WatchkeeperError && error.audience !== 'us' ? 2 : 1;
}
