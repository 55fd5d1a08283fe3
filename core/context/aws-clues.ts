// Extracts clues from what AWS writes into alerts: dimensions of CloudWatch metrics, ARNs, names of regions, and names of target groups that the
// AWS Load Balancer Controller makes.
import type { Clue } from './clue.ts';

/** Names of the AWS regions as the console and CloudWatch's notifications write them (docs.aws.amazon.com, Regions and Zones). */
const regionNames: Readonly<Record<string, string>> = {
  'US East (N. Virginia)': 'us-east-1',
  'US East (Ohio)': 'us-east-2',
  'US West (N. California)': 'us-west-1',
  'US West (Oregon)': 'us-west-2',
  'Africa (Cape Town)': 'af-south-1',
  'Asia Pacific (Hong Kong)': 'ap-east-1',
  'Asia Pacific (Hyderabad)': 'ap-south-2',
  'Asia Pacific (Jakarta)': 'ap-southeast-3',
  'Asia Pacific (Melbourne)': 'ap-southeast-4',
  'Asia Pacific (Mumbai)': 'ap-south-1',
  'Asia Pacific (Osaka)': 'ap-northeast-3',
  'Asia Pacific (Seoul)': 'ap-northeast-2',
  'Asia Pacific (Singapore)': 'ap-southeast-1',
  'Asia Pacific (Sydney)': 'ap-southeast-2',
  'Asia Pacific (Tokyo)': 'ap-northeast-1',
  'Canada (Central)': 'ca-central-1',
  'Canada West (Calgary)': 'ca-west-1',
  'EU (Frankfurt)': 'eu-central-1',
  'EU (Ireland)': 'eu-west-1',
  'EU (London)': 'eu-west-2',
  'EU (Milan)': 'eu-south-1',
  'EU (Paris)': 'eu-west-3',
  'EU (Spain)': 'eu-south-2',
  'EU (Stockholm)': 'eu-north-1',
  'EU (Zurich)': 'eu-central-2',
  'Israel (Tel Aviv)': 'il-central-1',
  'Middle East (Bahrain)': 'me-south-1',
  'Middle East (UAE)': 'me-central-1',
  'South America (Sao Paulo)': 'sa-east-1',
};
const byName = Object.entries(regionNames).map(([name, id]) => [name.replace(/^EU /, 'Europe '), id] as const);
const named = [...Object.entries(regionNames), ...byName];
const regionId =
  /\b((?:us|eu|ap|ca|sa|me|af|il|mx)-(?:gov-)?(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d)[a-f]?\b/;

const arn = /\barn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:([\w+=,.@/:-]+)/g;

/** How each service's ARN names the resource that runs or stores something. */
const resources: Readonly<Record<string, RegExp>> = {
  lambda: /^function:([\w-]+)/,
  sqs: /^([\w-]+)(?:\.fifo)?$/,
  dynamodb: /^table\/([\w.-]+)/,
  rds: /^(?:db|cluster):([\w-]+)/,
  ecs: /^service\/(?:[\w-]+\/)?([\w-]+)$/,
  states: /^(?:stateMachine|execution|express):([\w-]+)/,
  kinesis: /^stream\/([\w.-]+)/,
  firehose: /^deliverystream\/([\w.-]+)/,
  elasticache: /^(?:cluster|replicationgroup):([\w-]+)/,
  es: /^domain\/([\w-]+)/,
  redshift: /^cluster:([\w-]+)/,
};
/** Clusters of containers. */
const clusters: Readonly<Record<string, RegExp>> = {
  eks: /^(?:cluster|nodegroup|fargateprofile|addon)\/([\w-]+)/,
  ecs: /^(?:cluster|service|task|container-instance)\/([\w-]+)(?=$|\/)/,
};

/** CloudWatch's dimensions that name a resource (docs.aws.amazon.com, services that publish CloudWatch metrics). */
const dimensions: ReadonlySet<string> = new Set(
  [
    'FunctionName',
    'QueueName',
    'TableName',
    'DBInstanceIdentifier',
    'DBClusterIdentifier',
    'StateMachineName',
    'StreamName',
    'DeliveryStreamName',
    'ApiName',
    'CacheClusterId',
    'ReplicationGroupId',
    'DomainName',
    'BucketName',
    'FileSystemId',
    'LoadBalancerName',
    'CanaryName',
    'ClusterIdentifier',
  ].map((name) => name.toLowerCase()),
);

export const isResourceDimension = (key: string): boolean => dimensions.has(key.toLowerCase().replaceAll(/[\s_]/g, ''));

/** In the metrics of these stores a cluster is the store itself, not a cluster of containers. */
const stores = /^AWS\/(?:Kafka|ElastiCache|Redshift|DocDB|Neptune|DAX|MemoryDB|ES)$/;
export const isMetricOfStore = (values: readonly string[]): boolean => values.some((value) => stores.test(value));
export const namesCluster = (key: string): boolean => /^cluster ?(?:name|id)$/i.test(key);
/** The dimension as which the name of such a cluster counts. */
export const storeDimension = 'CacheClusterId';

/** The controller shortens a namespace and a name to this many characters. */
const shortened = 8;
/** `k8s-NAMESPACE-SERVICE-HASH`; with further dashes nobody can tell where the namespace ends. */
const targetGroup = /\btargetgroup\/k8s-([a-z0-9]{1,8})-([a-z0-9]{1,8})-[0-9a-f]{10}\b/;

/** A target group that people named; CloudFormation's generated names have capitals. */
const ownTargetGroup = /\btargetgroup\/(?!k8s-)(?:tg-)?([a-z][a-z0-9-]*?)(?:-tg|-target-?group)?\/[0-9a-f]{16}\b/;

/** Clues in any text of an alert. `trust` scales all confidences. */
export function awsClues(text: string, source: string, trust: number): Clue[] {
  const clue = (field: Clue['field'], value: string, confidence: number): Clue => ({
    field,
    value,
    source,
    confidence: confidence * trust,
  });
  const found = [...text.matchAll(arn)].flatMap(([, service = '', region, account, resource = '']) => {
    const name = resources[service]?.exec(resource)?.[1];
    const cluster = clusters[service]?.exec(resource)?.[1];
    return [
      ...(region ? [clue('region', region, 0.85)] : []),
      ...(account ? [clue('account', account, 0.85)] : []),
      ...(name === undefined ? [] : [clue('service', name, 0.75)]),
      ...(cluster === undefined ? [] : [clue('cluster', cluster, 0.85)]),
    ];
  });
  const [, namespace, name] = targetGroup.exec(text) ?? [];
  const place = (field: 'namespace' | 'service', value: string | undefined) =>
    value === undefined ? [] : [clue(field, value, value.length < shortened ? 0.75 : 0.6)];
  const ofGroup = ownTargetGroup.exec(text)?.[1];
  const region = named.find(([label]) => text.includes(label))?.[1] ?? regionId.exec(text)?.[1];
  return [
    ...found,
    ...place('namespace', namespace),
    ...place('service', name),
    ...(ofGroup === undefined ? [] : [clue('service', ofGroup, 0.5)]),
    ...(region === undefined ? [] : [clue('region', region, 0.7)]),
  ];
}
