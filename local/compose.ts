// The composition root on one machine, and the only place here that chooses connectors. A world (recorded or real) supplies the differences;
// records, policies, evidence, memory, bus and workflow are the same for both.
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { type AwsSettings, externalIdsOf, noAws } from '../connectors/auth.ts';
import { awsAccess } from '../connectors/aws-accounts.ts';
import { parseCatalog, yamlCatalog } from '../connectors/catalog/index.ts';
import { mergeInto } from '../connectors/catalog/merge.ts';
import { cedarPolicies } from '../connectors/cedar/index.ts';
import { costExplorer } from '../connectors/cost-explorer/index.ts';
import { type Discovery, discoverFrom } from '../connectors/discover.ts';
import { diskAnchors, diskEvidence, diskMemory, diskTape } from '../connectors/disk/index.ts';
import { dynamoStores, type TableCalls, tableDefinitions } from '../connectors/dynamodb/index.ts';
import { eventBridgeBus } from '../connectors/eventbridge/index.ts';
import { folderCopies, knowledgeIndex, loadKnowledgeFolder } from '../connectors/knowledge-index/index.ts';
import { type ClusterAccess, kubernetesExecutor, kubernetesTargets } from '../connectors/kubernetes/index.ts';
import { awsRedelivery } from '../connectors/lambda/redelivery.ts';
import { documentSources, liveActor, liveSources, refuseMisrouted, repositoriesOf } from '../connectors/live.ts';
import { mcpTools } from '../connectors/mcp/index.ts';
import { pageRequests } from '../connectors/page-requests.ts';
import { pagerDuty } from '../connectors/pagerduty/index.ts';
import { pagerDutyOnCall } from '../connectors/pagerduty/on-call.ts';
import { pngCharts } from '../connectors/png/index.ts';
import {
  cachedActs,
  readCosts,
  readScenario,
  recordedCosts,
  recordedExecutor,
  recordedTargets,
  recordedTelemetry,
} from '../connectors/recorded/index.ts';
import { s3Anchors, s3Tape } from '../connectors/s3/index.ts';
import { secretReader } from '../connectors/secretsmanager/index.ts';
import { slackChat, slackReplies, slackThreads, slackUserDirectory } from '../connectors/slack/index.ts';
import type { ConfiguredSource, RuntimeMeans } from '../connectors/source-kind.ts';
import { sqsLetters } from '../connectors/sqs/index.ts';
import { stepFunctionsHeartbeats, stepFunctionsWorkflow } from '../connectors/stepfunctions/index.ts';
import {
  ModelConfig,
  noReasoner,
  parsePrompt,
  recordingModels,
  replayingModels,
  strandsReasoner,
  withoutKeys,
} from '../connectors/strands/index.ts';
import { systemClock, ulids } from '../connectors/system/index.ts';
import { readSyncState, staleParts, syncDocuments, withSyncState } from '../core/analysis/knowledge/sync.ts';
import { Misconfigured } from '../core/errors.ts';
import { Report } from '../core/model/report.ts';
import { Catalog, type ServiceCatalog } from '../core/ports/catalog.ts';
import type { DeadLetters, Redelivery } from '../core/ports/dead-letters.ts';
import type { Ports } from '../core/ports/index.ts';
import type { DocumentCopies, DocumentSource } from '../core/ports/knowledge-sync.ts';
import { noAnchors, noCosts, noThreads, noUserDirectory } from '../core/ports/none.ts';
import type { PostHistory } from '../core/ports/records.ts';
import type { KnowledgeBase } from '../core/ports/telemetry.ts';
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
import {
  type ReplaySource,
  replayedCatalog,
  replayedExecutor,
  replayedPager,
  replayedTargets,
  replayedTelemetry,
} from '../core/replay/replay.ts';
import type { Tape } from '../core/replay/tape.ts';
import { type Config, readConfig } from './config.ts';
import { alsoIn, type ConsoleChat, consoleChat } from './console-chat.ts';
import {
  type Feed,
  observedApprovals,
  observedChat,
  observedIncidents,
  observedLevels,
  observedPreferences,
} from './feed.ts';
import { promptFiles } from './prompts.ts';
import type { AwsEndpoint } from './runtime/aws-endpoint.ts';
import { type Disk, folderDisk } from './runtime/files.ts';
import { openTables } from './runtime/tables.ts';
import { findScenarios } from './scenarios.ts';
import { readStageSources } from './source-names.ts';
import type { MakeWorld, RuntimeDependencies, World } from './world.ts';

