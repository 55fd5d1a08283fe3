import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { readTelemetry } from '../../connectors/configured.ts';
import { parseStageConfig } from '../../lib/config.ts';
import { functionTable } from '../../lib/functions.ts';
import { liveStage, synthesize } from './synthesize.ts';

const { template, resources } = synthesize();
const of = (type: string) => resources.filter(([, { Type }]) => Type === type).map(([, resource]) => resource);

describe('records', () => {
  test('all tables are on demand, restorable, encrypted and refuse to be deleted; all but the audit expire items', () => {
    const tables = of('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(3);
    const expiring = tables.map(
      ({ Properties }) => (Properties.TimeToLiveSpecification as object | undefined) ?? 'never',
    );
    const expires = { AttributeName: 'expiresAt', Enabled: true };
    expect(expiring).toEqual([expires, expires, 'never']);
    for (const table of tables) {
      expect(table).toMatchObject({
        DeletionPolicy: 'Retain',
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          SSESpecification: { SSEEnabled: true },
          DeletionProtectionEnabled: true,
        },
      });
    }
  });

  test('evidence is private, encrypted, only over TLS, and forgotten after a while', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: Match.anyValue(),
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([Match.objectLike({ Prefix: 'evidence/', ExpirationInDays: 400, Status: 'Enabled' })]),
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      }),
    });
  });

  test('every bucket is private, encrypted and only over TLS, and what is put once cannot be put over', () => {
    const buckets = resources.filter(([, { Type }]) => Type === 'AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const [id, { Properties }] of buckets) {
      expect(Properties).toMatchObject({
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, BlockPublicPolicy: true },
      });
      const policy = of('AWS::S3::BucketPolicy').find((one) => (one.Properties.Bucket as { Ref: string }).Ref === id);
      expect(policy?.Properties.PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          expect.objectContaining({
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Action: 's3:PutObject',
            Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
          }),
        ]),
      });
    }
  });

  test.each([
    ['a stage that keeps its records', {}, 'COMPLIANCE', 400],
    ['a stage without deletion protection', { deletionProtection: false }, 'GOVERNANCE', 400],
    ['a stage that says so', { auditLock: { mode: 'GOVERNANCE', days: 30 } }, 'GOVERNANCE', 30],
  ])('anchors of the audit are locked in %s', (_name, over, Mode, Days) => {
    const { template: made } = synthesize({ ...liveStage, ...over });
    made.hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode, Days } } },
      VersioningConfiguration: { Status: 'Enabled' },
    });
  });

  test('the audit is anchored once a day, and a day without is left in the dead letters', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(10 0 * * ? *)',
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
  });

  test('a stage without deletion protection leaves nothing behind', () => {
    const trial = synthesize({ ...liveStage, deletionProtection: false });
    for (const [, resource] of trial.resources) expect(resource).not.toMatchObject({ DeletionPolicy: 'Retain' });
  });
});

describe('events', () => {
  test('every route of bus-routes.json is a rule whose target is tried for a day and then leaves the event in the dead letters', () => {
    const rules = of('AWS::Events::Rule')
      .map(({ Properties }) => Properties)
      .filter(({ EventPattern }) => EventPattern !== undefined);
    expect(rules.map(({ EventPattern }) => EventPattern)).toEqual([
      {
        source: ['watchkeeper'],
        'detail-type': ['incident.triggered', 'incident.reopened', 'incident.mentioned'],
      },
      { source: ['watchkeeper'], 'detail-type': ['conversation.said'] },
      { source: ['watchkeeper'], 'detail-type': ['incident.updated'] },
      {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [expect.anything()], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
    ]);
    for (const { Targets } of rules) {
      expect(Targets).toMatchObject([
        {
          InputPath: '$.detail',
          DeadLetterConfig: expect.anything(),
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        },
      ]);
    }
  });

  test('what nobody works on any more is looked for every two minutes', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      Name: 'watchkeeper-test-sweep-incidents',
      ScheduleExpression: 'rate(2 minutes)',
      Targets: [Match.objectLike({ Input: '{}', DeadLetterConfig: Match.anyValue() })],
    });
  });

  test('the bus keeps an archive for as many days as the stage says', () => {
    template.hasResourceProperties('AWS::Events::Archive', { RetentionDays: 14 });
  });
});

describe('the workflow', () => {
  test('is the file of the repository, with its functions named for the stage', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      StateMachineName: 'watchkeeper-test-incident',
      DefinitionSubstitutions: { FunctionPrefix: 'watchkeeper-test-' },
    });
  });

  test('is traced, and its log says which state ran but not with what', () => {
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: Match.objectLike({ Level: 'ALL', IncludeExecutionData: false }),
    });
  });

  test('may invoke its functions by name and no other', () => {
    const steps = [...functionTable().keys()].filter(
      (name) =>
        ![
          'pagerduty-webhook',
          'slack',
          'incident-update',
          'conversation',
          'answer-system',
          'anchor-audit',
          'sync-knowledge',
          'report-drift',
          'sweep-incidents',
        ].includes(name),
    );
    const statements = of('AWS::IAM::Policy')
      .flatMap(
        ({ Properties }) =>
          (Properties.PolicyDocument as { Statement: { Action: unknown; Resource: unknown[] }[] }).Statement,
      )
      .filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(statements).toHaveLength(1);
    expect(statements[0]?.Resource).toHaveLength(steps.length);
    expect(JSON.stringify(statements)).not.toContain('*');
  });
});

