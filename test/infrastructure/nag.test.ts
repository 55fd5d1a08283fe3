import type { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { liveStage, synthesizeAnew } from './synthesize.ts';

const recordedStage = {
  stage: 'test',
  telemetry: { kind: 'recorded', scenario: 'scenarios/cronjob-nightly-invoices' },
  deletionProtection: false,
  eventArchiveDays: 0,
  memory: { kind: 'none' },
  slack: liveStage.slack,
  approvers: liveStage.approvers,
};

const violations = (config: unknown, also: (stack: Stack) => unknown = () => {}) => {
  const { stack } = synthesizeAnew(config, () => undefined, { validated: true });
  also(stack);
  return new AwsSolutionsChecks()
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
};

describe('the AWS Solutions rules find nothing that is not acknowledged with a reason', () => {
  test.each([
    ['a stage with a knowledge base', { ...liveStage, knowledge: { kind: 'create' } }],
    ['a stage whose conversations are in AgentCore Runtime', { ...liveStage, conversation: { host: 'agentcore' } }],
    [
      'a stage whose further investigations are in AgentCore Runtime',
      { ...liveStage, investigation: { host: 'agentcore' } },
    ],
    ['one in OpenSearch', { ...liveStage, knowledge: { kind: 'create', vectors: 'opensearch' } }],
    [
      'a live stage with everything',
      {
        ...liveStage,
        catalogDrift: { channel: 'C0123' },
        telemetry: {
          ...liveStage.telemetry,
          executions: ['nightly-*', 'arn:aws:states:eu-west-1:123456789012:stateMachine:exports'],
          fastly: { services: { 'www.example.com': 'SU1' } },
        },
        sources: {
          cw: {
            kind: 'cloudwatch',
            region: 'eu-west-1',
            groups: { web: ['/aws/lambda/web', 'arn:aws:logs:eu-west-1:444455556666:log-group:/pay'] },
            metrics: { web: [{ namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'web' } }] },
          },
        },
        recording: true,
        costs: {},
        alarmEmail: 'on-call@example.com',
        toolServers: [
          {
            name: 'wiki',
            url: 'https://mcp.example.com/mcp',
            specialists: ['knowledge'],
            tools: ['search'],
            headers: 'secret',
          },
        ],
      },
    ],
    ['a recorded stage with as little as possible', recordedStage],
  ])('in %s', (_name, config) => {
    expect(violations(config)).toEqual([]);
  });
});

test('the rules do look: a queue that takes plain HTTP is found', () => {
  expect(violations(recordedStage, (stack) => new Queue(stack, 'Plain'))).toContain(
    'AwsSolutions-SQS4 watchkeeper-test/Plain/Resource',
  );
});
