// `npm run bench:faults`: runs many incidents over the embedded runtime, each with faults drawn from a seed. It counts actions that were executed
// twice, approved actions that were lost without a message, incidents that never ended, and open incidents without an execution. Exit code 1 if
// there is one.
import { inspect, parseArgs } from 'node:util';
import { Impossible, Misconfigured } from '../core/errors.ts';
import { runBatch, type Verdict } from './faults/batch.ts';
import { type Schedule, scheduleOf } from './faults/schedule.ts';

const help = `Runs incidents with crashes, lost answers, redelivered pages, several answers and second pages, drawn from seeds.

  npm run bench:faults -- [--schedules N] [--from SEED] [--seed SEED] [--together N] [--jobs N]

  --schedules N   number of schedules (default 1000)
  --from SEED     first seed (default 1); the others follow
  --seed SEED     run only this seed and print its schedule
  --together N    incidents per process (default 40)
  --jobs N        parallel processes (default 2)
  --help          show this text

The last line is schedules=… double=… lost=… endless=… zombies=…; exit code 1 if one of the last four is not 0.`;

const print = (text: string) => void process.stdout.write(`${text}\n`);

/** The batches that run now, by the options that run them again. */
const running = new Set<string>();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      together: { type: 'string', default: '40' },
      jobs: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    print(help);
    return 0;
  }
  const from = numberOf(values.seed ?? values.from, values.seed === undefined ? 'from' : 'seed');
  const count = values.seed === undefined ? numberOf(values.schedules, 'schedules') : 1;
  const schedules = Array.from({ length: count }, (_, n) => scheduleOf(from + n));
  if (values.seed !== undefined) print(JSON.stringify(schedules[0], null, 2));
  const together = numberOf(values.together, 'together');
  const batches = Array.from({ length: Math.ceil(count / together) }, (_, n) =>
    schedules.slice(n * together, (n + 1) * together),
  );
  const verdicts: Verdict[] = [];
  let done = 0;
  const startedAt = performance.now();
  const lane = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      running.add(nameOf(batch));
      const found = await runBatch(batch).catch((error: unknown) => {
        throw new Impossible(`The harness died in ${nameOf(batch)}.`, { cause: error });
      });
      running.delete(nameOf(batch));
      verdicts.push(...found);
      done += batch.length;
      for (const { seed, kind, why } of found) print(`${kind}: seed ${seed}: ${why}`);
      print(`${done} of ${count} after ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: numberOf(values.jobs, 'jobs') }, lane));
  const of = (kind: Verdict['kind']) => verdicts.filter((verdict) => verdict.kind === kind).length;
  print(
    `schedules=${count} double=${of('double')} lost=${of('lost')} endless=${of('endless')} zombies=${of('zombie')}`,
  );
  return verdicts.length === 0 ? 0 : 1;
}

/** The options that run these schedules again. */
function nameOf(batch: readonly Schedule[]): string {
  return `--from ${batch[0]?.seed} --schedules ${batch.length} --together ${batch.length}`;
}

function numberOf(text: string, option: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Misconfigured(`--${option} takes a number from 1, not "${text}".`);
}

const die = (error: unknown) => {
  const isUsage = error instanceof Misconfigured || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`${isUsage ? error.message : inspect(error)}\n`);
  if (!isUsage && running.size > 0) process.stderr.write(`running: ${[...running].join('; ')}\n`);
  process.exit(2);
};
process.on('uncaughtException', die);
process.on('unhandledRejection', die);
process.exitCode = await main().catch(die);
