// Creates the source of AWS resources: it reads each named resource in its account and region, then the resources that belong to it, then the metrics of all.
import type { AwsResource, ResourceRef, ResourceSet, ResourceType } from '../../core/model/aws-resources.ts';
import type { Observed, Source } from '../../core/ports/telemetry.ts';
import { credentialsFor, type Deadline, deadlineIn } from '../aws-calls.ts';
import type { AwsAccess, MakeSource } from '../source-kind.ts';
import { readBucket, readDistribution } from './delivery.ts';
import { readFunction } from './functions.ts';
import { readGateway } from './gateways.ts';
import { readMachine } from './machines.ts';
import type { AwsResourcesSettings } from './manifest.ts';
import { withMetrics } from './metrics.ts';
import { notRead, type Place, placeAt, type Read, type ReadResource, wordOf } from './place.ts';
import { readQueue } from './queues.ts';
import { type ReadQuotas, readQuotas } from './quotas.ts';
import { readBalancer, readContainers, readTargetGroup } from './services.ts';
import { readDatabase, readStream, readTable } from './stores.ts';

/** The time for one question in milliseconds; a specialist has 20 seconds. */
const budgetMs = 15_000;
/** The named resources and those that belong to them. */
const maxRead = 60;
/** Quotas with their use in one answer. */
const maxQuotas = 100;
/** How far a question follows what belongs to a resource: a queue, its function, the function's dead letter queue. */
const maxSteps = 2;

/** CloudFront and its metrics have one region. */
const cloudFrontRegion = 'us-east-1';

const readers: Readonly<Record<ResourceType, ReadResource>> = {
  lambda: readFunction,
  sqs: readQueue,
  dynamodb: readTable,
  kinesis: readStream,
  rds: readDatabase,
  ecs: readContainers,
  alb: readBalancer,
  targetGroup: readTargetGroup,
  apigateway: readGateway,
  stateMachine: readMachine,
  s3: readBucket,
  cloudfront: readDistribution,
};

export const make: MakeSource<AwsResourcesSettings> = (settings, { aws, clock }) => ({
  resources: resourcesSource(settings, aws, () => clock.now()),
});

