// The configuration of a stage: one YAML or JSON file in config/, strict, so that a typo fails at synthesis and not at 3 a.m. It holds names and limits,
// never a secret. docs/deploy.md explains every field.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { AwsSettings, noAws, region } from '../connectors/auth.ts';
import {
  duplicateName,
  readBlocks,
  readEntries,
  sourceFields,
  type TelemetrySetting,
  unlistedAccounts,
  within,
} from '../connectors/configured.ts';
import type { ConfiguredSource } from '../connectors/source-kind.ts';
import { specialistNames } from './specialists.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and dashes, at most 20');

const Recorded = z.strictObject({ kind: z.literal('recorded'), scenario: z.string().min(1) });

const nothing: TelemetrySetting = { kind: 'live', sources: [] };

/** Live sources by their blocks (connectors/NAME/manifest.ts), or a recording. */
const Telemetry = z
  .looseObject({ kind: z.enum(['live', 'recorded']) })
  .transform((value, context): TelemetrySetting => {
    // A recorded incident replaces the world: for trial stages, never for production.
    if (value.kind === 'recorded') return within<TelemetrySetting>(context, [], nothing, () => Recorded.parse(value));
    const { kind, ...blocks } = value;
    const known = sourceFields('stage');
    for (const field of Object.keys(blocks).filter((one) => !known.has(one)))
      context.addIssue({ code: 'custom', path: [field], message: `Unrecognized key: "${field}"` });
    return { kind, sources: within(context, [], [], () => readBlocks(blocks, { place: 'stage' })) };
  });

/** Sources with a name of their own, possibly several of a kind, in addition to those of `telemetry`. */
const Sources = z
  .unknown()
  .transform((value, context) => within(context, [], [], () => readEntries(value, { place: 'stage' })));

const price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});
const common = {
  models: z.strictObject({
    coordinator: z.string().min(1),
    specialist: z.string().min(1),
    intent: z.string().min(1).optional(),
    /** Asked only where the analysis and the coordinator are unsure; absent, nobody is asked. */
    strong: z.string().min(1).optional(),
  }),
  price: price.optional(),
  prices: z.record(z.string(), price).optional(),
};
/** The secret `model-api-key` holds the keys. */
const Provider = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('bedrock'),
    region: z.string().optional(),
    guardrail: z.strictObject({ id: z.string().min(1), version: z.string().min(1).default('DRAFT') }).optional(),
    promptCache: z.boolean().optional(),
    ...common,
  }),
  z.strictObject({ provider: z.literal('openai'), endpoint: z.url(), ...common }),
  z.strictObject({
    provider: z.literal('anthropic'),
    endpoint: z.url().optional(),
    promptCache: z.boolean().optional(),
    ...common,
  }),
]);
export type Provider = z.infer<typeof Provider>;
const providerFields: ReadonlySet<string> = new Set(Provider.options.flatMap(({ shape }) => Object.keys(shape)));
const ceilings = {
  maxUsdPerIncident: z.number().positive().optional(),
  maxTokensPerIncident: z.number().int().positive().optional(),
  maxUsdPerMonth: z.number().positive().optional(),
  maxTokensPerMinute: z.number().int().positive().optional(),
};
/** `use: []` calls no model; the short forms are a single provider, and `{ "provider": "none" }`. */
const Model = z.preprocess(
  (value) => {
    if (typeof value !== 'object' || value === null || !('provider' in value)) return value;
    const fields = Object.entries(value);
    const isCeiling = ([name]: readonly [string, unknown]) => Object.hasOwn(ceilings, name);
    const provider: Record<string, unknown> = Object.fromEntries(fields.filter((field) => !isCeiling(field)));
    if (provider.provider === 'none') {
      // With `none`, a provider's fields have no effect, so they are accepted; any other field is a mistake.
      const slips = Object.entries(provider).filter(([field]) => field !== 'provider' && !providerFields.has(field));
      return { use: [], providers: {}, ...Object.fromEntries(slips) };
    }
    return {
      use: 'model',
      providers: { model: provider },
      ...Object.fromEntries(fields.filter(isCeiling)),
    };
  },
  z
    .strictObject({
      use: z.union([z.string().transform((name) => [name]), z.array(z.string())]),
      providers: z.record(z.string(), Provider),
      ...ceilings,
    })
    .superRefine(({ use, providers }, context) => {
      for (const name of use.filter((one) => !Object.hasOwn(providers, one)))
        context.addIssue(`use names ${name}, which providers does not have`);
    }),
);

const Memory = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('create'), expiryDays: z.number().int().min(7).max(365).default(90) }),
  z.strictObject({ kind: z.literal('existing'), id: z.string().min(1) }),
]);

