// The composition root on AWS: one factory per port, called once and cached for the life of the function. A function bundles only the connectors of
// the factories that it imports. The environment holds names of tables, buckets and secrets (lib/capabilities.ts sets it), and never the secrets
// themselves.
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { AgentRuntime } from '../connectors/agentcore/index.ts';
import { noMemory } from '../connectors/agentcore/none.ts';
import { noAws } from '../connectors/auth.ts';
import { awsAccess } from '../connectors/aws-accounts.ts';
import { yamlCatalog } from '../connectors/catalog/index.ts';
import { cedarPolicies } from '../connectors/cedar/index.ts';
import { readTelemetry, type TelemetrySetting } from '../connectors/configured.ts';
import { discoverFrom } from '../connectors/discover.ts';
import { dynamoStores } from '../connectors/dynamodb/index.ts';
import { eventBridgeBus } from '../connectors/eventbridge/index.ts';
import { documentOf, fileOf, knowledgeIndex } from '../connectors/knowledge-index/index.ts';
import { lambdaSpecialistClient } from '../connectors/lambda/index.ts';
import { documentSources, liveActor, liveSources, repositoriesOf } from '../connectors/live.ts';
import { mcpTools } from '../connectors/mcp/index.ts';
import { pageRequests as pageRequestsBy } from '../connectors/page-requests.ts';
import { pagerDuty } from '../connectors/pagerduty/index.ts';
import { pagerDutyOnCall } from '../connectors/pagerduty/on-call.ts';
import { pngCharts } from '../connectors/png/index.ts';
import { readScenario, recordedExecutor, recordedTargets, recordedTelemetry } from '../connectors/recorded/index.ts';
import { s3Anchors, s3Copies, s3Documents, s3Evidence, s3Tape } from '../connectors/s3/index.ts';
import { secretReader, signingSecrets } from '../connectors/secretsmanager/index.ts';
import { slackChat, slackReplies, slackThreads, slackUserDirectory } from '../connectors/slack/index.ts';
import type { RuntimeMeans } from '../connectors/source-kind.ts';
import {
  stepFunctionsHeartbeats,
  stepFunctionsStates,
  stepFunctionsWorkflow,
} from '../connectors/stepfunctions/index.ts';
import {
  ModelConfig,
  noReasoner,
  parsePrompt,
  recordingModels,
  strandsReasoner,
  withKeys,
  withoutKeys,
} from '../connectors/strands/index.ts';
import { systemClock, ulids } from '../connectors/system/index.ts';
import { withFallback } from '../core/analysis/knowledge/fallback.ts';
import { readSyncState, staleParts, syncDocuments, withSyncState } from '../core/analysis/knowledge/sync.ts';
import { Misconfigured } from '../core/errors.ts';
import type { Catalog } from '../core/ports/catalog.ts';
import type { SystemQuestions } from '../core/ports/channels.ts';
import type { Ports } from '../core/ports/index.ts';
import { noCosts } from '../core/ports/none.ts';
import type { KnowledgeBase, KnowledgeDocument } from '../core/ports/telemetry.ts';
import {
  type Recorder,
  recorder,
  tapedCatalog,
  tapedExecutor,
  tapedIncidents,
  tapedPager,
  tapedTargets,
  tapedTelemetry,
} from '../core/replay/record.ts';
import { RemoteToolServer } from '../core/specialists/tool-server.ts';
import type { Inventory } from '../core/topology/discovery/inventory.ts';
import {
  deferredCosts,
  deferredExecutor,
  deferredKnowledge,
  deferredLongRunner,
  deferredMemory,
  deferredReasoner,
  deferredSystemQuestions,
  deferredTargets,
  deferredTelemetry,
  kept,
} from './deferred.ts';

/** A variable that contains JSON. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue('is not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema);

/** The Slack workspaces and app whose people may talk to us (lib/config.ts). */
const SlackPlace = z.strictObject({
  teams: z.array(z.string()).default([]),
  appId: z.string().optional(),
  enterprise: z.string().optional(),
});

/**
 * The variables by which the stack describes the stage to a function. All of them are optional, because a function has only those that its ports
 * need.
 */
