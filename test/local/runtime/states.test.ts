import { onTestFinished } from 'vitest';
import { Unavailable } from '../../../core/errors.ts';
import { executions } from '../../../local/runtime/executions.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { journal } from '../../../local/runtime/journal.ts';
import { parseMachine } from '../../../local/runtime/machine.ts';
import { executionsContract } from '../../contract/executions.ts';

executionsContract(async () => {
  const disk = memoryDisk();
  const run = executions({
    machine: parseMachine('test', {
      StartAt: 'Which',
      States: {
        Which: {
          Type: 'Choice',
          Choices: [
            { Variable: '$.to', StringEquals: 'succeeded', Next: 'Well' },
            { Variable: '$.to', StringEquals: 'failed', Next: 'Broken' },
          ],
          Default: 'Long',
        },
        Well: { Type: 'Succeed' },
        Broken: { Type: 'Fail' },
        Long: { Type: 'Wait', Seconds: 3600, Next: 'Well' },
      },
    }),
    journal: journal({
      ...disk,
      read: (name) =>
        name.includes('hidden') ? Promise.reject(new Unavailable('The disk is away.')) : disk.read(name),
    }),
    clock: { now: () => new Date() },
    invoke: async () => undefined,
  });
  onTestFinished(() => run.close());
  for (const to of ['running', 'succeeded', 'failed']) await run.start(to, { to });
  await Promise.all(['succeeded', 'failed'].map((name) => run.ended(name)));
  return run;
});
