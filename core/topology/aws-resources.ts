// Names resources of AWS: those in a page, by ARN or by a dimension of CloudWatch, and those that the catalogue gives to services. Also their entities.
import { type AwsResource, maxResources, ResourceRef, ResourceType } from '../model/aws-resources.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context, Trigger } from '../model/incident.ts';
import { type Catalog, type CatalogService, findService } from '../ports/catalog.ts';
import { queuesOfDeadLetters } from './implied.ts';
import { textOf } from './managed-resources.ts';

/** How people spell types in the catalogue, besides the type itself. */
const spellings: Readonly<Record<string, ResourceType>> = {
  function: 'lambda',
  queue: 'sqs',
  table: 'dynamodb',
  aurora: 'rds',
  database: 'rds',
  elb: 'alb',
  loadbalancer: 'alb',
  api: 'apigateway',
  stream: 'kinesis',
  stepfunctions: 'stateMachine',
  bucket: 's3',
  distribution: 'cloudfront',
};
const types = new Map<string, ResourceType>([
  ...ResourceType.options.map((type) => [type.toLowerCase(), type] as const),
  ...Object.entries(spellings),
]);

/** Undefined for a type that no source reads. */
export const resourceTypeOf = (word: string): ResourceType | undefined =>
  types.get(word.toLowerCase().replaceAll(/[\s_-]/g, ''));

type Place = Pick<ResourceRef, 'account' | 'region'>;

/** The parts of an ARN that name a resource of each type: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const ofArn: readonly (readonly [service: string, resource: RegExp, ResourceType])[] = [
  ['lambda', /^function:([\w-]+)/, 'lambda'],
  ['sqs', /^([\w-]+(?:\.fifo)?)$/, 'sqs'],
  ['dynamodb', /^table\/([\w.-]+)/, 'dynamodb'],
  ['rds', /^(?:db|cluster):([\w-]+)/, 'rds'],
  ['ecs', /^service\/([\w-]+\/[\w-]+)$/, 'ecs'],
  ['elasticloadbalancing', /^loadbalancer\/(?:app|net)\/([\w-]+)\//, 'alb'],
  ['elasticloadbalancing', /^targetgroup\/([\w-]+)\//, 'targetGroup'],
  ['apigateway', /^\/(?:restapis|apis)\/(\w+)/, 'apigateway'],
  ['kinesis', /^stream\/([\w.-]+)/, 'kinesis'],
  ['states', /^stateMachine:([\w.-]+)/, 'stateMachine'],
  ['s3', /^([a-z0-9.-]{3,63})(?:\/|$)/, 's3'],
  ['cloudfront', /^distribution\/(\w+)/, 'cloudfront'],
];
const arnPattern = /\barn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:([\w+=,.@/:-]+)/g;

/** Undefined for an ARN of a resource that no source reads. */
export function refOfArn(arn: string): ResourceRef | undefined {
  const [, service = '', region = '', account, resource = ''] = [...arn.matchAll(arnPattern)][0] ?? [];
  for (const [of, pattern, type] of ofArn) {
    const name = of === service ? pattern.exec(resource)?.[1] : undefined;
    if (name !== undefined)
      return ResourceRef.safeParse({ type, name, ...(region && { region }), ...(account && { account }) }).data;
  }
  return undefined;
}

/** The resources whose ARNs stand in a text, as in the definition of a state machine. */
export const refsInText = (text: string): ResourceRef[] =>
  merged([...text.matchAll(arnPattern)].slice(0, 200).flatMap(([arn]) => refOfArn(arn) ?? [])).slice(0, maxResources);

/** Undefined if nobody says in which account and region it is. */
export const arnOfMachine = ({ name, account, region }: Pick<ResourceRef, 'name' | 'account' | 'region'>) =>
  account === undefined || region === undefined || !/^[\w.-]{1,80}$/.test(name)
    ? undefined
    : `arn:${partitionOf(region)}:states:${region}:${account}:stateMachine:${name}`;
/** State machines to ask about. */
const maxMachines = 5;

