// Reads services of ECS with the reasons of their stopped tasks, load balancers, and target groups with the health of their targets.
import * as z from 'zod';
import type { ResourceOf, ResourceRef } from '../../core/model/aws-resources.ts';
import { refOfArn } from '../../core/topology/aws-resources.ts';
import { accountOfArn, notRead, type Place, type Read, wordOf } from './place.ts';

const text = z.string().max(20_000).optional();
const number = z.number().int().min(0).optional();
const Services = z.object({
  services: z
    .array(
      z.object({
        serviceArn: text,
        status: z.string().max(60).optional(),
        desiredCount: number,
        runningCount: number,
        pendingCount: number,
        deployments: z
          .array(
            z.object({
              id: z.string().max(100).optional(),
              status: z.string().max(40).optional(),
              rolloutState: z.string().max(40).optional(),
              rolloutStateReason: text,
              desiredCount: number,
              runningCount: number,
              failedTasks: number,
              createdAt: z.date().optional(),
              taskDefinition: text,
            }),
          )
          .max(50)
          .default([]),
        events: z
          .array(z.object({ createdAt: z.date().optional(), message: text }))
          .max(200)
          .default([]),
        loadBalancers: z
          .array(z.object({ targetGroupArn: text }))
          .max(50)
          .default([]),
      }),
    )
    .max(10)
    .default([]),
});
const TaskArns = z.object({ taskArns: z.array(z.string().max(500)).max(100).default([]) });
const Tasks = z.object({
  tasks: z
    .array(
      z.object({
        stoppedAt: z.date().optional(),
        stopCode: z.string().max(60).optional(),
        stoppedReason: text,
        taskDefinitionArn: text,
        containers: z
          .array(
            z.object({ name: z.string().max(255).optional(), exitCode: z.number().int().optional(), reason: text }),
          )
          .max(50)
          .default([]),
      }),
    )
    .max(100)
    .default([]),
});

/** Stopped tasks that are looked at; ECS keeps them for about an hour. */
const maxTasks = 50;
/** `family:revision`. */
const definitionOf = (arn: string | undefined): string | undefined => arn?.split('/').at(-1)?.slice(0, 300);
const instant = (at: Date | undefined) => (at === undefined ? undefined : at.toISOString());

