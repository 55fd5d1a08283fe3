// Changes of flags from LaunchDarkly's audit log, with the environment in which they went live.
import { changeIds } from '../../core/model/change-ids.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { type Entry, entriesOf, type LaunchDarklyAccess } from './client.ts';
import type { LaunchDarklySettings } from './manifest.ts';

type LaunchDarklyConfig = LaunchDarklyAccess & Pick<LaunchDarklySettings, 'projects' | 'environments' | 'services'>;

/** A flag in an environment. `environment` is absent for what concerns all of them, such as a changed variation. */
interface Flag {
  readonly project: string;
  readonly environment?: string | undefined;
  readonly key: string;
  readonly tags: readonly string[];
}

/** `proj/shop:env/production:flag/new-pricing;team-a,web`, with tags at any part. */
const specifier =
  /^proj\/([^:;]{1,200})(?:;[^:]*)?:(?:env\/([^:;]{1,200})(?:;[^:]*)?:)?flag\/([^:;]{1,300})(?:;([^:]*))?$/;
const flagIn = (resource: string): Flag | undefined => {
  const [, project, environment, key, tags = ''] = specifier.exec(resource) ?? [];
  if (project === undefined || key === undefined) return undefined;
  return { project, environment, key, tags: tags.split(',').filter((tag) => tag !== '' && !tag.startsWith('{')) };
};

export const specsOf = ({
  projects = ['*'],
  environments = ['*'],
}: Pick<LaunchDarklySettings, 'projects' | 'environments'>): string[] =>
  projects
    .flatMap((project) => environments.map((environment) => `proj/${project}:env/${environment}:flag/*`))
    .slice(0, 20);

export function launchDarklyChanges(config: LaunchDarklyConfig): Source<'changes'> {
  const specs = specsOf(config);
  return {
    async observe(scope) {
      const bounds = { start: Date.parse(scope.window.start), end: Date.parse(scope.window.end) };
      // One after the other: the rate limit is of the account, not of the connection.
      const until = performance.now() + (config.timeoutMs ?? 12_000);
      const answers = [];
      for (const spec of specs) {
        const timeoutMs = Math.max(1, Math.round(until - performance.now()));
        answers.push({ spec, answer: await entriesOf({ ...config, timeoutMs }, { spec, ...bounds }) });
      }
      const failed = answers.flatMap(({ spec, answer }) =>
        answer.kind === 'failed' ? [`${spec}: ${answer.reason}`] : [],
      );
      const read = answers.flatMap(({ answer }) => (answer.kind === 'ok' ? [answer] : []));
      if (read.length === 0)
        return { kind: 'gap', gap: { source: 'launchdarkly', reason: `${failed.join('; ')}.`.slice(0, 300) } };
      const changes = read
        .flatMap(({ entries }) => entries)
        .flatMap((entry) => changeOf(entry, scope, config))
        .toSorted((a, b) => a.change.at.localeCompare(b.change.at));
      const here = inEnvironment(changes, scope, config);
      return {
        kind: 'data',
        data: here.map(({ change }) => change).filter((change) => isNear(change, scope)),
        query: `audit log of ${new URL(config.url).host}, ${specs.join(', ')}${
          here.length < changes.length
            ? `; left out: ${changes.length - here.length} changes in other environments`
            : ''
        }`,
        missing: [...failed, ...read.flatMap(({ missing }) => missing)],
        bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
      };
    },
  };
}

const isNear = (change: Change, scope: Scope): boolean =>
  change.service === undefined ? scope.reach === 'everywhere' : isWithin(scope, { service: change.service });

interface Read {
  readonly change: Change;
  readonly environment: string | undefined;
}

/** Without configured environments, those that have the incident's environment in their key count; if none has, all do. */
function inEnvironment(
  changes: readonly Read[],
  { environment }: Scope,
  { environments }: LaunchDarklyConfig,
): readonly Read[] {
  if (environments !== undefined || environment === undefined) return changes;
  const isHere = (key: string) => key.toLowerCase().includes(environment.toLowerCase());
  if (!changes.some((one) => one.environment !== undefined && isHere(one.environment))) {
    // Keys of the usual other environments say that the change was elsewhere.
    return changes.filter(
      (one) => one.environment === undefined || !elsewhere.test(one.environment) || elsewhere.test(environment),
    );
  }
  return changes.filter((one) => one.environment === undefined || isHere(one.environment));
}
const elsewhere = /^(?:test|testing|dev|development|staging|stage|qa|sandbox|preview|local)$/i;