describe('functions', () => {
  test('run on Node 24 and arm64, each with a log of its own that is kept as long as the stage says', () => {
    expect(of('AWS::Lambda::Function')).toHaveLength(functionTable().size);
    for (const { Properties } of of('AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogGroup: expect.anything() },
        TracingConfig: { Mode: 'Active' },
      });
    }
    for (const { Properties } of of('AWS::Logs::LogGroup')) expect(Properties).toMatchObject({ RetentionInDays: 30 });
  });

  test('are told names and never a secret', () => {
    for (const { Properties } of of('AWS::Lambda::Function')) {
      expect(JSON.stringify(Properties.Environment)).not.toMatch(/\{\{resolve:|SecretString/);
    }
  });

  test('answer PagerDuty within its five seconds', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'watchkeeper-test-pagerduty-webhook',
      Timeout: 5,
    });
  });
});

describe('the way in', () => {
  test('has these routes and no other, all throttled', () => {
    expect(of('AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey)).toEqual([
      'POST /pagerduty/webhook',
      'POST /slack/events',
      'POST /slack/interactivity',
      'POST /slack/commands',
    ]);
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
    });
  });

  test('keeps concurrency for its two functions, as much as the stage says', () => {
    const kept = (over: object) =>
      Object.fromEntries(
        synthesize({ ...liveStage, ...over }).resources.flatMap(([, { Type, Properties }]) =>
          Type === 'AWS::Lambda::Function' && Properties.ReservedConcurrentExecutions !== undefined
            ? [[String(Properties.FunctionName), Properties.ReservedConcurrentExecutions]]
            : [],
        ),
      );
    expect(kept({})).toEqual({ 'watchkeeper-test-pagerduty-webhook': 100, 'watchkeeper-test-slack': 50 });
    expect(kept({ reservedConcurrency: { pagerdutyWebhook: 7, slack: 0 } })).toEqual({
      'watchkeeper-test-pagerduty-webhook': 7,
    });
  });

  test('takes a thousand pages a minute of a fleet, each with what follows it, and all of them at once', () => {
    const { throttle } = parseStageConfig(JSON.stringify(liveStage), 'config/x.json');
    expect(throttle.requestsPerSecond * 60).toBeGreaterThanOrEqual(10_000);
    expect(throttle.burst).toBeGreaterThanOrEqual(1000);
  });

  test('logs requests without their headers and bodies', () => {
    const logged = of('AWS::ApiGatewayV2::Stage').map(
      ({ Properties }) => JSON.parse((Properties.AccessLogSettings as { Format: string }).Format) as object,
    );
    expect(logged.flatMap(Object.keys)).toEqual([
      'time',
      'requestId',
      'ip',
      'route',
      'status',
      'latencyMs',
      'integrationError',
    ]);
  });
});

test('alarms tell the topic of lost events, failed incidents and refused pages', () => {
  template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [liveStage.alarmTopicArn] });
});

describe('every alarm', () => {
  const alarmsIn = (over: object) =>
    synthesize({ ...liveStage, ...over }).resources.flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties] : [],
    );
  const names = alarmsIn({}).map(({ AlarmName }) => String(AlarmName).replace('watchkeeper-test-', ''));

  test('has its section in docs/operations.md, and no section is without its alarm', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
    const sections = [...page.matchAll(/^### `([a-z0-9-]+)`$/gm)].map(([, name]) => name);
    expect(sections.toSorted()).toEqual(names.toSorted());
  });

  test('goes to the topic and to the address that the stage names, to both where it names both', () => {
    const email = { alarmEmail: 'on-call@example.com' };
    const mailed = [{ Ref: expect.stringMatching(/^AlarmsMail/) }];
    for (const { AlarmActions } of alarmsIn({ ...email, alarmTopicArn: undefined }))
      expect(AlarmActions).toEqual(mailed);
    for (const { AlarmActions } of alarmsIn(email)) expect(AlarmActions).toEqual([liveStage.alarmTopicArn, ...mailed]);
  });

  test('that nobody would be told of is said at synthesis', () => {
    const warned = (over: object) =>
      Annotations.fromStack(synthesize({ ...liveStage, ...over }).stack).findWarning(
        '*',
        Match.stringLikeRegexp('notify nobody'),
      );
    expect(warned({ alarmTopicArn: undefined })).toHaveLength(1);
    expect(warned({})).toEqual([]);
  });
});

