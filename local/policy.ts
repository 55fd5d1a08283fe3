// `npm run policy`: explains why an action would be allowed or refused, and checks whether policies and catalogue match. It executes nothing.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Misconfigured } from '../core/errors.ts';
import { ActionId } from '../core/model/action.ts';
import type { Catalog } from '../core/ports/catalog.ts';
import type { Policies, PolicyRequest } from '../core/ports/channels.ts';
import { misroutedIn, sourcesNamedIn } from '../core/ports/routing.ts';
import { type AuthorizationFacts, policyContextOf } from '../core/remediation/authorization.ts';
import { isReversible } from '../core/remediation/catalogue.ts';
import { explain, type Supposed } from '../core/remediation/explain.ts';
import { placeOf } from '../core/remediation/target-place.ts';
import { unknownTargetState } from '../core/remediation/target-state.ts';
import { environmentOf } from '../core/topology/placement.ts';
import { run } from './command.ts';
import { catalogFile, readCatalog, readPolicies } from './compose.ts';
import { sourcesIn, usersOf } from './source-names.ts';
import { type Style, styleFor } from './terminal/style.ts';

const help = `Explains why the policies would allow or refuse an action, and checks that policies and catalogue agree. It runs no action.

  npm run policy -- explain --action rollback-rollout --target backend-2/shop/Deployment/checkout
  npm run policy -- check

explain
  --action ID          id of an action; an unknown id shows the refusal
  --target TARGET      cluster/namespace/Kind/name
  --environment NAME   environment to assume (default: the environment that the catalogue gives for the target)
  --actor WHO          a person's name (default), or "preference" for a taught preference
  --approvals N        number of people who approved it (default 1)
  --at TIME            time to assume, such as 2026-12-24T18:00:00Z (default: now)
  --label KEY=VALUE    label of the target (repeatable)
  --same N             number of earlier runs of this action on this target within a day (default 0)
  --done N             number of actions within the hour, and in this incident (default 0)
  --pods N             number of pods that it affects (default 1)
  --requester          the requester is one of the approvers
  --no-evidence        no finding of the incident names the target
  --another            another incident has acted on the target meanwhile
  --kill-switch        assume that the kill switch is on

check
  --config FILE        a stage file or a local file with the sources that the catalogue names (repeatable; default: every file in
                       config/ that uses this catalogue)

both
  --catalog FILE       service catalogue (default config/catalog.yaml)
  --json               print JSON
`;

const options = {
  action: { type: 'string' },
  target: { type: 'string' },
  environment: { type: 'string' },
  actor: { type: 'string', default: 'somebody' },
  approvals: { type: 'string', default: '1' },
  at: { type: 'string' },
  label: { type: 'string', multiple: true },
  same: { type: 'string', default: '0' },
  done: { type: 'string', default: '0' },
  pods: { type: 'string', default: '1' },
  requester: { type: 'boolean', default: false },
  evidence: { type: 'boolean', default: true },
  another: { type: 'boolean', default: false },
  'kill-switch': { type: 'boolean', default: false },
  catalog: { type: 'string', default: catalogFile },
  config: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;
type Options = ReturnType<typeof read>['values'];

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = read(args);
  const [command] = positionals;
  if (values.help || (command === undefined && args.length === 0)) return report(help);
  const catalog = await readCatalog(values.catalog);
  const policies = readPolicies();
  if (command === 'explain') return explained(values, catalog, policies);
  if (command === 'check') return checked(values, catalog, policies);
  throw new Misconfigured('Say explain or check. `npm run policy -- --help` lists the options.');
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowNegative: true, allowPositionals: true });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : '';
    throw new Misconfigured(`${why.replace(/\.$/, '')}. \`npm run policy -- --help\` lists the options.`, { cause });
  }
}

const report = (text: string): number => {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
};