export async function readContainers(ref: ResourceRef, place: Place): Promise<Read> {
  const [cluster, name] = ref.name.split('/');
  if (cluster === undefined || name === undefined) return notRead(ref, 'its name is CLUSTER/SERVICE');
  const sdk = await import('@aws-sdk/client-ecs');
  const ecs = place.client(sdk.ECSClient);
  const abort = { abortSignal: place.deadline.signal };
  const [described, listed] = await Promise.all([
    place.ask('ecs:DescribeServices', Services, () =>
      ecs.send(new sdk.DescribeServicesCommand({ cluster, services: [name] }), abort),
    ),
    place.ask('ecs:ListTasks', TaskArns, () =>
      ecs.send(
        new sdk.ListTasksCommand({ cluster, serviceName: name, desiredStatus: 'STOPPED', maxResults: maxTasks }),
        abort,
      ),
    ),
  ]);
  if (described.kind === 'failed')
    return notRead(ref, /NotFound/.test(described.error) ? 'there is no such cluster' : described.reason);
  const [service] = described.data.services;
  if (service === undefined || service.status === 'INACTIVE') return notRead(ref, 'there is no such service');
  const arns = listed.kind === 'ok' ? listed.data.taskArns.slice(0, maxTasks) : [];
  const tasks =
    arns.length === 0
      ? undefined
      : await place.ask('ecs:DescribeTasks', Tasks, () =>
          ecs.send(new sdk.DescribeTasksCommand({ cluster, tasks: arns }), abort),
        );
  const groups = service.loadBalancers.flatMap(({ targetGroupArn }) => refOfArn(targetGroupArn ?? '') ?? []);
  const failed = [listed, ...(tasks ? [tasks] : [])].flatMap((one) => (one.kind === 'failed' ? [one.reason] : []));
  const resource: ResourceOf<'ecs'> = {
    type: 'ecs',
    name: ref.name,
    cluster,
    metrics: {},
    uses: [],
    ...(service.status && { status: service.status }),
    ...(service.desiredCount !== undefined && { desired: service.desiredCount }),
    ...(service.runningCount !== undefined && { running: service.runningCount }),
    ...(service.pendingCount !== undefined && { pending: service.pendingCount }),
    deployments: service.deployments.slice(0, 10).map((one, index) => ({
      id: one.id ?? `deployment ${index + 1}`,
      status: one.status ?? 'unknown',
      ...(one.rolloutState && { rollout: one.rolloutState }),
      ...(one.rolloutStateReason && { reason: one.rolloutStateReason.slice(0, 300) }),
      ...(one.desiredCount !== undefined && { desired: one.desiredCount }),
      ...(one.runningCount !== undefined && { running: one.runningCount }),
      ...(one.failedTasks !== undefined && { failedTasks: one.failedTasks }),
      ...(one.createdAt && { createdAt: one.createdAt.toISOString() }),
      ...(one.taskDefinition && { taskDefinition: definitionOf(one.taskDefinition) }),
      images: [],
    })),
    events: service.events
      .flatMap(({ createdAt, message }) => {
        const at = instant(createdAt);
        return at === undefined || message === undefined ? [] : [{ at, message: message.slice(0, 500) }];
      })
      .sort((a, b) => a.at.localeCompare(b.at))
      .slice(-100),
    stoppedTasks: (tasks?.kind === 'ok' ? tasks.data.tasks : []).slice(0, maxTasks).map((one) => ({
      ...(one.stoppedAt && { at: one.stoppedAt.toISOString() }),
      ...(one.stopCode && { code: one.stopCode }),
      ...(one.stoppedReason && { reason: one.stoppedReason.slice(0, 500) }),
      ...(one.taskDefinitionArn && { taskDefinition: definitionOf(one.taskDefinitionArn) }),
      containers: one.containers.slice(0, 10).map((container) => ({
        name: container.name ?? 'unnamed',
        ...(container.exitCode !== undefined && { exitCode: container.exitCode }),
        ...(container.reason && { reason: container.reason.slice(0, 500) }),
      })),
    })),
    targetGroups: groups.map((one) => one.name).slice(0, 20),
  };
  return {
    resource,
    account: accountOfArn(service.serviceArn),
    dimensions: { ClusterName: cluster, ServiceName: name },
    related: groups,
    missing: failed.map((why) => `${wordOf(ref)}: its stopped tasks, because ${why}`),
  };
}

const Groups = z.object({
  TargetGroups: z
    .array(
      z.object({
        TargetGroupArn: z.string().max(2048),
        TargetGroupName: z.string().max(100).optional(),
        HealthCheckPath: z.string().max(1024).optional(),
        HealthCheckPort: z.string().max(40).optional(),
        HealthCheckTimeoutSeconds: number,
        Matcher: z.object({ HttpCode: z.string().max(200).optional() }).optional(),
        LoadBalancerArns: z.array(z.string().max(2048)).max(50).default([]),
      }),
    )
    .max(400)
    .default([]),
});
const Health = z.object({
  TargetHealthDescriptions: z
    .array(
      z.object({
        Target: z.object({ Id: z.string().max(300).optional(), Port: number }).optional(),
        TargetHealth: z
          .object({ State: z.string().max(60).optional(), Reason: z.string().max(100).optional(), Description: text })
          .optional(),
      }),
    )
    .max(5000)
    .default([]),
});
const maxTargets = 200;
/** `targetgroup/web/0123456789abcdef`, `app/front/0123456789abcdef`: the values of dimensions. */
const endOf = (arn: string): string =>
  /:(targetgroup\/.+)$/.exec(arn)?.[1] ?? /:loadbalancer\/(.+)$/.exec(arn)?.[1] ?? '';

