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

module.exports = {
  forbidden: [
    outside('core', []),
    outside('connectors', ['core']),
    outside('lambdas', ['core', 'connectors']),
    outside('local', ['core', 'connectors', 'lambdas']),
    outside('dojo', ['core', 'local']),
    outside('lib', []),
    outside('bin', ['lib']),
    {
      name: 'only-compose-chooses-connectors',
      severity: 'error',
      comment: 'Only the two composition roots choose connectors.',
      from: { path: '^(lambdas|local|dojo)/', pathNot: '^(lambdas|local)/compose\\.ts$' },
      to: { path: '^connectors/' },
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
      extensions: ['.ts', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