test('every queue is encrypted and takes nothing over plain HTTP', () => {
  const queues = resources.filter(([, { Type }]) => Type === 'AWS::SQS::Queue');
  expect(queues.length).toBeGreaterThan(0);
  for (const [id, { Properties }] of queues) {
    expect(Properties).toMatchObject({ SqsManagedSseEnabled: true });
    const policies = JSON.stringify(of('AWS::SQS::QueuePolicy').filter((one) => JSON.stringify(one).includes(id)));
    expect(policies).toContain('"aws:SecureTransport":"false"');
  }
});

describe('a stage configuration', () => {
  const parse = (change: object) => parseStageConfig(JSON.stringify({ ...liveStage, ...change }), 'config/x.json');

  test.each([
    ['a field that does not exist', { logRetentionDay: 30 }, /config\/x\.json does not fit: .*logRetentionDay/s],
    ['a stage name that AWS would refuse', { stage: 'Production!' }, /lower-case letters/],
    ['a retention that CloudWatch does not know', { logRetentionDays: 31 }, /logRetentionDays/],
    ['no place where people read', { slack: undefined }, /slack/],
    ['an unknown kind of memory', { memory: { kind: 'redis' } }, /memory/],
    ['all state machines', { telemetry: { ...liveStage.telemetry, executions: true } }, /names the state machines/],
    ['state machines by a star', { telemetry: { ...liveStage.telemetry, executions: ['*'] } }, /state machine/],
    ['a name for the channel of drift', { catalogDrift: { channel: '#ops' } }, /catalogDrift\.channel/],
    [
      'drift of a recording',
      { telemetry: { kind: 'recorded', scenario: 'x' }, catalogDrift: { channel: 'C0123' } },
      /live source/,
    ],
    ['a field that no model has', { model: { provider: 'none', maxUsdPerIncidents: 1 } }, /maxUsdPerIncidents/],
  ])('with %s is refused in one sentence that names the file', (_name, change, message) => {
    expect(() => parse(change)).toThrow(message);
  });

  test('with a field that does not exist is refused, however deep it is', () => {
    const whole = {
      ...liveStage,
      telemetry: { ...liveStage.telemetry, fastly: { services: { 'www.example.com': 'SU1' } } },
      toolServers: [{ name: 'wiki', url: 'https://mcp.example.com/mcp', specialists: ['logs'], tools: ['search'] }],
      throttle: { requestsPerSecond: 5, burst: 5 },
      auditLock: { days: 1 },
      memory: { kind: 'none' },
      knowledge: { kind: 'create' },
      costs: {},
      catalogDrift: { channel: 'C0123' },
      conversation: {},
    };
    expect(parse(whole)).toBeDefined();
    /** Names of hosts and of providers are the operator's own. */
    const free = new Set(['services', 'models']);
    const slips = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
      typeof value !== 'object' || value === null || free.has(at.at(-1) ?? '')
        ? []
        : [
            ...(Array.isArray(value) ? [] : [at]),
            ...Object.entries(value).flatMap(([field, inner]) => slips(inner, [...at, field])),
          ];
    const places = slips(whole);
    expect(places.length).toBeGreaterThan(10);
    for (const place of places) {
      const slipped = structuredClone(whole) as Record<string, unknown>;
      const inner = place.reduce<Record<string, unknown>>(
        (one, field) => one[field] as Record<string, unknown>,
        slipped,
      );
      inner.slippedIn = 1;
      expect(() => parse(slipped), place.join('.')).toThrow(/slippedIn/);
    }
  });

  test('names further sources, each with its own secret and its own place in what functions observe', () => {
    const amp = { kind: 'prometheus', url: 'https://amp.example.com', auth: 'bearer' };
    const { resources: made } = synthesize({ ...liveStage, sources: { amp } });
    const secrets = made.flatMap(([, { Type, Properties }]) =>
      Type === 'AWS::SecretsManager::Secret' ? [String(Properties.Name)] : [],
    );
    expect(secrets).toEqual(expect.arrayContaining([expect.stringMatching(/-amp-token$/)]));
    const written = made.flatMap(([, { Properties }]) => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return typeof Variables.TELEMETRY === 'string' ? [Variables.TELEMETRY] : [];
    });
    const read = readTelemetry(written[0] ?? '');
    expect(read.kind === 'live' && read.sources.map(({ name }) => name)).toEqual(['kubernetes', 'prometheus', 'amp']);
    expect(() => parse({ sources: { amp: { ...amp, slippedIn: 1 } } })).toThrow(/slippedIn/);
    expect(() => parse({ sources: { amp: { kind: 'magic' } } })).toThrow(/no kind of source is called magic/);
    expect(() => parse({ sources: { prometheus: amp } })).toThrow(/is there twice/);
  });

  test('that is no JSON is refused by its name', () => {
    expect(() => parseStageConfig('{', 'config/x.json')).toThrow(/^config\/x\.json is not JSON/);
  });
});