/** Use the functions' own index if the knowledge base does not answer. */
const fallback = z.boolean().default(true);
const Knowledge = z.discriminatedUnion('kind', [
  /** A full-text index in the functions, without any cost. */
  z.strictObject({ kind: z.literal('index') }),
  /** A Bedrock knowledge base over the bucket's knowledge/ folder. */
  z.strictObject({
    kind: z.literal('create'),
    vectors: z.enum(['s3', 'opensearch']).default('s3'),
    embeddingModel: z.string().min(1).default('amazon.titan-embed-text-v2:0'),
    /** The dimensions of the embedding model's vectors. */
    dimensions: z.number().int().min(1).max(4096).default(1024),
    fallback,
  }),
  /** A knowledge base of your own whose data source reads the bucket's knowledge/ folder. */
  z.strictObject({
    kind: z.literal('existing'),
    id: z.string().regex(/^[0-9A-Z]{10}$/),
    dataSourceId: z.string().regex(/^[0-9A-Z]{10}$/),
    fallback,
  }),
]);

const isSpecialist = (name: string): boolean => specialistNames().includes(name);

/** Over HTTP only, because a function starts no program. The secret `mcp-headers` holds the headers. */
const ToolServer = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, 'lower-case letters, digits and dashes, at most 20'),
  url: z.url({ protocol: /^https$/ }),
  specialists: z.array(z.string().refine(isSpecialist, 'no specialist has this name')).min(1),
  tools: z.array(z.string().min(1).max(100)).min(1).max(20),
  headers: z.enum(['none', 'secret']).default('none'),
  /** Requests are signed with the function's own role. */
  auth: z
    .strictObject({
      kind: z.literal('sigv4'),
      service: z
        .string()
        .regex(/^[a-z0-9-]{1,40}$/)
        .default('bedrock-agentcore'),
      region: region.optional(),
      /** The gateway that the role may invoke. */
      gateway: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:bedrock-agentcore:[a-z0-9-]+:\d{12}:gateway\/[A-Za-z0-9-]{1,110}$/,
          'the ARN of a gateway',
        )
        .optional(),
    })
    .optional(),
});

