// Changes from GitHub: successful and failed deployments with the difference to the deployment before, and, in a repository that records no
// deployments, the commits of the branch.
import * as z from 'zod';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type GitHubAccess, gitHubSessions, type Session } from './client.ts';
import type { GitHubSettings } from './manifest.ts';

type GitHubConfig = GitHubAccess & Pick<GitHubSettings, 'repositories' | 'environments' | 'branch'>;

/** Repositories of one question: the paged service's first. */
const maxRepositories = 12;
/** Deployments and commits of one repository whose difference is read. */
const maxCompared = 5;
const maxCommits = 10;
const pageSize = 100;
/** Pages of deployments of one repository. */
const maxPages = 3;
/** Characters of a difference, and files of a change. */
const maxDiff = 20_000;
const maxFiles = 60;

const text = (max: number) => z.string().transform((value) => value.slice(0, max));
const sha = z.string().regex(/^[0-9a-f]{7,64}$/i);
const Person = z.object({ login: text(100) }).nullish();
const Deployments = z.array(
  z.object({
    id: z.number(),
    sha,
    ref: text(200),
    environment: text(100),
    description: text(300).nullish(),
    creator: Person,
    created_at: z.iso.datetime(),
  }),
);
type Deployment = z.infer<typeof Deployments>[number];
const Statuses = z.array(z.object({ state: text(30), created_at: z.iso.datetime() }));
const Files = z.array(z.object({ filename: text(300), patch: z.string().optional() })).nullish();
const Commit = z.object({
  sha,
  html_url: z.url().max(600).optional(),
  commit: z.object({
    message: text(1000),
    author: z.object({ name: text(100).nullish(), date: z.iso.datetime().nullish() }).nullish(),
    committer: z.object({ date: z.iso.datetime().nullish() }).nullish(),
  }),
  author: Person,
  files: Files,
});
const Commits = z.array(Commit);
const Comparison = z.object({ html_url: z.url().max(600).optional(), commits: z.array(Commit), files: Files });

interface Found {
  readonly changes: readonly Change[];
  readonly missing: readonly string[];
}

