import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';

const root = join(import.meta.dirname, '..', '..');
const broken = join(root, 'test', 'fixtures', 'layers');
const folders = ['bin', 'lib', 'lambdas', 'core', 'connectors', 'local', 'dojo'];

const Cruise = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const isModule = (file: string) => file.endsWith('.ts');

/** What the project's own rule refuses in the folders of `tree`, as `npm run check:layers` does. */
const refused = (tree: string) =>
  Cruise.parse(JSON.parse(run(tree, 'json').stdout)).summary.violations.map(
    ({ from, to, rule }) => `${rule.name}: ${from} → ${to}`,
  );

const run = (tree: string, outputType: 'json' | 'err') =>
  spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', '.bin', 'depcruise'),
      ...folders.filter((folder) => existsSync(join(tree, folder))),
      ...['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', outputType],
    ],
    { cwd: tree, encoding: 'utf8', maxBuffer: 1e9 },
  );

test('a tree that breaks every part of the dependency rule is refused for every part', () => {
  expect(refused(broken).toSorted()).toEqual([
    'bin-imports: bin/main.ts → core/pure.ts',
    'connectors-do-not-know-each-other: connectors/a/index.ts → connectors/c/index.ts',
    'connectors-imports: connectors/b/index.ts → lambdas/handle.ts',
    'console-is-bundled: local/main.ts → local/console/main.tsx',
    'console-runs-in-a-browser: local/console/main.tsx → local/runtime.ts',
    'core-base-imports: core/base.ts → core/intake/page.ts',
    'core-folders-have-a-layer: core/model/looks-up.ts → core/somewhere/lost.ts',
    'core-imports: core/asks-a-connector.ts → connectors/c/index.ts',
    'core-is-pure: core/reads-files.ts → fs',
    'core-model-imports: core/model/looks-up.ts → core/intake/page.ts',
    'core-model-imports: core/model/looks-up.ts → core/somewhere/lost.ts',
    'dojo-imports: dojo/main.ts → lambdas/handle.ts',
    'lambdas-imports: lambdas/x/asks-local.ts → local/runtime.ts',
    'lib-imports: lib/stack.ts → core/pure.ts',
    'local-imports: local/main.ts → dojo/board.ts',
    'manifests-import-no-client: connectors/b/manifest.ts → connectors/b/index.ts',
    'no-cycles: core/cycle-a.ts → core/cycle-b.ts',
    'no-unresolved: core/lost.ts → ./nowhere.ts',
    'only-compose-chooses-connectors: lambdas/x/handler.ts → connectors/c/index.ts',
  ]);
});

test('the check fails on a tree that breaks the rule', () => {
  expect(run(broken, 'err').status).not.toBe(0);
});

test('the check of the project looks at each of its folders, and each has modules', () => {
  const { scripts } = Package.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  expect(scripts['check:layers']).toBe(`depcruise ${folders.join(' ')} --config .dependency-cruiser.cjs`);
  for (const folder of folders)
    expect(readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).some(isModule), folder).toBe(true);
});
