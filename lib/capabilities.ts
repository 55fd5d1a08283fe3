// Translates the capabilities of a function into grants: rights, environment variables, files and secrets.
import { isDeepStrictEqual } from 'node:util';
import { ArnFormat, type CfnElement, Stack, Token } from 'aws-cdk-lib';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { externalIdsOf, noAws } from '../connectors/auth.ts';
import { writeTelemetry } from '../connectors/configured.ts';
import type { ArnParts } from '../connectors/source-kind.ts';
import type { Anchors } from './anchors.ts';
import { type Provider, type StageConfig, sourcesOf, usedProviders } from './config.ts';
import type { Knowledge } from './knowledge.ts';
import type { Memory } from './memory.ts';
import type { Secrets } from './secrets.ts';
import { specialistFunction, specialistNames } from './specialists.ts';
import type { TableName, Tables } from './tables.ts';

/** The parts of the stack that exist before functions get their capabilities. */
export interface Surroundings {
  readonly stage: StageConfig;
  readonly prefix: string;
  readonly tables: Tables;
  readonly evidence: Bucket;
  readonly anchors: Anchors;
  readonly bus: EventBus;
  readonly memory: Memory;
  readonly knowledge: Knowledge;
  readonly secrets: Secrets;
  /** The runtime of long investigations, and their longest duration; absent, there are none. */
  readonly investigation?: { readonly arn: string; readonly seconds: number } | undefined;
}

/** A file or folder of the repository, its place in the bundle, and the files to leave out. */
export interface BundledFile {
  readonly from: string;
  readonly to: string;
  readonly without?: string;
}

export interface Given {
  readonly statements: readonly PolicyStatement[];
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly BundledFile[];
}

