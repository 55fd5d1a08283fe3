// Reads which images the running tasks of ECS services run: those of the catalogue's resources of the paged service and of its neighbours.
import * as z from 'zod';
import type { Scope } from '../../core/model/scope.ts';
import { credentialsFor, deadlineIn } from '../aws-calls.ts';
import type { ImageInUse, ImagesInUse, MakeImages } from '../source-kind.ts';
import type { AwsResourcesSettings } from './manifest.ts';
import { type Place, placeAt } from './place.ts';

const budgetMs = 4000;
const maxServices = 6;
const maxTasks = 10;
const TaskArns = z.object({ taskArns: z.array(z.string().max(500)).max(100).default([]) });
const Tasks = z.object({
  tasks: z
    .array(
      z.object({
        containers: z
          .array(z.object({ image: z.string().max(600).optional() }))
          .max(50)
          .default([]),
      }),
    )
    .max(100)
    .default([]),
});

export const images: MakeImages<AwsResourcesSettings> = (settings, { aws }) => {
  const { accounts, region, types } = settings;
  const places = (deadline: Place['deadline']) =>
    (accounts.length === 0 ? [undefined] : accounts).map((account) =>
      placeAt({
        account,
        region: region ?? aws?.region,
        credentials: credentialsFor(account, aws),
        deadline,
        from: 0,
        to: 0,
      }),
    );
  return async (scope) => {
    const named = types.includes('ecs') ? servicesOfEcs(scope) : [];
    if (named.length === 0) return { images: [], missing: [] };
    const deadline = deadlineIn(budgetMs);
    const at = places(deadline).slice(0, 5);
    const read = await Promise.all(
      named.slice(0, maxServices).map(async (one): Promise<ImagesInUse> => {
        // The catalogue's resources have their account elsewhere, so each account of this source is asked.
        const all = await Promise.all(at.map((place) => runningOf(one, place)));
        const known = all.flatMap((some) => some.images);
        return { images: known, missing: known.length > 0 ? [] : all.flatMap((some) => some.missing) };
      }),
    );
    return {
      images: read.flatMap((one) => one.images),
      missing: [
        ...new Set(read.flatMap((one) => one.missing)),
        ...(named.length > maxServices ? [`the images of ${named.length - maxServices} services of ECS`] : []),
      ],
    };
  };
};

interface NamedService {
  readonly service: string;
  readonly cluster: string;
  readonly name: string;
}

/** Services of ECS are named `CLUSTER/SERVICE` or by their ARN. */
const servicesOfEcs = ({ resources = {} }: Scope): NamedService[] =>
  Object.entries(resources).flatMap(([service, names]) =>
    names.flatMap((one) => {
      const [, cluster, name] =
        /^(?:arn:[^:]+:ecs:[^:]*:\d*:service\/)?([\w-]{1,255})\/([\w-]{1,255})$/.exec(one) ?? [];
      return cluster === undefined || name === undefined ? [] : [{ service, cluster, name }];
    }),
  );

async function runningOf({ service, cluster, name }: NamedService, place: Place): Promise<ImagesInUse> {
  const sdk = await import('@aws-sdk/client-ecs');
  const ecs = place.client(sdk.ECSClient);
  const abort = { abortSignal: place.deadline.signal };
  const listed = await place.ask('ecs:ListTasks', TaskArns, () =>
    ecs.send(new sdk.ListTasksCommand({ cluster, serviceName: name, maxResults: maxTasks }), abort),
  );
  if (listed.kind === 'failed') return unread(name, listed);
  const tasks = listed.data.taskArns.slice(0, maxTasks);
  if (tasks.length === 0) return { images: [], missing: [] };
  const described = await place.ask('ecs:DescribeTasks', Tasks, () =>
    ecs.send(new sdk.DescribeTasksCommand({ cluster, tasks }), abort),
  );
  if (described.kind === 'failed') return unread(name, described);
  const images = described.data.tasks.flatMap(({ containers }) =>
    containers.flatMap(({ image }): ImageInUse[] => (image === undefined ? [] : [{ service, reference: image }])),
  );
  return { images, missing: [] };
}

/** A cluster that is not in this account is none of its concern. */
const unread = (name: string, { error, reason }: { readonly error: string; readonly reason: string }): ImagesInUse => ({
  images: [],
  missing: /NotFound/.test(error) ? [] : [`the images of ${name}: ${reason}`],
});
