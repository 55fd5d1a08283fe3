// What every command here does with its arguments and with its end: options that do not fit are a sentence and not a stack, and what went wrong
// is said in red on the error stream, with 2 where whoever called can mend it and 1 where we have to.
import { parseArgs } from 'node:util';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { styleFor } from './terminal/style.ts';

type OptionTable = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** `help` is the command that lists what there is. @throws Misconfigured for what is no option, or lacks its value. */
export function parse<const Table extends OptionTable>(args: readonly string[], options: Table, help: string) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true, allowPositionals: false }).values;
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? cause.message) : 'The options do not fit';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`${help}\` lists what there is.`, { cause });
  }
}

/** Runs `main`, which says what it has to say itself. */
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
