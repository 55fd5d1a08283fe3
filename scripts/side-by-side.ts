// Runs commands at the same time and fails if one of them fails: `node scripts/side-by-side.ts tsc 'vitest run' -- test/core`. What follows `--`
// goes to the last command, whose output is shown as it comes; the others' output follows when they end.
import { type ChildProcess, spawn } from 'node:child_process';

const given = process.argv.slice(2);
const split = given.indexOf('--');
const commands = split < 0 ? given : given.slice(0, split);
const further = split < 0 ? [] : given.slice(split + 1);
const running = new Set<ChildProcess>();
const started = performance.now();

function run(command: string, isLast: boolean): Promise<boolean> {
  const [program = '', ...args] = [...command.split(' '), ...(isLast ? further : [])];
  const child = spawn(program, args, { stdio: isLast ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  return new Promise((resolve) => {
    const end = (failure: string | undefined) => {
      running.delete(child);
      const seconds = Math.round((performance.now() - started) / 1000);
      process.stderr.write(`${output}${command}: ${failure ?? 'passed'} (${seconds} s)\n`);
      resolve(failure === undefined);
    };
    child.once('error', (error) => end(`could not start: ${error.message}`));
    child.once('close', (code, signal) => end(code === 0 ? undefined : `failed (${code ?? signal})`));
  });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of running) child.kill(signal);
  });
const passed = await Promise.all(commands.map((command, at) => run(command, at === commands.length - 1)));
process.exitCode = passed.every(Boolean) ? 0 : 1;
