// Changes from CodePipeline: executions that reached a deployment, or that rolled back, with the revisions of their sources. An execution that stopped
// before it deployed anything changed nothing.
import {
  type CodePipelineClient,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  ListPipelinesCommand,
} from '@aws-sdk/client-codepipeline';
import * as z from 'zod';
import { isWithin } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { type Deadline, deadlineIn, isRepeated, repeats, send } from '../aws-calls.ts';
import { namedFor, needsNames } from '../named-for.ts';
import type { CodePipelineSettings } from './manifest.ts';

export interface CodePipelineParts {
  readonly settings: Pick<CodePipelineSettings, 'pipelines'>;
  readonly region: string;
  readonly client: Pick<CodePipelineClient, 'send'>;
  /** The time for one question in milliseconds. */
  readonly budgetMs: number;
}

/** Pipelines of one question, pages of their names and of their executions, and executions whose actions are read. */
const maxPipelines = 8;
const maxNamePages = 5;
const maxPages = 4;
const maxDetailed = 6;

const short = (max: number) => z.string().transform((text) => text.slice(0, max));
const Names = z.object({
  pipelines: z.array(z.object({ name: short(100) })).nullish(),
  nextToken: z.string().nullish(),
});
const Execution = z.object({
  pipelineExecutionId: z.string().min(1).max(100),
  status: short(30),
  startTime: z.date(),
  lastUpdateTime: z.date().nullish(),
  sourceRevisions: z
    .array(
      z.object({
        actionName: short(100).nullish(),
        revisionId: short(200).nullish(),
        revisionSummary: short(1000).nullish(),
      }),
    )
    .nullish(),
  trigger: z.object({ triggerType: short(50).nullish(), triggerDetail: short(300).nullish() }).nullish(),
  executionType: short(30).nullish(),
});
type Execution = z.infer<typeof Execution>;
const Executions = z.object({
  pipelineExecutionSummaries: z.array(z.unknown()).nullish(),
  nextToken: z.string().nullish(),
});
const Action = z.object({
  stageName: short(100).nullish(),
  status: short(30).nullish(),
  startTime: z.date().nullish(),
  lastUpdateTime: z.date().nullish(),
  input: z.object({ actionTypeId: z.object({ category: short(30).nullish() }).nullish() }).nullish(),
});
type Action = z.infer<typeof Action>;
const Actions = z.object({ actionExecutionDetails: z.array(z.unknown()).nullish(), nextToken: z.string().nullish() });

interface Found {
  readonly changes: readonly Change[];
  readonly missing: readonly string[];
}