/** The contribution of one capability. */
interface Part {
  readonly statements?: readonly PolicyStatement[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: readonly BundledFile[];
  readonly secrets?: readonly string[];
}
type Give = (around: Surroundings) => Part;

/**
 * Allows actions on the items of one table whose partition key begins with one of the prefixes. The prefixes are those of connectors/dynamodb; they
 * keep a reader of incidents away from approvals and their task tokens.
 */
const items =
  (table: TableName, partitions: readonly string[], ...verbs: readonly string[]): Give =>
  ({ tables }) => ({
    statements: [
      new PolicyStatement({
        actions: verbs.map((verb) => `dynamodb:${verb}`),
        resources: [tables[table].tableArn],
        conditions: {
          'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions.map((prefix) => `${prefix}*`) },
        },
      }),
    ],
    environment: {
      INCIDENTS_TABLE: tables.incidents.tableName,
      PREFERENCES_TABLE: tables.preferences.tableName,
      AUDIT_TABLE: tables.audit.tableName,
    },
  });

const objects =
  (prefix: string, ...verbs: readonly string[]): Give =>
  ({ evidence }) => ({
    statements: [
      new PolicyStatement({
        actions: verbs.map((verb) => `s3:${verb}`),
        resources: [evidence.arnForObjects(`${prefix}/*`)],
      }),
    ],
    environment: { EVIDENCE_BUCKET: evidence.bucketName },
  });

/** Without this right S3 answers 403 instead of 404 for a missing object. */
const listing =
  (prefix: string): Give =>
  ({ evidence }) => ({
    statements: [
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [evidence.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${prefix}/*` } },
      }),
    ],
  });

const secret =
  (...names: readonly string[]): Give =>
  () => ({ secrets: names });

const memory =
  (...verbs: readonly string[]): Give =>
  ({ memory: { identity } }) =>
    identity === undefined
      ? {}
      : {
          statements: [
            new PolicyStatement({
              actions: verbs.map((verb) => `bedrock-agentcore:${verb}`),
              resources: [identity.arn],
            }),
          ],
          environment: { MEMORY_ID: identity.id },
        };

/** Empty if the stage has only the full-text index. */
const knowledgeBase =
  (verb: string): Give =>
  ({ knowledge: { identity } }) => {
    if (identity === undefined) return {};
    const { id, arn, dataSourceId, fallback } = identity;
    return {
      statements: [new PolicyStatement({ actions: [`bedrock:${verb}`], resources: [arn] })],
      environment: { KNOWLEDGE_BASE_ID: id, KNOWLEDGE_SOURCE_ID: dataSourceId, KNOWLEDGE_FALLBACK: String(fallback) },
    };
  };

/** Actions on the sessions of long investigations. */
const longSessions =
  (...verbs: readonly string[]): Give =>
  ({ investigation }) =>
    investigation === undefined
      ? {}
      : {
          environment: { LONG_RUNTIME_ARN: investigation.arn, LONG_SECONDS: String(investigation.seconds) },
          statements:
            verbs.length === 0
              ? []
              : [
                  new PolicyStatement({
                    actions: verbs.map((verb) => `bedrock-agentcore:${verb}`),
                    resources: [investigation.arn, `${investigation.arn}/runtime-endpoint/DEFAULT`],
                  }),
                ],
        };

/** Without long investigations nobody reads or writes their records. */
const longRecords =
  (...verbs: readonly string[]): Give =>
  (around) =>
    around.investigation === undefined ? {} : items('incidents', ['LONG#'], ...verbs)(around);

const all =
  (...gives: readonly Give[]): Give =>
  (around) =>
    merge(gives.map((give) => give(around)));

const stateMachineArn = ({ tables, prefix }: Surroundings): string =>
  Stack.of(tables).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: `${prefix}incident`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

const ownExecutions = ({ tables, prefix }: Surroundings): string =>
  Stack.of(tables).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${prefix}incident:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

const catalogue: Give = ({ stage }) => ({
  environment: { CATALOG_FILE: 'config/catalog.yaml' },
  files: [{ from: stage.catalog, to: 'config/catalog.yaml' }],
});

/** The rights to read the world: live sources, or a recorded world with the actions applied to it. */
const world: Give = (around) => {
  const { telemetry } = around.stage;
  switch (telemetry.kind) {
    case 'recorded':
      return merge([
        {
          environment: { TELEMETRY: writeTelemetry({ kind: 'recorded', scenario: 'scenario' }) },
          files: [{ from: telemetry.scenario, to: 'scenario', without: 'expected.json' }],
        },
        items('incidents', ['WORLD#'], 'Query')(around),
        items('incidents', ['INCIDENT#'], 'GetItem')(around),
      ]);
    case 'live':
      return merge([
        {
          environment: {
            TELEMETRY: writeTelemetry({
              kind: 'live',
              sources: sourcesOf(around.stage),
              ...(isDeepStrictEqual(around.stage.aws, noAws) ? {} : { aws: around.stage.aws }),
            }),
          },
        },
        otherAccounts(around),
        // The catalogue decides which source a question goes to.
        catalogue(around),
        ofSources('observe')(around),
      ]);
  }
};

/** To enter the readers' roles of other accounts, and nothing else there. */
const otherAccounts: Give = ({ stage: { aws } }) => {
  const roles = Object.values(aws.accounts).map(({ role }) => role);
  return {
    secrets: externalIdsOf(aws),
    statements: roles.length === 0 ? [] : [new PolicyStatement({ actions: ['sts:AssumeRole'], resources: roles })],
  };
};

/** The secrets and rights that the manifests of the stage's sources name. */
const ofSources =
  (purpose: 'observe' | 'act'): Give =>
  ({ stage, tables }) => {
    const sources = sourcesOf(stage);
    return {
      secrets: sources.flatMap(({ secrets }) => secrets.flatMap((one) => (one.purpose === purpose ? [one.name] : []))),
      statements: sources.flatMap(({ rights }) =>
        rights
          .filter((one) => one.purpose === purpose && one.account === undefined)
          .map(
            ({ actions, resources }) =>
              new PolicyStatement({
                actions: [...actions],
                resources: resources.map((parts) => arnOf(Stack.of(tables), parts)),
              }),
          ),
      ),
    };
  };

export function arnOf(stack: Stack, parts: ArnParts): string {
  if (typeof parts === 'string') return parts;
  const { service, region, resource, name, separator } = parts;
  return stack.formatArn({
    service,
    ...(region === undefined ? {} : { region }),
    resource,
    resourceName: name,
    arnFormat: separator === ':' ? ArnFormat.COLON_RESOURCE_NAME : ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/** The rights to change the world. Each cluster decides what the role may do in it (docs/deploy.md). */
const acting: Give = (around) =>
  around.stage.telemetry.kind === 'recorded'
    ? items('incidents', ['WORLD#'], 'PutItem')(around)
    : ofSources('act')(around);

const knowledge = all(objects('knowledge', 'GetObject'), listing('knowledge'), ({ stage }) =>
  copiesDocuments(stage) ? { environment: { KNOWLEDGE_SYNC_HOURS: String(stage.knowledgeSync.everyHours) } } : {},
);
/** Whether a source of the stage has documents. */
export const copiesDocuments = (stage: StageConfig): boolean =>
  stage.telemetry.kind === 'live' && sourcesOf(stage).some(({ hasDocuments }) => hasDocuments);

/** The rights to call models, and to count their costs for the incident. */
const useModel: Give = (around) => {
  const { stage, tables } = around;
  const used = usedProviders(stage);
  if (used.length === 0) return {};
  const stack = Stack.of(tables);
  const bedrock = used.flatMap((provider) => (provider.provider === 'bedrock' ? [provider] : []));
  const rights = bedrock.flatMap(({ models, region }) =>
    idsOf(models).map((id) => modelRights(stack, id, region ?? stack.region)),
  );
  const models = rights.flatMap(({ resources }) => resources);
  const profiles = rights.flatMap(({ anyModelOf }) => (anyModelOf === undefined ? [] : [anyModelOf]));
  const guardrails = bedrock.flatMap(({ guardrail, region }) =>
    guardrail === undefined ? [] : [guardrailArn(stack, guardrail.id, region ?? stack.region)],
  );
  const { use, providers, ...ceilings } = stage.model;
  return merge([
    {
      environment: { MODEL: JSON.stringify({ use, providers: pick(providers, use), ...ceilings }) },
      files: promptFiles(),
      secrets: used.length > bedrock.length ? ['model-api-key'] : [],
      statements: [
        ...(models.length === 0
          ? []
          : [
              new PolicyStatement({
                // The Converse API needs only this action, because answers are not streamed.
                actions: ['bedrock:InvokeModel'],
                resources: [...new Set(models)],
              }),
            ]),
        ...(profiles.length === 0
          ? []
          : [
              new PolicyStatement({
                actions: ['bedrock:InvokeModel'],
                resources: [anyModel(stack)],
                conditions: { StringEquals: { 'bedrock:InferenceProfileArn': [...new Set(profiles)] } },
              }),
            ]),
        ...(guardrails.length === 0
          ? []
          : [new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources: [...new Set(guardrails)] })]),
      ],
    },
    items('incidents', ['SPEND#'], 'UpdateItem')(around),
  ]);
};

const idsOf = ({ coordinator, specialist, intent, strong }: Provider['models']): string[] =>
  [coordinator, specialist, intent, strong].filter((id) => id !== undefined);

const pick = <T>(from: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));

/** The geographies that inference profiles are named after: `eu.…`, `us.…`, `global.…`. */
const inferenceProfile = /^(?:us-gov|us|eu|apac|ap|au|ca|jp|in|kr|me|sa|af|il|mx|uk|cn|global)\./;

interface ModelRights {
  readonly resources: readonly string[];
  /** An inference profile of one's own, whose ARN does not tell its model: any model, but only through this profile. */
  readonly anyModelOf?: string;
}

/**
 * The resources of a model by its id, an inference profile's id, or an ARN. A call through a profile needs the right to the profile, and to its model in
 * every region that the profile routes to; a global profile also has a model without a region
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html, …/global-cross-region-inference.html).
 */
function modelRights(stack: Stack, id: string, region: string): ModelRights {
  const given = /^arn:[^:]+:bedrock:([^:]*):[^:]*:(inference-profile|application-inference-profile)\/(.+)$/.exec(id);
  if (given?.[2] === 'application-inference-profile') return { resources: [id], anyModelOf: id };
  if (given === null && id.startsWith('arn:')) return { resources: [id] };
  const name = given?.[3] ?? id;
  const foundation = { service: 'bedrock', account: '', resource: 'foundation-model' };
  if (given === null && !inferenceProfile.test(name))
    return { resources: [stack.formatArn({ ...foundation, region, resourceName: name })] };
  const routed = name.replace(inferenceProfile, '');
  return {
    resources: [
      stack.formatArn({ ...foundation, region: '*', resourceName: routed }),
      ...(name.startsWith('global.') ? [stack.formatArn({ ...foundation, region: '', resourceName: routed })] : []),
      given === null
        ? stack.formatArn({ service: 'bedrock', region, resource: 'inference-profile', resourceName: name })
        : id,
    ],
  };
}

const anyModel = (stack: Stack): string =>
  stack.formatArn({ service: 'bedrock', account: '', region: '*', resource: 'foundation-model', resourceName: '*' });

/** The model that an id or ARN of a profile routes to, without the geography. */
const routedModel = (id: string): string => id.replace(/^arn:.*:inference-profile\//, '').replace(inferenceProfile, '');

const guardrailArn = (stack: Stack, id: string, region: string): string =>
  id.startsWith('arn:') ? id : stack.formatArn({ service: 'bedrock', region, resource: 'guardrail', resourceName: id });

/** The right to invoke the specialists' functions, each by its name, where a model may ask them follow-up questions. */
const invokeSpecialists: Give = ({ stage, tables, prefix }) =>
  usedProviders(stage).length === 0
    ? { environment: { FUNCTION_PREFIX: prefix } }
    : {
        environment: { FUNCTION_PREFIX: prefix },
        statements: [
          new PolicyStatement({
            actions: ['lambda:InvokeFunction'],
            resources: specialistNames().map((name) =>
              Stack.of(tables).formatArn({
                service: 'lambda',
                resource: 'function',
                resourceName: `${prefix}${specialistFunction(name)}`,
                arnFormat: ArnFormat.COLON_RESOURCE_NAME,
              }),
            ),
          }),
        ],
      };

/** The shared prompts, and each specialist's prompt under its id. */
export const promptFiles = (): BundledFile[] => [
  { from: 'prompts', to: 'prompts' },
  ...specialistNames().map((name) => ({
    from: `core/specialists/${name}/prompt.md`,
    to: `prompts/${specialistFunction(name)}.md`,
  })),
];

const readPreferences = all(
  items('preferences', ['PREFERENCES'], 'GetItem'),
  items('preferences', ['FINGERPRINT#'], 'Query'),
);
/** Reads every chain, and the list of chains. */
const readAudit = all(items('audit', ['CHAIN#'], 'Query'), ({ tables }) => ({
  statements: [
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${tables.audit.tableArn}/index/by-day`] }),
  ],
}));
const usePreferences = all(readPreferences, items('preferences', ['PREFERENCES'], 'UpdateItem'));

const capabilities = {
  'tell the timeline': items('incidents', ['INCIDENT#'], 'PutItem'),
  'read incidents': items('incidents', ['INCIDENT#'], 'GetItem', 'Query'),
  'find incidents by page': items('incidents', ['SOURCE#'], 'GetItem'),
  /** Lists the newest incidents first, to find an alert that arrived by another way. */
  'list incidents': ({ tables }) => ({
    statements: [
      new PolicyStatement({ actions: ['dynamodb:Query'], resources: [`${tables.incidents.tableArn}/index/by-kind`] }),
    ],
  }),
  'update incidents': items('incidents', ['INCIDENT#'], 'UpdateItem'),
  'keep the call graph': items('incidents', ['CALLS'], 'GetItem', 'Query', 'PutItem'),
  'read the call graph': items('incidents', ['CALLS'], 'Query'),
  'read levels': items('incidents', ['LEVELS'], 'GetItem'),
  /** Writes the evidence for levels; reads all of it, and the fixes of people. */
  'keep cases': items('incidents', ['LEVEL-CASES', 'LEVEL-DUE'], 'GetItem', 'Query', 'PutItem'),
  'read cases': items('incidents', ['LEVEL-CASES'], 'Query'),
  'recall fixes': items('incidents', ['FIXES#'], 'Query'),
  'lower levels': items('incidents', ['LEVELS'], 'GetItem', 'PutItem'),
  'compare with people': all(
    items('incidents', ['LEVEL-CASES', 'LEVEL-DUE'], 'GetItem', 'Query', 'PutItem'),
    items('incidents', ['LEVEL-DUE'], 'DeleteItem'),
    items('incidents', ['FIXES#'], 'PutItem'),
  ),
  'open incidents': items('incidents', ['SOURCE#'], 'GetItem', 'PutItem'),
  'close incidents': items('incidents', ['SOURCE#'], 'DeleteItem'),
  'claim events': items('incidents', ['EVENT#'], 'GetItem', 'PutItem'),
  'request approvals': all(
    items('incidents', ['APPROVAL#'], 'GetItem', 'PutItem', 'UpdateItem'),
    items('incidents', ['INCIDENT#'], 'PutItem'),
  ),
  'decide approvals': items('incidents', ['APPROVAL#'], 'GetItem', 'UpdateItem'),
  'read approvals': items('incidents', ['APPROVAL#'], 'GetItem'),
  'read the ledger': items('incidents', ['ACTION#'], 'GetItem'),
  'keep the ledger': items('incidents', ['ACTION#'], 'GetItem', 'PutItem', 'UpdateItem'),
  /** Only adds entries, after reading the end of the chain: there is no right to change or delete, and the table itself denies both. */
  'write the audit': items('audit', ['CHAIN#'], 'PutItem', 'Query'),
  'anchor the audit': (around) => merge([readAudit(around), around.anchors.given]),
  /** The queue of pages that wait for their investigation, and the number of running ones. */
  'keep the line': all(
    items('incidents', ['LINE'], 'GetItem', 'PutItem', 'DeleteItem', 'Query'),
    ({ stage: { admission } }) => ({ environment: { CONCURRENT_INVESTIGATIONS: String(admission.concurrent) } }),
  ),
  'read acts and controls': items('incidents', ['ACTS#', 'CONTROL'], 'GetItem'),
  'throw the kill switch': items('incidents', ['CONTROL'], 'GetItem', 'PutItem'),
  'count acts': items('incidents', ['ACTS#'], 'GetItem', 'PutItem'),
  'read preferences': readPreferences,
  'use preferences': usePreferences,
  /** Preferences in a thread: to propose, confirm, teach and revoke them. */
  'hear teachings': all(
    usePreferences,
    items('preferences', ['PREFERENCES', 'FINGERPRINT#', 'PROPOSAL#'], 'PutItem'),
    items('preferences', ['PROPOSAL#'], 'Query', 'UpdateItem'),
    items('incidents', ['CONTROL'], 'GetItem'),
  ),
  'list preferences': items('preferences', ['PREFERENCES'], 'Query'),
  'teach preferences': all(usePreferences, items('preferences', ['PREFERENCES', 'FINGERPRINT#'], 'PutItem')),
  'store evidence': objects('evidence', 'PutObject'),
  'read evidence': all(objects('evidence', 'GetObject'), listing('evidence')),
  'write knowledge': all(objects('knowledge', 'PutObject'), knowledgeBase('StartIngestionJob')),
  /** The channel of the weekly differences, and the tags of AWS, whose read supports no restriction to a resource. */
  'discover services': ({ stage: { stage, catalogDrift } }) =>
    catalogDrift === undefined
      ? {}
      : {
          environment: { CATALOG_DRIFT: JSON.stringify({ stage, channel: catalogDrift.channel }) },
          statements: [new PolicyStatement({ actions: ['tag:GetResources'], resources: ['*'] })],
        },
  'copy documents': all(objects('knowledge/synced', 'PutObject', 'DeleteObject'), knowledgeBase('StartIngestionJob')),
  'search knowledge': knowledgeBase('Retrieve'),
  'publish events': ({ bus }) => ({
    statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] })],
    environment: { BUS_NAME: bus.eventBusName },
  }),
  'answer executions': (around) => ({
    // SendTaskSuccess accepts only the state machine as its resource. The ARN is built from its name, because the machine refers to the function.
    statements: [new PolicyStatement({ actions: ['states:SendTaskSuccess'], resources: [stateMachineArn(around)] })],
  }),
  /** Tells the workflow that a task is at work. */
  'report heartbeats': (around) => ({
    statements: [new PolicyStatement({ actions: ['states:SendTaskHeartbeat'], resources: [stateMachineArn(around)] })],
  }),
  'know long investigations': longSessions(),
  'begin long investigations': all(longRecords('GetItem', 'PutItem'), longSessions('InvokeAgentRuntime')),
  'end long investigations': all(longRecords('GetItem', 'UpdateItem'), longSessions('StopRuntimeSession')),
  /** Reads the state of the workflow's executions. */
  'see executions': (around) => ({
    environment: { STATE_MACHINE_ARN: stateMachineArn(around) },
    statements: [
      new PolicyStatement({ actions: ['states:ListExecutions'], resources: [stateMachineArn(around)] }),
      new PolicyStatement({ actions: ['states:DescribeExecution'], resources: [ownExecutions(around)] }),
    ],
  }),
  /** Recalls past incidents and the facts that people taught about services. */
  recall: memory('RetrieveMemoryRecords', 'ListMemoryRecords'),
  remember: memory('CreateEvent'),
  /** Facts about services: to look up, keep and forget them; also the person's earlier messages. */
  'hear facts': memory('ListMemoryRecords', 'BatchCreateMemoryRecords', 'DeleteMemoryRecord', 'ListEvents'),
  'read the catalogue': all(catalogue, ({ stage: { approvers } }) =>
    approvers === undefined ? {} : { environment: { APPROVERS: JSON.stringify(approvers) } },
  ),
  'judge by policy': () => ({
    environment: { POLICIES_FOLDER: 'policies' },
    files: [
      { from: 'policies', to: 'policies' },
      { from: 'node_modules/@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm', to: 'cedar.wasm' },
    ],
  }),
  'use PagerDuty': ({ stage: { pagerduty } }) =>
    pagerduty === undefined
      ? {}
      : { environment: { PAGERDUTY: JSON.stringify(pagerduty) }, secrets: ['pagerduty-token'] },
  'use Slack': all(items('incidents', ['POST#'], 'GetItem', 'PutItem'), ({ stage: { slack } }) => ({
    environment: { SLACK: JSON.stringify(slack) },
    secrets: ['slack-token'],
  })),
  /** Charts as PNG, drawn in the function. */
  'draw charts': () => ({
    environment: { CHARTS_FOLDER: 'charts' },
    files: [
      { from: 'node_modules/@resvg/resvg-wasm/index_bg.wasm', to: 'charts/resvg.wasm' },
      { from: 'node_modules/dejavu-fonts-ttf/ttf/DejaVuSans.ttf', to: 'charts/DejaVuSans.ttf' },
    ],
  }),
  /** Neither action supports restriction to a resource. */
  'ask for costs': ({ stage: { costs } }) =>
    costs === undefined
      ? {}
      : {
          environment: { COSTS: JSON.stringify(costs) },
          statements: [
            costs.role === undefined
              ? new PolicyStatement({
                  actions: ['ce:GetCostAndUsage', 'organizations:ListAccounts'],
                  resources: ['*'],
                })
              : new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [costs.role] }),
          ],
        },
  'read the PagerDuty webhook secrets': secret('pagerduty-webhook'),
  'read the Slack signing secret': all(secret('slack-signing'), ({ stage: { slack } }) => {
    const { teams, appId, enterprise } = slack;
    return { environment: { SLACK_ORIGIN: JSON.stringify({ teams, appId, enterprise }) } };
  }),
  observe: (around) => merge([world(around), knowledge(around)]),
  /** The sources alone, without the documents. */
  'read sources': world,
  /** To ask the function that may read the sources, so that the asker needs no right to. */
  'ask about the system': ({ tables, prefix }) => ({
    environment: { ANSWER_SYSTEM: `${prefix}answer-system` },
    statements: [
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [
          Stack.of(tables).formatArn({
            service: 'lambda',
            resource: 'function',
            resourceName: `${prefix}answer-system`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
    ],
  }),
  act: (around) => merge([world(around), acting(around)]),
  'ask a model': useModel,
  'ask specialists': invokeSpecialists,
  /** Read-only tools of MCP servers, for a specialist's model. */
  'ask other servers': ({ stage: { toolServers, model } }) =>
    toolServers.length === 0 || model.use.length === 0
      ? {}
      : {
          environment: { TOOL_SERVERS: JSON.stringify(toolServers.map(withoutGateway)) },
          statements: toolServers.flatMap(({ auth }) =>
            auth?.gateway === undefined
              ? []
              : [new PolicyStatement({ actions: ['bedrock-agentcore:InvokeGateway'], resources: [auth.gateway] })],
          ),
          secrets: toolServers.some(({ headers }) => headers === 'secret') ? ['mcp-headers'] : [],
        },
} as const satisfies Record<string, Give>;
export type Capability = keyof typeof capabilities;

/** The function needs no ARN of a gateway: its role has it. */
function withoutGateway({ auth, ...server }: Surroundings['stage']['toolServers'][number]) {
  if (auth === undefined) return server;
  const { gateway: _, ...login } = auth;
  return { ...server, auth: login };
}

/** The capabilities whose calls make up an incident's tape. */
const taped: ReadonlySet<Capability> = new Set([
  'open incidents',
  'observe',
  'act',
  'ask a model',
  'use PagerDuty',
] satisfies Capability[]);
const writeTapes = all(objects('tapes', 'PutObject'), () => ({ environment: { RECORDING: 'on' } }));

/** Everything that these capabilities grant, including their secrets as names, ARNs and the right to read each. */
export function give(names: readonly Capability[], around: Surroundings): Given {
  const {
    statements = [],
    environment = {},
    files = [],
    secrets = [],
  } = merge([
    ...names.map((name) => capabilities[name](around)),
    ...(around.stage.recording && names.some((name) => taped.has(name)) ? [writeTapes(around)] : []),
  ]);
  const arns = around.secrets.arns(secrets);
  if (arns.size === 0) return { statements, environment, files };
  return {
    statements: [
      ...statements,
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [...arns.values()] }),
    ],
    environment: { ...environment, SECRETS: Stack.of(around.tables).toJsonString(Object.fromEntries(arns)) },
    files,
  };
}

function merge(parts: readonly Part[]): Part {
  const files = new Map(parts.flatMap(({ files = [] }) => files.map((file) => [file.to, file])));
  return {
    statements: parts.flatMap(({ statements = [] }) => statements),
    environment: Object.assign({}, ...parts.map(({ environment }) => environment)),
    files: [...files.values()],
    secrets: [...new Set(parts.flatMap(({ secrets = [] }) => secrets))],
  };
}

/** The wildcards in the grants, by cdk-nag's names, each with its reason. */
export function acknowledgements(around: Surroundings): { id: string; reason: string }[] {
  const { stage, evidence, anchors } = around;
  const bucket = Stack.of(evidence).getLogicalId(evidence.node.defaultChild as CfnElement);
  const routed = usedProviders(stage).flatMap(({ provider, models }) => (provider === 'bedrock' ? idsOf(models) : []));
  return [
    ...anchors.acknowledgements,
    ...['evidence', 'knowledge', 'knowledge/synced', ...(stage.recording ? ['tapes'] : [])].map((prefix) => ({
      id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${prefix}/*]`,
      reason: `Objects are named for what is in them; the right ends at ${prefix}/ of this one bucket.`,
    })),
    ...sourcesOf(stage).flatMap(({ rights }) =>
      rights.flatMap(({ resources, wildcard, account }) =>
        wildcard === undefined || account !== undefined
          ? []
          : resources.map((parts) => ({
              id: `AwsSolutions-IAM5[Resource::${inWords(Stack.of(evidence), arnOf(Stack.of(evidence), parts))}]`,
              reason: wildcard,
            })),
      ),
    ),
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray, Cost Explorer, tags and reads of CloudWatch know no resources. test/infrastructure/rights.test.ts refuses every other right on everything.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${inWords(Stack.of(evidence), ownExecutions(around))}]`,
      reason: 'Executions are named for events; the right ends at this one state machine, and only looks.',
    },
    ...routed.map((id) => ({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:bedrock:*::foundation-model/${routedModel(id)}]`,
      reason: 'An inference profile routes to the same model in the regions of its geography.',
    })),
    {
      id: `AwsSolutions-IAM5[Resource::${inWords(Stack.of(evidence), anyModel(Stack.of(evidence)))}]`,
      reason:
        'The ARN of an inference profile of one’s own does not tell its model; a condition ends the right at calls through that profile.',
    },
  ];
}

/** An ARN in the spelling of the rules: pseudo parameters in angle brackets. */
export const inWords = (stack: Stack, arn: string): string =>
  [
    [stack.partition, 'Partition'],
    [stack.region, 'Region'],
    [stack.account, 'AccountId'],
  ].reduce(
    (text, [value = '', name]) => (Token.isUnresolved(value) ? text.replaceAll(value, `<AWS::${name}>`) : text),
    arn,
  );