export async function readTargetGroup(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  const elb = place.client(sdk.ElasticLoadBalancingV2Client);
  const abort = { abortSignal: place.deadline.signal };
  const answer = await place.ask('elasticloadbalancing:DescribeTargetGroups', Groups, () =>
    elb.send(new sdk.DescribeTargetGroupsCommand({ Names: [ref.name] }), abort),
  );
  if (answer.kind === 'failed')
    return notRead(ref, /NotFound/.test(answer.error) ? 'there is no such target group' : answer.reason);
  const [group] = answer.data.TargetGroups;
  if (group === undefined) return notRead(ref, 'there is no such target group');
  const health = await place.ask('elasticloadbalancing:DescribeTargetHealth', Health, () =>
    elb.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn: group.TargetGroupArn }), abort),
  );
  const described = health.kind === 'ok' ? health.data.TargetHealthDescriptions : [];
  const balancers = group.LoadBalancerArns.flatMap((arn) => refOfArn(arn) ?? []);
  const [balancer] = group.LoadBalancerArns;
  const resource: ResourceOf<'targetGroup'> = {
    type: 'targetGroup',
    name: ref.name,
    metrics: {},
    uses: [],
    loadBalancers: balancers.map(({ name }) => name).slice(0, 20),
    healthCheck: {
      ...(group.HealthCheckPath && { path: group.HealthCheckPath }),
      ...(group.HealthCheckPort && { port: group.HealthCheckPort }),
      ...(group.Matcher?.HttpCode && { codes: group.Matcher.HttpCode }),
      ...(group.HealthCheckTimeoutSeconds !== undefined && { timeoutSeconds: group.HealthCheckTimeoutSeconds }),
    },
    targets: described.slice(0, maxTargets).map(({ Target, TargetHealth }) => ({
      id: Target?.Id ?? 'unknown',
      ...(Target?.Port !== undefined && { port: Target.Port }),
      state: TargetHealth?.State ?? 'unknown',
      ...(TargetHealth?.Reason && { reason: TargetHealth.Reason }),
      ...(TargetHealth?.Description && { description: TargetHealth.Description.slice(0, 300) }),
    })),
  };
  return {
    resource,
    account: accountOfArn(group.TargetGroupArn),
    dimensions: {
      TargetGroup: endOf(group.TargetGroupArn),
      ...(balancer === undefined ? {} : { LoadBalancer: endOf(balancer) }),
    },
    related: balancers,
    missing: [
      ...(health.kind === 'failed' ? [`${wordOf(ref)}: the health of its targets, because ${health.reason}`] : []),
      ...(described.length > maxTargets ? [`${wordOf(ref)}: ${described.length - maxTargets} of its targets`] : []),
    ],
  };
}

const Balancers = z.object({
  LoadBalancers: z
    .array(
      z.object({
        LoadBalancerArn: z.string().max(2048),
        State: z.object({ Code: z.string().max(60).optional(), Reason: text }).optional(),
      }),
    )
    .max(100)
    .default([]),
});

export async function readBalancer(ref: ResourceRef, place: Place): Promise<Read> {
  const sdk = await import('@aws-sdk/client-elastic-load-balancing-v2');
  const elb = place.client(sdk.ElasticLoadBalancingV2Client);
  const abort = { abortSignal: place.deadline.signal };
  const answer = await place.ask('elasticloadbalancing:DescribeLoadBalancers', Balancers, () =>
    elb.send(new sdk.DescribeLoadBalancersCommand({ Names: [ref.name] }), abort),
  );
  if (answer.kind === 'failed')
    return notRead(ref, /NotFound/.test(answer.error) ? 'there is no such load balancer' : answer.reason);
  const [balancer] = answer.data.LoadBalancers;
  if (balancer === undefined) return notRead(ref, 'there is no such load balancer');
  const { LoadBalancerArn } = balancer;
  const groups = await place.ask('elasticloadbalancing:DescribeTargetGroups', Groups, () =>
    elb.send(new sdk.DescribeTargetGroupsCommand({ LoadBalancerArn }), abort),
  );
  const behind = (groups.kind === 'ok' ? groups.data.TargetGroups : []).flatMap(
    ({ TargetGroupArn }) => refOfArn(TargetGroupArn) ?? [],
  );
  const resource: ResourceOf<'alb'> = {
    type: 'alb',
    name: ref.name,
    metrics: {},
    uses: [],
    ...(balancer.State?.Code && { state: balancer.State.Code }),
    ...(balancer.State?.Reason && { stateReason: balancer.State.Reason.slice(0, 300) }),
    targetGroups: behind.map(({ name }) => name).slice(0, 50),
  };
  return {
    resource,
    account: accountOfArn(LoadBalancerArn),
    dimensions: { LoadBalancer: endOf(LoadBalancerArn) },
    related: behind,
    missing: groups.kind === 'failed' ? [`${wordOf(ref)}: its target groups, because ${groups.reason}`] : [],
  };
}