const Environment = z.object({
  INCIDENTS_TABLE: z.string().min(1).optional(),
  PREFERENCES_TABLE: z.string().min(1).optional(),
  AUDIT_TABLE: z.string().min(1).optional(),
  BUS_NAME: z.string().min(1).optional(),
  STATE_MACHINE_ARN: z.string().startsWith('arn:').optional(),
  /** The maximum number of concurrent investigations. */
  CONCURRENT_INVESTIGATIONS: z.coerce.number().int().min(1).optional(),
  EVIDENCE_BUCKET: z.string().min(1).optional(),
  ANCHORS_BUCKET: z.string().min(1).optional(),
  MEMORY_ID: z.string().min(1).optional(),
  /** The AgentCore Runtime that holds conversations; absent, the function holds them itself. */
  CONVERSATION_RUNTIME_ARN: z.string().min(1).optional(),
  /** The AgentCore Runtime of long investigations, and their longest duration; absent, there are none. */
  LONG_RUNTIME_ARN: z.string().min(1).optional(),
  LONG_SECONDS: z.coerce.number().positive().optional(),
  KNOWLEDGE_BASE_ID: z.string().min(1).optional(),
  KNOWLEDGE_SOURCE_ID: z.string().min(1).optional(),
  /** Present if sources of the stage have documents: how often they are copied. */
  KNOWLEDGE_SYNC_HOURS: z.coerce.number().positive().optional(),
  /** Present if the stage reports differences of the service catalogue. */
  CATALOG_DRIFT: json(z.strictObject({ stage: z.string(), channel: z.string() })).optional(),
  KNOWLEDGE_FALLBACK: z.enum(['true', 'false']).default('true'),
  POLICIES_FOLDER: z.string().min(1).optional(),
  CHARTS_FOLDER: z.string().min(1).optional(),
  /** Present if the stage reads the costs of accounts; `role` is set if the payer is another account. */
  COSTS: json(z.strictObject({ role: z.string().optional() })).optional(),
  CATALOG_FILE: z.string().min(1).optional(),
  PAGERDUTY: json(z.strictObject({ from: z.string(), apiUrl: z.url().optional() })).optional(),
  SLACK: json(SlackPlace.extend({ channel: z.string(), apiUrl: z.url().optional() })).optional(),
  SLACK_ORIGIN: json(SlackPlace).optional(),
  /** Replaces the catalogue's approvers. */
  APPROVERS: json(z.array(z.string().min(1))).optional(),
  /** Written by connectors/configured.ts and read by the functions that observe. */
  TELEMETRY: z.string().min(1).optional(),
  MODEL: json(ModelConfig).optional(),
  FUNCTION_PREFIX: z.string().min(1).optional(),
  /** The function that answers questions about the system. */
  ANSWER_SYSTEM: z.string().min(1).optional(),
  /** The name of this function's specialist. */
  SPECIALIST: z.string().min(1).optional(),
  /** By short name, the ARNs of the secrets that this function may read. */
  SECRETS: json(z.record(z.string(), z.string())).default({}),
  TOOL_SERVERS: json(z.array(RemoteToolServer.extend({ headers: z.enum(['none', 'secret']) }))).optional(),
  /** If present, every call to the world is recorded for a replay. */
  RECORDING: z.literal('on').optional(),
});
type Environment = z.infer<typeof Environment>;

const environment = (): Environment =>
  once('environment', () => {
    const parsed = Environment.safeParse(process.env);
    if (parsed.success) return parsed.data;
    throw new Misconfigured(`The function's environment does not fit: ${z.prettifyError(parsed.error)}`);
  });

/** The value of a variable that a port requires. */
export function setting<Name extends keyof Environment>(name: Name): NonNullable<Environment[Name]> {
  const value = environment()[name];
  if (value === undefined) throw new Misconfigured(`The function's environment lacks ${name}.`);
  return value;
}

/** The path of a file in the function's bundle. */
const bundled = (...path: readonly string[]): string => join(import.meta.dirname, ...path);

