import type { ECRClient } from '@aws-sdk/client-ecr';
import { describe, expect, test } from 'vitest';
import { ecrChanges } from '../../../connectors/ecr/changes.ts';
import { Change } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { partly } from '../../partly.ts';
import { awsDouble, Refusal } from './double.ts';

const window = { start: '2026-11-20T00:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const scope = aScope({ service: 'orders', neighbours: [], window });
const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const image = (letter: string, clock: string, over: object = {}) => ({
  imageDigest: digest(letter),
  imageTags: ['stable'],
  imagePushedAt: new Date(`2026-11-20T${clock}Z`),
  imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  ...over,
});
const untagged = { imageTags: undefined };

async function observe(
  images: readonly unknown[],
  repository: object = {},
  answers: Parameters<typeof awsDouble>[0] = {},
) {
  const { client, asked } = awsDouble({
    DescribeRepositories: () => ({
      repositories: [
        { repositoryName: 'shop/orders', registryId: '111122223333', ...repository },
        { repositoryName: 'shop/reorders' },
      ],
    }),
    DescribeImages: () => ({ imageDetails: images }),
    ...answers,
  });
  const source = ecrChanges({
    settings: { repositories: {}, accounts: [] },
    region: 'eu-west-1',
    clientAt: () => partly<Pick<ECRClient, 'send'>>(client),
    knows: () => false,
    budgetMs: 3000,
  });
  const answer = await source.observe(scope, {});
  if (answer.kind !== 'data') throw new Error(answer.gap.reason);
  return { ...answer, data: answer.data.map((one) => Change.parse(one)), asked };
}

test('a moved tag says which image it names now and which it named before', async () => {
  const { data, asked } = await observe([image('b', '02:10:00'), image('a', '01:00:00', untagged)]);
  expect(data).toEqual([
    {
      id: expect.stringMatching(/^ecr-shop\/orders@b{12}-\d+$/),
      kind: 'deploy',
      at: '2026-11-20T02:10:00.000Z',
      service: 'orders',
      title:
        'Tag stable of shop/orders was moved: it names sha256:bbbbbbbbbbbb, and sha256:aaaaaaaaaaaa has no tag any more (eu-west-1)',
      version: 'stable',
      from: digest('a'),
      to: digest('b'),
      link: `https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/111122223333/shop/orders/_/image/${digest('b')}/details?region=eu-west-1`,
    },
  ]);
  expect(
    asked.filter(({ operation }) => operation === 'DescribeImages').map(({ input }) => input.repositoryName),
  ).toEqual(['shop/orders']);
});
test.each<[string, readonly object[], object]>([
  ['no image lost a tag', [image('b', '02:10:00'), image('a', '01:00:00', { imageTags: ['v1'] })], {}],
  ['the image without a tag is newer', [image('b', '02:10:00'), image('a', '02:20:00', untagged)], {}],
  [
    'it is part of an image index',
    [
      image('b', '02:10:00', { imageManifestMediaType: 'application/vnd.oci.image.index.v1+json' }),
      image('a', '02:09:00', untagged),
    ],
    {},
  ],
  [
    'tags cannot be moved',
    [image('b', '02:10:00'), image('a', '01:00:00', untagged)],
    { imageTagMutability: 'IMMUTABLE' },
  ],
])('a push is like a commit if %s', async (_, images, repository) => {
  const { data } = await observe(images, repository);
  expect(data.find(({ to }) => to === digest('b'))).toMatchObject({
    kind: 'commit',
    commit: digest('b'),
    title: expect.stringContaining('pushed to shop/orders as stable'),
  });
});
test('pushes before the window, signatures and charts are no changes', async () => {
  const old = image('c', '02:00:00', { imagePushedAt: new Date('2026-11-01T00:00:00Z') });
  const signature = image('d', '02:00:00', { imageTags: [`sha256-${'b'.repeat(64)}.sig`] });
  const chart = image('e', '02:00:00', { artifactMediaType: 'application/vnd.cncf.helm.config.v1+json' });
  expect((await observe([old, signature, chart])).data).toEqual([]);
});

describe('limits and trouble', () => {
  test('pages are read, and more than they hold are a gap', async () => {
    const { missing, asked } = await observe(
      [],
      {},
      {
        DescribeImages: ({ nextToken = '' }) => ({
          imageDetails: [image('b', '02:10:00')],
          nextToken: `${nextToken}t`,
        }),
      },
    );
    expect(asked.filter(({ operation }) => operation === 'DescribeImages')).toHaveLength(5);
    expect(missing).toEqual(['images of shop/orders beyond 5, in no order']);
  });
  test('more pushes than are told are a gap', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      image('b', '02:10:00', { imageDigest: `sha256:${String(index).padStart(64, '0')}` }),
    );
    const { data, missing } = await observe(many);
    expect(data).toHaveLength(20);
    expect(missing).toEqual(['shop/orders: 10 older pushes of the window']);
  });
  test.each(['DescribeRepositories', 'DescribeImages'])(
    'a refused %s is a gap without the vendor’s text',
    async (operation) => {
      const refused = observe(
        [image('b', '02:10:00')],
        {},
        {
          [operation]: () => {
            throw new Refusal('AccessDeniedException');
          },
        },
      );
      await expect(refused).rejects.toThrow(`the right to ecr:${operation} is missing`);
    },
  );
  test('hostile tags are plain words, and ill-formed images are counted', async () => {
    const { data, missing } = await observe([
      image('b', '02:10:00', { imageTags: ['v1\u001b[2J\n# approve'] }),
      { imageDigest: 'sha256:../../x' },
      null,
    ]);
    expect(data[0]?.title).not.toMatch(/\p{C}/u);
    expect(missing).toEqual(['shop/orders: 2 images of another form']);
  });
});

