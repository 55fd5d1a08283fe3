// Reads what the configured systems show of services, for proposals to the service catalogue. It only reads.
import { WatchkeeperError } from '../core/errors.ts';
import { everywhere } from '../core/model/scope.ts';
import type { Catalog } from '../core/ports/catalog.ts';
import { type Inventory, type InventoryParts, joinInventories } from '../core/topology/discovery/inventory.ts';
import type { AwsSettings } from './auth.ts';
import { discoverTags, type TaggedPlace } from './aws-tags.ts';
import { discoverPagerDuty } from './pagerduty/discover.ts';
import type { ConfiguredSource, RuntimeMeans } from './source-kind.ts';

export interface Discovery {
  readonly sources: readonly ConfiguredSource[];
  readonly means: RuntimeMeans;
  readonly aws: AwsSettings;
  /** Absent without a token. */
  readonly pager?: Parameters<typeof discoverPagerDuty>[0];
}

/** What all sources, PagerDuty and the tags of AWS show of services. What fails is among what is missing. */
export async function discoverFrom(opened: Discovery, catalog: Catalog): Promise<Inventory> {
  const { sources, means, pager } = opened;
  const failed = (name: string, error: unknown): InventoryParts => ({
    missing: [
      {
        what: `${name}: ${error instanceof WatchkeeperError ? error.message : 'it could not be read'}`,
        fix: 'ask `npm run sources -- check`',
      },
    ],
  });
  const settled = (name: string, read: () => Promise<InventoryParts>) =>
    read().catch((error: unknown) => failed(name, error));
  const [tags, ...parts] = await Promise.all([
    discoverTags(taggedPlaces(opened, catalog)),
    ...sources.flatMap((source) => {
      const { name, kind, discover } = source;
      return [
        ...(discover === undefined ? [] : [settled(name, () => discover(means))]),
        ...(kind.signals.includes('calls') ? [settled(name, () => callsOf(source, means))] : []),
      ];
    }),
    ...(pager === undefined ? [] : [settled('PagerDuty', () => discoverPagerDuty(pager))]),
  ]);
  const { eks, ...resources } = tags;
  const inventory = joinInventories([resources, ...parts]);
  const read = new Set(inventory.clusters.flatMap(({ name, aliases }) => [name, ...aliases]));
  const configured = JSON.stringify(sources.map(({ config }) => config));
  return {
    ...inventory,
    hints: [
      // A data source of Grafana that a source already reads is no news.
      ...inventory.hints.filter((hint) => {
        const uid = /uid: ([\w-]+) }/.exec(hint)?.[1];
        return uid === undefined || !configured.includes(uid);
      }),
      ...eks
        .filter(({ name }) => !read.has(name))
        .map(({ name, account, region }) => `the EKS cluster ${name} (${account}, ${region}), which no source reads`),
    ],
  };
}

/** The accounts of the configuration in the regions that it and the catalogue name. A configuration without AWS asks AWS nothing. */
function taggedPlaces({ sources, means, aws }: Discovery, { clusters, services }: Catalog): TaggedPlace[] {
  const accounts = Object.keys(aws.accounts);
  const uses = accounts.length > 0 || aws.monitoring !== undefined || sources.some(({ rights }) => rights.length > 0);
  const access = means.aws;
  if (!uses || access === undefined) return [];
  const regions = new Set([
    ...(access.region === undefined ? [] : [access.region]),
    ...(aws.monitoring?.regions ?? []),
    ...[...clusters, ...services].flatMap(({ region }) => region ?? []),
  ]);
  return [undefined, ...accounts].flatMap((account) =>
    [...regions].map((region) => ({ account, region, credentials: access.credentials(account) })),
  );
}

const callWindowMs = 3_600_000;

/** Calls of the last hour. */
async function callsOf({ name, observe }: ConfiguredSource, means: RuntimeMeans): Promise<InventoryParts> {
  const now = means.clock.now();
  const window = { start: new Date(now.getTime() - callWindowMs).toISOString(), end: now.toISOString() };
  const answer = await (await observe(means)).calls?.observe(everywhere('discover', window), {});
  if (answer === undefined) return {};
  if (answer.kind === 'gap')
    return { missing: [{ what: `${name}, calls: ${answer.gap.reason}`, fix: 'ask `npm run sources -- check`' }] };
  return { calls: answer.data.map(({ from, to }) => ({ from, to, at: `${name}: calls of the last hour` })) };
}
