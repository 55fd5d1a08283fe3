// Reads only the names and signals of the sources that a stage file or a local file configures, to compare them with the service catalogue. It needs
// no secret and no environment variable.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { AwsSettings } from '../connectors/auth.ts';
import { configuredNames, type NamedSignals, readBlocks, readEntries } from '../connectors/configured.ts';
import type { ConfiguredSource } from '../connectors/source-kind.ts';
import { Misconfigured } from '../core/errors.ts';

export interface NamedSources {
  readonly file: string;
  readonly sources: readonly NamedSignals[];
}

const File = z.looseObject({
  stage: z.string().optional(),
  catalog: z.string().optional(),
  telemetry: z.looseObject({ kind: z.string() }).optional(),
  pagerduty: z.looseObject({ apiUrl: z.string().optional() }).optional(),
});

/** @throws Misconfigured if the file cannot be read, or if a source has no known kind. */
export async function sourcesIn(file: string): Promise<NamedSources> {
  const fields = await read(file);
  try {
    return { file, sources: configuredNames(fields, fields.stage === undefined ? 'local' : 'stage') };
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new Misconfigured(`${file} does not fit:\n${z.prettifyError(cause)}`, { cause });
  }
}

/** The stages and local files of a folder that use this catalogue. `root`: the folder to which a stage's path is relative. */
export async function usersOf(
  catalog: string,
  { folder, root }: { folder: string; root: string },
): Promise<NamedSources[]> {
  const names = (await readdir(folder)).filter((name) => /\.(?:json|ya?ml)$/.test(name)).sort();
  const users = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      const fields = await read(file).catch(() => undefined);
      if (fields === undefined) return [];
      const { stage, catalog: used } = fields;
      const path =
        stage === undefined ? used && resolve(dirname(file), used) : resolve(root, used ?? 'config/catalog.yaml');
      return path === resolve(catalog) ? [await sourcesIn(file)] : [];
    }),
  );
  return users.flat().filter(({ sources }) => sources.length > 0);
}

async function read(file: string): Promise<z.infer<typeof File>> {
  try {
    return File.parse(parse(await readFile(file, 'utf8')) ?? {});
  } catch (cause) {
    throw new Misconfigured(`The configuration ${file} cannot be read.`, { cause });
  }
}

export interface StageSources {
  readonly name: string;
  readonly sources: readonly ConfiguredSource[];
  readonly aws: AwsSettings;
  /** Relative to the repository. */
  readonly catalog: string;
  /** Present if the stage has PagerDuty's token. */
  readonly pagerduty: { readonly apiUrl?: string | undefined } | undefined;
}

/** The sources of a stage file, with their settings; undefined for a local file. @throws Misconfigured */
export async function readStageSources(file: string): Promise<StageSources | undefined> {
  const {
    stage,
    telemetry = { kind: 'live' },
    sources,
    aws,
    pagerduty,
    catalog = 'config/catalog.yaml',
  } = await read(file);
  if (stage === undefined) return undefined;
  try {
    const { kind, ...blocks } = telemetry;
    const place = { place: 'stage' } as const;
    const all = kind === 'recorded' ? [] : [...readBlocks(blocks, place), ...readEntries(sources ?? {}, place)];
    return { name: stage, sources: all, aws: AwsSettings.parse(aws ?? {}), catalog, pagerduty };
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new Misconfigured(`${file} does not fit:\n${z.prettifyError(cause)}`, { cause });
  }
}