export function codePipelineChanges({ settings, region, client, budgetMs }: CodePipelineParts): Source<'changes'> {
  return {
    async observe(scope) {
      const deadline = deadlineIn(budgetMs);
      const names = needsNames(scope, settings.pipelines)
        ? await namesOf(client, deadline)
        : { names: [], missing: [] };
      const all = namedFor(scope, settings.pipelines, names.names);
      const queried = all.slice(0, maxPipelines);
      if (queried.length === 0)
        return {
          kind: 'gap',
          gap: {
            source: 'codepipeline',
            reason: `${names.missing[0] ?? `None of ${names.names.length} pipelines has the name of a service of the page`}.`,
          },
        };
      const read = await Promise.all(
        queried.map((one) => changesOf(one, { client, region, window: scope.window, deadline })),
      );
      const changes = read.flatMap((one) => one.changes).toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = [...names.missing, ...read.flatMap((one) => one.missing)];
      if (changes.length === 0 && read.every((one) => one.failed))
        return { kind: 'gap', gap: { source: 'codepipeline', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      return {
        kind: 'data',
        data: changes.filter((one) => isWithin(scope, { service: one.service })),
        query: `executions of ${queried.map(({ name }) => name).join(', ')} in ${region}`,
        missing: [
          ...missing,
          ...(all.length > queried.length ? [`${all.length - queried.length} more pipelines`] : []),
        ],
        bytes: JSON.stringify(changes).length,
      };
    },
  };
}

export async function namesOf(
  client: CodePipelineParts['client'],
  deadline: Deadline,
): Promise<{ readonly names: readonly string[]; readonly missing: readonly string[] }> {
  const names: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxNamePages; page += 1) {
    const answer = await send('codepipeline:ListPipelines', Names, () =>
      client.send(new ListPipelinesCommand({ maxResults: 1000, nextToken }), { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return { names, missing: [`the names of pipelines: ${answer.reason}`] };
    if (isRepeated(nextToken, answer.data.nextToken))
      return { names, missing: [`names of pipelines: ${repeats('codepipeline:ListPipelines')}`] };
    names.push(...(answer.data.pipelines ?? []).map(({ name }) => name));
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { names, missing: [] };
  }
  return { names, missing: [`names of pipelines beyond the first ${names.length}`] };
}

interface Asking {
  readonly client: CodePipelineParts['client'];
  readonly region: string;
  readonly window: { readonly start: string; readonly end: string };
  readonly deadline: Deadline;
}

async function changesOf(
  { service, name }: { readonly service: string; readonly name: string },
  asking: Asking,
): Promise<Found & { readonly failed: boolean }> {
  const { window, region } = asking;
  const read = await executionsOf(name, asking);
  const during = read.executions.filter(
    ({ startTime, lastUpdateTime }) =>
      startTime.getTime() <= Date.parse(window.end) &&
      (lastUpdateTime ?? startTime).getTime() >= Date.parse(window.start),
  );
  const detailed = await Promise.all(
    during.slice(0, maxDetailed).map(async (execution) => {
      const actions = await actionsOf(name, execution.pipelineExecutionId, asking);
      const change = changeOf({ service, name, region, execution }, actions.kind === 'ok' ? actions.data : undefined);
      return {
        changes: change === undefined ? [] : [change],
        missing: actions.kind === 'ok' ? [] : [`actions of ${name}: ${actions.reason}`],
      };
    }),
  );
  const others = during.slice(maxDetailed);
  const rest = others.flatMap((execution) => changeOf({ service, name, region, execution }, undefined) ?? []);
  const open = others.length - rest.length;
  return {
    failed: read.failed,
    changes: [...detailed.flatMap((one) => one.changes), ...rest].filter(
      ({ at }) => Date.parse(at) >= Date.parse(window.start) && Date.parse(at) <= Date.parse(window.end),
    ),
    missing: [
      ...read.missing,
      ...new Set(detailed.flatMap((one) => one.missing)),
      ...(open > 0 ? [`${open} older executions of ${name}, which did not succeed and may have deployed`] : []),
    ],
  };
}

/** Newest first, until the window begins. */
async function executionsOf(
  pipelineName: string,
  { client, window, deadline }: Asking,
): Promise<{
  readonly executions: readonly Execution[];
  readonly missing: readonly string[];
  readonly failed: boolean;
}> {
  const executions: Execution[] = [];
  const missing: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; ; page += 1) {
    const oldest = executions.at(-1)?.startTime;
    if (page === maxPages) {
      missing.push(
        `executions of ${pipelineName} before ${(oldest ?? new Date(window.end)).toISOString().slice(0, 16)}Z`,
      );
      break;
    }
    const answer = await send('codepipeline:ListPipelineExecutions', Executions, () =>
      client.send(new ListPipelineExecutionsCommand({ pipelineName, maxResults: 100, nextToken }), {
        abortSignal: deadline.signal,
      }),
    );
    if (answer.kind === 'failed')
      return { executions, missing: [`executions of ${pipelineName}: ${answer.reason}`], failed: page === 0 };
    if (isRepeated(nextToken, answer.data.nextToken)) {
      missing.push(`executions of ${pipelineName}: ${repeats('codepipeline:ListPipelineExecutions')}`);
      break;
    }
    const all = answer.data.pipelineExecutionSummaries ?? [];
    const read = all.flatMap((one) => Execution.safeParse(one).data ?? []);
    if (read.length < all.length) missing.push(`${all.length - read.length} executions of another form`);
    executions.push(...read);
    nextToken = answer.data.nextToken ?? undefined;
    // A page without executions is not the end.
    const last = executions.at(-1);
    if (nextToken === undefined || (last !== undefined && last.startTime.getTime() < Date.parse(window.start))) break;
  }
  return { executions, missing, failed: false };
}

async function actionsOf(pipelineName: string, pipelineExecutionId: string, { client, deadline }: Asking) {
  const answer = await send('codepipeline:ListActionExecutions', Actions, () =>
    client.send(new ListActionExecutionsCommand({ pipelineName, filter: { pipelineExecutionId }, maxResults: 100 }), {
      abortSignal: deadline.signal,
    }),
  );
  return answer.kind === 'failed'
    ? answer
    : {
        kind: 'ok' as const,
        data: (answer.data.actionExecutionDetails ?? []).flatMap((one) => Action.safeParse(one).data ?? []),
      };
}

interface About {
  readonly service: string;
  readonly name: string;
  readonly region: string;
  readonly execution: Execution;
}

const isDeploy = ({ input }: Action): boolean => input?.actionTypeId?.category === 'Deploy';

/** `actions`: absent if they are not known; then a finished execution counts as a deployment at its end. */
function changeOf(
  { service, name, region, execution }: About,
  actions: readonly Action[] | undefined,
): Change | undefined {
  const { pipelineExecutionId: id, status, startTime, lastUpdateTime, executionType } = execution;
  const deploys = (actions ?? []).filter(isDeploy).toSorted((a, b) => Number(a.startTime) - Number(b.startTime));
  const began = deploys[0]?.startTime ?? undefined;
  // A pipeline may deploy by a build or by a function; then its end is all that is known.
  const isFinished = status === 'Succeeded' || executionType === 'ROLLBACK';
  if (began === undefined && !isFinished) return undefined;
  const at = (began ?? lastUpdateTime ?? startTime).toISOString();
  const revision = execution.sourceRevisions?.find(({ revisionId }) => /^[0-9a-f]{7,64}$/i.test(revisionId ?? ''));
  const other = execution.sourceRevisions?.[0];
  const summary = line(summaryOf((revision ?? other)?.revisionSummary));
  const version = revision === undefined ? line(other?.revisionId) : undefined;
  const failed = deploys.find((one) => one.status === 'Failed');
  const stages = [...new Set(deploys.flatMap(({ stageName }) => stageName ?? []))];
  const result =
    failed !== undefined
      ? `failed to deploy in ${failed.stageName ?? 'a stage'}`
      : executionType === 'ROLLBACK'
        ? 'rolled back'
        : status === 'InProgress'
          ? 'deploys'
          : 'deployed';
  const what = revision?.revisionId?.slice(0, 10) ?? version;
  const author = authorOf(execution);
  return {
    id: `codepipeline-${id}`,
    kind: 'deploy',
    at,
    service,
    title:
      `Pipeline ${name} ${result}${what ? ` ${what}` : ''}${stages.length > 0 ? ` (${stages.map((one) => line(one)).join(', ')}, ${region})` : ` (${region})`}${summary ? `: ${summary}` : ''}`.slice(
        0,
        300,
      ),
    ...(author === undefined ? {} : { author }),
    ...(revision?.revisionId ? { commit: revision.revisionId } : {}),
    ...(version ? { version: version.slice(0, 100) } : {}),
    link: `https://${region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${encodeURIComponent(name)}/executions/${encodeURIComponent(id)}/timeline?region=${region}`,
  };
}

/** Sources over a connection put the message into JSON: `{"ProviderType":"GitHub","CommitMessage":"…"}`. */
function summaryOf(summary: string | null | undefined): string {
  const message = /"CommitMessage"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(summary ?? '')?.[1];
  if (message === undefined) return summary ?? '';
  try {
    return String(JSON.parse(message));
  } catch {
    return summary ?? '';
  }
}

const line = (text: string | null | undefined): string =>
  clean((text ?? '').split('\n')[0] ?? '')
    .replace(/\s+/g, ' ')
    .slice(0, 150);

/** Only a start by hand names a person. */
function authorOf({ trigger }: Execution): string | undefined {
  if (!/^(?:StartPipelineExecution|ManualRollback)$/.test(trigger?.triggerType ?? '')) return undefined;
  return line(trigger?.triggerDetail?.split('/').at(-1)).slice(0, 100) || undefined;
}