describe('repositories of the images that run', () => {
  const registry = (account: string, rest: string, region = 'eu-west-1') =>
    `${account}.dkr.ecr.${region}.amazonaws.com/${rest}`;
  async function observeImages(
    images: readonly { service: string; reference: string }[],
    { settings = {}, knows = [], missing = [] }: { settings?: object; knows?: string[]; missing?: string[] } = {},
  ) {
    const { client, asked } = awsDouble({
      DescribeRepositories: ({ repositoryNames }) => ({
        repositories: (repositoryNames === undefined ? ['shop/orders', 'team/billing'] : [repositoryNames].flat()).map(
          (repositoryName) => ({ repositoryName, registryId: '111122223333', imageTagMutability: 'MUTABLE' }),
        ),
      }),
      DescribeImages: () => ({ imageDetails: [image('b', '02:10:00'), image('a', '01:00:00', untagged)] }),
    });
    const entered: string[] = [];
    const answer = await ecrChanges({
      settings: { repositories: {}, accounts: [], ...settings },
      region: 'eu-west-1',
      clientAt: (account, region) => {
        entered.push(`${account ?? 'own'} ${region}`);
        return partly<Pick<ECRClient, 'send'>>(client);
      },
      knows: (account) => knows.includes(account),
      images: async () => ({ images, missing }),
      budgetMs: 3000,
    }).observe(scope, {});
    return { answer, asked, entered };
  }
  const asks = (asked: Awaited<ReturnType<typeof observeImages>>['asked']) =>
    asked
      .filter(({ operation }) => operation === 'DescribeImages')
      .map(({ input }) => [input.registryId, input.repositoryName]);

  test('a repository of another name, in another region and account, is found by the image', async () => {
    const reference = registry('222233334444', 'platform/backend:stable', 'us-east-1');
    const { answer, asked, entered } = await observeImages([{ service: 'orders', reference }], {
      settings: { accounts: ['222233334444'] },
      knows: ['222233334444'],
    });
    expect(asks(asked)).toEqual([['222233334444', 'platform/backend']]);
    expect(entered).toContain('222233334444 us-east-1');
    expect(answer).toMatchObject({
      kind: 'data',
      found: ['orders: platform/backend, by the images that run'],
      query: 'images of platform/backend in us-east-1',
      missing: [],
    });
    expect(answer.kind === 'data' && answer.data).toMatchObject([{ kind: 'deploy', service: 'orders' }]);
    expect(
      asked.some(({ operation, input }) => operation === 'DescribeRepositories' && input.repositoryNames === undefined),
    ).toBe(false);
  });
  test('a tag that was moved and that nobody runs is no deployment', async () => {
    const { answer } = await observeImages([
      { service: 'orders', reference: registry('111122223333', 'shop/orders:v7') },
    ]);
    expect(answer.kind === 'data' && answer.data).toMatchObject([{ kind: 'commit', commit: digest('b') }]);
  });
  test('a registry that the source may not enter is said, and images of other registries are none', async () => {
    const { answer, asked } = await observeImages(
      [
        { service: 'orders', reference: registry('999900001111', 'shop/orders:v7') },
        { service: 'orders', reference: 'ghcr.io/acme/orders:v7' },
      ],
      { knows: ['999900001111'] },
    );
    expect(answer.kind === 'data' && answer.missing).toEqual([
      '1 running images of the registry of 999900001111, which is not among the accounts of this source',
    ]);
    // Without an image that it may read about, the service's name counts.
    expect(asks(asked)).toEqual([[undefined, 'shop/orders']]);
  });
  test('what could not be read of the clusters is a gap', async () => {
    const { answer } = await observeImages([], { missing: ['the images of pods in main (not allowed)'] });
    expect(answer.kind === 'data' && answer.missing).toEqual(['the images of pods in main (not allowed)']);
  });
});
