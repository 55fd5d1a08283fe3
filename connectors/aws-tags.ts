// Reads tagged resources of AWS for the catalogue, by account and region (Resource Groups Tagging API, GetResources). Resources that never had a tag
// are not in it.
import type { GetResourcesOutput, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { WatchkeeperError } from '../core/errors.ts';
import { limitConcurrency } from '../core/limit-concurrency.ts';
import type { InventoryParts } from '../core/topology/discovery/inventory.ts';
import type { AwsCredentials } from './source-kind.ts';

export interface TaggedPlace {
  /** Absent: the account of the process. */
  readonly account?: string | undefined;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Another client, for tests. */
  readonly client?: ResourceGroupsTaggingAPIClient | undefined;
}

const pageSize = 100;
const maxPages = 50;
const atOnce = 4;
const types = [
  'lambda:function',
  'sqs',
  'rds:db',
  'dynamodb:table',
  'kinesis:stream',
  'ecs:service',
  'sns',
  's3',
  'eks:cluster',
];

export async function discoverTags(places: readonly TaggedPlace[]): Promise<
  InventoryParts & {
    readonly eks: readonly { readonly name: string; readonly account: string; readonly region: string }[];
  }
> {
  const limited = limitConcurrency(atOnce);
  const all = await Promise.all(places.map((place) => limited(() => readPlace(place))));
  return {
    resources: all.flatMap(({ resources }) => resources),
    missing: all.flatMap(({ missing }) => missing),
    eks: all.flatMap(({ eks }) => eks),
  };
}

async function readPlace({ account, region, credentials, client: given }: TaggedPlace) {
  const resources: NonNullable<InventoryParts['resources']> = [];
  const eks: { name: string; account: string; region: string }[] = [];
  const missing: NonNullable<InventoryParts['missing']> = [];
  const { GetResourcesCommand, ResourceGroupsTaggingAPIClient } = await import(
    '@aws-sdk/client-resource-groups-tagging-api'
  );
  const client = given ?? new ResourceGroupsTaggingAPIClient({ region, credentials, maxAttempts: 4 });
  const where = `${account ?? 'the own account'}, ${region}`;
  try {
    let token: string | undefined;
    for (let page = 0; ; page += 1) {
      if (page === maxPages) {
        missing.push({
          what: `AWS ${where}: only the first ${resources.length} tagged resources`,
          fix: 'add the others by hand',
        });
        break;
      }
      const answer: GetResourcesOutput = await client.send(
        new GetResourcesCommand({
          ResourcesPerPage: pageSize,
          ResourceTypeFilters: types,
          ...(token ? { PaginationToken: token } : {}),
        }),
        { abortSignal: AbortSignal.timeout(15_000) },
      );
      for (const { ResourceARN = '', Tags = [] } of answer.ResourceTagMappingList ?? []) {
        const found = partsOf(ResourceARN);
        if (found === undefined) continue;
        const owner = found.account || account;
        if (owner === undefined) continue;
        if (found.type === 'eks') {
          eks.push({ name: found.name, account: owner, region });
          continue;
        }
        const tags = Object.fromEntries(
          Tags.flatMap(({ Key, Value }) => (Key === undefined || Value === undefined ? [] : [[Key, Value] as const])),
        );
        resources.push({
          type: found.type,
          name: found.name,
          account: owner,
          region,
          tags,
          at: `AWS ${owner}, ${region}: ${found.type} ${found.name}`,
        });
      }
      token = answer.PaginationToken;
      if (!token) break;
    }
  } catch (error) {
    const why = error instanceof WatchkeeperError ? error.message : error instanceof Error ? error.name : 'no answer';
    missing.push({
      what: `AWS ${where}: tags (${why})`,
      fix: 'allow tag:GetResources to the role that reads this account',
    });
  } finally {
    if (given === undefined) client.destroy();
  }
  return { resources, eks, missing };
}

/** Type as the catalogue writes it, name and account of an ARN; undefined for a type that is not among them. */
export function partsOf(arn: string): { type: string; name: string; account: string } | undefined {
  const [, , service = '', , account = '', ...rest] = arn.split(':');
  const resource = rest.join(':');
  const pattern = Object.hasOwn(patterns, service) ? patterns[service] : undefined;
  const name = pattern?.exec(resource)?.[1];
  return name === undefined || !/^\d{0,12}$/.test(account) ? undefined : { type: service, name, account };
}

/** The name in the last part of an ARN, by service. */
const patterns: Readonly<Record<string, RegExp>> = {
  lambda: /^function:([^:]+)$/,
  sqs: /^([^:/]+)$/,
  sns: /^([^:/]+)$/,
  rds: /^db:(.+)$/,
  dynamodb: /^table\/([^/]+)$/,
  kinesis: /^stream\/(.+)$/,
  ecs: /^service\/(?:[^/]+\/)?([^/]+)$/,
  s3: /^([^/]+)$/,
  eks: /^cluster\/([^/]+)$/,
};