/** Actions that alter what people get; others alter names, tags, links and approvals. */
const effective =
  /^(?:updateOn|updateRules|updateTargets|updateFallthrough|updateOffVariation|updatePrerequisites|updateExpiringTargets|updateFlagVariations|updateFlagDefaultVariations|updateGlobalArchived|updateContextTargets|(?:update|stop)\w*Rollout\w*|updateClientSideFlagAvailability|updateFlagSalt|deleteFlag|copyFlagConfig\w*|apply\w+)$/;

function changeOf(entry: Entry, scope: Scope, config: LaunchDarklyConfig): Read[] {
  const flags = entry.accesses.flatMap(({ resource, action }) => {
    const flag = resource ? flagIn(resource) : undefined;
    return flag && effective.test(action ?? '') ? [{ ...flag, action: action ?? '' }] : [];
  });
  const [flag] = flags;
  if (entry.kind !== 'flag' || flag === undefined) return [];
  const { project, environment, key } = flag;
  const verb = line(entry.titleVerb) || flag.action;
  const what = line(entry.shortDescription) || line(entry.description);
  const service = serviceOf(flag, scope, config);
  const author = authorOf(entry);
  const states = statesOf(
    verb,
    flags.map(({ action }) => action),
  );
  const where = environment === undefined ? `in all environments of ${project}` : `in ${environment} of ${project}`;
  const comment = line(entry.comment);
  return [
    {
      environment,
      change: {
        id: `${changeIds.flag}${entry._id}`,
        kind: 'flag',
        at: new Date(entry.date).toISOString(),
        title:
          `${key}: ${verb} ${where}${what && what !== verb ? ` (${what.slice(0, 120)})` : ''}${comment ? ` "${comment.slice(0, 80)}"` : ''}`.slice(
            0,
            300,
          ),
        ...(service === undefined ? {} : { service }),
        ...(author === undefined ? {} : { author }),
        ...states,
        ...linkOf(config.url, flag),
      },
    },
  ];
}

/** Markdown of other people's hands, as one line of plain words. */
const line = (value: string | null | undefined): string =>
  clean(value ?? '')
    .replace(/\[([^\]]{0,200})\]\([^)]{0,400}\)/g, '$1')
    .replace(/<[^>]{0,200}>/g, ' ')
    .replace(/[*`_#\s]+/g, ' ')
    .trim()
    .slice(0, 200);

/** Only a switch says its two states; other instructions are in the title. */
function statesOf(verb: string, actions: readonly string[]): Pick<Change, 'from' | 'to'> {
  if (!actions.includes('updateOn')) return {};
  if (/\bturned on\b/i.test(verb)) return { from: 'off', to: 'on' };
  return /\bturned off\b/i.test(verb) ? { from: 'on', to: 'off' } : {};
}

/** Configured flags, tags and projects go first; then a tag with the name of a service, then a key that begins with it. */
function serviceOf(
  { key, tags, project }: Flag,
  { service, neighbours }: Scope,
  { services }: LaunchDarklyConfig,
): string | undefined {
  const fits = (pattern: string) => (pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern);
  const all = Object.entries(services);
  const known = [...(service === undefined ? [] : [service]), ...neighbours].sort((a, b) => b.length - a.length);
  return (
    all.find(([, one]) => one.flags.some(fits))?.[0] ??
    all.find(([, one]) => one.tags.some((tag) => tags.includes(tag)))?.[0] ??
    known.find((name) => tags.includes(name)) ??
    known.find((name) => key === name || (key.startsWith(name) && /[._-]/.test(key.charAt(name.length)))) ??
    all.find(([, one]) => one.project === project)?.[0]
  );
}

function authorOf({ member, token }: Entry): string | undefined {
  const name = [member?.firstName, member?.lastName].filter((part) => part).join(' ');
  const by = member?.email ?? (name || (token?.name ? `token ${token.name}` : undefined));
  return by === undefined ? undefined : clean(by).replace(/\s+/g, ' ').slice(0, 100) || undefined;
}

function linkOf(url: string, { project, environment, key }: Flag): Pick<Change, 'link'> {
  const parts = [project, environment ?? '~', 'features', key].map((part) => encodeURIComponent(part));
  const link = `${url.replace(/\/+$/, '')}/${environment === undefined ? `projects/${parts[0]}/flags/${parts[3]}` : parts.join('/')}`;
  return link.length <= 600 ? { link } : {};
}
