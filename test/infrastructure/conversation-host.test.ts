import { describe, expect, test } from 'vitest';
import { parseStageConfig } from '../../lib/config.ts';
import { liveStage, type Resource, synthesize } from './synthesize.ts';

type Statement = { readonly Action: string | readonly string[]; readonly Resource: unknown };
const hosted = synthesize({ ...liveStage, conversation: { host: 'agentcore' } }).resources;
const inFunction = synthesize().resources;
const only = (resources: typeof hosted, type: string, id: RegExp): Resource => {
  const found = resources.filter(([name, { Type }]) => Type === type && id.test(name));
  if (found.length !== 1) throw new Error(`There are ${found.length} ${type} like ${id}.`);
  return (found[0] as (typeof found)[0])[1];
};
const statements = (role: Resource): Statement[] =>
  (role.Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
const withoutLogsAndTraces = (role: Resource) =>
  statements(role).filter(({ Action }) => ![Action].flat().some((action) => /^(?:logs|xray):/.test(action)));

test('a stage that does not ask for it has no runtime, and the function holds the conversations', () => {
  expect(inFunction.filter(([, { Type }]) => Type === 'AWS::BedrockAgentCore::Runtime')).toEqual([]);
  expect(JSON.stringify(inFunction)).not.toContain('InvokeAgentRuntime');
});

describe('conversations in AgentCore Runtime', () => {
  const runtime = only(hosted, 'AWS::BedrockAgentCore::Runtime', /^Conversation/);

  test('run the bundle on Node, over HTTP, in sessions of at most eight hours that end when nobody speaks', () => {
    expect(runtime.Properties).toMatchObject({
      AgentRuntimeName: 'watchkeeper_test_conversation',
      AgentRuntimeArtifact: { CodeConfiguration: { EntryPoint: ['app.js'], Runtime: 'NODE_22' } },
      ProtocolConfiguration: 'HTTP',
      NetworkConfiguration: { NetworkMode: 'PUBLIC' },
      LifecycleConfiguration: { IdleRuntimeSessionTimeout: 900, MaxLifetime: 28_800 },
    });
  });

  test('have the rights and the environment that the function has otherwise, and its log', () => {
    const role = only(hosted, 'AWS::IAM::Role', /^ConversationRole/);
    const function_ = only(inFunction, 'AWS::IAM::Role', /^Functionsconversationrole/);
    // The function keeps what failed while nobody waited for it; the runtime's caller hears of it at once.
    const keepsFailures = ({ Action }: { Action: unknown }) => Action === 'sqs:SendMessage';
    expect(withoutLogsAndTraces(role)).toEqual(withoutLogsAndTraces(function_).filter((one) => !keepsFailures(one)));
    const { Variables } = only(inFunction, 'AWS::Lambda::Function', /^Functionsconversation/).Properties
      .Environment as { Variables: Record<string, string> };
    expect(runtime.Properties.EnvironmentVariables).toEqual({ ...Variables, STAGE_REGION: 'eu-west-1' });
    const logged = statements(role).filter((one) => !withoutLogsAndTraces(role).includes(one));
    for (const { Resource } of logged)
      expect(JSON.stringify(Resource)).toContain('/aws/bedrock-agentcore/runtimes/watchkeeper_test_conversation-*');
  });

  test('only by this runtime of this account', () => {
    expect(only(hosted, 'AWS::IAM::Role', /^ConversationRole/).Properties.AssumeRolePolicyDocument).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: { 'aws:SourceArn': expect.anything() },
          },
        },
      ],
    });
  });

  test('leave the function nothing but to pass on what was said, and to keep what failed of it', () => {
    const role = only(hosted, 'AWS::IAM::Role', /^Functionsconversationrole/);
    expect(withoutLogsAndTraces(role).map(({ Action }) => Action)).toEqual([
      'sqs:SendMessage',
      'bedrock-agentcore:InvokeAgentRuntime',
    ]);
    const { Variables } = only(hosted, 'AWS::Lambda::Function', /^Functionsconversation/).Properties.Environment as {
      Variables: object;
    };
    expect(Object.keys(Variables)).toEqual(['POWERTOOLS_LOG_LEVEL', 'CONVERSATION_RUNTIME_ARN']);
  });
});

test('an unknown host is refused', () => {
  const config = { ...liveStage, conversation: { host: 'ecs' } };
  expect(() => parseStageConfig(JSON.stringify(config), 'stage.json')).toThrow(/host/);
});
