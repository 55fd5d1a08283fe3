// Changes from Elastic Container Registry: images that were pushed. A push alone changes nothing that runs, until somebody deploys it or pods pull it:
// the change says which tag names which image from then on, and whether the tag was moved.
import { DescribeImagesCommand, DescribeRepositoriesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { changeIds } from '../../core/model/change-ids.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { type Deadline, deadlineIn, send } from '../aws-calls.ts';
import { namedFor, needsNames } from '../named-for.ts';
import type { EcrSettings } from './manifest.ts';

export interface EcrParts {
  readonly settings: Pick<EcrSettings, 'repositories'>;
  readonly region: string;
  readonly client: Pick<ECRClient, 'send'>;
  /** The time for one question in milliseconds. */
  readonly budgetMs: number;
}

const maxRepositories = 8;
const maxNamePages = 5;
/** Pages of 1,000 images of a repository. */
const maxImagePages = 5;
const maxPushes = 20;

const short = (max: number) => z.string().transform((text) => text.slice(0, max));
const Repository = z.object({
  repositoryName: short(256),
  registryId: short(12).nullish(),
  imageTagMutability: short(40).nullish(),
});
type Repository = z.infer<typeof Repository>;
const Repositories = z.object({ repositories: z.array(z.unknown()).nullish(), nextToken: z.string().nullish() });
const Image = z.object({
  imageDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  imageTags: z
    .array(short(128))
    .nullish()
    .transform((tags) => tags?.slice(0, 50) ?? []),
  imagePushedAt: z.date(),
  imageManifestMediaType: short(200).nullish(),
  artifactMediaType: short(200).nullish(),
});
type Image = z.infer<typeof Image>;
const Images = z.object({ imageDetails: z.array(z.unknown()).nullish(), nextToken: z.string().nullish() });

export function ecrChanges({ settings, region, client, budgetMs }: EcrParts): Source<'changes'> {
  return {
    async observe(scope) {
      const deadline = deadlineIn(budgetMs);
      const repositories = needsNames(scope, settings.repositories)
        ? await repositoriesOf(client, deadline)
        : { found: [], missing: [] };
      const names = repositories.found.map(({ repositoryName }) => repositoryName);
      const all = namedFor(scope, settings.repositories, names);
      const queried = all.slice(0, maxRepositories);
      if (queried.length === 0)
        return {
          kind: 'gap',
          gap: {
            source: 'ecr',
            reason: `${repositories.missing[0] ?? `None of ${names.length} repositories has the name of a service of the page`}.`,
          },
        };
      const read = await Promise.all(
        queried.map(async ({ service, name }) => {
          const repository = repositories.found.find(({ repositoryName }) => repositoryName === name);
          const images = await imagesOf(client, name, deadline);
          return {
            failed: images.images.length === 0 && images.missing.length > 0,
            missing: images.missing,
            ...pushesOf(images.images, { service, name, region, repository, scope }),
          };
        }),
      );
      const changes = read.flatMap((one) => one.changes).toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = [...repositories.missing, ...read.flatMap((one) => [...one.missing, ...one.unread])];
      if (read.every((one) => one.failed))
        return { kind: 'gap', gap: { source: 'ecr', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      return {
        kind: 'data',
        data: changes.filter((one) => isWithin(scope, { service: one.service })),
        query: `images of ${queried.map(({ name }) => name).join(', ')} in ${region}`,
        missing: [
          ...missing,
          ...(all.length > queried.length ? [`${all.length - queried.length} more repositories`] : []),
        ],
        bytes: JSON.stringify(changes).length,
      };
    },
  };
}

export async function repositoriesOf(
  client: EcrParts['client'],
  deadline: Deadline,
): Promise<{ readonly found: readonly Repository[]; readonly missing: readonly string[] }> {
  const found: Repository[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxNamePages; page += 1) {
    const answer = await send('ecr:DescribeRepositories', Repositories, () =>
      client.send(new DescribeRepositoriesCommand({ maxResults: 1000, nextToken }), { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return { found, missing: [`the names of repositories: ${answer.reason}`] };
    found.push(...(answer.data.repositories ?? []).flatMap((one) => Repository.safeParse(one).data ?? []));
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { found, missing: [] };
  }
  return { found, missing: [`names of repositories beyond the first ${found.length}`] };
}

async function imagesOf(client: EcrParts['client'], repositoryName: string, deadline: Deadline) {
  const images: Image[] = [];
  const missing: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxImagePages; page += 1) {
    const answer = await send('ecr:DescribeImages', Images, () =>
      client.send(new DescribeImagesCommand({ repositoryName, maxResults: 1000, nextToken }), {
        abortSignal: deadline.signal,
      }),
    );
    if (answer.kind === 'failed')
      return { images, missing: [...missing, `images of ${repositoryName}: ${answer.reason}`] };
    const raw = answer.data.imageDetails ?? [];
    const read = raw.flatMap((one) => Image.safeParse(one).data ?? []);
    if (read.length < raw.length) missing.push(`${repositoryName}: ${raw.length - read.length} images of another form`);
    images.push(...read);
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { images, missing };
  }
  // ECR gives images in no order, so those left out may be the newest.
  return { images, missing: [...missing, `images of ${repositoryName} beyond ${images.length}, in no order`] };
}

interface About {
  readonly service: string;
  readonly name: string;
  readonly region: string;
  readonly repository: Repository | undefined;
  readonly scope: Scope;
}

/** Signatures, attestations and charts are stored beside images. */
const isImage = ({ artifactMediaType, imageTags }: Image): boolean =>
  !/cosign|attestation|helm|in-toto|sbom|notary/i.test(artifactMediaType ?? '') &&
  !imageTags.some((tag) => /^sha256-[0-9a-f]{64}/.test(tag));

function pushesOf(
  images: readonly Image[],
  { service, name, region, repository, scope }: About,
): { readonly changes: readonly Change[]; readonly unread: readonly string[] } {
  const { start, end } = scope.window;
  const own = images.filter(isImage).toSorted((a, b) => Number(b.imagePushedAt) - Number(a.imagePushedAt));
  const pushed = own.filter(
    ({ imagePushedAt, imageTags }) =>
      imageTags.length > 0 &&
      imagePushedAt.getTime() >= Date.parse(start) &&
      imagePushedAt.getTime() <= Date.parse(end),
  );
  const unread = pushed.length > maxPushes ? [`${name}: ${pushed.length - maxPushes} older pushes of the window`] : [];
  const registry = repository?.registryId;
  const changes = pushed.slice(0, maxPushes).map((image): Change => {
    const before = repository?.imageTagMutability === 'IMMUTABLE' ? undefined : displacedBy(image, own);
    const tags = image.imageTags.map((tag) => clean(tag).replace(/\s+/g, ' ')).slice(0, 5);
    const digest = image.imageDigest.slice(0, 19);
    const title =
      before === undefined
        ? `Image ${digest} pushed to ${name} as ${tags.join(', ')}`
        : `Tag ${tags.join(', ')} of ${name} was moved: it names ${digest}, and ${before.imageDigest.slice(0, 19)} has no tag any more`;
    return {
      id: `${changeIds.movedTag}${name}@${image.imageDigest.slice(7, 19)}-${image.imagePushedAt.getTime()}`,
      // A new tag reaches nobody until it is deployed; pods that start anew pull what a moved tag names.
      kind: before === undefined ? 'commit' : 'deploy',
      at: image.imagePushedAt.toISOString(),
      service,
      title: `${title} (${region})`.slice(0, 300),
      ...(before === undefined ? { commit: image.imageDigest } : {}),
      version: tags[0] ?? digest,
      ...(before === undefined ? {} : { from: before.imageDigest }),
      to: image.imageDigest,
      ...(registry
        ? {
            link: `https://${region}.console.aws.amazon.com/ecr/repositories/private/${registry}/${name}/_/image/${image.imageDigest}/details?region=${region}`,
          }
        : {}),
    };
  });
  return { changes, unread };
}

/**
 * The image that lost its tag to this one: the newest of the same form that was pushed before and has no tag. An image index tags none of its parts,
 * which have another form.
 */
const displacedBy = (image: Image, newestFirst: readonly Image[]): Image | undefined =>
  newestFirst.find(
    (one) =>
      one.imageTags.length === 0 &&
      one.imagePushedAt < image.imagePushedAt &&
      one.imageManifestMediaType === image.imageManifestMediaType,
  );
