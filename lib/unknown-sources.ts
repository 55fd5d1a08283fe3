// Refuses, at synthesis, a stage whose service catalogue names a source that the stage does not have.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { misrouted } from '../connectors/configured.ts';
import { type StageConfig, sourcesOf } from './config.ts';
import { root } from './root.ts';

/** Throws with one sentence for each such name. A stage without live sources asks nothing, so nothing is compared. */
export function refuseUnknownSources(stage: Pick<StageConfig, 'stage' | 'catalog' | 'telemetry' | 'sources'>): void {
  const sources = sourcesOf(stage);
  if (sources.length === 0) return;
  const wrong = misroutedIn(stage.catalog, sources);
  if (wrong.length > 0)
    throw new Error(
      wrong.map((problem) => `The stage ${stage.stage} cannot use ${stage.catalog}: ${problem}`).join('\n'),
    );
}

function misroutedIn(catalog: string, sources: ReturnType<typeof sourcesOf>): readonly string[] {
  try {
    return misrouted(parse(readFileSync(resolve(root, catalog), 'utf8')), sources);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new Error(`${catalog} does not fit: ${z.prettifyError(cause)}`, { cause });
  }
}