const names = {
  incidents: 'watchkeeper-incidents',
  preferences: 'watchkeeper-preferences',
  audit: 'watchkeeper-audit',
};
export const tables = tableDefinitions(names);

/** How long a Wait takes in recorded time, in milliseconds: it needs no waiting, but people must be able to see it. */
const recordedWaitMs = 300;

export interface ComposeOptions {
  readonly records: TableCalls;
  readonly aws: AwsEndpoint;
  readonly disk: Disk;
  readonly feed: Feed;
  readonly makeWorld: MakeWorld;
  readonly learnedFolder: string | undefined;
  /** The runtime's own secret, which signs pages from this machine. */
  readonly webhookSecret: string;
  /** Whether every call to the world is recorded for a replay. */
  readonly record: boolean;
  readonly onTrouble: (sentence: string) => void;
  /** The maximum number of concurrent investigations. */
  readonly concurrent: number;
  readonly executions: Ports['executions'];
  /** Calls a function of lambdas/ by its name. */
  readonly invoke: (name: string, payload: unknown) => Promise<unknown>;
}

export interface Composed {
  readonly ports: Ports;
  readonly world: World;
  readonly chat: ConsoleChat;
  /** Waits until pending recordings are written. */
  flush(): Promise<void>;
}

export async function compose(options: ComposeOptions): Promise<Composed> {
  const { aws, disk, feed } = options;
  const stores = dynamoStores({
    client: options.records,
    incidentsTable: names.incidents,
    preferencesTable: names.preferences,
    auditTable: names.audit,
    clock: systemClock(),
  });
  const { incidents, applied, spending, posts } = stores;
  const record = options.record
    ? recorder({ tape: diskTape(disk), clock: systemClock(), onTrouble: options.onTrouble })
    : undefined;
  const made = await options.makeWorld({
    incidents,
    applied,
    spending,
    posts,
    learnedFolder: options.learnedFolder,
    record,
  });
  const world = record ? tapedWorld(made, incidents, record) : made;
  if (record && world.model !== undefined) record.note('model.config', world.model);
  const { clock, telemetry, executor, targets, pager, onCall, catalog, costs, reasoner } = world;
  const local = { endpoint: aws.url, region: 'us-east-1', credentials: aws.credentials };
  const console = consoleChat(disk, systemClock());
  const chat = world.chat === undefined ? console : alsoIn(console, world.chat);
  return {
    world,
    chat,
    flush: async () => record?.flush(),
    ports: {
      clock,
      telemetry,
      executor,
      targets,
      pager,
      onCall,
      pageRequests: world.pageRequests ?? noPageRequests,
      catalog,
      costs,
      charts: charts(),
      reasoner,
      specialistClient: specialistClientBy(options.invoke),
      ids: ulids(),
      incidents: observedIncidents(record ? tapedIncidents(incidents, record) : incidents, feed),
      approvals: observedApprovals(stores.approvals, feed),
      preferences: observedPreferences(stores.preferences, feed),
      levels: observedLevels(stores.levels, feed),
      seen: stores.seen,
      ledger: stores.ledger,
      acts: stores.acts,
      controls: stores.controls,
      callGraph: stores.callGraph,
      audit: stores.audit,
      anchors: diskAnchors(disk),
      evidence: diskEvidence(disk),
      memory: diskMemory(disk),
      chat: observedChat(chat, feed),
      threads: world.threads ?? noThreads,
      userDirectory: world.userDirectory ?? noUserDirectory,
      replies: slackReplies(world.slackApiUrl === undefined ? {} : { origin: new URL('/', world.slackApiUrl).href }),
      policies: readPolicies(),
      secrets: {
        pagerDutyWebhook: async () => [options.webhookSecret, ...world.webhookSecrets],
        slackSigning: async () => world.slackSigningSecrets,
      },
      bus: eventBridgeBus({ busName: 'local', client: new EventBridgeClient(local) }),
      workflow: stepFunctionsWorkflow({ client: new SFNClient(local) }),
      heartbeats: stepFunctionsHeartbeats({ client: new SFNClient(local) }),
      line: stores.line,
      limits: { concurrent: options.concurrent },
      long: stores.long,
      longRunner: undefined,
      executions: options.executions,
    },
  };
}