export function gitHubChanges(config: GitHubConfig): Source<'changes'> {
  const sessions = gitHubSessions(config);
  return {
    async observe(scope) {
      const wanted = repositoriesOf(scope, config.repositories);
      const queried = wanted.slice(0, maxRepositories);
      const names = queried.map(({ repository }) => repository);
      if (queried.length === 0)
        return {
          kind: 'gap',
          gap: { source: 'github', reason: 'No repository is known for the services of the page.' },
        };
      const session = sessions();
      const read = await Promise.all(queried.map((one) => changesOf(session, one, scope, config)));
      const changes = read.flatMap((one) => one.changes).toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = read.flatMap((one) => one.missing);
      if (changes.length === 0 && missing.length >= queried.length)
        return { kind: 'gap', gap: { source: 'github', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      return {
        kind: 'data',
        data: changes.filter(({ service }) => isWithin(scope, { service })),
        query: `deployments and commits of ${names.join(', ')}`,
        missing: [
          ...missing,
          ...(wanted.length > queried.length ? [`${wanted.length - queried.length} repositories of neighbours`] : []),
        ],
        bytes: session.bytes(),
      };
    },
  };
}

interface Wanted {
  readonly service: string;
  readonly repository: string;
}

/** The catalogue's repository goes before the configured one; without a service, every configured repository is asked. */
function repositoriesOf(scope: Scope, configured: GitHubConfig['repositories']): Wanted[] {
  const services = [...(scope.service === undefined ? [] : [scope.service]), ...scope.neighbours];
  const all = scope.service === undefined && scope.reach === 'everywhere' ? Object.keys(configured) : [];
  const seen = new Set<string>();
  return [...services, ...all].flatMap((service) => {
    const repository = scope.repositories?.[service] ?? configured[service];
    if (repository === undefined || seen.has(repository) || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return [];
    seen.add(repository);
    return [{ service, repository }];
  });
}

async function changesOf(session: Session, wanted: Wanted, scope: Scope, config: GitHubConfig): Promise<Found> {
  const root = `/repos/${wanted.repository}`;
  const deployments = await deploymentsOf(session, root, scope);
  if ('reason' in deployments) return { changes: [], missing: [`${wanted.repository}: ${deployments.reason}`] };
  const counted = inEnvironments(deployments.data, scope, config.environments).toSorted((a, b) =>
    b.created_at.localeCompare(a.created_at),
  );
  const found = await (counted.length > 0
    ? ofDeployments(session, root, counted, wanted, scope)
    : ofCommits(session, root, wanted, scope, config));
  const lack = deployments.lack === undefined ? [] : [`${wanted.repository}: ${deployments.lack}`];
  return { ...found, missing: [...lack, ...found.missing] };
}

/** Newest first, until before the window, so that the deployment before the first one of the window is among them. */
async function deploymentsOf(
  session: Session,
  root: string,
  { window }: Scope,
): Promise<{ readonly data: readonly Deployment[]; readonly lack?: string } | { readonly reason: string }> {
  const all = new Map<number, Deployment>();
  for (let page = 1; page <= maxPages; page += 1) {
    const more = page === 1 ? '' : `&page=${page}`;
    const answer = await session.get(`${root}/deployments?per_page=${pageSize}${more}`, Deployments);
    if (answer.kind === 'failed')
      return page === 1
        ? { reason: answer.reason }
        : { data: [...all.values()], lack: `deployments after the newest ${all.size} (${answer.reason})` };
    for (const one of answer.data) all.set(one.id, one);
    const oldest = answer.data.at(-1)?.created_at;
    if (answer.data.length < pageSize || oldest === undefined || Date.parse(oldest) < Date.parse(window.start))
      return { data: [...all.values()] };
  }
  return { data: [...all.values()], lack: `deployments after the newest ${all.size}` };
}

function inEnvironments(
  deployments: readonly Deployment[],
  { environment }: Scope,
  configured: readonly string[] | undefined,
): readonly Deployment[] {
  if (configured !== undefined) return deployments.filter((one) => configured.includes(one.environment));
  const named = deployments.filter(
    (one) => environment !== undefined && one.environment.toLowerCase().includes(environment.toLowerCase()),
  );
  return named.length > 0 ? named : deployments;
}

const isDuring = ({ start, end }: Scope['window'], at: string): boolean =>
  Date.parse(at) >= Date.parse(start) && Date.parse(at) <= Date.parse(end);

async function ofDeployments(
  session: Session,
  root: string,
  deployments: readonly Deployment[],
  wanted: Wanted,
  { window }: Scope,
): Promise<Found> {
  const during = deployments.filter(({ created_at }) => isDuring(window, created_at));
  const read = await Promise.all(
    during.slice(0, maxCompared).map(async (deployment): Promise<Found> => {
      const before = deployments
        .slice(deployments.indexOf(deployment) + 1)
        .find(({ environment, sha: other }) => environment === deployment.environment && other !== deployment.sha);
      const [statuses, compared] = await Promise.all([
        session.get(`${root}/deployments/${deployment.id}/statuses?per_page=30`, Statuses),
        before === undefined
          ? undefined
          : session.get(`${root}/compare/${before.sha}...${deployment.sha}?per_page=50`, Comparison),
      ]);
      const states = statuses.kind === 'ok' ? statuses.data : [];
      const success = states.find(({ state }) => state === 'success');
      const failure = states.find(({ state }) => state === 'failure' || state === 'error');
      const result = success === undefined && failure !== undefined ? 'failed' : 'was made';
      const difference = compared?.kind === 'ok' ? compared.data : undefined;
      const messages = difference?.commits.map(({ commit }) => firstLine(commit.message)) ?? [];
      const what = deployment.description || messages.toReversed().slice(0, 3).join('; ');
      return {
        missing: [
          ...(compared?.kind === 'failed' ? [`${wanted.repository}: a difference (${compared.reason})`] : []),
          ...(statuses.kind === 'failed'
            ? [`${wanted.repository}: whether deployment ${deployment.id} succeeded (${statuses.reason})`]
            : []),
        ],
        changes: [
          {
            id: `${wanted.repository}@deployment-${deployment.id}`,
            kind: 'deploy',
            at: new Date((success ?? failure)?.created_at ?? deployment.created_at).toISOString(),
            service: wanted.service,
            title:
              `Deployment of ${deployment.ref} to ${deployment.environment} ${result}${what ? `: ${what}` : ''}`.slice(
                0,
                300,
              ),
            commit: deployment.sha,
            version: deployment.ref,
            ...(deployment.creator ? { author: deployment.creator.login } : {}),
            ...contentsOf(difference?.files),
            ...(difference?.html_url ? { link: difference.html_url } : {}),
          },
        ],
      };
    }),
  );
  const unread = during.length - maxCompared;
  return {
    changes: read.flatMap((one) => one.changes),
    missing: [
      ...read.flatMap((one) => one.missing),
      ...(unread > 0 ? [`${wanted.repository}: ${unread} older deployments of the window`] : []),
    ],
  };
}

async function ofCommits(
  session: Session,
  root: string,
  { repository, service }: Wanted,
  { window }: Scope,
  { branch }: GitHubConfig,
): Promise<Found> {
  const query = new URLSearchParams({
    since: window.start,
    until: window.end,
    per_page: String(pageSize),
    ...(branch === undefined ? {} : { sha: branch }),
  });
  const commits = await session.get(`${root}/commits?${query}`, Commits);
  // 409: the repository has no commit yet.
  if (commits.kind === 'failed')
    return { changes: [], missing: commits.status === 409 ? [] : [`${repository}: ${commits.reason}`] };
  const unread: string[] = [];
  const changes = await Promise.all(
    commits.data.slice(0, maxCommits).map(async (one): Promise<Change> => {
      const whole = await session.get(`${root}/commits/${one.sha}`, Commit);
      if (whole.kind === 'failed') unread.push(whole.reason);
      const author = one.author?.login ?? one.commit.author?.name;
      return {
        id: `${repository}@${one.sha.slice(0, 12)}`,
        kind: 'commit',
        at: new Date(one.commit.committer?.date ?? one.commit.author?.date ?? window.end).toISOString(),
        service,
        title: firstLine(one.commit.message).slice(0, 300) || 'A commit without a message',
        commit: one.sha,
        ...(author ? { author } : {}),
        ...(whole.kind === 'ok' ? contentsOf(whole.data.files) : {}),
        ...(one.html_url ? { link: one.html_url } : {}),
      };
    }),
  );
  const older = commits.data.length - maxCommits;
  const atLeast = commits.data.length >= pageSize ? 'at least ' : '';
  return {
    changes,
    missing: [
      ...(older > 0 ? [`${repository}: ${atLeast}${older} older commits of the window`] : []),
      ...(unread.length > 0
        ? [`${repository}: the files of ${unread.length} of ${changes.length} commits (${unread[0]})`]
        : []),
    ],
  };
}

const firstLine = (message: string): string => message.split('\n')[0]?.trim() ?? '';

/** The files and a unified difference in git's form. */
function contentsOf(files: z.infer<typeof Files>): Pick<Change, 'files' | 'diff'> {
  if (!files || files.length === 0) return {};
  const diff = files
    .flatMap(({ filename, patch }) => (patch === undefined ? [] : [`--- a/${filename}\n+++ b/${filename}\n${patch}`]))
    .join('\n')
    .slice(0, maxDiff);
  return { files: files.slice(0, maxFiles).map(({ filename }) => filename), ...(diff === '' ? {} : { diff }) };
}
