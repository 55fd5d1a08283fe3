import { describe, expect, test } from 'vitest';
import { functionTable } from '../../lib/functions.ts';
import { rights } from './rights.ts';
import { liveStage, type Resource, synthesize } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

const { resources } = synthesize();
const byId = new Map(resources);

/** `action where`, sorted: where is the resource's logical name, the partitions or the prefix that a condition narrows it to. */
function rightsOf(role: Resource): string[] {
  const { Policies, ManagedPolicyArns } = role.Properties as {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
    readonly ManagedPolicyArns?: unknown;
  };
  expect(ManagedPolicyArns).toBeUndefined();
  const lines = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).flatMap((statement) => {
    expect(statement.Effect).toBe('Allow');
    return [statement.Action]
      .flat()
      .flatMap((action) =>
        [statement.Resource]
          .flat()
          .flatMap((resource) => narrowed(statement, place(resource)).map((at) => `${action} ${at}`)),
      );
  });
  return [...new Set(lines)].toSorted();
}

function narrowed({ Condition = {} }: Statement, place: string): string[] {
  const conditions = Object.values(Condition).flatMap((operator) => Object.values(operator).flat());
  return conditions.length === 0 ? [place] : conditions.map((value) => `${place} ${value}`);
}

/** A resource in words: the logical name without its hash, or the end of an ARN. */
function place(resource: unknown): string {
  const text = JSON.stringify(resource)
    .replaceAll(/\{"Ref":"AWS::Partition"\}/g, '"aws"')
    .replaceAll(/\{"(?:Fn::GetAtt|Ref)":\[?"([A-Za-z]+?)[0-9A-F]{8}"(?:,"[A-Za-z]+"\])?\}/g, '"$1"');
  const joined = /^\{"Fn::Join":\["",(\[.*\])\]\}$/.exec(text)?.[1];
  return joined === undefined ? JSON.parse(text) : (JSON.parse(joined) as string[]).join('');
}

/** The role of each function, by the function's folder. */
const roles = new Map(
  resources.flatMap(([, { Type, Properties }]) => {
    if (Type !== 'AWS::Lambda::Function') return [];
    const folder = String(Properties.FunctionName).replace('watchkeeper-test-', '');
    const role = byId.get((Properties.Role as { 'Fn::GetAtt': [string] })['Fn::GetAtt'][0]);
    return role === undefined ? [] : [[folder, role] as const];
  }),
);

const may = (folder: string): readonly string[] => {
  const role = roles.get(folder);
  return role === undefined ? [] : rightsOf(role);
};

test('every folder of lambdas/ is a function with a role of its own', () => {
  expect([...roles.keys()].toSorted()).toEqual([...functionTable().keys()].toSorted());
  expect(new Set(roles.values()).size).toBe(roles.size);
});

describe('a function may do this and nothing else', () => {
  test.each([...roles.keys()])('%s', (folder) => {
    const kind = folder.startsWith('specialist-') ? 'specialist' : folder;
    expect(may(folder).filter((right) => !/^(?:logs|xray):/.test(right))).toEqual(rights[kind]);
  });
});

test('who may write tapes is who calls the world, and only in a stage that records', () => {
  const writers = (config: object) => {
    const { resources: made } = synthesize(config);
    return made.flatMap(([, { Type, Properties }]) => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Type === 'AWS::Lambda::Function' && Variables.RECORDING === 'on' ? [String(Properties.FunctionName)] : [];
    });
  };
  expect(writers(liveStage)).toEqual([]);
  const recording = writers({ ...liveStage, recording: true }).map((name) => name.replace('watchkeeper-test-', ''));
  expect(recording).toEqual(expect.arrayContaining(['open-incident', 'specialist-logs', 'synthesize']));
  expect(recording).not.toContain('pagerduty-webhook');
});

test('only who acts may redrive executions and holds the token that purges, where a stage has either', () => {
  const rightsIn = (over: object) => {
    const telemetry = { ...liveStage.telemetry, ...over };
    const { resources: made } = synthesize({ ...liveStage, telemetry });
    const named = (text: string) =>
      made.flatMap(([id, { Type, Properties }]) =>
        Type === 'AWS::IAM::Role' && JSON.stringify(Properties.Policies ?? '').includes(text) ? [id] : [],
      );
    return {
      redrive: named('states:RedriveExecution'),
      token: named('Secretsfastlytoken'),
      // Of any state machine: its own executions are looked at in every stage.
      look: named(':states:*:'),
    };
  };
  const none = rightsIn({});
  expect([none.redrive, none.token, none.look]).toEqual([[], [], []]);
  const { redrive, token, look } = rightsIn({
    executions: ['nightly-*'],
    fastly: { services: { 'www.example.com': 'SU1' } },
  });
  expect(redrive).toHaveLength(1);
  expect(redrive[0]).toMatch(/^Functionsremediate/i);
  expect(token).toEqual(redrive);
  expect(look.length).toBeGreaterThan(2);
  const machine = 'arn:aws:states:eu-west-1:123456789012:stateMachine:exports';
  const named = synthesize({ ...liveStage, telemetry: { ...liveStage.telemetry, executions: ['nightly-*', machine] } });
  const [, actor] = named.resources.find(([id]) => id === redrive[0]) ?? [];
  expect(actor === undefined ? [] : rightsOf(actor).filter((right) => right.startsWith('states:'))).toEqual([
    'states:DescribeExecution arn:aws:states:*:123456789012:execution:nightly-*:*',
    'states:DescribeExecution arn:aws:states:eu-west-1:123456789012:execution:exports:*',
    'states:ListExecutions arn:aws:states:*:123456789012:stateMachine:nightly-*',
    'states:ListExecutions arn:aws:states:eu-west-1:123456789012:stateMachine:exports',
    'states:RedriveExecution arn:aws:states:*:123456789012:execution:nightly-*:*',
    'states:RedriveExecution arn:aws:states:eu-west-1:123456789012:execution:exports:*',
  ]);
  expect(() => rightsIn({ fastly: { services: { 'www.example.com/path': 'SU1' } } })).toThrow();
});

