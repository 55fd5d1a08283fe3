// Changes from Elastic Container Registry: images that were pushed. A push alone changes nothing that runs, until somebody deploys it or pods pull it:
// the change says which tag names which image from then on, and whether the tag was moved.
import { DescribeImagesCommand, DescribeRepositoriesCommand, type ECRClient } from '@aws-sdk/client-ecr';
import * as z from 'zod';
import { changeIds } from '../../core/model/change-ids.ts';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { type Deadline, deadlineIn, isRepeated, repeats, send } from '../aws-calls.ts';
import { registryImage } from '../images.ts';
import { namedFor, needsNames } from '../named-for.ts';
import type { ReadImages } from '../source-kind.ts';
import type { EcrSettings } from './manifest.ts';

export interface EcrParts {
  readonly settings: Pick<EcrSettings, 'repositories' | 'account' | 'accounts'>;
  readonly region: string;
  /** Of an account of the settings; undefined: with the credentials of the process. */
  clientAt(account: string | undefined, region: string): Pick<ECRClient, 'send'>;
  readonly images?: ReadImages | undefined;
  /** Whether the configuration enters the account. */
  knows(account: string): boolean;
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

/** A repository of a service. */
interface Sought {
  readonly service: string;
  readonly name: string;
  readonly region: string;
  /** The account that is entered; undefined: that of the process. */
  readonly account: string | undefined;
  /** The account of the registry, if an image names it. */
  readonly registry: string | undefined;
  /** The tags that run, or undefined if nobody knows what runs. */
  readonly tags: ReadonlySet<string> | undefined;
}

export function ecrChanges(parts: EcrParts): Source<'changes'> {
  const { settings, region, budgetMs } = parts;
  return {
    async observe(scope) {
      const deadline = deadlineIn(budgetMs);
      const running = needsNames(scope, settings.repositories) ? await runningImages(parts, scope) : noImages;
      // A service whose images nobody knows is sought by its name.
      const seen = new Set(running.sought.map(({ service }) => service));
      const unseen = {
        service: without(scope.service, seen),
        neighbours: scope.neighbours.filter((one) => !seen.has(one)),
      };
      const client = parts.clientAt(settings.account, region);
      const repositories = needsNames(unseen, settings.repositories)
        ? await repositoriesOf(client, deadline)
        : { found: [], missing: [] };
      const names = repositories.found.map(({ repositoryName }) => repositoryName);
      const byName = namedFor(unseen, settings.repositories, names).map(
        (one): Sought => ({ ...one, region, account: settings.account, registry: undefined, tags: undefined }),
      );
      const given = byName.filter(({ service }) => Object.hasOwn(settings.repositories, service));
      const all = [...given, ...running.sought, ...byName.filter((one) => !given.includes(one))].toSorted(
        (a, b) => Number(b.service === scope.service) - Number(a.service === scope.service),
      );
      const queried = all.slice(0, maxRepositories);
      const unnamed = [...repositories.missing, ...running.missing];
      if (queried.length === 0)
        return {
          kind: 'gap',
          gap: {
            source: 'ecr',
            reason:
              `${unnamed[0] ?? `None of ${names.length} repositories has the name of a service of the page`}.`.slice(
                0,
                300,
              ),
          },
        };
      const read = await Promise.all(
        queried.map(async ({ service, name, region: at, account, registry, tags }) => {
          const known = repositories.found.find(
            ({ repositoryName }) => registry === undefined && repositoryName === name,
          );
          const owner = parts.clientAt(account, at);
          const [images, described] = await Promise.all([
            imagesOf(owner, { repositoryName: name, registryId: registry }, deadline),
            known === undefined && registry !== undefined ? repositoryAt(owner, name, registry, deadline) : known,
          ]);
          return {
            failed: images.images.length === 0 && images.missing.length > 0,
            missing: images.missing,
            ...pushesOf(images.images, { service, name, region: at, repository: described, tags, scope }),
          };
        }),
      );
      const changes = read.flatMap((one) => one.changes).toSorted((a, b) => a.at.localeCompare(b.at));
      const missing = [...unnamed, ...read.flatMap((one) => [...one.missing, ...one.unread])];
      if (read.every((one) => one.failed))
        return { kind: 'gap', gap: { source: 'ecr', reason: `${missing.join('; ')}.`.slice(0, 300) } };
      const regions = [...new Set(queried.map((one) => one.region))].join(', ');
      return {
        kind: 'data',
        data: changes.filter((one) => isWithin(scope, { service: one.service })),
        query: `images of ${queried.map(({ name }) => name).join(', ')} in ${regions}`,
        found: queried.flatMap(({ service, name, tags }) =>
          tags === undefined ? [] : [`${service}: ${name}, by the images that run`],
        ),
        missing: [
          ...missing,
          ...(all.length > queried.length ? [`${all.length - queried.length} more repositories`] : []),
        ],
        bytes: JSON.stringify(changes).length,
      };
    },
  };
}

const without = (service: string | undefined, seen: ReadonlySet<string>): string | undefined =>
  service !== undefined && seen.has(service) ? undefined : service;

const noImages: { readonly sought: readonly Sought[]; readonly missing: readonly string[] } = {
  sought: [],
  missing: [],
};

/** The repositories of the images that run. Of a registry that this source may not read, only the account is said. */
async function runningImages({ images, settings, knows }: EcrParts, scope: Scope): Promise<typeof noImages> {
  if (images === undefined) return noImages;
  const read = await images(scope);
  const sought = new Map<string, Sought & { readonly tags: Set<string> }>();
  const elsewhere = new Map<string, number>();
  for (const { service, reference } of read.images) {
    if (Object.hasOwn(settings.repositories, service)) continue;
    const image = registryImage(reference);
    if (image === undefined) continue;
    const { account, region, repository, tag } = image;
    const isEntered = account === settings.account || settings.accounts.includes(account);
    // An account that is not entered is that of the process, or shares its repositories with it.
    if (!isEntered && (settings.account !== undefined || knows(account))) {
      elsewhere.set(account, (elsewhere.get(account) ?? 0) + 1);
      continue;
    }
    const key = [service, account, region, repository].join('\n');
    const one = sought.get(key) ?? {
      service,
      name: repository,
      region,
      account: isEntered ? account : undefined,
      registry: account,
      tags: new Set<string>(),
    };
    if (tag !== undefined) one.tags.add(tag);
    sought.set(key, one);
  }
  return {
    sought: [...sought.values()],
    missing: [
      ...read.missing,
      ...[...elsewhere].map(
        ([account, count]) =>
          `${count} running images of the registry of ${account}, which is not among the accounts of this source`,
      ),
    ],
  };
}

type Client = Pick<ECRClient, 'send'>;

export async function repositoriesOf(
  client: Client,
  deadline: Deadline,
): Promise<{ readonly found: readonly Repository[]; readonly missing: readonly string[] }> {
  const found: Repository[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxNamePages; page += 1) {
    const answer = await send('ecr:DescribeRepositories', Repositories, () =>
      client.send(new DescribeRepositoriesCommand({ maxResults: 1000, nextToken }), { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return { found, missing: [`the names of repositories: ${answer.reason}`] };
    if (isRepeated(nextToken, answer.data.nextToken))
      return { found, missing: [`names of repositories: ${repeats('ecr:DescribeRepositories')}`] };
    found.push(...(answer.data.repositories ?? []).flatMap((one) => Repository.safeParse(one).data ?? []));
    nextToken = answer.data.nextToken ?? undefined;
    if (nextToken === undefined) return { found, missing: [] };
  }
  return { found, missing: [`names of repositories beyond the first ${found.length}`] };
}

/** Undefined if it cannot be read: then nobody knows whether its tags can be moved. */
async function repositoryAt(client: Client, name: string, registryId: string, deadline: Deadline) {
  const answer = await send('ecr:DescribeRepositories', Repositories, () =>
    client.send(new DescribeRepositoriesCommand({ registryId, repositoryNames: [name] }), {
      abortSignal: deadline.signal,
    }),
  );
  return answer.kind === 'ok' ? Repository.safeParse(answer.data.repositories?.[0]).data : undefined;
}

interface WhichImages {
  readonly repositoryName: string;
  readonly registryId: string | undefined;
}

async function imagesOf(client: Client, { repositoryName, registryId }: WhichImages, deadline: Deadline) {
  const images: Image[] = [];
  const missing: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < maxImagePages; page += 1) {
    const answer = await send('ecr:DescribeImages', Images, () =>
      client.send(new DescribeImagesCommand({ repositoryName, registryId, maxResults: 1000, nextToken }), {
        abortSignal: deadline.signal,
      }),
    );
    if (answer.kind === 'failed')
      return { images, missing: [...missing, `images of ${repositoryName}: ${answer.reason}`] };
    if (isRepeated(nextToken, answer.data.nextToken))
      return { images, missing: [...missing, `images of ${repositoryName}: ${repeats('ecr:DescribeImages')}`] };
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
  readonly tags: ReadonlySet<string> | undefined;
  readonly scope: Scope;
}

/** Signatures, attestations and charts are stored beside images. */
const isImage = ({ artifactMediaType, imageTags }: Image): boolean =>
  !/cosign|attestation|helm|in-toto|sbom|notary/i.test(artifactMediaType ?? '') &&
  !imageTags.some((tag) => /^sha256-[0-9a-f]{64}/.test(tag));

function pushesOf(
  images: readonly Image[],
  { service, name, region, repository, tags: running, scope }: About,
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
    const isMoved = before !== undefined && (running === undefined || image.imageTags.some((one) => running.has(one)));
    const tags = image.imageTags.map((tag) => clean(tag).replace(/\s+/g, ' ')).slice(0, 5);
    const digest = image.imageDigest.slice(0, 19);
    const title =
      before === undefined
        ? `Image ${digest} pushed to ${name} as ${tags.join(', ')}`
        : `Tag ${tags.join(', ')} of ${name} was moved: it names ${digest}, and ${before.imageDigest.slice(0, 19)} has no tag any more`;
    return {
      id: `${changeIds.movedTag}${name}@${image.imageDigest.slice(7, 19)}-${image.imagePushedAt.getTime()}`,
      // A new tag reaches nobody until it is deployed; pods that start anew pull what a moved tag names, if it is theirs.
      kind: isMoved ? 'deploy' : 'commit',
      at: image.imagePushedAt.toISOString(),
      service,
      title: `${title} (${region})`.slice(0, 300),
      ...(isMoved ? {} : { commit: image.imageDigest }),
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
