// Reads the file behind `--config`: the real systems to observe and the autonomy level. Strict, so that a typo fails at the start and not at 3 a.m.
// compose.ts builds the world from it.
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { AwsSettings, externalIdsOf, noAws, secretName } from '../connectors/auth.ts';
import {
  duplicateName,
  readBlocks,
  readEntries,
  sourceFields,
  unlistedAccounts,
  within,
} from '../connectors/configured.ts';
import type { ConfiguredSource, PathOf } from '../connectors/source-kind.ts';
import { Misconfigured } from '../core/errors.ts';
import { Level } from '../core/model/action.ts';
import { specialists } from '../core/specialists/index.ts';
import { ToolServer } from '../core/specialists/tool-server.ts';

const namesSpecialists = (server: ToolServer): boolean =>
  server.specialists.every((name) => specialists.some((one) => one.name === name));

const text = z.string().min(1);

const schema = <Model extends z.ZodType>(model: Model) =>
  z
    .strictObject({
      /** Folder of Markdown files. */
      knowledge: text.optional(),
      /** How often documents of sources are copied (`documents` of github, confluence, s3). */
      knowledgeSync: z.strictObject({ everyHours: z.number().min(0.1).max(168).default(6) }).optional(),
      /** Service catalogue (docs/catalog.md). */
      catalog: text.optional(),
      /** Without a catalogue: the name of the only environment, and its autonomy level. */
      environment: text.optional(),
      level: Level.optional(),
      approvers: z.array(text).optional(),
      pagerduty: z
        .strictObject({
          /** REST API token; without it we neither read alerts nor write notes. */
          token: text.optional(),
          /** The author of notes; PagerDuty requires a user's address. */
          fromEmail: z.email().optional(),
          /** Secrets of the webhook subscriptions; several during a rotation. */
          webhookSecrets: z.array(z.string().min(8)).default([]),
          /** The address of another service region, such as https://api.eu.pagerduty.com. */
          apiUrl: z.url().optional(),
        })
        .optional(),
      /** Silences by words, where the catalogue allows them (`page.requests`). */
      alertmanager: z.strictObject({ url: z.url(), token: text.optional() }).optional(),
      slack: z
        .strictObject({
          botToken: text,
          signingSecret: text,
          channel: text,
          apiUrl: z.url().optional(),
          /** Workspaces whose people may talk to us; absent, the token's workspace. */
          teams: z.array(text).min(1).optional(),
          /** The id of the Slack app; checked if it is given. */
          appId: text.optional(),
          /** The id of an Enterprise Grid. */
          enterprise: text.optional(),
          /** Slack user id of the person who starts Watchkeeper, who then counts as one person at the console and in Slack. */
          owner: z
            .string()
            .regex(/^[UW][A-Z0-9]{2,20}$/, 'a user id of Slack, such as U0123456789')
            .optional(),
        })
        .optional(),
      /** Folders of recorded incidents: a world for trials, in place of real systems. */
      scenarios: z.array(text).min(1).optional(),
      /** Reads AWS Cost Explorer with the credentials of the AWS tools. */
      costs: z.literal('cost-explorer').optional(),
      model: model.optional(),
      /** A model may look further after the first diagnosis, for this long. */
      investigation: z.strictObject({ minutes: z.number().positive().max(480) }).optional(),
      /** Values of secrets that sources name: `auth: { kind: bearer, secret: prom-be1 }`. */
      secrets: z.record(secretName, text).optional(),
      /** Other accounts of AWS that sources read. */
      aws: AwsSettings.optional(),
      /** MCP servers whose tools a specialist's model may use. */
      toolServers: z.array(ToolServer.refine(namesSpecialists, 'no specialist has this name')).max(10).optional(),
      /** Concurrent investigations; further pages wait in a queue, the most urgent first. */
      admission: z.strictObject({ concurrent: z.number().int().min(1).max(50) }).optional(),
      dataDir: text.optional(),
      /** Records every call to the world for `npm run replay`. */
      recording: z.boolean().optional(),
    })
    .refine((config) => config.toolServers === undefined || config.model !== undefined, {
      message: 'only a model asks other servers: configure one under model',
      path: ['toolServers'],
    })
    .refine((config) => config.investigation === undefined || config.model !== undefined, {
      message: 'only a model looks further: configure one under model',
      path: ['investigation'],
    })
    .refine((config) => config.catalog === undefined || (config.environment ?? config.level) === undefined, {
      message: 'environment and level come from the catalogue where there is one: leave them out',
      path: ['environment'],
    });

