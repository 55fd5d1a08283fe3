// Refuses, at synthesis, a stage that may act but names no approvers, or no Slack workspace and app. It reads only the catalogue's autonomy levels
// and approvers; the functions validate the complete catalogue (core/ports/catalog.ts).
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { StageConfig } from './config.ts';
import { root } from './root.ts';

const Going = z.looseObject({
  level: z.string().optional(),
  actions: z.record(z.string(), z.string()).default({}),
});
const Catalogue = z.looseObject({
  environments: z.record(z.string(), Going).default({}),
  services: z.array(Going).default([]),
  approvers: z.array(z.string()).default([]),
});

/** Throws with one sentence per missing restriction. */
export function refuseOpenDoors({
  stage,
  catalog,
  approvers,
  slack,
}: Pick<StageConfig, 'stage' | 'catalog' | 'approvers' | 'slack'>): void {
  const read = Catalogue.parse(parse(readFileSync(resolve(root, catalog), 'utf8')) ?? {});
  if (isCrawl(read)) return;
  const open = [
    ...((approvers ?? read.approvers).length > 0
      ? []
      : [
          `names no approvers, and ${catalog} lets it act: anybody in Slack could decide. Name them under "approvers" in the stage or in the catalogue, or set every level to crawl.`,
        ]),
    ...(slack.teams.length > 0
      ? []
      : [
          `does not name its Slack workspace: put its id under "slack": { "teams": ["T…"] }, or set every level to crawl.`,
        ]),
    ...(slack.appId !== undefined
      ? []
      : [`does not name its Slack app: put its id under "slack": { "appId": "A…" }, or set every level to crawl.`]),
  ];
  if (open.length > 0) throw new Error(open.map((problem) => `The stage ${stage} ${problem}`).join('\n'));
}

/** Reads everywhere and acts nowhere. */
const isCrawl = ({ environments, services }: z.infer<typeof Catalogue>): boolean =>
  [...Object.values(environments), ...services].every(
    ({ level = 'crawl', actions }) => level === 'crawl' && Object.values(actions).every((one) => one === 'crawl'),
  );