const tapedWorld = (world: World, incidents: Ports['incidents'], record: Recorder): World => ({
  ...world,
  telemetry: tapedTelemetry(world.telemetry, record),
  targets: tapedTargets(world.targets, record),
  executor: tapedExecutor(world.executor, record),
  pager: tapedPager(world.pager, incidents, record),
  catalog: tapedCatalog(world.catalog, record),
});

/** The policies of this repository. @throws Misconfigured if they are invalid. */
export function readPolicies(): Ports['policies'] {
  const folder = new URL('../policies/', import.meta.url);
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
  const files = readdirSync(folder).filter((file) => file.endsWith('.cedar'));
  const wasm = new URL('cedar_wasm_bg.wasm', import.meta.resolve('@cedar-policy/cedar-wasm/web'));
  return cedarPolicies({
    schema: read('watchkeeper.cedarschema'),
    policies: Object.fromEntries(files.map((file) => [file, read(file)])),
    wasm: new Uint8Array(readFileSync(wasm)),
  });
}

export type Records = Pick<Ports, 'audit' | 'anchors' | 'incidents' | 'levels'>;

/**
 * Opens the records of a data folder that no process uses, or of a deployed table by its name, in which case only that table's contents are
 * readable. `anchors`: the bucket of the audit's anchors; without it there are none.
 */
export async function openRecords(
  place: { readonly data: string } | { readonly table: string; readonly anchors?: string | undefined },
): Promise<Records & { close(): Promise<void> }> {
  const opened = 'data' in place ? await openTables(join(place.data, 'tables'), tables) : undefined;
  const client = opened?.client ?? new DynamoDBClient({});
  const { audit, incidents, levels } = dynamoStores({
    client,
    incidentsTable: 'table' in place ? place.table : names.incidents,
    preferencesTable: names.preferences,
    auditTable: 'table' in place ? place.table : names.audit,
    clock: systemClock(),
  });
  return {
    audit,
    incidents,
    levels,
    anchors: anchorsOf(place),
    close: async () => (opened === undefined ? client.destroy() : opened.close()),
  };
}

function anchorsOf(place: Parameters<typeof openRecords>[0]): Ports['anchors'] {
  if ('data' in place) return diskAnchors(folderDisk(place.data));
  return place.anchors === undefined ? noAnchors : s3Anchors({ bucket: place.anchors });
}

/** Opens a queue of a deployed stage, and the ways to redeliver its contents. */
export function openDeadLetters(queueName: string): { letters: DeadLetters; redelivery: Redelivery } {
  const lambda = new LambdaClient({});
  const endpoint = process.env.AWS_ENDPOINT_URL_SQS ?? process.env.AWS_ENDPOINT_URL;
  return {
    letters: sqsLetters({ queueName, client: lambda, endpoint }),
    redelivery: awsRedelivery(lambda, new SFNClient({})),
  };
}

