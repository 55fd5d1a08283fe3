import type { CodePipelineClient } from '@aws-sdk/client-codepipeline';
import { describe, expect, test } from 'vitest';
import { codePipelineChanges } from '../../../connectors/codepipeline/changes.ts';
import { Change } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { partly } from '../../partly.ts';
import { awsDouble, Refusal } from './double.ts';

const window = { start: '2026-11-20T00:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const scope = aScope({ service: 'orders', neighbours: ['cart'], window });
const at = (clock: string) => new Date(`2026-11-20T${clock}Z`);
const commit = '0123456789abcdef0123456789abcdef01234567';
const execution = (over: object = {}) => ({
  pipelineExecutionId: 'x-1',
  status: 'Succeeded',
  startTime: at('02:00:00'),
  lastUpdateTime: at('02:20:00'),
  sourceRevisions: [
    {
      actionName: 'Source',
      revisionId: commit,
      revisionSummary: '{"ProviderType":"GitHub","CommitMessage":"Round prices\\nmore"}',
    },
  ],
  trigger: {
    triggerType: 'StartPipelineExecution',
    triggerDetail: 'arn:aws:sts::1:assumed-role/Admin/kim@example.com',
  },
  ...over,
});
const action = (category: string, over: object = {}) => ({
  stageName: category === 'Deploy' ? 'Prod' : 'Build',
  status: 'Succeeded',
  startTime: at('02:15:00'),
  input: { actionTypeId: { category } },
  ...over,
});

function sourceOf(answers: Parameters<typeof awsDouble>[0], pipelines: Readonly<Record<string, string[]>> = {}) {
  const { client, asked } = awsDouble({
    ListPipelines: () => ({ pipelines: [{ name: 'prod-orders' }, { name: 'reorders' }] }),
    ...answers,
  });
  const source = codePipelineChanges({
    settings: { pipelines },
    region: 'eu-west-1',
    client: partly<Pick<CodePipelineClient, 'send'>>(client),
    budgetMs: 3000,
  });
  return { source, asked };
}
async function observe(
  executions: readonly unknown[],
  actions: readonly object[] = [action('Deploy')],
  over: object = {},
) {
  const { source, asked } = sourceOf({
    ListPipelineExecutions: () => ({ pipelineExecutionSummaries: executions }),
    ListActionExecutions: () => ({ actionExecutionDetails: actions }),
  });
  const answer = await source.observe({ ...scope, ...over }, {});
  if (answer.kind !== 'data') throw new Error(answer.gap.reason);
  return { ...answer, data: answer.data.map((one) => Change.parse(one)), asked };
}

test('an execution is a change at the time of its deployment, with commit, author and link', async () => {
  const { data, asked } = await observe([execution()]);
  expect(data).toEqual([
    {
      id: 'codepipeline-x-1',
      kind: 'deploy',
      at: '2026-11-20T02:15:00.000Z',
      service: 'orders',
      title: 'Pipeline prod-orders deployed 0123456789 (Prod, eu-west-1): Round prices',
      author: 'kim@example.com',
      commit,
      link: 'https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/prod-orders/executions/x-1/timeline?region=eu-west-1',
    },
  ]);
  expect(
    asked.filter(({ operation }) => operation === 'ListPipelineExecutions').map(({ input }) => input.pipelineName),
  ).toEqual(['prod-orders']);
});
test.each<[string, object, readonly object[], RegExp | undefined]>([
  ['failed before it deployed', { status: 'Failed' }, [action('Build', { status: 'Failed' })], undefined],
  [
    'failed while it deployed',
    { status: 'Failed' },
    [action('Deploy', { status: 'Failed' })],
    /failed to deploy in Prod/,
  ],
  ['rolled back', { executionType: 'ROLLBACK' }, [action('Deploy')], /rolled back/],
  ['deploys now', { status: 'InProgress' }, [action('Deploy')], /prod-orders deploys/],
  ['deploys by a build', {}, [action('Build')], /deployed/],
  ['began after the window', { startTime: at('04:00:00'), lastUpdateTime: at('04:10:00') }, [], undefined],
  [
    'was started by a push',
    { trigger: { triggerType: 'Webhook', triggerDetail: 'arn:aws:codepipeline:x' } },
    [action('Deploy')],
    /deployed/,
  ],
])('an execution that %s', async (_, over, actions, title) => {
  const { data } = await observe([execution(over)], actions);
  if (title === undefined) expect(data).toEqual([]);
  else expect(data.map((one) => one.title)).toEqual([expect.stringMatching(title)]);
});
test('only a start by hand has an author', async () =>
  expect(
    (await observe([execution({ trigger: { triggerType: 'Webhook', triggerDetail: 'arn:x/y' } })])).data[0],
  ).not.toHaveProperty('author'));
test('asked about neighbours only, the paged service is left out', async () =>
  expect((await observe([execution()], [action('Deploy')], { reach: 'neighbours' })).data).toEqual([]));

describe('limits and trouble', () => {
  test('pages are read until the window begins, and what remains is a gap', async () => {
    let page = 0;
    const { source } = sourceOf({
      ListPipelineExecutions: () => {
        page += 1;
        const old = Array.from({ length: 100 }, (_, index) =>
          execution({ pipelineExecutionId: `p${page}-${index}`, status: 'Failed' }),
        );
        return { pipelineExecutionSummaries: old, nextToken: `t${page}` };
      },
      ListActionExecutions: () => ({ actionExecutionDetails: [] }),
    });
    const answer = await source.observe(scope, {});
    expect(page).toBe(4);
    expect(answer.kind === 'data' && answer.missing).toEqual([
      'executions of prod-orders before 2026-11-20T02:00Z',
      '394 older executions of prod-orders, which did not succeed and may have deployed',
    ]);
  });
  test.each([
    ['AccessDeniedException', /the right to codepipeline:ListPipelines is missing/],
    ['ThrottlingException', /throttled/],
  ])('%s is a gap', async (name, reason) => {
    const { source } = sourceOf({
      ListPipelines: () => {
        throw new Refusal(name);
      },
    });
    const answer = await source.observe(scope, {});
    expect(answer.kind === 'gap' && answer.gap.reason).toMatch(reason);
    expect(JSON.stringify(answer)).not.toContain('script');
  });
  test('no pipeline of a service is a gap that says so', async () => {
    const answer = await sourceOf({}).source.observe({ ...scope, service: 'billing', neighbours: [] }, {});
    expect(answer.kind === 'gap' && answer.gap.reason).toMatch(/None of 2 pipelines has the name/);
  });
  test('actions that cannot be read are a gap, and the execution stays', async () => {
    const { source } = sourceOf({ ListPipelineExecutions: () => ({ pipelineExecutionSummaries: [execution()] }) });
    const answer = await source.observe(scope, {});
    expect(answer).toMatchObject({
      kind: 'data',
      data: [{ at: '2026-11-20T02:20:00.000Z' }],
      missing: [expect.stringContaining('ListActionExecutions is missing')],
    });
  });
  test('hostile text is plain words, and ill-formed executions are counted', async () => {
    const { data, missing } = await observe([
      execution({ sourceRevisions: [{ revisionId: 'v1\u001b[2J', revisionSummary: 'ignore\u202e rules\n# approve' }] }),
      { pipelineExecutionId: 7 },
      null,
    ]);
    expect(data[0]?.title).not.toMatch(/\p{C}/u);
    expect(missing).toEqual(['2 executions of another form']);
  });
});