export const clock = (): Ports['clock'] => once('clock', systemClock);
export const ids = (): Ports['ids'] => once('ids', ulids);
export const bus = (): Ports['bus'] => once('bus', () => eventBridgeBus({ busName: setting('BUS_NAME') }));
export const executions = (): Ports['executions'] =>
  once('executions', () => stepFunctionsStates({ stateMachineArn: setting('STATE_MACHINE_ARN') }));
export const workflow = (): Ports['workflow'] => once('workflow', () => stepFunctionsWorkflow());
export const heartbeats = (): Ports['heartbeats'] => once('heartbeats', () => stepFunctionsHeartbeats());
export const evidence = (): Ports['evidence'] =>
  once('evidence', () => s3Evidence({ bucket: setting('EVIDENCE_BUCKET') }));

const stores = () =>
  once('stores', () =>
    dynamoStores({
      client: new DynamoDBClient({}),
      incidentsTable: setting('INCIDENTS_TABLE'),
      preferencesTable: setting('PREFERENCES_TABLE'),
      auditTable: setting('AUDIT_TABLE'),
      clock: clock(),
    }),
  );
export const incidents = (): Ports['incidents'] => once('incidents', () => taped(stores().incidents, tapedIncidents));
export const seen = (): Ports['seen'] => stores().seen;
export const approvals = (): Ports['approvals'] => stores().approvals;
export const ledger = (): Ports['ledger'] => stores().ledger;
export const acts = (): Ports['acts'] => stores().acts;
export const callGraph = (): Ports['callGraph'] => stores().callGraph;
export const levels = (): Ports['levels'] => stores().levels;
export const controls = (): Ports['controls'] => stores().controls;
export const line = (): Ports['line'] => stores().line;
export const limits = (): Ports['limits'] => ({ concurrent: setting('CONCURRENT_INVESTIGATIONS') });
export const audit = (): Ports['audit'] => stores().audit;
export const anchors = (): Ports['anchors'] => once('anchors', () => s3Anchors({ bucket: setting('ANCHORS_BUCKET') }));
export const preferences = (): Ports['preferences'] => stores().preferences;

/** Loaded when a call needs it. */
const agentCore = () => import('../connectors/agentcore/index.ts');

export const memory = (): Ports['memory'] =>
  once('memory', () => {
    const { MEMORY_ID: memoryId } = environment();
    if (memoryId === undefined) return noMemory();
    const logger = new Logger({ serviceName: 'watchkeeper' });
    return deferredMemory(
      kept(async () =>
        (await agentCore()).agentCoreMemory({
          memoryId,
          onFailure: (failure) => logger.warn('memory failed', { code: failure.code, reason: failure.message }),
        }),
      ),
    );
  });

export type { AgentRuntime };
export const conversationRuntime = (): AgentRuntime | undefined => {
  const { CONVERSATION_RUNTIME_ARN: arn } = environment();
  return arn === undefined
    ? undefined
    : once('conversationRuntime', () => {
        const load = kept(async () => (await agentCore()).agentRuntime({ arn }));
        return { invoke: async (session, payload) => (await load()).invoke(session, payload) };
      });
};

export const long = (): Ports['long'] => stores().long;
export const longRunner = (): Ports['longRunner'] => {
  const { LONG_RUNTIME_ARN: arn, LONG_SECONDS: seconds } = environment();
  return arn === undefined || seconds === undefined
    ? undefined
    : once('longRunner', () =>
        deferredLongRunner(
          seconds,
          kept(async () => (await agentCore()).agentCoreLongRunner({ arn, seconds })),
        ),
      );
};

export const policies = (): Ports['policies'] =>
  once('policies', () => {
    const folder = setting('POLICIES_FOLDER');
    const read = (file: string) => readFileSync(bundled(folder, file), 'utf8');
    const files = readdirSync(bundled(folder)).filter((file) => file.endsWith('.cedar'));
    return cedarPolicies({
      schema: read('watchkeeper.cedarschema'),
      policies: Object.fromEntries(files.map((file) => [file, read(file)])),
      wasm: new Uint8Array(readFileSync(bundled('cedar.wasm'))),
    });
  });

const readSecret = () => once('readSecret', () => secretReader({ arns: setting('SECRETS'), clock: clock() }));
export const secrets = (): Ports['secrets'] => once('secrets', () => signingSecrets(readSecret()));