export const StageConfig = z
  .strictObject({
    stage: name,
    /** Absent, the account and region of the current credentials. */
    account: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    region: z.string().optional(),
    architecture: z.enum(['arm64', 'x86_64']).default('arm64'),
    logLevel: z.enum(['DEBUG', 'INFO', 'WARN', 'ERROR']).default('INFO'),
    logRetentionDays: z.union([z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)]).default(30),
    /** If on, tables and bucket survive the stack and refuse deletion. */
    deletionProtection: z.boolean().default(true),
    throttle: z
      .strictObject({ requestsPerSecond: z.number().int().positive(), burst: z.number().int().positive() })
      .default({ requestsPerSecond: 500, burst: 1000 }),
    /**
     * Concurrent executions reserved for the two functions of the edge, which are also their maximum; 0 reserves none. Lambda requires that 100 of
     * the account's limit stay unreserved.
     */
    reservedConcurrency: z
      .strictObject({
        pagerdutyWebhook: z.number().int().min(0).default(100),
        slack: z.number().int().min(0).default(50),
      })
      .default({ pagerdutyWebhook: 100, slack: 50 }),
    /** Concurrent investigations; further pages wait in a queue, the most urgent first. */
    admission: z.strictObject({ concurrent: z.number().int().min(1).max(50).default(20) }).default({ concurrent: 20 }),
    /** How many days bus events can be replayed; 0 keeps none. */
    eventArchiveDays: z.number().int().min(0).max(365).default(14),
    /** Records every call of an incident to the world, redacted, for `npm run replay`. */
    recording: z.boolean().default(false),
    evidenceDays: z.number().int().min(1).max(3650).default(400),
    /**
     * The lock mode of the audit's anchors. COMPLIANCE: nobody can delete one or end its retention early, not even the account's root user, so the
     * bucket outlives the stage. Absent, it is COMPLIANCE in a stage with deletion protection, and GOVERNANCE in one without.
     */
    auditLock: z
      .strictObject({
        mode: z.enum(['GOVERNANCE', 'COMPLIANCE']).optional(),
        days: z.number().int().min(1).max(3650).default(400),
      })
      .default({ days: 400 }),
    catalog: z.string().default('config/catalog.yaml'),
    telemetry: Telemetry.default(nothing),
    sources: Sources.default([]),
    /** Other accounts that sources read, and the monitoring account of CloudWatch. */
    aws: AwsSettings.default(noAws),
    /** The VPC of the functions that observe or act, if a source has a private address. Absent, they are in none. */
    network: z
      .strictObject({
        vpcId: z.string().regex(/^vpc-[0-9a-f]{3,17}$/, 'the id of a VPC'),
        subnetIds: z
          .array(z.string().regex(/^subnet-[0-9a-f]{3,17}$/, 'the id of a subnet'))
          .min(1)
          .max(16),
        /** Absent: one of the stage's own in the VPC, into which nothing may connect. */
        securityGroupIds: z
          .array(z.string().regex(/^sg-[0-9a-f]{3,17}$/, 'the id of a security group'))
          .min(1)
          .max(5)
          .optional(),
      })
      .optional(),
    model: Model.default({ use: [], providers: {} }),
    toolServers: z.array(ToolServer).max(10).default([]),
    memory: Memory.default({ kind: 'create', expiryDays: 90 }),
    knowledge: Knowledge.default({ kind: 'index' }),
    /** How often documents of sources are copied into the knowledge. */
    knowledgeSync: z.strictObject({ everyHours: z.number().int().min(1).max(168).default(6) }).prefault({}),
    /** The channel that gets the differences between the service catalogue and the systems every week. Absent, nobody gets them. */
    catalogDrift: z
      .strictObject({
        channel: z.string().regex(/^[CG][A-Z0-9]{2,20}$/, "a channel's id, such as C0123456789"),
        schedule: z.literal('weekly').default('weekly'),
      })
      .optional(),
    pagerduty: z
      .strictObject({
        /** E-mail address of the author of notes (PagerDuty's `From` header). */
        from: z.email(),
        apiUrl: z.url().optional(),
      })
      .optional(),
    /**
     * Reads Cost Explorer over the organisation's accounts, for questions in conversations. `role`: a role of the payer's account to assume, if the
     * stage is in another account.
     */
    costs: z.strictObject({ role: z.string().startsWith('arn:').optional() }).optional(),
    /** The host of conversations: a function, or sessions of AgentCore Runtime. */
    conversation: z
      .strictObject({ host: z.enum(['lambda', 'agentcore']).default('lambda') })
      .default({ host: 'lambda' }),
    /** Where a model may look further after the first diagnosis, and for how long: nowhere, or in sessions of AgentCore Runtime. */
    investigation: z
      .strictObject({ host: z.enum(['none', 'agentcore']), minutes: z.number().min(1).max(470).default(60) })
      .default({ host: 'none', minutes: 60 }),
    /** The channel where people read and answer. It is required, because an incident must never be silent. */
    slack: z.strictObject({
      channel: z.string().min(1),
      apiUrl: z.url().optional(),
      /** The workspaces whose people may talk to us; for an Enterprise Grid, each of its workspaces. */
      teams: z.array(z.string().regex(/^T[A-Z0-9]{2,20}$/, "a workspace's id, such as T0123456789")).default([]),
      /** The id of the Slack app. */
      appId: z
        .string()
        .regex(/^A[A-Z0-9]{2,20}$/, "an app's id, such as A0123456789")
        .optional(),
      /** The id of an Enterprise Grid. */
      enterprise: z
        .string()
        .regex(/^E[A-Z0-9]{2,20}$/, "a grid's id, such as E0123456789")
        .optional(),
    }),
    /** The approvers, as Slack user ids or `group:NAME`; they replace the catalogue's. */
    approvers: z.array(z.string().min(1)).min(1).optional(),
    /** An existing SNS topic for alarms; without a topic and an address, alarms only change their state. */
    alarmTopicArn: z.string().startsWith('arn:').optional(),
    /** An e-mail address for alarms, through a topic of the stage; its owner has to confirm the subscription once. */
    alarmEmail: z.email().optional(),
  })
  .superRefine((stage, context) => {
    const twice = duplicateName(sourcesOf(stage));
    if (twice !== undefined) context.addIssue({ code: 'custom', path: ['sources', twice], message: 'is there twice' });
    for (const issue of unlistedAccounts(sourcesOf(stage), stage.aws)) context.addIssue({ code: 'custom', ...issue });
    if (stage.investigation.host !== 'none' && stage.model.use.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['investigation'],
        message: 'only a model looks further: configure one under model',
      });
    if (stage.catalogDrift !== undefined && sourcesOf(stage).length === 0)
      context.addIssue({
        code: 'custom',
        path: ['catalogDrift'],
        message: 'needs at least one live source to compare',
      });
    const { account, aws } = stage;
    const { monitoring } = aws;
    if (
      monitoring !== undefined &&
      account !== undefined &&
      monitoring.account !== account &&
      !aws.accounts[monitoring.account]
    )
      context.addIssue({
        code: 'custom',
        path: ['aws', 'monitoring', 'account'],
        message: 'is neither the account of the stage nor under aws.accounts',
      });
  });
export type StageConfig = z.infer<typeof StageConfig>;

/** All live sources of a stage; none if it replays a recording. */
export const sourcesOf = ({
  telemetry,
  sources,
}: Pick<StageConfig, 'telemetry' | 'sources'>): readonly ConfiguredSource[] =>
  telemetry.kind === 'recorded' ? [] : [...telemetry.sources, ...sources];

/** The providers in use, in their order. */
export const usedProviders = ({ model: { use, providers } }: Pick<StageConfig, 'model'>): Provider[] =>
  use.flatMap((name) => providers[name] ?? []);

/** Throws one sentence that names the file and the error. */
export function readStageConfig(file: string): StageConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error(`There is no stage configuration ${file}: write it, or choose another with -c stage=NAME.`, {
      cause,
    });
  }
  return parseStageConfig(text, file);
}

export function parseStageConfig(text: string, file: string): StageConfig {
  let json: unknown;
  try {
    json = parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : '';
    throw new Error(`${file} is not JSON, nor YAML: ${why}`, { cause });
  }
  const parsed = StageConfig.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(`${file} does not fit: ${z.prettifyError(parsed.error)}`);
}
