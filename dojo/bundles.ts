// Measures the size and import time of each Lambda: bundled as the stack bundles it (lib/functions.ts), and imported in a fresh process.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Impossible } from '../core/errors.ts';
import { type Bundle, bundle, functionEntry } from '../lib/bundle.ts';
import { quantile } from './score.ts';

export interface BundleMeasure extends Omit<Bundle, 'path'> {
  readonly name: string;
  /** Median of the imports. */
  readonly importMs: number;
}

/** The most JavaScript, in bytes, that a function may load before it is called. */
export const mostAtOnce = 2 * 1024 * 1024;

const lambdas = new URL('../lambdas/', import.meta.url);

export async function measureBundles(imports: number): Promise<readonly BundleMeasure[]> {
  const out = await mkdtemp(join(tmpdir(), 'watchkeeper-bundles-'));
  try {
    const folders = await readdir(lambdas, { withFileTypes: true });
    const measures: BundleMeasure[] = [];
    for (const { name } of folders
      .filter((entry) => entry.isDirectory())
      .sort((a, b) => a.name.localeCompare(b.name))) {
      const { path, atOnce, total } = bundle(join(out, name), functionEntry(name), []);
      measures.push({ name, atOnce, total, importMs: await medianImport(path, imports) });
    }
    return measures;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function medianImport(path: string, imports: number): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < imports; n++) times.push(await importOnce(path));
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}

/** Milliseconds in a fresh process. `then` is code that runs after the import, with the imported module as `made`. */
export async function importOnce(file: string, then = '', environment = process.env): Promise<number> {
  const script = `const t=performance.now();const made=await import(${JSON.stringify(pathToFileURL(file).href)});${then}process.stdout.write(String(performance.now()-t));process.exit(0)`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: environment,
    });
    return Number(stdout);
  } catch (cause) {
    const why =
      cause instanceof Error ? /^\w*Error: .*$/m.exec(cause.message.replace(/^Command failed.*/, ''))?.[0] : undefined;
    throw new Impossible(`The bundle ${file} cannot be imported: ${why ?? 'it ended early'}.`, { cause });
  }
}
