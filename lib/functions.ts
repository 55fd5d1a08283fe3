// Creates the functions from a table: one row per folder of lambdas/, with its memory and its capabilities. statemachines/time-limits.json holds the
// timeouts; runtime, bundle, log and role are the same for all and created here. A specialist needs no row: each folder of core/specialists/ is a
// function.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnEventInvokeConfig,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionEntry } from './bundle.ts';
import { bundledAsset } from './bundled-asset.ts';
import { acknowledgements, type Capability, type Given, give, type Surroundings } from './capabilities.ts';
import type { StageConfig } from './config.ts';
import { Network } from './network.ts';
import { root } from './root.ts';
import { specialistFunction, specialistNames } from './specialists.ts';
import { nobodyWaits, secondsOf } from './time-limits.ts';

interface FunctionRow {
  readonly memoryMb: number;
  readonly may: readonly Capability[];
  /** The folder of core/specialists/ that the function runs. */
  readonly specialist?: string;
}

/** The capabilities of every step of the workflow: to read its incident and to write the timeline. */
const step: readonly Capability[] = ['read incidents', 'tell the timeline'];
/** The additional capability of every step that decides something. */
const deciding: readonly Capability[] = [...step, 'write the audit'];

/** The additional capabilities of every step that moves pages into or out of the queue. */
const lining: readonly Capability[] = [
  'read incidents',
  'update incidents',
  'keep the line',
  'answer executions',
  'see executions',
];

const anySpecialist: FunctionRow = {
  memoryMb: 1024,
  may: ['observe', 'store evidence', 'read evidence', 'ask a model', 'ask other servers'],
};

const rows: Readonly<Record<string, FunctionRow>> = {
  'specialist-knowledge': { ...anySpecialist, may: [...anySpecialist.may, 'search knowledge'] },
  'pagerduty-webhook': {
    memoryMb: 512,
    may: ['claim events', 'publish events', 'read the PagerDuty webhook secrets'],
  },
  slack: {
    memoryMb: 512,
    may: ['claim events', 'publish events', 'read the Slack signing secret'],
  },
  'incident-update': {
    memoryMb: 256,
    may: [
      ...step,
      'find incidents by page',
      'update incidents',
      'read approvals',
      'read evidence',
      'write knowledge',
      'use Slack',
    ],
  },
  conversation: {
    memoryMb: 512,
    may: [
      ...deciding,
      'update incidents',
      'end long investigations',
      'find incidents by page',
      'list incidents',
      'claim events',
      'publish events',
      'read the catalogue',
      'judge by policy',
      'decide approvals',
      'answer executions',
      'hear teachings',
      'list preferences',
      'remember',
      'hear facts',
      'throw the kill switch',
      'ask for costs',
      'ask about the system',
      'use PagerDuty',
      'write knowledge',
      'draw charts',
      'read evidence',
      'ask a model',
      'use Slack',
      'read levels',
      'read cases',
    ],
  },
  'answer-system': {
    memoryMb: 1024,
    may: ['read incidents', 'list incidents', 'read the catalogue', 'read the call graph', 'read sources'],
  },
  'open-incident': {
    memoryMb: 256,
    may: [
      ...step,
      'open incidents',
      'update incidents',
      'list incidents',
      'see executions',
      'decide approvals',
      'read the ledger',
      'use Slack',
    ],
  },
  'assemble-context': {
    memoryMb: 512,
    may: [
      ...step,
      'update incidents',
      'read the call graph',
      'read the catalogue',
      'use PagerDuty',
      'recall',
      'observe',
    ],
  },
  synthesize: {
    memoryMb: 1024,
    may: [
      ...step,
      'update incidents',
      'keep the call graph',
      'read evidence',
      'observe',
      'ask a model',
      'ask specialists',
    ],
  },
  decide: {
    memoryMb: 512,
    may: [
      ...deciding,
      'update incidents',
      'read the catalogue',
      'judge by policy',
      'use preferences',
      'read approvals',
      'read acts and controls',
      'observe',
      'read levels',
      'keep cases',
      'recall fixes',
    ],
  },
  'investigate-longer': { memoryMb: 256, may: [...step, 'begin long investigations', 'answer executions'] },
  'conclude-longer': {
    memoryMb: 512,
    may: [
      ...step,
      'update incidents',
      'end long investigations',
      'read evidence',
      'draw charts',
      'use Slack',
      'use PagerDuty',
    ],
  },
  report: {
    memoryMb: 512,
    may: [
      ...step,
      'know long investigations',
      'update incidents',
      'read the catalogue',
      'read evidence',
      'draw charts',
      'use Slack',
      'use PagerDuty',
    ],
  },
  'anchor-audit': { memoryMb: 512, may: ['anchor the audit'] },
  'sync-knowledge': { memoryMb: 1024, may: ['observe', 'read the catalogue', 'copy documents'] },
  'report-drift': {
    memoryMb: 1024,
    may: ['observe', 'read the catalogue', 'discover services', 'use PagerDuty', 'use Slack'],
  },
  'file-report': { memoryMb: 256, may: step },
  'tell-progress': { memoryMb: 256, may: ['read incidents', 'claim events', 'use Slack'] },
  admit: { memoryMb: 256, may: [...lining, 'tell the timeline', 'use Slack'] },
  'tend-line': {
    memoryMb: 512,
    may: [
      ...lining,
      'tell the timeline',
      'list incidents',
      'close incidents',
      'claim events',
      'publish events',
      'observe',
      'use Slack',
      'use PagerDuty',
      'compare with people',
    ],
  },
  'await-approval': {
    memoryMb: 256,
    may: [
      ...deciding,
      'update incidents',
      'read the catalogue',
      'request approvals',
      'use Slack',
      'use PagerDuty',
      'answer executions',
    ],
  },
  remediate: {
    memoryMb: 512,
    may: [
      ...deciding,
      'update incidents',
      'read the catalogue',
      'judge by policy',
      'read approvals',
      'keep the ledger',
      'read acts and controls',
      'count acts',
      'read preferences',
      'observe',
      'act',
      'use Slack',
      'use PagerDuty',
      'read levels',
    ],
  },
  verify: {
    memoryMb: 256,
    may: [
      ...deciding,
      'update incidents',
      'list incidents',
      'decide approvals',
      'answer executions',
      'read evidence',
      'use Slack',
      'use PagerDuty',
      'use preferences',
      'read the catalogue',
      'keep cases',
      'lower levels',
    ],
  },
  learn: {
    memoryMb: 512,
    may: [
      ...deciding,
      'update incidents',
      'close incidents',
      'read the catalogue',
      'teach preferences',
      'decide approvals',
      'remember',
      'observe',
      'write knowledge',
      'store evidence',
      'read evidence',
      'use Slack',
      'use PagerDuty',
      'read levels',
      'keep cases',
    ],
  },
  'report-failure': {
    memoryMb: 256,
    may: [
      ...step,
      'update incidents',
      'close incidents',
      'find incidents by page',
      'decide approvals',
      'read the ledger',
      'use Slack',
      'use PagerDuty',
    ],
  },
  'sweep-incidents': {
    memoryMb: 256,
    may: [
      ...step,
      'open incidents',
      'update incidents',
      'close incidents',
      'list incidents',
      'see executions',
      'decide approvals',
      'answer executions',
      'read the ledger',
      'use Slack',
      'use PagerDuty',
    ],
  },
};

