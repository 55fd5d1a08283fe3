// Defines a kind of source. Its manifest (connectors/NAME/manifest.ts) is plain data that imports no SDK and no client, so that the stack and the
// configuration can read it; the source's code is loaded at its first use.
import * as z from 'zod';
import type { Scope } from '../core/model/scope.ts';
import type { Actor } from '../core/ports/acting.ts';
import type { DocumentSource } from '../core/ports/knowledge-sync.ts';
import type { Signal, Sources } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';
import type { InventoryParts } from '../core/topology/discovery/inventory.ts';

/** Functions that observe get the secrets and rights of `observe`; functions that act get both. */
type Purpose = 'observe' | 'act';

/** A stage file (lib/config.ts), or the file behind `--config` (local/config.ts). */
export type ConfigPlace = 'stage' | 'local';

/** The parts of an ARN in the stage's account; without a region, in the stage's region. A string is a complete ARN. */
export type ArnParts =
  | string
  | {
      readonly service: string;
      readonly region?: string;
      readonly resource: string;
      readonly name: string;
      readonly separator: ':' | '/';
    };

export interface SourceRight {
  readonly purpose: Purpose;
  /** Another account, whose reader's role needs the right (lib/member.ts); absent, the functions' own roles need it. */
  readonly account?: string | undefined;
  readonly actions: readonly string[];
  readonly resources: readonly ArnParts[];
  /** The reason for a wildcard in the resources; absent if there is none. */
  readonly wildcard?: string;
}

interface SecretEntry<Config> {
  /** The field of a local file that holds its value. */
  readonly field: string;
  /** The secret's name in a stage, for the source named after its kind; for any other source it is `SOURCE-` and the last word of this name. */
  readonly name: string;
  readonly description: string;
  readonly purpose: Purpose;
  isNeeded(config: Config): boolean;
  /** The secret's name if the settings give one; it may then be shared by several sources. */
  named?(config: Config): string | undefined;
  /** Settings that the presence of a value in a local file implies. */
  readonly implies?: Readonly<Record<string, unknown>>;
}

interface Block<Config> {
  readonly field: string;
  /** Parses to undefined if the block configures nothing. Absent, the kind's own schema applies. */
  readonly schema?: z.ZodType<Config | undefined>;
}

export interface Manifest<Config> {
  /** The `kind` of an entry under `sources`. */
  readonly id: string;
  /** The name that people know. */
  readonly title: string;
  readonly signals: readonly Signal[];
  /** The signals that a source with these settings gives, if they are fewer. */
  gives?(config: Config): readonly Signal[];
  /** The schema of an entry under `sources`, without its kind and its secrets. */
  readonly configSchema: z.ZodType<Config>;
  /** The schema in a local file, if that differs. */
  readonly localSchema?: z.ZodType<Config>;
  /** The block that configures one source of this kind without a name of its own. */
  readonly blocks?: { readonly [Place in ConfigPlace]: Block<Config> };
  /** Settings that are paths, relative to the local file. */
  readonly paths?: readonly (keyof Config & string)[];
  readonly secrets: readonly SecretEntry<Config>[];
  rights(config: Config): readonly SourceRight[];
  /** Other accounts that the source reads. They have to be among `aws.accounts`. */
  accounts?(config: Config): readonly string[];
  /** Whether the settings ask to copy documents; absent, there are none. */
  hasDocuments?(config: Config): boolean;
  /** EKS clusters of other accounts, which need an access entry for the reader's role there. */
  accessEntries?(config: Config): readonly AccessEntry[];
}

export interface AccessEntry {
  readonly account: string;
  readonly region: string;
  readonly cluster: string;
}

/** Short-lived credentials of AWS, read for each request. */
export type AwsCredentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}>;

export interface AwsAccess {
  /** The region of the process. */
  readonly region: string | undefined;
  readonly monitoring?: { readonly account: string; readonly regions: readonly string[] } | undefined;
  /** Whether the configuration allows to enter the account. */
  knows(account: string): boolean;
  /** Of the process, or of the reader's role in the account. @throws Misconfigured if the configuration does not list the account. */
  credentials(account?: string): AwsCredentials;
}

/** Reads a secret's value on demand; undefined if the source has no such secret, or this function may not read it. */
export type SecretOf = (field: string) => (() => Promise<string>) | undefined;

/** A container of the service runs this image: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/orders:v3@sha256:…`. */
export interface ImageInUse {
  readonly service: string;
  readonly reference: string;
}

export interface ImagesInUse {
  readonly images: readonly ImageInUse[];
  readonly missing: readonly string[];
}

/** The images of the paged service and of its neighbours, each once. */
export type ReadImages = (scope: Scope) => Promise<ImagesInUse>;

export interface SourceMeans {
  readonly clock: Clock;
  readonly secret: SecretOf;
  readonly aws?: AwsAccess | undefined;
  /** The images that run, by all sources that know some; absent if none does. */
  readonly images?: ReadImages | undefined;
}