export function resourcesSource(
  settings: AwsResourcesSettings,
  aws: AwsAccess | undefined,
  now: () => Date,
): Source<'resources'> {
  return {
    async observe({ window }, { resources }) {
      if (resources.length === 0) return { kind: 'data', data: [], query: 'AWS resources', bytes: 0 };
      const to = Math.min(Date.parse(window.end), now().getTime());
      const span = { from: Math.min(to, Date.parse(window.start)), to, deadline: deadlineIn(budgetMs) };
      const reader = new Reader(settings, aws, span);
      return reader.readAll(resources);
    },
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly deadline: Deadline;
}

class Reader {
  readonly #settings: AwsResourcesSettings;
  readonly #aws: AwsAccess | undefined;
  readonly #span: Span;
  readonly #places = new Map<string, Place>();
  readonly #missing: string[] = [];
  /** By place, type and name. */
  readonly #done = new Map<string, { readonly place: Place; readonly ref: ResourceRef; read?: Read }>();

  constructor(settings: AwsResourcesSettings, aws: AwsAccess | undefined, span: Span) {
    this.#settings = settings;
    this.#aws = aws;
    this.#span = span;
  }

  async readAll(refs: readonly ResourceRef[]): Promise<Observed<ResourceSet[]>> {
    let next: readonly ResourceRef[] = refs;
    for (let step = 0; step <= maxSteps && next.length > 0; step += 1) next = await this.#readStep(next, step > 0);
    if (next.length > 0) this.#missing.push(`${next.length} further resources that belong to those read`);
    const found = [...this.#done.values()].flatMap(({ place, ref, read }) => {
      const resource = read?.resource;
      return resource === undefined
        ? []
        : [
            {
              place,
              resource: placed(resource, ref, place, read?.account),
              dimensions: read?.dimensions,
              metricNames: read?.metricNames,
            },
          ];
    });
    const byPlace = Map.groupBy(found, ({ place }) => place);
    const variables = this.#variables();
    const quotas = Promise.all(
      [...byPlace].map(([place, those]): Promise<ReadQuotas> | ReadQuotas => {
        const resources = those.map(({ resource }) => resource);
        return this.#settings.quotas ? readQuotas(resources, place) : { quotas: [], missing: [], asked: 0 };
      }),
    );
    const measured = await Promise.all(
      [...byPlace].map(([place, those]) => {
        const resources = linked(
          those.map(({ resource }) => resource),
          variables,
        );
        return withMetrics(
          resources.map((resource, index) => ({
            resource,
            dimensions: those[index]?.dimensions,
            metricNames: those[index]?.metricNames,
          })),
          place,
        );
      }),
    );
    const resources = measured.flatMap((one) => one.resources);
    const limits = await quotas;
    const missing = [...this.#missing, ...[...measured, ...limits].flatMap((one) => one.missing)];
    if (resources.length === 0)
      return {
        kind: 'gap',
        gap: { source: 'AWS resources', reason: (missing[0] ?? 'Nothing could be read.').slice(0, 300) },
      };
    return {
      kind: 'data',
      data: [{ resources, quotas: limits.flatMap((one) => one.quotas).slice(0, maxQuotas) }],
      query: `AWS APIs and GetMetricData (${[...measured, ...limits].reduce((sum, { asked }) => sum + asked, 0)} metrics of ${resources.length} resources)`,
      missing: summarised(missing),
      bytes: JSON.stringify(resources).length,
    };
  }

  /** Returns what belongs to the resources read and was not read yet. */
  async #readStep(refs: readonly ResourceRef[], isFollowed: boolean): Promise<readonly ResourceRef[]> {
    const fresh = refs.flatMap((ref) => {
      const place = this.#placeOf(ref, isFollowed);
      if (place === undefined) return [];
      const key = [place.account, place.region, ref.type, ref.name].join('\n');
      if (this.#done.has(key)) return [];
      const entry: { place: Place; ref: ResourceRef; read?: Read } = { place, ref };
      this.#done.set(key, entry);
      return [entry];
    });
    const left = maxRead - (this.#done.size - fresh.length);
    const related = await Promise.all(
      fresh.map(async (entry, index) => {
        if (index >= left) {
          this.#missing.push(`${wordOf(entry.ref)}: a question reads at most ${maxRead} resources`);
          return [];
        }
        const read = await this.#read(entry.ref, entry.place);
        entry.read = read;
        this.#missing.push(...read.missing);
        const { account, region } = entry.ref;
        return read.related.map((one) => ({
          ...(account === undefined ? {} : { account }),
          ...(region === undefined ? {} : { region }),
          ...one,
        }));
      }),
    );
    return related.flat();
  }

  async #read(ref: ResourceRef, place: Place): Promise<Read> {
    const reader = readers[ref.type];
    if (!this.#settings.types.some((type) => type === ref.type))
      return notRead(ref, 'this source does not read its type');
    if (place.deadline.leftMs() <= 0) return notRead(ref, 'there was no time left');
    const read = await reader(ref, place);
    const isElsewhere = read.account !== undefined && ref.account !== undefined && read.account !== ref.account;
    return isElsewhere
      ? notRead(
          ref,
          `its account ${ref.account} is not among the accounts of this source, and that of the process (${read.account}) has another of this name`,
        )
      : read;
  }

  /** Undefined for a resource of an account that this source does not read. */
  #placeOf({ type, name, account, region }: ResourceRef, isFollowed: boolean): Place | undefined {
    const { accounts } = this.#settings;
    const only = accounts.length === 1 ? accounts[0] : undefined;
    if (account === undefined && accounts.length > 1) {
      if (!isFollowed)
        this.#missing.push(
          `${wordOf({ type, name })}: nobody says in which account it is, and this source reads ${accounts.length}`,
        );
      return undefined;
    }
    const entered =
      account !== undefined && accounts.includes(account) ? account : account === undefined ? only : undefined;
    // Another source may read the account; where none does, the specialist says so.
    if (account !== undefined && entered === undefined && accounts.length > 0) return undefined;
    const at = type === 'cloudfront' ? cloudFrontRegion : (region ?? this.#settings.region ?? this.#aws?.region);
    const key = `${entered}\n${at}`;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const made = placeAt({
      account: entered,
      region: at,
      credentials: credentialsFor(entered, this.#aws),
      ...this.#span,
    });
    this.#places.set(key, made);
    return made;
  }

  #variables(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      [...this.#done.values()].flatMap(({ ref, read }) =>
        read?.variables === undefined ? [] : [[`${ref.type}:${ref.name}`, read.variables] as const],
      ),
    );
  }
}

/** With the place in which it was found. */
function placed(
  resource: AwsResource,
  { account, service }: ResourceRef,
  place: Place,
  found: string | undefined,
): AwsResource {
  const own = found ?? place.account ?? account;
  return {
    ...resource,
    ...(own === undefined ? {} : { account: own }),
    ...(place.region === undefined ? {} : { region: place.region }),
    ...(service === undefined ? {} : { service }),
  };
}

/** A resource whose environment variables name another one uses it. The values are dropped here. */
function linked(resources: readonly AwsResource[], variables: ReadonlyMap<string, readonly string[]>): AwsResource[] {
  return resources.map((one) => {
    const values = variables.get(`${one.type}:${one.name}`) ?? [];
    const uses = resources
      .filter((other) => other !== one && other.name.length >= 3 && values.some((value) => names(value, other.name)))
      .map(({ type, name }) => `${type}:${name}`);
    return uses.length === 0 ? one : { ...one, uses: [...new Set([...one.uses, ...uses])].slice(0, 50) };
  });
}

/** As the whole value, or as a part of an ARN, an address or a URL. */
const names = (value: string, name: string): boolean => value === name || value.split(/[/:@?&=,;.\s]+/).includes(name);

const maxMissing = 12;
const summarised = (missing: readonly string[]): string[] => {
  const all = [...new Set(missing)];
  return all.length <= maxMissing
    ? all
    : [...all.slice(0, maxMissing - 1), `${all.length - maxMissing + 1} further parts of resources`];
};
