import { expect, test } from 'vitest';
import { parseStageConfig } from '../../lib/config.ts';
import { liveStage, type Resource, synthesize } from './synthesize.ts';

const model = { provider: 'bedrock', models: { coordinator: 'eu.a', specialist: 'eu.b' } };
const own = synthesize({ ...liveStage, model, investigation: { host: 'agentcore', minutes: 90 } }).resources;
const without = synthesize({ ...liveStage, model }).resources;
const only = (type: string, id: RegExp): Resource => {
  const found = own.filter(([name, { Type }]) => Type === type && id.test(name));
  if (found.length !== 1) throw new Error(`There are ${found.length} ${type} like ${id}.`);
  return (found[0] as (typeof found)[0])[1];
};
type Statement = { readonly Action: string | readonly string[]; readonly Resource: unknown };
const actionsOf = (id: RegExp): string[] =>
  (only('AWS::IAM::Role', id).Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => [Action].flat());

test('two lines put the further investigation into AgentCore Runtime: a bundle, in sessions of at most eight hours', () => {
  expect(only('AWS::BedrockAgentCore::Runtime', /^Investigation/).Properties).toMatchObject({
    AgentRuntimeName: 'watchkeeper_test_investigation',
    AgentRuntimeArtifact: { CodeConfiguration: { EntryPoint: ['app.js'], Runtime: 'NODE_22' } },
    ProtocolConfiguration: 'HTTP',
    LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 28_800 },
  });
});

test('it may ask the model and the specialists and tell what it does; it decides, acts and observes nothing itself', () => {
  const actions = actionsOf(/^InvestigationRole/);
  expect(actions).toEqual(
    expect.arrayContaining([
      'bedrock:InvokeModel',
      'lambda:InvokeFunction',
      'states:SendTaskSuccess',
      'states:SendTaskHeartbeat',
    ]),
  );
  for (const none of [
    'dynamodb:DeleteItem',
    's3:PutObject',
    'events:PutEvents',
    'sts:AssumeRole',
    'eks:DescribeCluster',
  ])
    expect(actions).not.toContain(none);
});

test('three functions know of it: one begins it, one ends it, and the conversation stops it', () => {
  const verbs = (id: RegExp) => actionsOf(id).filter((one) => /RuntimeSession|AgentRuntime/.test(one));
  expect(verbs(/^Functionsinvestigatelongerrole/)).toEqual(['bedrock-agentcore:InvokeAgentRuntime']);
  expect(verbs(/^Functionsconcludelongerrole/)).toEqual(['bedrock-agentcore:StopRuntimeSession']);
  expect(verbs(/^Functionsconversationrole/)).toEqual(['bedrock-agentcore:StopRuntimeSession']);
  const { Variables } = only('AWS::Lambda::Function', /^Functionsreport[0-9A-F]+$/).Properties.Environment as {
    Variables: Record<string, unknown>;
  };
  expect(Variables).toMatchObject({ LONG_SECONDS: '5400', LONG_RUNTIME_ARN: expect.anything() });
});

test('a stage that does not ask for it has none of it', () => {
  expect(without.filter(([, { Type }]) => Type === 'AWS::BedrockAgentCore::Runtime')).toEqual([]);
  expect(JSON.stringify(without)).not.toMatch(/LONG_RUNTIME_ARN|LONG#|StopRuntimeSession/);
});

test('it needs a model, and at most eight hours', () => {
  const parse = (stage: object) => parseStageConfig(JSON.stringify({ ...liveStage, ...stage }), 'stage.json');
  expect(() => parse({ model: { provider: 'none' }, investigation: { host: 'agentcore' } })).toThrow(
    /only a model looks further/,
  );
  expect(() => parse({ model, investigation: { host: 'agentcore', minutes: 600 } })).toThrow(/minutes/);
  expect(parse({ model, investigation: { host: 'agentcore' } }).investigation).toEqual({
    host: 'agentcore',
    minutes: 60,
  });
});