async function explained(values: Options, catalog: Catalog, policies: Policies): Promise<number> {
  if (!values.action || !values.target) throw new Misconfigured('explain needs --action and --target.');
  const target = targetOf(values.target);
  const facts = factsOf(values);
  const environment = values.environment ?? environmentOf(target, {}, catalog);
  if (environment !== undefined && !Object.hasOwn(catalog.environments, environment))
    throw new Misconfigured(
      `The catalogue has no environment ${environment}; there is ${Object.keys(catalog.environments).join(', ')}.`,
    );
  const proposed = { id: values.action, target, reversible: isReversible(values.action), idempotencyKey: 'this' };
  const place = placeOf(proposed, { context: {}, now: facts.now }, catalog, environment);
  const supposed: Supposed = {
    actor: values.actor === 'preference' ? { kind: 'preference', id: 'taught' } : { kind: 'person', id: values.actor },
    action: values.action,
    target,
    facts: policyContextOf(proposed, { ...facts, place }),
  };
  const { answer, rules, ways } = await explain(supposed, policies);
  if (values.json)
    return report(JSON.stringify({ ...answer, ways, facts: supposed.facts, version: policies.version }, null, 2));
  const style = styleFor(process.stdout, process.env);
  const freezes = place.freezes.map(({ name }) => name);
  const { kind, namespace, name, cluster } = target;
  return report(
    [
      `${answer.allowed ? style.green('ALLOWED') : style.red('REFUSED')}  ${values.action} on ${kind} ${namespace}/${name} in ${cluster} (${environment ?? 'environment unknown'}), for ${supposed.actor.kind === 'person' ? values.actor : 'what was taught'}, at ${facts.now.toISOString()}`,
      ...(rules.length === 0
        ? [`  ${answer.why}`]
        : rules.map(({ id, explanation, file }) => `  ${style.bold(id)} (policies/${file}): ${explanation}`)),
      ...(freezes.length === 0 ? [] : [`  Freeze: ${freezes.join(', ')}.`]),
      ...(answer.allowed ? [] : wayLines(ways)),
      style.dim(
        `Judged by: ${Object.entries(supposed.facts)
          .map(([fact, value]) => `${fact} ${value}`)
          .join(', ')}.`,
      ),
      style.dim(`Policies ${policies.version}, catalogue ${values.catalog}.`),
    ].join('\n'),
  );
}

const wayLines = (ways: readonly (readonly string[])[]): string[] =>
  ways.length === 0
    ? ['Nothing here would change that: a person does it by other means.']
    : [`It would be allowed if ${ways.map((way) => way.join(' and ')).join(', or if ')}.`];

function targetOf(text: string): PolicyRequest['target'] {
  const parts = text.split('/');
  const [kind, name] = parts.slice(-2);
  const [cluster, namespace] = [parts.slice(0, -3).join('/'), parts.at(-3)];
  if (parts.length < 4 || !cluster || namespace === undefined || !kind || !name)
    throw new Misconfigured(`--target is cluster/namespace/Kind/name, not "${text}".`);
  return { cluster, namespace, kind, name };
}

function factsOf(values: Options): Omit<AuthorizationFacts, 'place'> {
  const now = values.at === undefined ? new Date() : new Date(values.at);
  if (Number.isNaN(now.getTime()))
    throw new Misconfigured(`--at is a time as 2026-12-24T18:00:00Z, not "${values.at}".`);
  const [same, done] = [numberOf(values.same, 'same'), numberOf(values.done, 'done')];
  const act = (key: string, actionId: string) => ({
    key,
    at: now.toISOString(),
    incidentId: 'this',
    actionId,
    targetKey: values.target ?? '',
    pods: 1,
  });
  return {
    confidence: 1,
    seenInEvidence: values.evidence,
    modelOnly: false,
    incidentId: 'this',
    now,
    killSwitch: values['kill-switch'],
    live: { ...unknownTargetState, labels: labelsOf(values.label ?? []) },
    affects: { pods: numberOf(values.pods, 'pods'), callers: [] },
    acts: [
      ...Array.from({ length: same }, (_, n) => ({ ...act(`same-${n}`, values.action ?? ''), incidentId: 'another' })),
      ...Array.from({ length: done }, (_, n) => act(`done-${n}`, 'another')),
    ],
    conflicting: values.another ? { ...act('rival', values.action ?? ''), incidentId: 'another' } : undefined,
    approvals: numberOf(values.approvals, 'approvals'),
    requesterApproved: values.requester,
  };
}

const labelsOf = (labels: readonly string[]): Record<string, string> =>
  Object.fromEntries(labels.map((label) => [label.split('=')[0] ?? '', label.split('=').slice(1).join('=')]));