export const catalogFile = new URL('../config/catalog.yaml', import.meta.url).pathname;
export const readCatalog = (file: string): Promise<Catalog> => yamlCatalog(file).load();

function charts(): Ports['charts'] {
  return pngCharts({
    wasm: async () => new Uint8Array(await readFile(new URL(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm')))),
    font: () => readFile(new URL(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))),
  });
}

/** The parts that act on a cluster and read an action's target, with any access to the cluster. */
export const actingOn = (access: ClusterAccess): Pick<World, 'executor' | 'targets'> => ({
  executor: kubernetesExecutor({ clusters: [access], clock: systemClock() }),
  targets: kubernetesTargets({ clusters: [access] }),
});

/**
 * A world of recordings: an action changes the recording, and nothing real. Folders may hold one or many. The catalogue of a single recording that
 * brings one counts, unless the configuration names another.
 */
export function recordedWorld(
  folders: readonly string[],
  config: Pick<LiveConfig, 'slack' | 'approvers'> &
    Partial<Pick<LiveConfig, 'model' | 'investigation' | 'catalog'>> = {},
): MakeWorld {
  return async ({ incidents, applied, posts, learnedFolder, spending, record }) => {
    const dirs = (await Promise.all(folders.map(findScenarios))).flat();
    const scenarios = await Promise.all(dirs.map(readScenario));
    const recorded = { scenarios, incidents, applied: cachedActs(applied) };
    const brought = scenarios.length === 1 ? scenarios[0]?.catalog : undefined;
    const learned = learnedFolder === undefined ? [] : await loadKnowledgeFolder(learnedFolder);
    return {
      clock: systemClock(),
      telemetry: recordedTelemetry({
        ...recorded,
        knowledge: (documents) => knowledgeIndex([...documents, ...learned], { folder: learnedFolder }),
      }),
      executor: recordedExecutor(recorded),
      targets: recordedTargets(recorded),
      pager: pagerDuty({}),
      onCall: pagerDutyOnCall({}),
      catalog: approvedBy(config.approvers, yamlCatalog(config.catalog ?? brought ?? catalogFile)),
      costs: await costsOf(dirs),
      ...modelOf(config, spending, record),
      ...longOf(config),
      pages: scenarios.map(({ id, title, alert }) => ({ id, title, body: alert })),
      webhookSecrets: [],
      ...slackOf(config, posts),
      waitMs: recordedWaitMs,
    };
  };
}

/** What a person may have done with a page; the catalogue decides where. */
const noPageRequests = pageRequests({ pagerduty: {} });
const pageRequestsOf = ({ pagerduty, alertmanager }: LiveConfig) =>
  pageRequests({
    pagerduty: { token: constant(pagerduty?.token), fromEmail: pagerduty?.fromEmail, baseUrl: pagerduty?.apiUrl },
    alertmanager: { url: alertmanager?.url, token: constant(alertmanager?.token) },
  });

/** The costs of the first recording that has some. */
async function costsOf(dirs: readonly string[]): Promise<Ports['costs']> {
  for (const dir of dirs) {
    const costs = await readCosts(dir);
    if (costs) return recordedCosts(costs, systemClock());
  }
  return noCosts;
}

/** A world of a tape: each question gets its recorded answer, and the clock stands at the time when the incident was opened. */
export function replayedWorld(source: ReplaySource, openedAt: Date): MakeWorld {
  return async ({ spending }) => {
    const startedAt = Date.now();
    const config = source.has('model.config') ? source.answer('model.config', {}) : undefined;
    const model = config?.kind === 'value' ? ModelConfig.safeParse(config.value).data : undefined;
    return {
      clock: { now: () => new Date(openedAt.getTime() + Date.now() - startedAt) },
      telemetry: replayedTelemetry(source),
      executor: replayedExecutor(source),
      targets: replayedTargets(source),
      pager: replayedPager(source),
      onCall: pagerDutyOnCall({}),
      catalog: replayedCatalog(source),
      costs: noCosts,
      reasoner:
        model === undefined ? noReasoner() : strandsReasoner(model, parsedPrompts(), spending, replayingModels(source)),
      pages: [],
      webhookSecrets: [],
      slackSigningSecrets: [],
      waitMs: recordedWaitMs,
    };
  };
}

/** The tapes of a data folder, or of a deployed stage by its bucket. */
export const openTapes = (place: { readonly folder: string } | { readonly bucket: string }): Tape =>
  'folder' in place ? diskTape(folderDisk(place.folder)) : s3Tape({ bucket: place.bucket });

export type LiveConfig = Config<typeof ModelConfig>;

export const readConfigFile = (file: string, environment: NodeJS.ProcessEnv): Promise<LiveConfig> =>
  readConfig(file, ModelConfig, environment);

/**
 * The same world with a model. `model`: the configuration file's value under `model`; `otherPrompts`: texts of prompt files that replace the prompts
 * with the same id. @throws Misconfigured if either is invalid.
 */
export function withModel(make: MakeWorld, model: unknown, otherPrompts: readonly string[] = []): MakeWorld {
  const config = ModelConfig.safeParse(model);
  if (!config.success) throw new Misconfigured(`The model does not fit:\n${z.prettifyError(config.error)}`);
  const others = otherPrompts.map((text, index) => parsePrompt(`prompt ${index + 1}`, text));
  const prompts = [...parsedPrompts().filter(({ id }) => !others.some((other) => other.id === id)), ...others];
  return async (ground) => ({
    ...(await make(ground)),
    reasoner: strandsReasoner(config.data, prompts, ground.spending, studioOf(ground)),
    model: withoutKeys(config.data),
  });
}

const studioOf = ({ record }: Pick<RuntimeDependencies, 'record'>) => record && recordingModels(record);

/** A world of real systems, as far as they are configured; everything else is a gap. */
export function liveWorld(config: LiveConfig): MakeWorld {
  return async ({ learnedFolder, spending, posts, record }) => ({
    clock: systemClock(),
    ...(await observedAndActedOn(config, learnedFolder, catalogOf(config))),
    pager: pagerDuty({
      token: constant(config.pagerduty?.token),
      fromEmail: config.pagerduty?.fromEmail,
      baseUrl: config.pagerduty?.apiUrl,
    }),
    onCall: pagerDutyOnCall({ token: constant(config.pagerduty?.token), baseUrl: config.pagerduty?.apiUrl }),
    pageRequests: pageRequestsOf(config),
    catalog: catalogOf(config),
    costs: config.costs === undefined ? noCosts : costExplorer(),
    ...modelOf(config, spending, record),
    ...longOf(config),
    ...slackOf(config, posts),
    pages: [],
    webhookSecrets: config.pagerduty?.webhookSecrets ?? [],
  });
}

/** The configured models; without one the analysis answers alone. */
const modelOf = (
  { model }: Partial<Pick<LiveConfig, 'model'>>,
  spending: RuntimeDependencies['spending'],
  record: Recorder | undefined,
): Pick<World, 'reasoner' | 'model'> =>
  model === undefined
    ? { reasoner: noReasoner() }
    : {
        reasoner: strandsReasoner(model, parsedPrompts(), spending, studioOf({ record })),
        model: withoutKeys(model),
      };

/** How long a model may look further. */
const longOf = ({ investigation }: Partial<Pick<LiveConfig, 'investigation'>>): Pick<World, 'longSeconds'> =>
  investigation === undefined ? {} : { longSeconds: investigation.minutes * 60 };

const constant = (token: string | undefined) => (token === undefined ? undefined : async () => token);

/** Slack as configured; otherwise only the console. */
function slackOf(
  { slack }: Pick<LiveConfig, 'slack'>,
  posts: PostHistory,
): Pick<World, 'chat' | 'threads' | 'userDirectory' | 'slackApiUrl' | 'slackSigningSecrets'> {
  if (slack === undefined) return { slackSigningSecrets: [] };
  const { botToken, channel, apiUrl, signingSecret, teams = [], appId, enterprise } = slack;
  const token = () => Promise.resolve(botToken);
  return {
    chat: slackChat({ token, channel, apiUrl, posts, png: (svg) => charts().png(svg) }),
    threads: slackThreads({ token, apiUrl }),
    userDirectory: slackUserDirectory({ token, apiUrl }, { teams, appId, enterprise }),
    slackApiUrl: apiUrl,
    slackSigningSecrets: [signingSecret],
  };
}

/** What the configured sources observe. @throws Misconfigured as `liveWorld` */
export const liveTelemetry = (config: LiveConfig): Promise<Pick<World, 'telemetry'>> =>
  observedAndActedOn(config, undefined, catalogOf(config));

/** @throws Misconfigured if a source cannot be created, for example because its kubeconfig is missing, or if the catalogue names an unknown one. */
async function observedAndActedOn(
  { sources: configured, knowledge, knowledgeSync, toolServers, secrets = {}, aws = noAws }: LiveConfig,
  learnedFolder: string | undefined,
  catalog: ServiceCatalog,
): Promise<Pick<World, 'telemetry' | 'executor' | 'targets' | 'documents'>> {
  refuseMisrouted(await catalog.load(), configured);
  // A local file contains the secrets themselves.
  const secret = (name: string) => constant(secrets[name]);
  const clock = systemClock();
  const means = { clock, secret, aws: awsAccess({ settings: aws, clock, secret }) };
  const { sources, ready } = liveSources(configured, means, () => catalog.load());
  await ready();
  const { base, documents } = await syncedKnowledge(knowledge ?? learnedFolder, {
    learnedFolder,
    everyHours: knowledgeSync?.everyHours ?? 6,
    clock,
    sources: await documentSources(configured, {
      ...means,
      repositories: async () => repositoriesOf(await catalog.load()),
    }),
  });
  return {
    ...(documents === undefined ? {} : { documents }),
    telemetry: {
      ...sources,
      knowledge: base,
      ...(toolServers && { servers: mcpTools(toolServers, { aws: means.aws }) }),
    },
    ...(await liveActor(configured, means)),
  };
}

interface SyncParts {
  /** The folder that holds the copies; absent, nothing is copied. */
  readonly learnedFolder: string | undefined;
  readonly everyHours: number;
  readonly clock: Ports['clock'];
  readonly sources: readonly DocumentSource[];
}

/** A knowledge base of a folder's documents and of copies, which each synchronization replaces in it. */
async function syncedKnowledge(
  folder: string | undefined,
  { learnedFolder, everyHours, clock, sources }: SyncParts,
): Promise<{ readonly base: KnowledgeBase; readonly documents?: World['documents'] }> {
  if (learnedFolder === undefined || sources.length === 0) return { base: await knowledgeOf(folder) };
  const copies = folderCopies(learnedFolder);
  const own = folder === undefined ? [] : await loadKnowledgeFolder(folder);
  const held = await copies.all();
  const names = new Set(held.map(({ name }) => name));
  const index = knowledgeIndex([...own.filter(({ name }) => !names.has(name)), ...held], { folder });
  const indexed: DocumentCopies = {
    ...copies,
    async put(document) {
      await copies.put(document);
      index.hold(document);
    },
    async remove(name) {
      await copies.remove(name);
      index.remove(name);
    },
  };
  let state = await readSyncState(copies);
  return {
    base: withSyncState(index, () => state, clock, everyHours),
    documents: {
      everyHours,
      async sync() {
        state = (await syncDocuments(sources, indexed, clock)).state;
        return staleParts(state, clock.now(), everyHours);
      },
    },
  };
}

/** One knowledge base with a folder's documents. */
export const knowledgeOf = async (folder: string | undefined) =>
  knowledgeIndex(folder === undefined ? [] : await loadKnowledgeFolder(folder), { folder });

function catalogOf(config: LiveConfig): ServiceCatalog {
  const { environment = 'production', level = 'crawl', approvers } = config;
  const without = {
    load: async () => Catalog.parse({ environments: { [environment]: { level } }, approvers: [] }),
  };
  return approvedBy(approvers, config.catalog === undefined ? without : yamlCatalog(config.catalog));
}

/** The configuration's approvers replace those of the catalogue. */
const approvedBy = (approvers: LiveConfig['approvers'], catalog: ServiceCatalog): ServiceCatalog =>
  approvers === undefined ? catalog : { load: async () => ({ ...(await catalog.load()), approvers }) };

/** Runs the specialists as functions in this process, each with a context of its own as on AWS. */
const specialistClientBy = (invoke: ComposeOptions['invoke']): Ports['specialistClient'] => ({
  ask: async (brief) => Report.parse(await invoke(`specialist-${brief.specialist}`, brief)),
});

const parsedPrompts = () => promptFiles().map(({ file, text }) => parsePrompt(file, text));

export const readCatalogText = parseCatalog;
export const mergeCatalog = mergeInto;
export { discoverFrom };

export interface OpenedSources {
  readonly sources: readonly ConfiguredSource[];
  readonly means: RuntimeMeans;
  readonly aws: AwsSettings;
  /** Absent if the file names none. */
  readonly catalog: Catalog | undefined;
}

export interface OpenedDiscovery extends Discovery {
  /** Absent if the file names none. */
  readonly catalogFile: string | undefined;
}

/** The sources of a local file or a stage file, to check them. A stage's secrets are read with the credentials of this process. @throws Misconfigured */
export async function openSources(file: string, environment: NodeJS.ProcessEnv): Promise<OpenedSources> {
  const { catalogFile, ...opened } = await openDiscovery(file, environment);
  return { ...opened, catalog: catalogFile === undefined ? undefined : await readCatalog(catalogFile) };
}

/** The same for a discovery, whose catalogue need not exist yet. @throws Misconfigured */
export async function openDiscovery(file: string, environment: NodeJS.ProcessEnv): Promise<OpenedDiscovery> {
  const stage = await readStageSources(file);
  const clock = systemClock();
  if (stage === undefined) {
    const {
      sources,
      secrets = {},
      aws = noAws,
      catalog: catalogFile,
      pagerduty,
    } = await readConfigFile(file, environment);
    const secret = (name: string) => constant(secrets[name]);
    const means = { clock, secret, aws: awsAccess({ settings: aws, clock, secret }) };
    const token = constant(pagerduty?.token);
    return { sources, means, aws, catalogFile, ...(token && { pager: { token, baseUrl: pagerduty?.apiUrl } }) };
  }
  const { name, sources, aws, catalog, pagerduty } = stage;
  const pagerSecret = 'pagerduty-token';
  const names = [
    ...sources.flatMap(({ secrets }) => secrets.map((one) => one.name)),
    ...externalIdsOf(aws),
    ...(pagerduty === undefined ? [] : [pagerSecret]),
  ];
  const read = secretReader({
    arns: Object.fromEntries(names.map((one) => [one, `watchkeeper-${name}-${one}`])),
    clock,
  });
  const secret = (one: string) => (names.includes(one) ? () => read(one) : undefined);
  const means = { clock, secret, aws: awsAccess({ settings: aws, clock, secret }) };
  const catalogFile = fileURLToPath(new URL(`../${catalog}`, import.meta.url));
  const pager = pagerduty && { token: () => read(pagerSecret), baseUrl: pagerduty.apiUrl };
  return { sources, means, aws, catalogFile, ...(pager && { pager }) };
}