/** The state machines of the paged service by the catalogue, and those that the page names without their ARN. */
export function machinesAround({ resources, service }: Pick<Context, 'resources' | 'service'>): {
  readonly arns: string[];
  readonly unplaced: string[];
} {
  const own = resources.filter(
    ({ type, service: owner }) => type === 'stateMachine' && (owner === undefined || owner === service?.value),
  );
  const arns = own.flatMap((one) => arnOfMachine(one) ?? []);
  return {
    arns: [...new Set(arns)].slice(0, maxMachines),
    unplaced: [
      ...own.flatMap((one) => (arnOfMachine(one) === undefined ? [one.name] : [])),
      ...arns.slice(maxMachines),
    ],
  };
}

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** Dimensions of CloudWatch that name a resource; for a load balancer and a target group, the end of its ARN. */
const dimensions: Readonly<Record<string, readonly [ResourceType, RegExp]>> = {
  FunctionName: ['lambda', /^([\w-]{1,140})$/],
  QueueName: ['sqs', /^([\w-]{1,80}(?:\.fifo)?)$/],
  TableName: ['dynamodb', /^([\w.-]{1,255})$/],
  DBInstanceIdentifier: ['rds', /^([\w-]{1,63})$/],
  DBClusterIdentifier: ['rds', /^([\w-]{1,63})$/],
  LoadBalancer: ['alb', /^(?:app|net)\/([\w-]{1,32})\/[0-9a-f]{16}$/],
  TargetGroup: ['targetGroup', /^targetgroup\/([\w-]{1,32})\/[0-9a-f]{16}$/],
  ApiName: ['apigateway', /^([\w .-]{1,255})$/],
  ApiId: ['apigateway', /^([a-z0-9]{5,20})$/],
  StreamName: ['kinesis', /^([\w.-]{1,128})$/],
  BucketName: ['s3', /^([a-z0-9.-]{3,63})$/],
  DistributionId: ['cloudfront', /^([A-Z0-9]{8,20})$/],
};
const dimensionName = new Map(Object.keys(dimensions).map((name) => [name.toLowerCase(), name]));
const inText = new RegExp(
  `\\b(${[...Object.keys(dimensions), 'ClusterName', 'ServiceName'].join('|')})["'\`]?\\s?[:=]\\s?["'\`]?([\\w./-]{1,255})`,
  'g',
);

/** The dimensions in a page as `[name, value]`: keys of its details, pairs of a name and a value, and `FunctionName=x` in texts. */
function dimensionsIn({ title, details }: Pick<Trigger, 'title' | 'details'>): (readonly [string, string])[] {
  const entries = Object.entries(details);
  const known = (key: string): string => key.split('.').at(-1) ?? '';
  return [
    ...entries.flatMap(([path, value]): (readonly [string, string])[] => {
      const key = known(path);
      if (!/^(?:name|key)$/i.test(key)) return [[key, value]];
      const parent = path.slice(0, -key.length);
      const beside = entries.find(([other]) => other.toLowerCase() === `${parent}value`.toLowerCase());
      return beside === undefined ? [] : [[value, beside[1]]];
    }),
    ...[title, ...entries.map(([, value]) => value)].flatMap((text) =>
      [...text.matchAll(inText)].map(([, name = '', value = '']) => [name, value] as const),
    ),
  ];
}

/** The resources that a page names, without a place where it gives none. */
export function resourcesIn(trigger: Trigger): ResourceRef[] {
  const text = textOf(trigger);
  const byArn = [...text.matchAll(arnPattern)].flatMap(([arn]) => refOfArn(arn) ?? []);
  const pairs = dimensionsIn(trigger);
  const byDimension = pairs.flatMap(([name, value]): ResourceRef[] => {
    const [type, pattern] = dimensions[dimensionName.get(name.toLowerCase()) ?? ''] ?? [];
    const found = pattern?.exec(value)?.[1];
    return type === undefined || found === undefined ? [] : [{ type, name: found }];
  });
  return merged([...byArn, ...byDimension, ...ecsIn(pairs, text)]);
}

/** Both dimensions together name a service of ECS; a cluster alone may be one of EKS. */
function ecsIn(pairs: readonly (readonly [string, string])[], text: string): ResourceRef[] {
  if (!/\bAWS\/ECS\b|\bECS\/ContainerInsights\b/.test(text)) return [];
  const dimension = (name: string) => pairs.find(([key, value]) => key === name && /^[\w-]{1,255}$/.test(value))?.[1];
  const [cluster, service] = [dimension('ClusterName'), dimension('ServiceName')];
  return cluster === undefined || service === undefined ? [] : [{ type: 'ecs', name: `${cluster}/${service}` }];
}

/** The resources that the catalogue gives to a service, in the account and region of its entry. */
export function resourcesOf(service: CatalogService): ResourceRef[] {
  const only = (values: readonly (string | undefined)[]) => {
    const known = new Set(values.flatMap((value) => value ?? []));
    return known.size === 1 ? [...known][0] : undefined;
  };
  const place = placed(
    service.account ?? only(service.placements.map(({ account }) => account)),
    service.region ?? only(service.placements.map(({ region }) => region)),
  );
  return service.resources.flatMap((one) =>
    Object.entries(one).flatMap(([word, name]): ResourceRef[] => {
      const type = resourceTypeOf(word);
      const byArn = name.startsWith('arn:') ? refOfArn(name) : undefined;
      if (byArn !== undefined) return [{ ...place, ...byArn, service: service.name }];
      return type === undefined || name.startsWith('arn:') ? [] : [{ type, name, ...place, service: service.name }];
    }),
  );
}

