// `npm start`: reads the options, starts Watchkeeper, and prints errors as one sentence. It loads the rest only for a start, so that help and a
// mistyped option are answered at once.
import { WatchkeeperError } from '../core/errors.ts';
import { readStartOptions, startHelp } from './options.ts';
import { styleFor } from './terminal/style.ts';

async function main(args: readonly string[]): Promise<number> {
  const parsed = readStartOptions(args);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(startHelp);
      return 0;
    case 'run': {
      const { start } = await import('./start.ts');
      return start(parsed.options);
    }
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const known = error instanceof WatchkeeperError;
  const style = styleFor(process.stderr, process.env);
  process.stderr.write(`${style.red(known ? error.message : `Something unexpected: ${String(error)}`)}\n`);
  process.exitCode = known && error.audience !== 'us' ? 2 : 1;
}
