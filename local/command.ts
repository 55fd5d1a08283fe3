// Parses the arguments and handles the end of every command: an invalid option gives a sentence and no stack trace, and an error is printed in red
// on the error stream. Exit code 2 means that the caller can fix it, 1 that we have to.
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { styleFor } from './terminal/style.ts';

type OptionTable = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** `help`: the command that lists the options. @throws Misconfigured for an unknown option, or one without its value. */
export function parse<const Table extends OptionTable>(args: readonly string[], options: Table, help: string) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true, allowPositionals: false }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? cause.message) : 'The options do not fit';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`${help}\` lists the options.`, { cause });
  }
}

/** Runs `main`, which prints its own output. */
export async function run(main: (args: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    const known = error instanceof WatchkeeperError;
    const style = styleFor(process.stderr, process.env);
    process.stderr.write(`${style.red(known ? error.message : `Something unexpected: ${String(error)}`)}\n`);
    process.exitCode = known ? 2 : 1;
  }
}