/** The capabilities of the agent that looks further. It reads sources through the specialists' functions only. */
export const investigationMay: readonly Capability[] = [
  ...step,
  'read evidence',
  'ask a model',
  'ask specialists',
  'answer executions',
  'report heartbeats',
  'use Slack',
];

/**
 * The row of each function: one for each folder of lambdas/, and one for each specialist of core/specialists/. Only a specialist needs no row in the
 * table.
 */
export function functionTable(): ReadonlyMap<string, FunctionRow> {
  const folders = readdirSync(join(root, 'lambdas'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== specialistEntry)
    .map((entry) => entry.name);
  const specialists = specialistNames().map((name) => [specialistFunction(name), name] as const);
  const names = [...folders, ...specialists.map(([name]) => name)];
  const orphans = Object.keys(rows).filter((name) => !names.includes(name));
  if (orphans.length > 0) throw new Error(`lib/functions.ts has rows without a function: ${orphans}`);
  const own = folders.map((folder) => {
    const row = rows[folder];
    if (row === undefined) throw new Error(`lambdas/${folder} has no row in lib/functions.ts.`);
    return [folder, row] as const;
  });
  return new Map([
    ...own,
    ...specialists.map(([name, specialist]) => [name, { ...(rows[name] ?? anySpecialist), specialist }] as const),
  ]);
}

/** The folder of lambdas/ that contains the code of every specialist's function. */
const specialistEntry = 'specialist';

interface FunctionsProps extends Surroundings {
  readonly logRetention: RetentionDays;
  /** The runtime that holds conversations; absent, the function holds them. */
  readonly conversationArn?: string | undefined;
  /** The queue for asynchronous invocations that failed at their last attempt. */
  readonly failures: IQueue;
}

export class Functions extends Construct {
  readonly #byName: ReadonlyMap<string, LambdaFunction>;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    const { stage, prefix } = props;
    const network = stage.network && new Network(this, 'Network', { network: stage.network, prefix });
    this.#byName = new Map(
      [...functionTable()].map(([name, row]) => [
        name,
        createFunction(this, name, row, { ...props, network: reachesSources(row) ? network : undefined }),
      ]),
    );
    Validations.of(this).acknowledge(...acknowledgements(props));
  }

  named(name: string): LambdaFunction {
    const found = this.#byName.get(name);
    if (found === undefined) throw new Error(`There is no function ${name} in lambdas/.`);
    return found;
  }

  /** The functions that the state machine may call: all except those at the edge. */
  steps(): readonly LambdaFunction[] {
    return [...this.#byName].filter(([name]) => !atTheEdge.includes(name)).map(([, created]) => created);
  }
}

