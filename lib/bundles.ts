// Bundles code into one file: the CDK's own bundler for Lambda, the same esbuild for AgentCore Runtime. The banner defines `require` and the folder
// for CommonJS packages, with names that are too long for the minifier to generate.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { buildSync } from 'esbuild';
import type { BundledFile } from './capabilities.ts';
import { root } from './root.ts';

const banner =
  "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;";
const mainFields = ['module', 'main'];

/** One ES module with all code, and files beside it. */
export const bundling = (files: readonly BundledFile[]): BundlingOptions => ({
  format: OutputFormat.ESM,
  target: 'node24',
  mainFields,
  minify: true,
  sourceMap: false,
  bundleAwsSDK: true,
  banner,
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_input: string, output: string) =>
      files.flatMap(({ from, to, without }) => [
        `mkdir -p "${join(output, to, '..')}"`,
        `cp -R "${join(root, from)}" "${join(output, to)}"`,
        ...(without === undefined ? [] : [`rm -f "${join(output, to, without)}"`]),
      ]),
  },
});

/** Bundles the server of a folder of lambdas/ as `app.js` for Node 22, the newest version that AgentCore Runtime has, with files beside it. */
export function bundleServer(folder: string, output: string, files: readonly BundledFile[]): void {
  buildSync({
    entryPoints: [join(root, 'lambdas', folder, 'server.ts')],
    outfile: join(output, 'app.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields,
    minify: true,
    banner: { js: banner },
    logLevel: 'error',
  });
  writeFileSync(join(output, 'package.json'), '{"type":"module"}\n');
  for (const { from, to, without } of files) {
    mkdirSync(dirname(join(output, to)), { recursive: true });
    cpSync(join(root, from), join(output, to), { recursive: true });
    if (without !== undefined) rmSync(join(output, to, without), { force: true });
  }
}