/** Exported as `make` by connectors/NAME/source.ts. */
export type MakeSource<Config> = (config: Config, means: SourceMeans) => Partial<Sources> | Promise<Partial<Sources>>;
/** Exported as `make` by connectors/NAME/actor.ts. */
export type MakeActor<Config> = (config: Config, means: SourceMeans) => Actor | Promise<Actor>;

/** What one cheap question to a source shows. Everything in it is our own words, or names that a people may know; it is printed as it is. */
export type SourceCheck =
  | {
      readonly kind: 'answers';
      /** What it can see, as `metrics: 9 of 9 signals`. */
      readonly sees: readonly string[];
      /** The clusters that its data names. */
      readonly clusters: readonly string[];
      readonly missing: readonly Lack[];
    }
  | { readonly kind: 'silent'; readonly lack: Lack };

/** Something that a source does not give, and what to do about it. */
export interface Lack {
  readonly what: string;
  readonly fix: string;
}

/** Exported as `check` by connectors/NAME/check.ts. It does not throw for a source that does not answer. */
export type CheckSource<Config> = (config: Config, means: SourceMeans) => Promise<SourceCheck>;

/** Exported as `discover` by connectors/NAME/discover.ts: what it shows of services. It does not throw for a source that does not answer. */
export type DiscoverServices<Config> = (
  config: Config,
  means: SourceMeans & { /** The name of the source. */ readonly name: string },
) => Promise<InventoryParts>;

/** Exported as `documents` by connectors/NAME/documents.ts. `repositories`: those of the catalogue, with their services. */
export type ReadDocuments<Config> = (
  config: Config,
  means: SourceMeans & { readonly repositories: () => Promise<readonly CataloguedRepository[]> },
) => DocumentSource['read'] | undefined;

/** Exported as `images` by connectors/NAME/images.ts. */
export type MakeImages<Config> = (config: Config, means: SourceMeans) => ReadImages | Promise<ReadImages>;

export interface CataloguedRepository {
  /** `owner/name` on GitHub. */
  readonly repository: string;
  /** The only service that names it. */
  readonly service?: string | undefined;
}

export interface DocumentMeans extends RuntimeMeans {
  readonly repositories: () => Promise<readonly CataloguedRepository[]>;
}

/** Reads the stage's secrets by full name; undefined if this function may not read them. */
export interface RuntimeMeans {
  readonly clock: Clock;
  secret(name: string): (() => Promise<string>) | undefined;
  readonly aws?: AwsAccess | undefined;
  readonly images?: ReadImages | undefined;
}

export interface ConfiguredSource {
  readonly name: string;
  readonly kind: SourceKind;
  /** The signals that it gives with its settings. */
  readonly signals: readonly Signal[];
  /** The settings as JSON, without secrets. */
  readonly config: unknown;
  /** `given`: the file holds the value itself. */
  readonly secrets: readonly {
    readonly name: string;
    readonly description: string;
    readonly purpose: Purpose;
    readonly given: boolean;
  }[];
  readonly rights: readonly SourceRight[];
  readonly accounts: readonly string[];
  readonly accessEntries: readonly AccessEntry[];
  observe(means: RuntimeMeans): Promise<Partial<Sources>>;
  /** Absent for a kind that knows no images. */
  images?: ((means: RuntimeMeans) => Promise<ReadImages>) | undefined;
  /** Absent for a kind without a check of its own. */
  check?: ((means: RuntimeMeans) => Promise<SourceCheck>) | undefined;
  /** Absent for a kind that shows no services. */
  discover?: ((means: RuntimeMeans) => Promise<InventoryParts>) | undefined;
  /** Whether the settings ask to copy documents. */
  readonly hasDocuments: boolean;
  /** Absent for a kind without documents; undefined if the settings ask for none. */
  documents?: ((means: DocumentMeans) => Promise<DocumentSource | undefined>) | undefined;
  /** Absent for a source that can only observe. */
  act?: ((means: RuntimeMeans) => Promise<Actor>) | undefined;
}

export interface SourceKind {
  readonly id: string;
  readonly title: string;
  readonly signals: readonly Signal[];
  /** The field of the kind's block in such a file, if it has one. */
  blockIn(place: ConfigPlace): string | undefined;
  /** @throws z.ZodError with paths inside the block. Returns undefined if the block configures nothing. */
  readBlock(place: ConfigPlace, value: unknown, pathOf?: PathOf): ConfiguredSource | undefined;
  /** @throws z.ZodError with paths inside the entry. */
  readEntry(place: ConfigPlace, name: string, value: unknown, pathOf?: PathOf): ConfiguredSource;
}

/** Resolves a path that a local file names. */
export type PathOf = (path: string) => string;

interface Loaders<Config> {
  source(): Promise<{ readonly make: MakeSource<Config> }>;
  actor?(): Promise<{ readonly make: MakeActor<Config> }>;
  check?(): Promise<{ readonly check: CheckSource<Config> }>;
  documents?(): Promise<{ readonly documents: ReadDocuments<Config> }>;
  discover?(): Promise<{ readonly discover: DiscoverServices<Config> }>;
  images?(): Promise<{ readonly images: MakeImages<Config> }>;
}

