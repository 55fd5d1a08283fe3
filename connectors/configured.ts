// Reads which sources a file configures: blocks of the kinds, each one source without a name of its own, and named entries under `sources`. It also
// passes them from the stack to the functions. It reads manifests only.
import * as z from 'zod';
import { Catalog } from '../core/ports/catalog.ts';
import { misroutedIn } from '../core/ports/routing.ts';
import { AwsSettings } from './auth.ts';
import type { ConfigPlace, ConfiguredSource, PathOf, SourceKind } from './source-kind.ts';
import { sourceKinds } from './sources.ts';
import { throughGrafana } from './via.ts';

/** The name of a source: evidence and gaps are tagged with it, and the catalogue routes by it. */
const sourceName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, at most 40');
const Entries = z.record(sourceName, z.looseObject({ kind: z.string() }));

interface ReadOptions {
  readonly place: ConfigPlace;
  readonly pathOf?: PathOf;
  readonly kinds?: readonly SourceKind[];
}

/** The fields of a configuration file that configure sources. */
export const sourceFields = (place: ConfigPlace, kinds: readonly SourceKind[] = sourceKinds): ReadonlySet<string> =>
  new Set(kinds.flatMap((kind) => kind.blockIn(place) ?? []));

/** The sources that the blocks of a file configure. Other fields are ignored. @throws z.ZodError */
export function readBlocks(
  fields: Readonly<Record<string, unknown>>,
  { place, pathOf, kinds = sourceKinds }: ReadOptions,
): ConfiguredSource[] {
  return together(
    kinds.map((kind): Reading => {
      const field = kind.blockIn(place);
      const value = field === undefined ? undefined : fields[field];
      if (field === undefined || value === undefined) return { at: [], read: () => undefined };
      return { at: [field], read: () => kind.readBlock(place, value, pathOf) };
    }),
  );
}

/** The named sources of a file. @throws z.ZodError */
export function readEntries(sources: unknown, { place, pathOf, kinds = sourceKinds }: ReadOptions): ConfiguredSource[] {
  const entries = Entries.parse(sources);
  return together(
    Object.entries(entries).map(([name, { kind: id, ...given }]): Reading => {
      const kind = kinds.find((one) => one.id === id);
      const completed = throughGrafana(given, entries);
      if ('problem' in completed) return { at: [name, completed.at], problem: completed.problem };
      const { entry: settings } = completed;
      if (kind !== undefined) return { at: [name], read: () => kind.readEntry(place, name, settings, pathOf) };
      const known = kinds.map((one) => one.id).join(', ');
      return { at: [name, 'kind'], problem: `no kind of source is called ${id}; there are ${known}` };
    }),
  );
}

/** A source's name, and the signals that it gives. */
export interface NamedSignals {
  readonly name: string;
  readonly signals: SourceKind['signals'];
}

/**
 * The names of all sources in the fields of a file, without reading their settings further than needed; none if a stage replays a recording.
 * @throws z.ZodError
 */
export function configuredNames(
  fields: Readonly<Record<string, unknown>>,
  place: ConfigPlace,
  kinds: readonly SourceKind[] = sourceKinds,
): NamedSignals[] {
  const entries = Entries.parse(fields.sources ?? {});
  const named = Object.entries(entries).map(([name, { kind: id }]): NamedSignals => {
    const kind = kinds.find((one) => one.id === id);
    if (kind === undefined)
      throw new z.ZodError([issueAt(['sources', name, 'kind'], `no kind of source is called ${id}`)]);
    return { name, signals: kind.signals };
  });
  const telemetry = z.record(z.string(), z.unknown()).parse(fields.telemetry ?? {});
  if (place === 'stage' && telemetry.kind === 'recorded') return [];
  const blocks: NamedSignals[] =
    place === 'stage'
      ? readBlocks(telemetry, { place, kinds }).map(({ name, signals }) => ({ name, signals }))
      : kinds.flatMap((kind) => {
          const field = kind.blockIn(place);
          return field === undefined || fields[field] === undefined ? [] : [{ name: kind.id, signals: kind.signals }];
        });
  return [...blocks, ...named];
}

