// Measures the size and import time of each Lambda: bundled as the stack bundles it (lib/functions.ts), and imported in a fresh process.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Impossible } from '../core/errors.ts';
import { quantile } from './score.ts';

export interface BundleMeasure {
  readonly name: string;
  readonly bytes: number;
  /** Median of the imports. */
  readonly importMs: number;
}

const lambdas = new URL('../lambdas/', import.meta.url);
const banner =
  "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;";

export async function measureBundles(imports: number): Promise<readonly BundleMeasure[]> {
  const out = await mkdtemp(join(tmpdir(), 'watchkeeper-bundles-'));
  try {
    const folders = await readdir(lambdas, { withFileTypes: true });
    const measures: BundleMeasure[] = [];
    for (const { name } of folders
      .filter((entry) => entry.isDirectory())
      .sort((a, b) => a.name.localeCompare(b.name))) {
      measures.push(await measure(name, join(out, `${name}.mjs`), imports));
    }
    return measures;
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function measure(name: string, outfile: string, imports: number): Promise<BundleMeasure> {
  await bundled(new URL(`${name}/handler.ts`, lambdas).pathname, outfile);
  const times: number[] = [];
  for (let n = 0; n < imports; n++) times.push(await importOnce(outfile));
  return {
    name,
    bytes: (await stat(outfile)).size,
    importMs: quantile(
      times.sort((a, b) => a - b),
      0.5,
    ),
  };
}

/** Bundles one file as the stack does. */
export async function bundled(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    banner: { js: banner },
    logLevel: 'error',
  });
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
