// Reads from the resources who depends on whom. A queue depends on the function that reads it, a load balancer on its target groups and these on their
// services, a function on the tables that its configuration names. Names are those of the call graph.
import type { AwsResource, ResourceOf } from '../../model/aws-resources.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { nameOfResource } from '../../topology/aws-resources.ts';

/** What runs code, what stores something, and what stands in front. */
const computes: ReadonlySet<AwsResource['type']> = new Set(['lambda', 'ecs', 'stateMachine']);
const stores: ReadonlySet<AwsResource['type']> = new Set(['dynamodb', 'rds', 's3']);
const fronts: ReadonlySet<AwsResource['type']> = new Set(['alb', 'targetGroup', 'apigateway', 'cloudfront']);

export function callsOfResources(resources: readonly AwsResource[]): Dependency[] {
  const stated = resources.flatMap((one) => statedBy(one, resources));
  const all = [...stated, ...ofServices(resources, stated)];
  return [...new Map(all.filter(({ from, to }) => from !== to).map((one) => [`${one.from}\n${one.to}`, one])).values()];
}

/** What a resource's own configuration says. */
function statedBy(one: AwsResource, resources: readonly AwsResource[]): Dependency[] {
  const name = nameOfResource(one);
  const to = (callee: string): Dependency => ({ from: name, to: callee });
  const from = (caller: string): Dependency => ({ from: caller, to: name });
  const uses = one.uses.map((used) => to(used.slice(used.indexOf(':') + 1)));
  switch (one.type) {
    case 'lambda':
      return [...uses, ...one.eventSources.map((source) => from(source.name))];
    case 'sqs':
      return [...uses, ...one.deadLettersOf.map(to)];
    case 'alb':
      return [...uses, ...one.targetGroups.map(to)];
    case 'targetGroup':
      return [...uses, ...one.loadBalancers.map(from)];
    case 'ecs':
      return [...uses, ...one.targetGroups.map(from)];
    case 'cloudfront':
      return [...uses, ...originsIn(one, resources)];
    default:
      return uses;
  }
}

/** An origin of a distribution begins with the name of its bucket or load balancer. */
const originsIn = ({ name, origins }: ResourceOf<'cloudfront'>, resources: readonly AwsResource[]): Dependency[] =>
  resources
    .filter(
      (one) =>
        (one.type === 's3' || one.type === 'alb') &&
        origins.some((origin) => origin.startsWith(`${one.name}.`) || origin.startsWith(`${one.name}-`)),
    )
    .map((one) => ({ from: name, to: one.name }));

/**
 * What the catalogue says: a service runs on its functions, which use its stores, and its gateways lead to it. A queue that a function of the service
 * reads is in front of it.
 */
function ofServices(resources: readonly AwsResource[], stated: readonly Dependency[]): Dependency[] {
  const services = Map.groupBy(
    resources.filter(({ service }) => service !== undefined),
    ({ service }) => service ?? '',
  );
  const isRead = (name: string) => stated.some(({ from, to }) => from === name && to !== name);
  return [...services].flatMap(([service, own]) => {
    const runs = own.filter(({ type }) => computes.has(type)).map(nameOfResource);
    const behind = own.filter(({ type }) => stores.has(type)).map(nameOfResource);
    const before = own
      .filter((one) => fronts.has(one.type) || ((one.type === 'sqs' || one.type === 'kinesis') && isRead(one.name)))
      .map(nameOfResource);
    const written = own
      .filter((one) => (one.type === 'sqs' || one.type === 'kinesis') && !isRead(one.name))
      .map(nameOfResource);
    return [
      ...[...runs, ...behind, ...written].map((to) => ({ from: service, to })),
      ...runs.flatMap((from) => behind.map((to) => ({ from, to }))),
      ...before.map((from) => ({ from, to: service })),
    ];
  });
}
