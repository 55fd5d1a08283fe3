// Changes from CodeDeploy: deployments of the applications of a question's services, with what they brought live where, and rollbacks.
import {
  BatchGetDeploymentsCommand,
  BatchGetDeploymentTargetsCommand,
  type CodeDeployClient,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
  ListDeploymentsCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import * as z from 'zod';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { type Deadline, deadlineIn, isRepeated, listed, repeats, send } from '../aws-calls.ts';
import { type Named, namedFor, needsNames } from '../named-for.ts';
import type { CodeDeploySettings } from './manifest.ts';

export interface CodeDeployParts {
  readonly settings: Pick<CodeDeploySettings, 'applications'>;
  readonly region: string;
  readonly client: Pick<CodeDeployClient, 'send'>;
  /** The time for one question in milliseconds. */
  readonly budgetMs: number;
}

const maxApplications = 8;
const maxGroups = 10;
const maxPages = 5;
/** Deployments of an application, the most that BatchGetDeployments takes, and deployments whose targets are read. */
const maxDeployments = 50;
const batch = 25;
const maxTargeted = 4;

const short = (max: number) => z.string().transform((text) => text.slice(0, max));
const token = z.string().nullish();
const Applications = z.object({ applications: z.array(short(100)).nullish(), nextToken: token });
const Groups = z.object({ deploymentGroups: z.array(short(100)).nullish(), nextToken: token });
const Deployments = z.object({ deployments: z.array(z.string().max(50)).nullish(), nextToken: token });
const Revision = z
  .object({
    revisionType: short(30).nullish(),
    s3Location: z
      .object({ bucket: short(100).nullish(), key: short(300).nullish(), version: short(200).nullish() })
      .nullish(),
    gitHubLocation: z.object({ repository: short(200).nullish(), commitId: short(100).nullish() }).nullish(),
  })
  .nullish();
const Deployment = z.object({
  deploymentId: z.string().min(1).max(50),
  applicationName: short(100).nullish(),
  deploymentGroupName: short(100).nullish(),
  status: short(30).nullish(),
  createTime: z.date(),
  startTime: z.date().nullish(),
  completeTime: z.date().nullish(),
  creator: short(30).nullish(),
  description: short(300).nullish(),
  revision: Revision,
  previousRevision: Revision,
  errorInformation: z.object({ code: short(60).nullish() }).nullish(),
  rollbackInfo: z.object({ rollbackTriggeringDeploymentId: short(50).nullish() }).nullish(),
  deploymentOverview: z
    .object({ Succeeded: z.number().nullish(), Failed: z.number().nullish(), Skipped: z.number().nullish() })
    .nullish(),
});
type Deployment = z.infer<typeof Deployment>;
const Infos = z.object({ deploymentsInfo: z.array(z.unknown()).nullish() });
const TargetIds = z.object({ targetIds: z.array(z.string().max(300)).nullish() });
const Targets = z.object({
  deploymentTargets: z
    .array(
      z.object({
        instanceTarget: z.object({ targetId: short(100).nullish() }).nullish(),
        ecsTarget: z.object({ targetArn: short(300).nullish() }).nullish(),
        lambdaTarget: z
          .object({
            lambdaFunctionInfo: z
              .object({
                functionName: short(100).nullish(),
                functionAlias: short(100).nullish(),
                currentVersion: short(50).nullish(),
                targetVersion: short(50).nullish(),
              })
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

export function codeDeployChanges({ settings, region, client, budgetMs }: CodeDeployParts): Source<'changes'> {
  return {
    async observe(scope) {
      const asking: Asking = { client, region, scope, deadline: deadlineIn(budgetMs) };
      const names = needsNames(scope, settings.applications)
        ? await applicationsOf(client, asking.deadline)
        : { names: [], missing: [] };
      const all = namedFor(scope, settings.applications, names.names);
      const queried = all.slice(0, maxApplications);
      if (queried.length === 0)
        return {
          kind: 'gap',
          gap: {
            source: 'codedeploy',
            reason: `${names.missing[0] ?? `None of ${names.names.length} applications has the name of a service of the page`}.`,
          },
        };
      const read = await Promise.all(queried.map((one) => changesOf(one, asking)));
      const changes = read.flatMap((one) => one.changes).toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = [...names.missing, ...read.flatMap((one) => one.missing)];
      if (changes.length === 0 && read.every((one) => one.failed))
        return { kind: 'gap', gap: { source: 'codedeploy', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      return {
        kind: 'data',
        data: changes.filter((one) => isWithin(scope, { service: one.service })),
        query: `deployments of ${queried.map(({ name }) => name).join(', ')} in ${region}`,
        missing: [
          ...missing,
          ...(all.length > queried.length ? [`${all.length - queried.length} more applications`] : []),
        ],
        bytes: JSON.stringify(changes).length,
      };
    },
  };
}

export async function applicationsOf(
  client: CodeDeployParts['client'],
  deadline: Deadline,
): Promise<{ readonly names: readonly string[]; readonly missing: readonly string[] }> {
  const names: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages * 2; page += 1) {
    const answer = await send('codedeploy:ListApplications', Applications, () =>
      client.send(new ListApplicationsCommand({ nextToken }), { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return { names, missing: [`the names of applications: ${answer.reason}`] };
    if (isRepeated(nextToken, answer.data.nextToken))
      return { names, missing: [`names of applications: ${repeats('codedeploy:ListApplications')}`] };
    names.push(...(answer.data.applications ?? []));
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { names, missing: [] };
  }
  return { names, missing: [`names of applications beyond the first ${names.length}`] };
}

interface Asking {
  readonly client: CodeDeployParts['client'];
  readonly region: string;
  readonly scope: Scope;
  readonly deadline: Deadline;
}

interface Found {
  readonly changes: readonly Change[];
  readonly missing: readonly string[];
  readonly failed: boolean;
}

async function changesOf({ service, name }: Named, asking: Asking): Promise<Found> {
  const { client, deadline } = asking;
  const failedWith = (reason: string): Found => ({ changes: [], missing: [`${name}: ${reason}`], failed: true });
  const groups = await send('codedeploy:ListDeploymentGroups', Groups, () =>
    client.send(new ListDeploymentGroupsCommand({ applicationName: name }), { abortSignal: deadline.signal }),
  );
  if (groups.kind === 'failed') return failedWith(groups.reason);
  const all = groups.data.deploymentGroups ?? [];
  const listings = await Promise.all(all.slice(0, maxGroups).map((group) => idsOf(name, group, asking)));
  const ids = listings.flatMap((one) => one.ids);
  const missing = [
    ...listings.flatMap((one) => one.missing),
    ...(all.length > maxGroups || groups.data.nextToken ? [`${name}: groups beyond the first ${maxGroups}`] : []),
  ];
  const infos: Deployment[] = [];
  for (let from = 0; from < Math.min(ids.length, maxDeployments); from += batch) {
    const deploymentIds = ids.slice(from, Math.min(from + batch, maxDeployments));
    const answer = await send('codedeploy:BatchGetDeployments', Infos, () =>
      client.send(new BatchGetDeploymentsCommand({ deploymentIds }), { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return failedWith(answer.reason);
    const raw = answer.data.deploymentsInfo ?? [];
    const read = raw.flatMap((one) => Deployment.safeParse(one).data ?? []);
    if (read.length < raw.length) missing.push(`${name}: ${raw.length - read.length} deployments of another form`);
    infos.push(...read);
  }
  if (ids.length > maxDeployments) missing.push(`${name}: ${ids.length - maxDeployments} more deployments`);
  const newest = infos.toSorted((a, b) => Number(b.createTime) - Number(a.createTime));
  const changes = await Promise.all(
    newest.map(async (one, place) => {
      const where = place < maxTargeted ? await targetsOf(one.deploymentId, asking) : { words: '' };
      if (where.lack !== undefined) missing.push(`targets of ${one.deploymentId}: ${where.lack}`);
      return changeOf(one, { service, name, region: asking.region, where: where.words });
    }),
  );
  const isFailed = listings.length > 0 && ids.length === 0 && listings.every((one) => one.missing.length > 0);
  return { changes: changes.flatMap((one) => one ?? []), missing, failed: isFailed };
}

async function idsOf(applicationName: string, deploymentGroupName: string, { client, scope, deadline }: Asking) {
  const ids: string[] = [];
  const place = `${applicationName}/${deploymentGroupName}`;
  const { start, end } = scope.window;
  let nextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await send('codedeploy:ListDeployments', Deployments, () =>
      client.send(
        new ListDeploymentsCommand({
          applicationName,
          deploymentGroupName,
          createTimeRange: { start: new Date(start), end: new Date(end) },
          nextToken,
        }),
        { abortSignal: deadline.signal },
      ),
    );
    if (answer.kind === 'failed') return { ids, missing: [`${place}: ${answer.reason}`] };
    if (isRepeated(nextToken, answer.data.nextToken))
      return { ids, missing: [`${place}: ${repeats('codedeploy:ListDeployments')}`] };
    ids.push(...(answer.data.deployments ?? []));
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { ids, missing: [] };
  }
  return { ids, missing: [`${place}: deployments beyond the first ${ids.length}`] };
}

/** Where a deployment went live: functions with their versions, services of ECS, or a number of instances. */
async function targetsOf(
  deploymentId: string,
  { client, deadline }: Asking,
): Promise<{ readonly words: string; readonly lack?: string }> {
  const ids = await send('codedeploy:ListDeploymentTargets', TargetIds, () =>
    client.send(new ListDeploymentTargetsCommand({ deploymentId }), { abortSignal: deadline.signal }),
  );
  if (ids.kind === 'failed') return { words: '', lack: ids.reason };
  const targetIds = (ids.data.targetIds ?? []).slice(0, batch);
  if (targetIds.length === 0) return { words: '' };
  const answer = await send('codedeploy:BatchGetDeploymentTargets', Targets, () =>
    client.send(new BatchGetDeploymentTargetsCommand({ deploymentId, targetIds }), { abortSignal: deadline.signal }),
  );
  if (answer.kind === 'failed') return { words: '', lack: answer.reason };
  const targets = answer.data.deploymentTargets ?? [];
  const names = targets.flatMap(({ lambdaTarget, ecsTarget }): string[] => {
    const { functionName, currentVersion, targetVersion } = lambdaTarget?.lambdaFunctionInfo ?? {};
    if (functionName) return [`${functionName} version ${currentVersion ?? '?'} → ${targetVersion ?? '?'}`];
    return ecsTarget?.targetArn ? [ecsTarget.targetArn.split(':service/').at(-1) ?? ''] : [];
  });
  const instances = targets.flatMap(({ instanceTarget }) => instanceTarget?.targetId ?? []);
  return {
    words:
      names.length > 0
        ? listed(names)
        : instances.length > 0
          ? `${instances.length} instances: ${listed(instances)}`
          : '',
  };
}

interface About {
  readonly service: string;
  readonly name: string;
  readonly region: string;
  readonly where: string;
}

function changeOf(deployment: Deployment, { service, name, region, where }: About): Change | undefined {
  const { deploymentId, status, createTime, startTime, deploymentGroupName, description, creator } = deployment;
  const { revision, previousRevision, errorInformation, rollbackInfo, deploymentOverview } = deployment;
  const done = deploymentOverview?.Succeeded ?? 0;
  // A deployment that never started, or failed on its first target, brought nothing live.
  if (status === 'Created' || status === 'Queued') return undefined;
  const commit = revision?.gitHubLocation?.commitId ?? undefined;
  const version = wordsOf(revision);
  const before = wordsOf(previousRevision);
  const trigger = rollbackInfo?.rollbackTriggeringDeploymentId;
  const isRollback = creator === 'codeDeployRollback' || creator === 'CloudFormationRollback' || Boolean(trigger);
  const result = isRollback
    ? `rolled back${trigger ? ` after ${trigger}` : ''}`
    : status === 'Succeeded'
      ? 'deployed'
      : status === 'InProgress' || status === 'Baking' || status === 'Ready'
        ? 'deploys'
        : `${String(status ?? 'unknown').toLowerCase()}${errorInformation?.code ? ` (${errorInformation.code})` : ''}, ${done} targets done`;
  const title = `${name}/${deploymentGroupName ?? '?'} ${result}${version ? `: ${version}` : ''}${where ? `, on ${where}` : ''} (${region})${description ? ` "${description}"` : ''}`;
  return {
    id: `codedeploy-${deploymentId}`,
    kind: 'deploy',
    at: (startTime ?? createTime).toISOString(),
    service,
    title: line(title).slice(0, 300),
    ...(creator ? { author: line(creator).slice(0, 100) } : {}),
    ...(commit && /^[0-9a-f]{7,64}$/i.test(commit) ? { commit } : {}),
    ...(version ? { version: version.slice(0, 150), to: version } : {}),
    ...(before ? { from: before } : {}),
    link: `https://${region}.console.aws.amazon.com/codesuite/codedeploy/deployments/${encodeURIComponent(deploymentId)}?region=${region}`,
  };
}

const line = (text: string): string => clean(text).replace(/\s+/g, ' ');

function wordsOf(revision: z.infer<typeof Revision>): string | undefined {
  const { gitHubLocation, s3Location } = revision ?? {};
  if (gitHubLocation?.commitId)
    return line(`${gitHubLocation.repository ?? ''}@${gitHubLocation.commitId.slice(0, 10)}`);
  if (s3Location?.key) return line(`s3://${s3Location.bucket ?? ''}/${s3Location.key}`);
  return undefined;
}
