// Bundles the console's TypeScript for browsers. It happens once per process, when the first page asks for it, and is kept in memory: `npm start` works
// without a build step, and a start that nobody opens the console of pays nothing.
import { fileURLToPath } from 'node:url';
import { Misconfigured } from '../../core/errors.ts';

const entry = fileURLToPath(new URL('../console/main.tsx', import.meta.url));
let bundled: Promise<Uint8Array> | undefined;

/** The script as one file. Throws `Misconfigured` if esbuild has no program for this platform; the next request tries again. */
export function consoleScript(): Promise<Uint8Array> {
  bundled ??= bundle().catch((cause: unknown) => {
    bundled = undefined;
    throw new Misconfigured(
      'The console could not be bundled. If esbuild is missing, install the packages again: npm ci.',
      { cause },
    );
  });
  return bundled;
}

async function bundle(): Promise<Uint8Array> {
  const { build, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      legalComments: 'none',
      logLevel: 'silent',
    });
    const [script] = outputFiles;
    if (script === undefined) throw new Error('esbuild wrote no file.');
    return script.contents;
  } finally {
    // Its process would stay otherwise.
    await stop();
  }
}
