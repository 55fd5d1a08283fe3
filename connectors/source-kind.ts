// What a kind of source is. Its manifest (connectors/NAME/manifest.ts) is plain data that imports no SDK and no client, so that the stack and
// the configuration can read it; what it makes is loaded when somebody asks it.
import * as z from 'zod';
import type { Actor } from '../core/ports/acting.ts';
import type { Signal, Sources } from '../core/ports/telemetry.ts';
import type { Clock } from '../core/ports/world.ts';

/** Functions that observe get the first; functions that act get both. */
type Purpose = 'observe' | 'act';

/** A stage file (lib/config.ts), or the file behind `--config` (local/config.ts). */
export type ConfigPlace = 'stage' | 'local';

/** An ARN of the stage's account; its region where none is given. A string is an ARN already. */
export type ArnParts =
  | string
  | {
      readonly service: string;
      readonly region?: string;
      readonly resource: string;
      readonly name: string;
      readonly separator: ':' | '/';
    };

interface SourceRight {
  readonly purpose: Purpose;
  readonly actions: readonly string[];
  readonly resources: readonly ArnParts[];
  /** Why the resources hold a wildcard; absent where they hold none. */
  readonly wildcard?: string;
}

interface SecretEntry<Config> {
  /** The field that holds its value in a local file. */
  readonly field: string;
  /** Its name in a stage, for the source that is called after its kind; other sources have `SOURCE-` and its last word. */
  readonly name: string;
  readonly description: string;
  readonly purpose: Purpose;
  isNeeded(config: Config): boolean;
  /** Settings that a value in a local file stands for. */
  readonly implies?: Readonly<Record<string, unknown>>;
}

interface Block<Config> {
  readonly field: string;
  /** Undefined where the block configures nothing. The kind's own schema where absent. */
  readonly schema?: z.ZodType<Config | undefined>;
}

export interface Manifest<Config> {
  /** The `kind` of an entry under `sources`. */
  readonly id: string;
  /** As people know it. */
  readonly title: string;
  readonly signals: readonly Signal[];
  /** An entry under `sources`, without its kind and its secrets. */
  readonly configSchema: z.ZodType<Config>;
  /** The same in a local file, where that differs. */
  readonly localSchema?: z.ZodType<Config>;
  /** The block that configures one source of this kind without a name of its own. */
  readonly blocks?: { readonly [Place in ConfigPlace]: Block<Config> };
  /** Settings that are paths, relative to the local file. */
  readonly paths?: readonly (keyof Config & string)[];
  readonly secrets: readonly SecretEntry<Config>[];
  rights(config: Config): readonly SourceRight[];
}

/** A secret's value, read when it is needed; undefined where the source has none, or this function may not read it. */
export type SecretOf = (field: string) => (() => Promise<string>) | undefined;

export interface SourceMeans {
  readonly clock: Clock;
  readonly secret: SecretOf;
}

/** Exported as `make` by connectors/NAME/source.ts. */
export type MakeSource<Config> = (config: Config, means: SourceMeans) => Partial<Sources> | Promise<Partial<Sources>>;
/** Exported as `make` by connectors/NAME/actor.ts. */
export type MakeActor<Config> = (config: Config, means: SourceMeans) => Actor | Promise<Actor>;

/** What the stage has, by its full name; undefined where this function may not read it. */
export interface RuntimeMeans {
  readonly clock: Clock;
  secret(name: string): (() => Promise<string>) | undefined;
}

export interface ConfiguredSource {
  readonly name: string;
  readonly kind: SourceKind;
  /** Its settings as JSON, without secrets. */
  readonly config: unknown;
  readonly secrets: readonly { readonly name: string; readonly description: string; readonly purpose: Purpose }[];
  readonly rights: readonly SourceRight[];
  observe(means: RuntimeMeans): Promise<Partial<Sources>>;
  /** Absent of what can only be observed. */
  act?: ((means: RuntimeMeans) => Promise<Actor>) | undefined;
}

export interface SourceKind {
  readonly id: string;
  readonly title: string;
  readonly signals: readonly Signal[];
  /** The field of its block in such a file, where it has one. */
  blockIn(place: ConfigPlace): string | undefined;
  /** @throws z.ZodError with paths inside the block. Undefined where the block configures nothing. */
  readBlock(place: ConfigPlace, value: unknown, pathOf?: PathOf): ConfiguredSource | undefined;
  /** @throws z.ZodError with paths inside the entry. */
  readEntry(place: ConfigPlace, name: string, value: unknown, pathOf?: PathOf): ConfiguredSource;
}

/** Where a path that a local file names lies. */
export type PathOf = (path: string) => string;

interface Loaders<Config> {
  source(): Promise<{ readonly make: MakeSource<Config> }>;
  actor?(): Promise<{ readonly make: MakeActor<Config> }>;
}

const same: PathOf = (path) => path;

/** One row of the table: a manifest, and where what it describes is made. */
export function sourceKind<Config extends object>(manifest: Manifest<Config>, load: Loaders<Config>): SourceKind {
  const { id, configSchema, localSchema = configSchema, blocks } = manifest;
  const schemas: { readonly [Place in ConfigPlace]: z.ZodType<Config> } = { stage: configSchema, local: localSchema };

  const configured = (name: string, config: Config, values: Readonly<Record<string, string>>): ConfiguredSource => {
    const nameOf = (entry: SecretEntry<Config>) =>
      name === id ? entry.name : `${name}-${entry.name.split('-').at(-1)}`;
    const needed = manifest.secrets.filter((entry) => entry.isNeeded(config));
    const { actor } = load;
    const meansOf = ({ clock, secret }: RuntimeMeans): SourceMeans => ({
      clock,
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
      config,
      secrets: needed.map((entry) => ({ name: nameOf(entry), description: entry.description, purpose: entry.purpose })),
      rights: manifest.rights(config),
      observe: async (means) => (await load.source()).make(config, meansOf(means)),
      act: actor && (async (means) => (await actor()).make(config, meansOf(means))),
    };
  };

  /** A local file holds secrets beside the settings. */
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
      Object.assign(settings, implies);
    }
    return { settings, values };
  };

  const complete = (place: ConfigPlace, config: Config, values: Readonly<Record<string, string>>): void => {
    const lacking = manifest.secrets.find(
      (entry) => entry.purpose === 'observe' && entry.isNeeded(config) && values[entry.field] === undefined,
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