export type Config<Model extends z.ZodType> = z.infer<ReturnType<typeof schema<Model>>> & {
  /** Systems to observe: blocks such as `prometheus`, and the named entries under `sources`. */
  readonly sources: readonly ConfiguredSource[];
};
type Parts = Readonly<Record<string, unknown>>;

/** The connectors' schemas parse the fields that configure sources; the schema above parses everything else. */
function readParts<Model extends z.ZodType>(
  model: Model,
  parts: Parts,
  pathOf: PathOf,
): z.ZodSafeParseResult<Config<Model>> {
  const fields = sourceFields('local');
  const own = Object.fromEntries(Object.entries(parts).filter(([field]) => !fields.has(field) && field !== 'sources'));
  const place = { place: 'local', pathOf } as const;
  const sources = z
    .unknown()
    .transform((_, context) => [
      ...within(context, [], [], () => readBlocks(parts, place)),
      ...within(context, ['sources'], [], () => readEntries(parts.sources ?? {}, place)),
    ])
    .superRefine((all, context) => {
      const twice = duplicateName(all);
      if (twice !== undefined)
        context.addIssue({ code: 'custom', path: ['sources', twice], message: 'is there twice' });
    });
  return z
    .unknown()
    .transform((_, context) => {
      const [config, observed] = [schema(model).safeParse(own), sources.safeParse(parts)];
      const together = config.success && observed.success ? lackingIn(config.data, observed.data) : [];
      for (const { message, path } of [...(config.error?.issues ?? []), ...(observed.error?.issues ?? []), ...together])
        context.addIssue({ code: 'custom', message, path: [...path] });
      return config.success && observed.success ? { ...config.data, sources: observed.data } : z.NEVER;
    })
    .safeParse(parts);
}

/** Secrets and accounts that sources name and the file does not have. */
function lackingIn(
  {
    secrets = {},
    aws = noAws,
  }: { secrets?: Readonly<Record<string, string>> | undefined; aws?: AwsSettings | undefined },
  sources: readonly ConfiguredSource[],
): { readonly path: readonly string[]; readonly message: string }[] {
  const wanted = [
    ...sources.flatMap((one) =>
      one.secrets.flatMap(({ name, purpose, given }) =>
        given || purpose !== 'observe' || one.kind.id === 'kubernetes' ? [] : [{ name, by: one.name }],
      ),
    ),
    ...externalIdsOf(aws).map((name) => ({ name, by: 'aws.accounts' })),
  ];
  return [
    ...wanted
      .filter(({ name }) => !Object.hasOwn(secrets, name))
      .map(({ name, by }) => ({ path: ['secrets', name], message: `is needed by ${by}` })),
    ...unlistedAccounts(sources, aws),
  ];
}

/**
 * Reads YAML or JSON. A value that is `${NAME}` comes from the environment, so that the file need not contain secrets; paths are relative to the
 * file. Throws `Misconfigured` naming the file and the field.
 */
export async function readConfig<Model extends z.ZodType>(
  file: string,
  model: Model,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Config<Model>> {
  const from = (path: string) => resolve(dirname(file), path);
  const parts = z.record(z.string(), z.unknown()).safeParse(fillIn(await readYaml(file), environment, file));
  const parsed = parts.success ? readParts(model, parts.data, from) : parts;
  if (!parsed.success) throw new Misconfigured(`${file} does not fit:\n${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  return {
    ...config,
    ...(config.knowledge === undefined ? {} : { knowledge: from(config.knowledge) }),
    ...(config.catalog === undefined ? {} : { catalog: from(config.catalog) }),
    ...(config.scenarios === undefined ? {} : { scenarios: config.scenarios.map(from) }),
    ...(config.dataDir === undefined ? {} : { dataDir: from(config.dataDir) }),
  };
}

async function readYaml(file: string): Promise<unknown> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new Misconfigured(`The configuration ${file} cannot be read.`, { cause });
  }
  try {
    return parse(content) ?? {};
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new Misconfigured(`${file} is neither YAML nor JSON: ${why}`, { cause });
  }
}

function fillIn(value: unknown, environment: Readonly<Record<string, string | undefined>>, file: string): unknown {
  if (Array.isArray(value)) return value.map((each) => fillIn(each, environment, file));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillIn(each, environment, file)]));
  }
  const name = typeof value === 'string' ? /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value)?.[1] : undefined;
  if (name === undefined) return value;
  const found = environment[name];
  if (found === undefined)
    throw new Misconfigured(`${file} asks for \${${name}}, which the environment does not have.`);
  return found;
}