const same: PathOf = (path) => path;

/** One row of the table of sources: a manifest, and the loaders of its source and actor. */
export function sourceKind<Config extends object>(manifest: Manifest<Config>, load: Loaders<Config>): SourceKind {
  const { id, configSchema, localSchema = configSchema, blocks } = manifest;
  const schemas: { readonly [Place in ConfigPlace]: z.ZodType<Config> } = { stage: configSchema, local: localSchema };

  const configured = (name: string, config: Config, values: Readonly<Record<string, string>>): ConfiguredSource => {
    const nameOf = (entry: SecretEntry<Config>) =>
      entry.named?.(config) ?? (name === id ? entry.name : `${name}-${entry.name.split('-').at(-1)}`);
    const needed = manifest.secrets.filter((entry) => entry.isNeeded(config));
    const { actor, check, discover, documents, images } = load;
    const meansOf = ({ clock, secret, aws, images: running }: RuntimeMeans): SourceMeans => ({
      clock,
      aws,
      images: running,
      secret(field) {
        const value = values[field];
        if (value !== undefined) return async () => value;
        const entry = needed.find((one) => one.field === field);
        return entry && secret(nameOf(entry));
      },
    });
    return {
      name,
      kind,
      signals: manifest.gives?.(config) ?? manifest.signals,
      config,
      secrets: needed.map((entry) => ({
        name: nameOf(entry),
        description: entry.description,
        purpose: entry.purpose,
        given: values[entry.field] !== undefined,
      })),
      rights: manifest.rights(config),
      accounts: manifest.accounts?.(config) ?? [],
      accessEntries: manifest.accessEntries?.(config) ?? [],
      hasDocuments: manifest.hasDocuments?.(config) ?? false,
      observe: async (means) => (await load.source()).make(config, meansOf(means)),
      images: images && (async (means) => (await images()).images(config, meansOf(means))),
      check: check && (async (means) => (await check()).check(config, meansOf(means))),
      discover: discover && (async (means) => (await discover()).discover(config, { ...meansOf(means), name })),
      documents:
        documents &&
        (async (means) => {
          const { repositories } = means;
          const read = (await documents()).documents(config, { ...meansOf(means), repositories });
          return read && { name, read };
        }),
      act: actor && (async (means) => (await actor()).make(config, meansOf(means))),
    };
  };

  /** A local file holds secrets beside the settings, so this separates them. */
  const split = (
    place: ConfigPlace,
    value: unknown,
  ): { readonly settings: unknown; readonly values: Record<string, string> } => {
    const fields = z.record(z.string(), z.unknown()).safeParse(value);
    if (place === 'stage' || !fields.success) return { settings: value, values: {} };
    const settings: Record<string, unknown> = { ...fields.data };
    const values: Record<string, string> = {};
    for (const { field, implies } of manifest.secrets) {
      if (settings[field] === undefined) continue;
      values[field] = z.object({ [field]: z.string().min(1) }).parse(settings)[field] ?? '';
      delete settings[field];
      // Settings that are written out say more than what the presence of a value implies.
      for (const [name, value] of Object.entries(implies ?? {}))
        if (typeof settings[name] !== 'object') settings[name] = value;
    }
    return { settings, values };
  };

  const complete = (place: ConfigPlace, config: Config, values: Readonly<Record<string, string>>): void => {
    const lacking = manifest.secrets.find(
      (entry) =>
        entry.purpose === 'observe' &&
        entry.isNeeded(config) &&
        entry.named?.(config) === undefined &&
        values[entry.field] === undefined,
    );
    if (place === 'local' && lacking !== undefined)
      throw new z.ZodError([
        { code: 'custom', path: [lacking.field], message: `is needed: ${lacking.description}`, input: undefined },
      ]);
  };

  const located = (config: Config, pathOf: PathOf): Config => {
    const moved = { ...config };
    for (const field of manifest.paths ?? []) {
      const path = moved[field];
      if (typeof path === 'string') Object.assign(moved, { [field]: pathOf(path) });
    }
    return moved;
  };

  const kind: SourceKind = {
    id,
    title: manifest.title,
    signals: manifest.signals,
    blockIn: (place) => blocks?.[place].field,
    readBlock(place, value, pathOf = same) {
      const { settings, values } = split(place, value);
      const config = (blocks?.[place].schema ?? schemas[place]).parse(settings);
      if (config === undefined) return undefined;
      complete(place, config, values);
      return configured(id, located(config, pathOf), values);
    },
    readEntry(place, name, value, pathOf = same) {
      const { settings, values } = split(place, value);
      const config = schemas[place].parse(settings);
      complete(place, config, values);
      return configured(name, located(config, pathOf), values);
    },
  };
  return kind;
}
