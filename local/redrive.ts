// `npm run redrive`: redelivers events and asynchronous invocations that failed at their last attempt.
import { Misconfigured } from '../core/errors.ts';
import { type Redriven, redrive } from '../core/operations/redrive.ts';
import { parse, run } from './command.ts';
import { openDeadLetters } from './compose.ts';
import { defaultData } from './options.ts';
import { redriveFolder } from './runtime/bus.ts';
import { folderDisk } from './runtime/files.ts';
import { lockFolder } from './runtime/lock.ts';

const help = `Redelivers failed events and invocations from the dead-letter queues, and removes each one after it succeeded.

  npm run redrive -- --stage prod --dry-run    lists the two queues of a deployed stage, with your AWS credentials
  npm run redrive -- --stage prod
  npm run redrive [-- --data DIR]              requeues this machine's failed events (bus/refused/) for the next start

  --stage NAME   name of a deployed stage
  --data DIR     data folder (default ${defaultData}); Watchkeeper must not run on it
  --dry-run      list the events that it would redeliver, and change nothing
  --help         show this text

You can run it twice or interrupt it: an execution takes its name from its event, and the functions are idempotent. Exit code 1 if an event failed
again or was unreadable; that event stays in its queue.
`;

const print = (line: string) => void process.stdout.write(`${line}\n`);

function inWords({ id, plan, came, why }: Redriven): string {
  const what =
    plan.kind === 'invoke'
      ? plan.functionArn.split(':')[6]
      : plan.kind === 'start'
        ? `execution ${plan.name}`
        : 'a message';
  return `${came}: ${what} (${why}) ${id}`;
}

async function ofStage(stage: string, dryRun: boolean): Promise<boolean> {
  if (!/^[a-z][a-z0-9-]{0,19}$/.test(stage)) throw new Misconfigured(`--stage is a stage's name, not "${stage}".`);
  const prefix = `watchkeeper-${stage}-`;
  let all = 0;
  let left = 0;
  for (const queue of ['dead-letters', 'failed-invocations']) {
    const { letters, redelivery } = openDeadLetters(`${prefix}${queue}`);
    const came = await redrive({ prefix, dryRun }, letters, redelivery);
    for (const one of came) print(`${queue}: ${inWords(one)}`);
    all += came.length;
    left += came.filter((one) => one.came === 'failed again' || one.came === 'left').length;
  }
  print(all === 0 ? 'Nothing waits.' : `${all} looked at, ${left} left${dryRun ? ', nothing changed' : ''}.`);
  return left === 0;
}

async function ofFolder(data: string, dryRun: boolean): Promise<boolean> {
  const unlock = lockFolder(data, print);
  try {
    const found = await redriveFolder(
      folderDisk(data, ({ name, why }) => print(`${name} ${why}.`)),
      dryRun,
    );
    for (const { what, refused } of found) print(`${dryRun ? 'would be put back' : 'put back'}: ${what} (${refused})`);
    print(
      found.length === 0 ? 'Nothing waits.' : `${found.length} ${dryRun ? 'wait' : 'are delivered by the next start'}.`,
    );
    return true;
  } finally {
    unlock();
  }
}

await run(async (args) => {
  const values = parse(
    args,
    {
      stage: { type: 'string' },
      data: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    'npm run redrive -- --help',
  );
  if (values.help) return print(help);
  if (values.stage !== undefined && values.data !== undefined)
    throw new Misconfigured('Choose --stage (a deployed one) or --data (this machine), not both.');
  const dryRun = values['dry-run'];
  const well =
    values.stage === undefined
      ? await ofFolder(values.data ?? defaultData, dryRun)
      : await ofStage(values.stage, dryRun);
  if (!well) process.exitCode = 1;
});
