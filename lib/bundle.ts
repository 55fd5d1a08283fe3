// Bundles an entry for Lambda and for AgentCore Runtime: one ES module that loads at once, and a chunk for each part that the code imports when it
// needs it (a vendor's client, a model's SDK). The banner defines `require` and the folder for CommonJS packages, with names that are too long for the
// minifier to generate.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import type { BundledFile } from './capabilities.ts';
import { root } from './root.ts';

const banner =
  "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;";

export interface Entry {
  /** The file: below the repository, or absolute. */
  readonly file: string;
  /** The name of the output without its extension. */
  readonly name: string;
  /** `mjs` where the host needs it to see an ES module; with `js` a package.json beside it says so. */
  readonly extension: 'mjs' | 'js';
  readonly node: 22 | 24;
}

/** A function's entry, as Lambda runs it. */
export const functionEntry = (folder: string): Entry => ({
  file: join('lambdas', folder, 'handler.ts'),
  name: 'index',
  extension: 'mjs',
  node: 24,
});

/** The server of a folder of lambdas/, for the newest Node that AgentCore Runtime has. */
export const serverEntry = (folder: string): Entry => ({
  file: join('lambdas', folder, 'server.ts'),
  name: 'app',
  extension: 'js',
  node: 22,
});

/** Sizes of the JavaScript, in bytes. */
export interface Bundle {
  /** The path of the entry's output. */
  readonly path: string;
  /** What the host loads before it calls the function. */
  readonly atOnce: number;
  readonly total: number;
}

/** Writes the entry, its chunks and the files into the folder `output`. */
export function bundle(output: string, { file, name, extension, node }: Entry, files: readonly BundledFile[]): Bundle {
  const { metafile } = buildSync({
    entryPoints: { [name]: resolve(root, file) },
    outdir: output,
    outExtension: { '.js': `.${extension}` },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: `node${node}`,
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    metafile: true,
    absWorkingDir: root,
    banner: { js: banner },
    logLevel: 'error',
  });
  if (extension === 'js') writeFileSync(join(output, 'package.json'), '{"type":"module"}\n');
  for (const { from, to, without } of files) {
    mkdirSync(dirname(join(output, to)), { recursive: true });
    cpSync(join(root, from), join(output, to), { recursive: true });
    if (without !== undefined) rmSync(join(output, to, without), { force: true });
  }
  return withoutUnused(metafile, join(output, `${name}.${extension}`));
}

/** Deletes the chunks that nothing imports any more after unused code was dropped, and measures the others. */
function withoutUnused({ outputs }: Metafile, path: string): Bundle {
  const sizes = new Map(
    Object.entries(outputs).map(([key, { bytes, imports }]) => [resolve(root, key), { bytes, imports }]),
  );
  const reachedBy = (follows: (kind: string) => boolean): ReadonlySet<string> => {
    const reached = new Set([path]);
    for (const from of reached)
      for (const { path: to, kind } of sizes.get(from)?.imports ?? [])
        if (sizes.has(resolve(root, to)) && follows(kind)) reached.add(resolve(root, to));
    return reached;
  };
  const bytes = (files: ReadonlySet<string>) =>
    [...files].reduce((sum, file) => sum + (sizes.get(file)?.bytes ?? 0), 0);
  const used = reachedBy(() => true);
  for (const file of sizes.keys()) if (!used.has(file)) rmSync(file);
  return { path, atOnce: bytes(reachedBy((kind) => kind !== 'dynamic-import')), total: bytes(used) };
}