function numberOf(text: string, option: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new Misconfigured(`--${option} takes a number, not "${text}".`);
}

/** Policies and catalogue are each validated when they are read; this checks whether they match, and shows the result of both. */
async function checked(
  { json, catalog: file, config }: Options,
  catalog: Catalog,
  policies: Policies,
): Promise<number> {
  const compared = await sourcesFit(file, catalog, config);
  const rows = await Promise.all(
    Object.keys(catalog.environments).flatMap((environment) =>
      ActionId.options.map(async (action) => ({
        environment,
        action,
        takes: await takes(action, environment, catalog, policies),
      })),
    ),
  );
  const unknown = rows.filter(({ takes }) => takes === 'unknown').map(({ action }) => action);
  if (unknown.length > 0)
    throw new Misconfigured(
      `The schema knows no action ${[...new Set(unknown)].join(', ')}: add it to a list in policies/watchkeeper.cedarschema.`,
    );
  if (json)
    return report(
      JSON.stringify({ version: policies.version, rules: policies.rules().length, rows, compared }, null, 2),
    );
  const style: Style = styleFor(process.stdout, process.env);
  const width = Math.max(...ActionId.options.map(({ length }) => length)) + 2;
  const environments = Object.keys(catalog.environments);
  const cell = (text: string) => text.padEnd(28);
  return report(
    [
      `${policies.rules().length} policies fit their schema (version ${policies.version}); ${file} fits.`,
      ...sourceLines(catalog, compared),
      '',
      style.bold(
        `${''.padEnd(width)}${environments.map((name) => cell(`${name} (${catalog.environments[name]?.level})`)).join('')}`,
      ),
      ...ActionId.options.map(
        (action) =>
          action.padEnd(width) +
          environments
            .map((name) => cell(rows.find((row) => row.action === action && row.environment === name)?.takes ?? ''))
            .join(''),
      ),
    ].join('\n'),
  );
}

/** The files whose sources were compared with the catalogue. @throws Misconfigured with each name that cannot work. */
async function sourcesFit(file: string, catalog: Catalog, configs: readonly string[] | undefined): Promise<string[]> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = configs?.length
    ? await Promise.all(configs.map(sourcesIn))
    : await usersOf(file, { folder: join(root, 'config'), root });
  const wrong = files.flatMap((one) => misroutedIn(catalog, one.sources).map((problem) => `  ${one.file}: ${problem}`));
  if (wrong.length > 0) throw new Misconfigured(`${file} does not fit the sources:\n${wrong.join('\n')}`);
  return files.map((one) => one.file);
}

function sourceLines(catalog: Catalog, compared: readonly string[]): string[] {
  const names = new Set(sourcesNamedIn(catalog).map(({ name }) => name));
  if (names.size === 0) return [];
  return compared.length === 0
    ? [`It names ${[...names].join(', ')}, which was compared with no configuration: name one with --config.`]
    : [`It names ${[...names].join(', ')}, which fits ${compared.join(', ')}.`];
}

/** The approval that an action needs in an environment, if nothing else forbids it. */
async function takes(action: ActionId, environment: string, catalog: Catalog, policies: Policies): Promise<string> {
  const target = { cluster: 'any', namespace: 'any', kind: 'Deployment', name: 'any' };
  const facts = factsOf({ ...defaults(), action, target: 'any/any/Deployment/any' });
  const proposed = { id: action, target, reversible: isReversible(action), idempotencyKey: 'this' };
  const quiet = { ...catalog, freezes: [], services: [], killSwitch: false };
  const place = placeOf(proposed, { context: {}, now: facts.now }, quiet, environment);
  const authorize = (kind: 'person' | 'preference', approvals: number) =>
    policies.authorize({
      actor: { kind, id: 'any' },
      action,
      target,
      context: { ...policyContextOf(proposed, { ...facts, place, approvals }) },
    });
  const unattended = await authorize('preference', 0);
  if (unattended.policies.includes('outside-the-catalogue')) return 'unknown';
  if (unattended.allowed) return 'one person, or taught';
  for (let people = 1; people <= 5; people += 1) {
    if ((await authorize('person', people)).allowed) return people === 1 ? 'one person' : `${people} people`;
  }
  return 'never';
}

const defaults = (): Options => read([]).values;

await run(async (args) => {
  process.exitCode = await main(args);
});
