/** The dependency rule of docs/architecture.md, as something that can fail. Run with `npm run check:layers`. */
const outside = (folder, allowed) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: `${folder}/ may import only: ${[folder, ...allowed].join(', ')}`,
  from: { path: `^${folder}/` },
  to: {
    path: '^(bin|lib|lambdas|core|connectors|local|dojo)/',
    pathNot: `^(${[folder, ...allowed].join('|')})/`,
  },
});

/** Folders of core/ from the bottom to the top: each may import itself and those before it. The files directly in core/ come first. */
const layersOfCore = [
  ['redaction'],
  ['causes'],
  ['model'],
  ['ports'],
  ['topology'],
  ['fingerprint'],
  ['record', 'charts'],
  ['reporting'],
  ['context'],
  ['analysis', 'replay'],
  ['reasoning'],
  ['specialists'],
  ['diagnosis'],
  ['storms'],
  ['remediation'],
  ['admission'],
  ['postmortem'],
  ['language'],
  ['cost', 'learning'],
  ['intake'],
  ['conversation'],
  ['operations', 'console'],
];
const layerRules = layersOfCore.flatMap((layer, index) =>
  layer.map((folder) => {
    const allowed = [folder, ...layersOfCore.slice(0, index).flat()];
    return {
      name: `core-${folder}-imports`,
      severity: 'error',
      comment: `core/${folder}/ may import only core/*.ts and core/{${allowed.join(',')}}/`,
      from: { path: `^core/${folder}/` },
      to: { path: '^core/[^/]+/', pathNot: `^core/(${allowed.join('|')})/` },
    };
  }),
);
const knownFolders = layersOfCore.flat().join('|');

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'core-base-imports',
      severity: 'error',
      comment: 'Files directly in core/ import only each other.',
      from: { path: '^core/[^/]+\\.ts$' },
      to: { path: '^core/[^/]+/' },
    },
    {
      name: 'core-folders-have-a-layer',
      severity: 'error',
      comment: 'A new folder of core/ needs its place in layersOfCore.',
      from: {},
      to: { path: '^core/[^/]+/', pathNot: `^core/(${knownFolders})/` },
    },
    outside('core', []),
    outside('connectors', ['core']),
    outside('lambdas', ['core', 'connectors']),
    outside('local', ['core', 'connectors', 'lambdas']),
    {
      ...outside('dojo', ['core', 'local']),
      comment: 'dojo/ may import only: dojo, core, local, and the bundler, whose bundles it measures',
      to: { path: '^(bin|lib|lambdas|core|connectors|local|dojo)/', pathNot: '^((dojo|core|local)/|lib/bundle\\.ts$)' },
    },
    {
      name: 'console-runs-in-a-browser',
      severity: 'error',
      comment: 'The console imports its own files and core; it reaches the server through the API only.',
      from: { path: '^local/console/' },
      to: { path: '^(connectors|lambdas|local/(?!console/))' },
    },
    {
      name: 'console-is-bundled',
      severity: 'error',
      comment: 'Other modules read the console as files: it needs a browser.',
      from: { pathNot: '^local/console/' },
      to: { path: '^local/console/' },
    },
    {
      ...outside('lib', []),
      comment: 'lib/ may import only lib/ and what describes sources: their manifests and the table of them.',
      to: {
        path: '^(bin|lib|lambdas|core|connectors|local|dojo)/',
        pathNot: '^(lib/|connectors/([^/]+/manifest|source-kind|sources|configured|auth|via)\\.ts$)',
      },
    },
    {
      name: 'manifests-import-no-client',
      severity: 'error',
      comment:
        'The stack reads manifests: they import no SDK and no client. The table of sources loads a source when it is asked.',
      from: { path: '^connectors/([^/]+/manifest|source-kind|sources|configured|auth|via)\\.ts$' },
      to: {
        dynamic: false,
        pathNot: '^(core/|connectors/([^/]+/manifest|source-kind|sources|configured|auth|via)\\.ts$|node_modules/zod/)',
      },
    },
    outside('bin', ['lib']),
    {
      name: 'only-compose-chooses-connectors',
      severity: 'error',
      comment: 'Only the two composition roots choose connectors.',
      from: { path: '^(lambdas|local|dojo)/', pathNot: '^(lambdas|local)/compose\\.ts$' },
      to: { path: '^connectors/', pathNot: '^connectors/(source-kind|configured|auth)\\.ts$' },
    },
    {
      name: 'connectors-do-not-know-each-other',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: { path: '^connectors/([^/]+)/', pathNot: '^connectors/$1/' },
    },
    {
      name: 'core-is-pure',
      severity: 'error',
      comment: 'No AWS, no HTTP, no files in core.',
      from: { path: '^core/' },
      to: { dependencyTypes: ['core'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    {
      name: 'no-unresolved',
      severity: 'error',
      comment: 'aws-lambda is types only (@types/aws-lambda).',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'test/fixtures' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