/** The resources of the catalogue whose type no source reads, as `elasticache cart-cache`, with their service. */
export const unreadResources = ({ services }: Catalog): { readonly service: string; readonly resource: string }[] =>
  services.flatMap(({ name: service, resources }) =>
    resources.flatMap((one) =>
      Object.entries(one).flatMap(([word, name]) => {
        const isRead = name.startsWith('arn:') ? refOfArn(name) !== undefined : resourceTypeOf(word) !== undefined;
        return isRead ? [] : [{ service, resource: `${word} ${name}` }];
      }),
    ),
  );

const placed = (account: string | undefined, region: string | undefined): Place => ({
  ...(account !== undefined && /^\d{12}$/.test(account) ? { account } : {}),
  ...(region !== undefined && regionPattern.test(region) ? { region } : {}),
});
const regionPattern = /^[a-z]{2}(?:-[a-z]+){1,3}-\d$/;

/** The one service of the catalogue that has the resource, or the queue of its dead letters; undefined if none or several have it. */
export function ownerOfResource(ref: ResourceRef, catalog: Pick<Catalog, 'services'>): CatalogService | undefined {
  const names = [ref.name, ...(ref.type === 'sqs' ? queuesOfDeadLetters(ref.name) : [])];
  const owners = catalog.services.filter((service) =>
    resourcesOf(service).some((one) => names.some((name) => isSame(one, { ...ref, name }))),
  );
  return owners.length === 1 ? owners[0] : undefined;
}

interface About {
  readonly service: string | undefined;
  /** Services that it calls or that call it, most important first. */
  readonly neighbours: readonly string[];
  readonly account: string | undefined;
  readonly region: string | undefined;
}

/** The resources of an incident: named by the page first, then those of the service, then those of its neighbours. */
export function resourcesAround(trigger: Trigger, about: About, catalog: Pick<Catalog, 'services'>): ResourceRef[] {
  const entries = [about.service, ...about.neighbours].flatMap((name) =>
    name === undefined ? [] : (findService(catalog, name) ?? []),
  );
  const catalogued = [...new Set(entries)].flatMap(resourcesOf);
  const named = resourcesIn(trigger);
  const here = placed(about.account, about.region);
  const owned = named.map((ref) => {
    const owner = ownerOfResource(ref, catalog);
    const known = owner && resourcesOf(owner).find((one) => isSame(one, ref));
    return { ...here, ...known, ...ref };
  });
  const ofService = catalogued.map((ref) => (ref.service === about.service ? { ...here, ...ref } : ref));
  return merged([...owned, ...ofService]).slice(0, maxResources);
}

const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;
const isSame = (a: ResourceRef, b: ResourceRef): boolean =>
  a.type === b.type && a.name === b.name && agree(a.account, b.account) && agree(a.region, b.region);

/** Each resource once, with its place from whichever names it. */
function merged(refs: readonly ResourceRef[]): ResourceRef[] {
  const found: ResourceRef[] = [];
  for (const ref of refs) {
    const index = found.findIndex((one) => isSame(one, ref));
    const known = found[index];
    if (known === undefined) found.push(ref);
    else found[index] = { ...ref, ...known };
  }
  return found;
}

const kinds: Readonly<Record<ResourceType, string>> = {
  lambda: 'Function',
  sqs: 'Queue',
  dynamodb: 'Table',
  rds: 'Database',
  ecs: 'Service',
  alb: 'LoadBalancer',
  targetGroup: 'TargetGroup',
  apigateway: 'Gateway',
  kinesis: 'Stream',
  stateMachine: 'StateMachine',
  s3: 'Bucket',
  cloudfront: 'Distribution',
};

/** The name in the call graph: that of an ECS service is without its cluster. */
export const nameOfResource = ({ type, name }: Pick<AwsResource, 'type' | 'name'>): string =>
  type === 'ecs' ? (name.split('/').at(-1) ?? name) : name;

/** The entity of a resource. Its cluster is account and region, as of other managed entities. */
export const entityOfResource = (resource: Pick<AwsResource, 'type' | 'name' | 'account' | 'region'>): EntityRef => {
  const { type, account, region } = resource;
  return {
    kind: kinds[type],
    name: nameOfResource(resource).slice(0, 253),
    ...(account !== undefined && region !== undefined && { cluster: `${account}:${region}` }),
  };
};
