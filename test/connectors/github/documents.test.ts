// The double answers as the REST reference says: repositories (docs.github.com/rest/repos/repos), trees (rest/git/trees: `truncated`, blobs with
// their SHA and size) and blobs (rest/git/blobs: base64).
import { expect, test } from 'vitest';
import { documents } from '../../../connectors/github/documents.ts';
import { gitHub } from '../../../connectors/github/manifest.ts';
import { serve, type TestServer } from '../../server.ts';

type Files = Record<string, string | Buffer>;
const shaOf = (content: string | Buffer) => Buffer.from(content).toString('hex').slice(0, 40).padEnd(40, '0');

const gitHubOf = (
  repositories: Record<string, Files | number>,
  more: { truncated?: boolean; size?: number } = {},
): Promise<TestServer> =>
  serve(({ path }) => {
    const [, , owner, name, ...rest] = path.split('?')[0]?.split('/') ?? [];
    const files = repositories[`${owner}/${name}`] ?? 404;
    const json = (body: unknown) => ({ headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (typeof files === 'number') return { status: files, ...json({ message: 'no' }) };
    if (rest.length === 0) return json({ default_branch: 'main', html_url: `https://github.com/${owner}/${name}` });
    if (rest[1] === 'trees')
      return json({
        truncated: more.truncated ?? false,
        tree: Object.entries(files).map(([path, content]) => ({
          path,
          type: 'blob',
          sha: shaOf(content),
          size: more.size ?? content.length,
        })),
      });
    const blob = Object.values(files).find((content) => shaOf(content) === rest[2]) ?? '';
    return json({ encoding: 'base64', content: Buffer.from(blob).toString('base64') });
  });

const reading = (
  server: TestServer,
  settings: object = {},
  repositories = [{ repository: 'acme/web', service: 'web' }],
) => {
  const config = gitHub.configSchema.parse({ url: server.url, documents: {}, ...settings });
  const read = documents(config, {
    clock: { now: () => new Date() },
    secret: () => undefined,
    repositories: async () => repositories,
  });
  if (read === undefined) throw new Error('no documents');
  return read;
};
const unknown = () => undefined;

test('README and docs of the repositories of services, with links; code and other folders stay', async () => {
  const files = {
    'README.md': '# Web',
    'docs/run book.md': '# Run',
    'src/notes.md': 'x',
    'docs/logo.png': 'x',
    'docs2/a.md': 'x',
  };
  await using server = await gitHubOf({ 'acme/web': files });
  const [part] = await reading(server)(unknown);
  expect(part).toMatchObject({
    kind: 'data',
    part: 'acme/web',
    documents: [
      { id: 'README.md', service: 'web', link: 'https://github.com/acme/web/blob/main/README.md', markdown: '# Web' },
      { id: 'docs/run book.md', link: 'https://github.com/acme/web/blob/main/docs/run%20book.md' },
    ],
  });
});

test('only changed files are read', async () => {
  await using server = await gitHubOf({ 'acme/web': { 'README.md': '# Web', 'docs/a.md': '# A' } });
  const [part] = await reading(server)((_, id) => (id === 'README.md' ? shaOf('# Web') : 'older'));
  expect(server.asked.filter(({ path }) => path.includes('/blobs/'))).toHaveLength(1);
  expect(part).toMatchObject({ documents: [{ id: 'README.md' }, { id: 'docs/a.md', markdown: '# A' }] });
});

test('one repository that fails, or that is not listed whole, does not take the others along', async () => {
  await using server = await gitHubOf({ 'acme/web': { 'README.md': '# Web' }, 'acme/gone': 404, 'acme/empty': {} });
  const repositories = ['acme/web', 'acme/gone', 'acme/empty'].map((repository) => ({ repository, service: 'x' }));
  const parts = await reading(server, {}, repositories)(unknown);
  expect(parts.map(({ kind }) => kind)).toEqual(['data', 'failed', 'data']);
  await using large = await gitHubOf({ 'acme/web': { 'README.md': '# Web' } }, { truncated: true });
  expect(await reading(large)(unknown)).toEqual([
    { kind: 'failed', part: 'acme/web', reason: 'GitHub does not list all its files' },
  ]);
});

test('binary files and giants are left out, each with the reason', async () => {
  await using server = await gitHubOf({ 'acme/web': { 'README.md': Buffer.from([0xff, 0xfe, 0x00]) } });
  expect(await reading(server)(unknown)).toMatchObject([
    { documents: [], leftOut: [{ what: 'README.md', why: 'no text' }] },
  ]);
  await using giant = await gitHubOf({ 'acme/web': { 'README.md': 'x' } }, { size: 5_000_000 });
  expect(await reading(giant)(unknown)).toMatchObject([{ documents: [], leftOut: [{ why: '5000 kB' }] }]);
});

test('more changed files than one synchronization reads keep their older copy until the next', async () => {
  const files = Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`docs/${n}.md`, `# ${n}`]));
  await using server = await gitHubOf({ 'acme/web': files });
  const [part] = await reading(server)((_, id) => (id === 'docs/89.md' ? 'older' : undefined));
  expect(part).toMatchObject({ kind: 'data' });
  if (part?.kind !== 'data') return;
  expect(part.documents).toHaveLength(81);
  expect(part.documents.at(-1)).toEqual(expect.objectContaining({ id: 'docs/89.md', version: 'older' }));
  expect(part.leftOut).toHaveLength(10);
});

test('without the setting there are none', () => {
  const config = gitHub.configSchema.parse({});
  expect(
    documents(config, { clock: { now: () => new Date() }, secret: () => undefined, repositories: async () => [] }),
  ).toBeUndefined();
});