/** Sentences about names in a service catalogue that fit none of the sources (core/ports/routing.ts). @throws z.ZodError */
export const misrouted = (catalog: unknown, sources: readonly ConfiguredSource[]): readonly string[] =>
  misroutedIn(
    Catalog.parse(catalog),
    sources.map(({ name, signals }) => ({ name, signals })),
  );

type Reading = { readonly at: readonly string[] } & (
  | { readonly read: () => ConfiguredSource | undefined }
  | { readonly problem: string }
);

/** Reports all errors at once. */
function together(readings: readonly Reading[]): ConfiguredSource[] {
  const issues: z.core.$ZodIssue[] = [];
  const sources: ConfiguredSource[] = [];
  for (const reading of readings) {
    if ('problem' in reading) {
      issues.push(issueAt(reading.at, reading.problem));
      continue;
    }
    try {
      const source = reading.read();
      if (source) sources.push(source);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      issues.push(...error.issues.map(({ message, path }) => issueAt([...reading.at, ...path], message)));
    }
  }
  if (issues.length > 0) throw new z.ZodError(issues);
  return sources;
}

const issueAt = (path: readonly PropertyKey[], message: string): z.core.$ZodIssue => ({
  code: 'custom',
  path: [...path],
  message,
  input: undefined,
});

/** The first name that two sources share; undefined if there is none. */
export function duplicateName(sources: readonly ConfiguredSource[]): string | undefined {
  const names = sources.map(({ name }) => name);
  return names.find((name, index) => names.indexOf(name) !== index);
}

/**
 * Runs a parser inside a schema. It adds the parser's errors as issues of the whole file and returns `otherwise`, so that the file has no valid
 * value.
 */
export function within<T>(context: z.RefinementCtx, at: readonly PropertyKey[], otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    for (const { message, path } of error.issues) context.addIssue({ code: 'custom', message, path: [...at, ...path] });
    return otherwise;
  }
}

/** Each account that a source names and `aws.accounts` does not list, with the place of the name. */
export const unlistedAccounts = (
  sources: readonly ConfiguredSource[],
  { accounts }: AwsSettings,
): { readonly path: string[]; readonly message: string }[] =>
  sources.flatMap(({ name, accounts: named }) =>
    named
      .filter((account) => !Object.hasOwn(accounts, account))
      .map((account) => ({
        path: ['sources', name],
        message: `names the account ${account}, which is not under aws.accounts`,
      })),
  );

/** The data that functions observe: a recording in their bundle, or live sources. */
export type TelemetrySetting =
  | { readonly kind: 'recorded'; readonly scenario: string }
  | { readonly kind: 'live'; readonly sources: readonly ConfiguredSource[]; readonly aws?: AwsSettings };

const Written = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recorded'), scenario: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('live'),
    sources: z.array(z.strictObject({ name: z.string(), kind: z.string(), config: z.record(z.string(), z.unknown()) })),
    aws: AwsSettings.optional(),
  }),
]);

/** The value of a function's environment variable. It contains no secret. */
export const writeTelemetry = (setting: TelemetrySetting): string =>
  JSON.stringify(
    setting.kind === 'recorded'
      ? setting
      : {
          kind: 'live',
          sources: setting.sources.map(({ name, kind, config }) => ({ name, kind: kind.id, config })),
          aws: setting.aws,
        },
  );

/** @throws z.ZodError, SyntaxError */
export function readTelemetry(text: string, kinds: readonly SourceKind[] = sourceKinds): TelemetrySetting {
  const written = Written.parse(JSON.parse(text));
  if (written.kind === 'recorded') return written;
  const entries = written.sources.map(({ name, kind, config }) => [name, { ...config, kind }] as const);
  const sources = readEntries(Object.fromEntries(entries), { place: 'stage', kinds });
  return { kind: 'live', sources, ...(written.aws === undefined ? {} : { aws: written.aws }) };
}