export const pager = (): Ports['pager'] =>
  once('pager', () => taped(untapedPager(), (made, record) => tapedPager(made, stores().incidents, record)));

/** Who is on call; without a token of PagerDuty it is not known. */
export const onCall = (): Ports['onCall'] =>
  once('onCall', () => {
    const { PAGERDUTY: config } = environment();
    return config === undefined
      ? pagerDutyOnCall({})
      : pagerDutyOnCall({ token: () => readSecret()('pagerduty-token'), baseUrl: config.apiUrl });
  });

/** What people may have done with a page; silences need an Alertmanager, which a stage does not reach. */
export const pageRequests = (): Ports['pageRequests'] =>
  once('pageRequests', () => {
    const { PAGERDUTY: config } = environment();
    return pageRequestsBy({
      pagerduty:
        config === undefined
          ? {}
          : { token: () => readSecret()('pagerduty-token'), fromEmail: config.from, baseUrl: config.apiUrl },
    });
  });

function untapedPager(): Ports['pager'] {
  const { PAGERDUTY: config } = environment();
  if (config === undefined) return pagerDuty({});
  const { from: fromEmail, apiUrl: baseUrl } = config;
  return pagerDuty({ token: () => readSecret()('pagerduty-token'), fromEmail, baseUrl });
}

/** A rotated token takes effect after at most this time. */
const secretAgeMs = 5 * 60_000;

const slackToken = (): Promise<string> => readSecret()('slack-token');

export const chat = (): Ports['chat'] =>
  once('chat', () => {
    const config = setting('SLACK');
    return slackChat({ token: slackToken, ...config, posts: stores().posts, png: drawing() });
  });

/** Undefined if the bundle lacks the module and the font for drawing. */
function drawing(): Ports['charts']['png'] | undefined {
  const { CHARTS_FOLDER: folder } = environment();
  if (folder === undefined) return undefined;
  const charts = once('charts', () =>
    pngCharts({
      wasm: async () => new Uint8Array(await readFile(bundled(folder, 'resvg.wasm'))),
      font: () => readFile(bundled(folder, 'DejaVuSans.ttf')),
    }),
  );
  return (svg) => charts.png(svg);
}

export const threads = (): Ports['threads'] =>
  once('threads', () => {
    const { apiUrl } = setting('SLACK');
    return slackThreads({ token: slackToken, apiUrl });
  });

/** Identifies people in Slack, including people of other workspaces, by Slack's own data. */
export const userDirectory = (): Ports['userDirectory'] =>
  once('userDirectory', () => {
    const { apiUrl, channel: _, ...origin } = setting('SLACK');
    return slackUserDirectory({ token: slackToken, apiUrl }, origin);
  });

/** The same from the stage's configuration alone, without a token; that is enough to check a request's origin. */
export const slackOrigin = (): Ports['userDirectory'] =>
  once('slack-origin', () => {
    const origin = setting('SLACK_ORIGIN');
    return { origin: async () => origin, who: async () => 'unknown' as const };
  });

export const replies = (): Ports['replies'] => once('replies', () => slackReplies());

/** The model. Without a configured one, the deterministic analysis answers alone. */
export const reasoner = (): Ports['reasoner'] =>
  once('reasoner', () => {
    const { MODEL: model } = environment();
    if (model === undefined) return noReasoner();
    return deferredReasoner(
      kept(async () => {
        const record = recording();
        record?.note('model.config', withoutKeys(model));
        const studio = record && recordingModels(record);
        return strandsReasoner(await withKeys(model, modelKey), readPrompts(), stores().spending, studio);
      }),
    );
  });

/** Reads the secret `model-api-key`: the key itself or, for several providers, a JSON object of keys by provider name. */
async function modelKey(name: string): Promise<string> {
  const secret = await readSecret()('model-api-key');
  if (!secret.trimStart().startsWith('{')) return secret;
  const keys = json(z.record(z.string(), z.string())).safeParse(secret);
  const key = keys.data?.[name];
  if (key === undefined) throw new Misconfigured(`The secret model-api-key has no key for the provider ${name}.`);
  return key;
}