test('only the conversation asks what accounts cost, itself or as the payer, and only where a stage wants it', () => {
  const roles = (text: string, over: object) =>
    synthesize({ ...liveStage, ...over }).resources.flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::IAM::Role' && JSON.stringify(Properties.Policies ?? '').includes(text) ? [id] : [],
    );
  expect(roles('ce:GetCostAndUsage', {})).toEqual([]);
  expect(roles('ce:GetCostAndUsage', { costs: {} })).toEqual([expect.stringMatching(/^Functionsconversation/i)]);
  const payer = { costs: { role: 'arn:aws:iam::999988887777:role/costs' } };
  expect(roles('ce:GetCostAndUsage', payer)).toEqual([]);
  expect(roles('arn:aws:iam::999988887777:role/costs', payer)).toEqual([
    expect.stringMatching(/^Functionsconversation/i),
  ]);
});

test('only the weekly comparison of the catalogue reads tags, and only where a stage wants it', () => {
  const roles = (over: object) =>
    synthesize({ ...liveStage, ...over }).resources.flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::IAM::Role' && JSON.stringify(Properties.Policies ?? '').includes('tag:GetResources') ? [id] : [],
    );
  expect(roles({})).toEqual([]);
  expect(roles({ catalogDrift: { channel: 'C0123' } })).toEqual([expect.stringMatching(/^Functionsreportdrift/i)]);
});

test('only specialists ask MCP servers, and read their headers where there are some', () => {
  const server = { name: 'wiki', url: 'https://mcp.example.com/mcp', specialists: ['knowledge'], tools: ['search'] };
  const asking = (over: object) => {
    const { resources: made } = synthesize({ ...liveStage, toolServers: [{ ...server, ...over }] });
    const names = made.flatMap(([, { Type, Properties }]) => {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
      return Type === 'AWS::Lambda::Function' && Variables.TOOL_SERVERS ? [String(Properties.FunctionName)] : [];
    });
    const secret = made.some(([, { Properties }]) => Properties.Name === 'watchkeeper-test-mcp-headers');
    return { names, secret };
  };
  const { names, secret } = asking({});
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !name.includes('specialist-'))).toEqual([]);
  expect(secret).toBe(false);
  expect(asking({ headers: 'secret' }).secret).toBe(true);
  expect(() => asking({ url: undefined, command: 'npx' })).toThrow();
});

test('a function traces itself, which is all that it may do to no resource in particular', () => {
  for (const folder of roles.keys()) {
    expect(may(folder).filter((right) => right.startsWith('xray:'))).toEqual([
      'xray:PutTelemetryRecords *',
      'xray:PutTraceSegments *',
    ]);
  }
});

test('a function writes its own log and no other', () => {
  for (const folder of roles.keys()) {
    const log = `Functions${folder.replaceAll('-', '')}log`;
    expect(may(folder).filter((right) => right.startsWith('logs:'))).toEqual([
      `logs:CreateLogStream ${log}`,
      `logs:PutLogEvents ${log}`,
    ]);
  }
});

describe('what a specialist reads cannot make it act', () => {
  test.each([...roles.keys()].filter((folder) => folder.startsWith('specialist-')))('%s', (folder) => {
    const text = may(folder).join('\n');
    expect(text).not.toMatch(/APPROVAL#|ACTION#|EVENT#|Preferences|kubeconfigactor|SendTask|PutEvents/);
    // It writes no record: what it may write is evidence, and what its model cost.
    const writes = may(folder).filter((right) => /:(?:Put|Update|Delete|Batch|Create)/.test(right));
    expect(writes.filter((right) => !/^(?:logs|xray):/.test(right))).toEqual([
      'dynamodb:UpdateItem TablesIncidents SPEND#*',
      's3:PutObject EvidenceBucket/evidence/*',
    ]);
  });
});

test('only remediate holds the credentials that act', () => {
  const actors = [...roles.keys()].filter((folder) => may(folder).some((right) => right.includes('kubeconfigactor')));
  expect(actors).toEqual(['remediate']);
});

test('no function may do everything to anything', () => {
  for (const folder of roles.keys()) {
    const rightsHere = may(folder).filter((right) => !right.startsWith('xray:'));
    expect(rightsHere.filter((right) => /^\S*\*/.test(right) || / \*$/.test(right))).toEqual([]);
  }
});

describe('the audit', () => {
  const writing = /dynamodb:(?:Update|Delete|Batch|PartiQL|TransactWrite)/;
  test.each([...roles.keys()])('%s can change or delete nothing in it', (folder) => {
    const rightsThere = may(folder).filter((right) => right.includes('TablesAudit'));
    expect(rightsThere.filter((right) => writing.test(right))).toEqual([]);
  });
  test('denies changing and deleting to everybody, administrators too', () => {
    const [, audit] = [...byId].find(([id, { Type }]) => Type === 'AWS::DynamoDB::Table' && /Audit/.test(id)) ?? [];
    expect(audit?.Properties).toMatchObject({
      ResourcePolicy: {
        PolicyDocument: {
          Statement: [
            {
              Effect: 'Deny',
              Principal: { AWS: '*' },
              Action: [
                'dynamodb:UpdateItem',
                'dynamodb:DeleteItem',
                'dynamodb:BatchWriteItem',
                'dynamodb:PartiQLUpdate',
                'dynamodb:PartiQLDelete',
              ],
            },
          ],
        },
      },
    });
  });
});