/** Functions that the API, a rule, a schedule or another function calls, and the state machine never. */
const atTheEdge: readonly string[] = [
  'pagerduty-webhook',
  'slack',
  'incident-update',
  'conversation',
  'answer-system',
  'anchor-audit',
  'sync-knowledge',
  'report-drift',
  'sweep-incidents',
];

/** Only these functions call sources. */
const reachesSources = ({ may }: FunctionRow): boolean =>
  may.includes('observe') || may.includes('read sources') || may.includes('act');

function createFunction(
  scope: Construct,
  name: string,
  row: FunctionRow,
  props: FunctionsProps & { readonly network: Network | undefined },
): LambdaFunction {
  const { stage, prefix, logRetention, network } = props;
  const functionName = `${prefix}${name}`;
  const { conversationArn, failures } = props;
  const granted =
    name === 'conversation' && conversationArn !== undefined ? publishTo(conversationArn) : give(row.may, props);
  const arn = Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const given = { ...granted, statements: [...granted.statements, ...(network?.rights(arn) ?? [])] };
  const log = new LogGroup(scope, `${name}-log`, {
    logGroupName: `/aws/lambda/${functionName}`,
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const folder = row.specialist === undefined ? name : specialistEntry;
  const created = new LambdaFunction(scope, name, {
    functionName,
    code: Code.fromAsset(join(root, 'lambdas', folder), bundledAsset(functionEntry(folder), given.files)),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: stage.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
    memorySize: row.memoryMb,
    timeout: Duration.seconds(secondsOf(name)),
    role: createRole(scope, name, log, given, nobodyWaits(name) ? failures : undefined),
    ...reserved(name, stage),
    logGroup: log,
    environment: {
      POWERTOOLS_LOG_LEVEL: stage.logLevel,
      ...(row.specialist === undefined ? {} : { SPECIALIST: row.specialist }),
      ...given.environment,
    },
  });
  // Set on the resource, because the construct would add the tracing right to the role by a second policy, which is easily overlooked.
  if (created.node.defaultChild instanceof CfnFunction) {
    created.node.defaultChild.tracingConfig = { mode: 'Active' };
    network?.place(created.node.defaultChild);
  }
  if (nobodyWaits(name))
    new CfnEventInvokeConfig(scope, `${name}-failures`, {
      functionName: created.functionName,
      qualifier: '$LATEST',
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 6 * 3600,
      destinationConfig: { onFailure: { destination: failures.queueArn } },
    });
  return created;
}

/** Executions reserved for the edge's functions, which are also their maximum; 0 reserves none. */
function reserved(name: string, { reservedConcurrency }: StageConfig): { reservedConcurrentExecutions?: number } {
  const wanted =
    { 'pagerduty-webhook': reservedConcurrency.pagerdutyWebhook, slack: reservedConcurrency.slack }[name] ?? 0;
  return wanted === 0 ? {} : { reservedConcurrentExecutions: wanted };
}

/** If AgentCore Runtime holds the conversation, the function may only forward utterances. */
const publishTo = (arn: string): Given => ({
  statements: [
    new PolicyStatement({
      actions: ['bedrock-agentcore:InvokeAgentRuntime'],
      resources: [arn, `${arn}/runtime-endpoint/DEFAULT`],
    }),
  ],
  environment: { CONVERSATION_RUNTIME_ARN: arn },
  files: [],
});

/** Neither action supports a resource. */
const trace = () =>
  new PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] });

/** Creates a separate role for every function: its log, its trace, and the grants of the table. */
function createRole(scope: Construct, name: string, log: LogGroup, given: Given, failures?: IQueue): Role {
  const writeLog = new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [log.logGroupArn],
  });
  const leaveFailures = failures
    ? [new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [failures.queueArn] })]
    : [];
  return new Role(scope, `${name}-role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What the function ${name} may do`,
    inlinePolicies: {
      own: new PolicyDocument({ statements: [writeLog, trace(), ...leaveFailures, ...given.statements] }),
    },
  });
}