/** The client that calls specialists with follow-up questions about their reports. */
export const specialistClient = (): Ports['specialistClient'] =>
  once('specialistClient', () => lambdaSpecialistClient({ prefix: setting('FUNCTION_PREFIX') }));

/** Undefined if the stage has no function that answers questions about the system. */
export const systemQuestions = (): SystemQuestions | undefined => {
  const { ANSWER_SYSTEM: functionName } = environment();
  return functionName === undefined
    ? undefined
    : once('systemQuestions', () =>
        deferredSystemQuestions(
          kept(async () =>
            (await import('../connectors/lambda/system-questions.ts')).lambdaSystemQuestions({ functionName }),
          ),
        ),
      );
};

const readPrompts = () =>
  readdirSync(bundled('prompts'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => parsePrompt(file, readFileSync(bundled('prompts', file), 'utf8')));

/** A new runbook takes effect after at most this time, without a deployment. */
const knowledgeAgeMs = 5 * 60_000;

const knowledgePrefix = 'knowledge/';
const knowledgeDocuments = () =>
  once('knowledgeDocuments', () => s3Documents({ bucket: setting('EVIDENCE_BUCKET'), prefix: knowledgePrefix }));

/** The stage's Bedrock knowledge base, if it has one; the index reads the bucket only when it is searched. */
async function knowledgeBase(given: readonly KnowledgeDocument[] = []): Promise<KnowledgeBase> {
  return withAges(await knowledgeWithoutAges(given));
}

async function knowledgeWithoutAges(given: readonly KnowledgeDocument[]): Promise<KnowledgeBase> {
  const { KNOWLEDGE_BASE_ID: knowledgeBaseId, KNOWLEDGE_FALLBACK: fallback } = environment();
  if (knowledgeBaseId === undefined) return localKnowledge(given);
  // Imported dynamically, so that only functions with a knowledge base load it.
  const { bedrockKnowledge } = await import('../connectors/bedrock-knowledge/index.ts');
  const documents = knowledgeDocuments();
  const logger = new Logger({ serviceName: 'watchkeeper' });
  const base = bedrockKnowledge({
    knowledgeBaseId,
    dataSourceId: setting('KNOWLEDGE_SOURCE_ID'),
    prefix: knowledgePrefix,
    put: (file) => documents.put(file),
    fileOf,
    onFailure: (failure) => logger.warn('knowledge waits', { code: failure.code, reason: failure.message }),
  });
  if (fallback === 'false') return base;
  const index = deferredKnowledge(kept(() => localKnowledge(given), knowledgeAgeMs));
  // The index reads the bucket, and `add` of the knowledge base has already stored the document there.
  return withFallback(base, { search: index.search, add: async () => {} });
}

/** The copies of documents in the bucket, with the files that a Bedrock knowledge base reads beside them. */
const documentCopies = (metadataFile?: (document: KnowledgeDocument) => string) =>
  s3Copies({
    bucket: setting('EVIDENCE_BUCKET'),
    prefix: knowledgePrefix,
    filesOf: (document) => [
      ...(metadataFile === undefined ? [] : [{ name: `${document.name}.metadata.json`, text: metadataFile(document) }]),
      { name: document.name, text: fileOf(document) },
    ],
  });

/** Copies the documents of all sources. A stage that replays a recording has none. */
export const documentSync = () =>
  once('documentSync', () => ({
    async sync() {
      const world = observed();
      if (world.kind === 'recorded') return { written: 0, removed: 0, stale: [] };
      const sources = await documentSources(world.sources, {
        ...runtimeMeans(world),
        repositories: async () => repositoriesOf(await bundledCatalog().load()),
      });
      const { KNOWLEDGE_BASE_ID: knowledgeBaseId } = environment();
      const bedrock =
        knowledgeBaseId === undefined ? undefined : await import('../connectors/bedrock-knowledge/index.ts');
      const { state, written, removed } = await syncDocuments(sources, documentCopies(bedrock?.metadataFile), clock());
      const logger = new Logger({ serviceName: 'watchkeeper' });
      if (bedrock !== undefined && knowledgeBaseId !== undefined && written + removed > 0)
        await bedrock.startIngestion(`${written} documents of sources`, {
          knowledgeBaseId,
          dataSourceId: setting('KNOWLEDGE_SOURCE_ID'),
          onFailure: (failure) => logger.warn('knowledge waits', { code: failure.code, reason: failure.message }),
        });
      const stale = staleParts(state, clock().now(), setting('KNOWLEDGE_SYNC_HOURS'));
      for (const sentence of stale) logger.warn('documents are old', { reason: sentence });
      return { written, removed, stale };
    },
  }));

/** Reads what the systems show of services. A stage that replays a recording has no systems. */
export const discovery = (): ((catalog: Catalog) => Promise<Inventory>) => {
  const world = observed();
  if (world.kind === 'recorded') throw new Misconfigured('A recording shows no services to compare.');
  const { PAGERDUTY: pagerduty } = environment();
  const token = () => readSecret()('pagerduty-token');
  const pager = pagerduty && { token, baseUrl: pagerduty.apiUrl };
  const { sources, aws = noAws } = world;
  return (catalog) => discoverFrom({ sources, means: runtimeMeans(world), aws, ...(pager && { pager }) }, catalog);
};

/** Adds to hits how old copies are. Only a stage whose sources have documents reads the record of the copies. */
async function withAges(base: KnowledgeBase): Promise<KnowledgeBase> {
  const { KNOWLEDGE_SYNC_HOURS: hours } = environment();
  if (hours === undefined) return base;
  const state = await readSyncState(documentCopies());
  return withSyncState(base, () => state, clock(), hours);
}

/** For functions that write documents and read none. */
export const drafts = (): Pick<KnowledgeBase, 'add'> => ({
  async add(document) {
    if (environment().KNOWLEDGE_BASE_ID === undefined)
      await knowledgeDocuments().put({ name: document.name, text: fileOf(document) });
    else await (await knowledgeBase()).add(document);
  },
});

/** An index of the bucket's documents and the given ones; `add` writes to the bucket first. */
async function localKnowledge(given: readonly KnowledgeDocument[]): Promise<KnowledgeBase> {
  const documents = knowledgeDocuments();
  const uploaded = (await documents.all()).map(({ name, text }) => documentOf(name, text));
  const index = knowledgeIndex([...given, ...uploaded]);
  return {
    search: (query) => index.search(query),
    async add(document) {
      await documents.put({ name: document.name, text: fileOf(document) });
      await index.add(document);
    },
  };
}

export const telemetry = (): Ports['telemetry'] =>
  once('telemetry', () => taped({ ...untapedTelemetry(), ...toolServers() }, tapedTelemetry));

/** MCP servers whose tools a specialist's model may call; none if the stage configures none. */
function toolServers(): Pick<Ports['telemetry'], 'servers'> {
  const { TOOL_SERVERS: configured } = environment();
  if (configured === undefined) return { servers: undefined };
  const made = kept(async () => {
    const secret = configured.some(({ headers }) => headers === 'secret') ? await readSecret()('mcp-headers') : '{}';
    const headers = json(z.record(z.string(), z.record(z.string(), z.string()))).safeParse(secret);
    if (!headers.success) throw new Misconfigured('The secret mcp-headers is not JSON of headers by server.');
    return mcpTools(
      configured.map(({ headers: where, ...server }) => ({
        ...server,
        headers: where === 'secret' ? (headers.data[server.name] ?? {}) : {},
      })),
      {
        // A frozen function loses its connections, so none stays open.
        idleMs: 0,
        aws: awsAccess({ settings: noAws, clock: clock(), secret: () => undefined }),
      },
    );
  }, secretAgeMs);
  return {
    servers: {
      offered: async (...args) => (await made()).offered(...args),
      call: async (...args) => (await made()).call(...args),
    },
  };
}

/** The source of observations: a recording, or live sources. */
const observed = (): TelemetrySetting =>
  once('observed', () => {
    try {
      return readTelemetry(setting('TELEMETRY'));
    } catch (cause) {
      throw new Misconfigured("The function's TELEMETRY does not fit.", { cause });
    }
  });

function untapedTelemetry(): Ports['telemetry'] {
  const world = observed();
  switch (world.kind) {
    case 'recorded':
      return deferredTelemetry(
        kept(async () => {
          const recorded = recordedTelemetry({
            ...(await recordedWorld(world.scenario)()),
            knowledge: (documents) => deferredKnowledge(kept(() => knowledgeBase(documents), knowledgeAgeMs)),
          });
          // Documents of an incident must outlive the function; the knowledge of a recording exists only in memory.
          const stored = deferredKnowledge(kept(() => knowledgeBase(), knowledgeAgeMs));
          return { ...recorded, knowledge: { search: recorded.knowledge.search, add: stored.add } };
        }),
      );
    case 'live':
      return {
        ...liveSources(world.sources, runtimeMeans(world), () => bundledCatalog().load()).sources,
        knowledge: deferredKnowledge(kept(() => knowledgeBase(), knowledgeAgeMs)),
      };
  }
}

/** The stack grants the right to read a secret only to the functions that need it. */
const runtimeMeans = ({ aws = noAws }: LiveSetting): RuntimeMeans =>
  once('runtimeMeans', () => {
    const secret = (name: string) => (name in environment().SECRETS ? () => readSecret()(name) : undefined);
    return { clock: clock(), secret, aws: awsAccess({ settings: aws, clock: clock(), secret }) };
  });

type LiveSetting = Extract<TelemetrySetting, { kind: 'live' }>;
const actor = (world: LiveSetting) => once('actor', () => kept(() => liveActor(world.sources, runtimeMeans(world))));

/** A recorded world for trial stages: the bundle contains the scenario, and the table the executed actions. */
const recordedWorld = (dir: string) =>
  once('recordedWorld', () =>
    kept(async () => ({
      scenarios: [await readScenario(bundled(dir))],
      incidents: incidents(),
      applied: stores().applied,
    })),
  );

export const executor = (): Ports['executor'] => once('executor', () => taped(untapedExecutor(), tapedExecutor));

function untapedExecutor(): Ports['executor'] {
  const world = observed();
  switch (world.kind) {
    case 'recorded':
      return deferredExecutor(kept(async () => recordedExecutor(await recordedWorld(world.scenario)())));
    case 'live':
      return deferredExecutor(async () => (await actor(world)()).executor);
  }
}

export const targets = (): Ports['targets'] => once('targets', () => taped(untapedTargets(), tapedTargets));

function untapedTargets(): Ports['targets'] {
  const world = observed();
  switch (world.kind) {
    case 'recorded':
      return deferredTargets(kept(async () => recordedTargets(await recordedWorld(world.scenario)())));
    case 'live':
      return deferredTargets(async () => (await actor(world)()).targets);
  }
}

const bundledCatalog = () => once('bundledCatalog', () => yamlCatalog(bundled(setting('CATALOG_FILE'))));

export const catalog = (): Ports['catalog'] =>
  once('catalog', () => {
    const file = bundledCatalog();
    const { APPROVERS: approvers } = environment();
    const load = async () => ({ ...(await file.load()), ...(approvers === undefined ? {} : { approvers }) });
    return taped(approvers === undefined ? file : { load }, tapedCatalog);
  });

/** Costs that the stage does not read are a gap. */
export const costs = (): Ports['costs'] =>
  once('costs', () => {
    const { COSTS: config } = environment();
    if (config === undefined) return noCosts;
    return deferredCosts(kept(async () => (await import('../connectors/cost-explorer/index.ts')).costExplorer(config)));
  });

/** Undefined if the stage does not record. A function may be frozen as soon as it has answered, so it waits for its tape first. */
const recording = (): Recorder | undefined =>
  once('recording', () => {
    if (environment().RECORDING === undefined) return undefined;
    const logger = new Logger({ serviceName: 'watchkeeper' });
    return recorder({
      tape: s3Tape({ bucket: setting('EVIDENCE_BUCKET') }),
      clock: clock(),
      onTrouble: (sentence) => logger.warn(sentence),
      waits: true,
    });
  });

/** The port itself, or a wrapper that records its calls. */
function taped<T>(port: T, tape: (port: T, record: Recorder) => T): T {
  const record = recording();
  return record === undefined ? port : tape(port, record);
}

const made = new Map<string, unknown>();

/** Caches the result of `make` under this name. */
function once<T>(name: string, make: () => T): T {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
}
