// The double answers as the REST reference says: spaces and pages with cursors in `_links.next`
// (developer.atlassian.com/cloud/confluence/rest/v2/api-group-page), folders, and restrictions of version 1
// (developer.atlassian.com/cloud/confluence/rest/v1/api-group-content-restrictions).
import { expect, test } from 'vitest';
import { check } from '../../../connectors/confluence/check.ts';
import { documents } from '../../../connectors/confluence/documents.ts';
import { confluence } from '../../../connectors/confluence/manifest.ts';
import { markdownOf } from '../../../connectors/confluence/markdown.ts';
import { serve, type TestServer } from '../../server.ts';

interface Page {
  readonly title: string;
  readonly version?: number;
  readonly storage?: string;
  readonly parent?: string;
  readonly restricted?: boolean | number;
}
const json = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });

const confluenceOf = (pages: Record<string, Page>, folders: Record<string, string | null> = {}): Promise<TestServer> =>
  serve(({ path }) => {
    const { pathname, searchParams: asked } = new URL(path, 'http://double');
    if (pathname === '/wiki/api/v2/spaces')
      return json({ results: asked.get('keys')?.includes('OPS') ? [{ id: '7', key: 'OPS', name: 'Operations' }] : [] });
    const restriction = /^\/wiki\/rest\/api\/content\/(\d+)\/restriction\/byOperation\/read$/.exec(pathname)?.[1];
    if (restriction !== undefined) {
      const { restricted = false } = pages[restriction] ?? {};
      if (typeof restricted === 'number') return json({ message: 'no' }, restricted);
      if (pages[restriction] === undefined && folders[restriction] === undefined) return json({}, 404);
      const user = restricted ? { results: [{ accountId: 'a' }], size: 1 } : { results: [], size: 0 };
      return json({ operation: 'read', restrictions: { user, group: { results: [], size: 0 } } });
    }
    const folder = /^\/wiki\/api\/v2\/folders\/(\d+)$/.exec(pathname)?.[1];
    if (folder !== undefined) return json({ id: folder, parentId: folders[folder] ?? null });
    if (pathname !== '/wiki/api/v2/pages') return json({}, 404);
    const ids = asked.get('id')?.split(',');
    const all = Object.entries(pages).filter(([id]) => ids === undefined || ids.includes(id));
    const from = Number(asked.get('cursor') ?? 0);
    const next = from + 2;
    return json({
      results: all.slice(from, next).map(([id, { title, version = 1, storage = '<p>x</p>', parent }]) => ({
        id,
        title,
        parentId: parent ?? null,
        version: { number: version, createdAt: '2026-11-01T10:00:00.000Z' },
        ...(asked.get('body-format') === 'storage' && { body: { storage: { value: storage } } }),
        _links: { webui: `/spaces/OPS/pages/${id}` },
      })),
      _links: {
        base: 'https://acme.atlassian.net/wiki',
        ...(next < all.length && { next: `/wiki/api/v2/pages?limit=2&cursor=${next}` }),
      },
    });
  });

const settingsOf = (server: TestServer, spaces = ['OPS']) =>
  confluence.configSchema.parse({ url: server.url, spaces, auth: { kind: 'basic', user: 'bot@acme.example' } });
const means = { clock: { now: () => new Date() }, secret: () => async () => 'token', repositories: async () => [] };
const reading = (server: TestServer, spaces?: string[]) => {
  const read = documents(settingsOf(server, spaces), means);
  if (read === undefined) throw new Error('no documents');
  return read;
};
const unknown = () => undefined;

test('pages of a space over several answers, with link and version, as Markdown; the login is a user and a token', async () => {
  await using server = await confluenceOf({
    '1': { title: 'Disk full', version: 4, storage: '<h2>Steps</h2><p>Delete <strong>logs</strong>.</p>' },
    '2': { title: 'Failover' },
    '3': { title: 'Certificates' },
  });
  const [part] = await reading(server)(unknown);
  expect(part).toMatchObject({ kind: 'data', part: 'OPS', leftOut: [] });
  expect(part?.kind === 'data' && part.documents.map(({ title }) => title)).toEqual([
    'Disk full',
    'Failover',
    'Certificates',
  ]);
  expect(part?.kind === 'data' && part.documents[0]).toEqual({
    id: '1',
    version: '4',
    title: 'Disk full',
    link: 'https://acme.atlassian.net/wiki/spaces/OPS/pages/1',
    changedAt: '2026-11-01T10:00:00.000Z',
    markdown: '## Steps\n\nDelete **logs**.',
  });
  expect(server.asked[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('bot@acme.example:token').toString('base64')}`,
  );
});

test('only pages with another version are read whole', async () => {
  await using server = await confluenceOf({ '1': { title: 'A' }, '2': { title: 'B', version: 2 } });
  const [part] = await reading(server)(() => '1');
  expect(part).toMatchObject({ documents: [{ id: '1' }, { id: '2', markdown: 'x' }] });
  expect(part?.kind === 'data' && part.documents[0]).not.toHaveProperty('markdown');
  expect(server.asked.filter(({ path }) => path.includes('body-format')).map(({ path }) => path)).toEqual([
    expect.stringContaining('id=2&'),
  ]);
});

test('a restricted page, what is below it, and what is below something unknown are left out and counted', async () => {
  await using server = await confluenceOf(
    {
      '1': { title: 'Open' },
      '2': { title: 'Salaries', restricted: true },
      '3': { title: 'Salaries of 2026', parent: '2' },
      '4': { title: 'In a folder', parent: '50' },
      '5': { title: 'In a folder below a restricted page', parent: '51' },
      '6': { title: 'Below something hidden', parent: '99' },
      '7': { title: 'No answer about it', restricted: 403 },
    },
    { '50': null, '51': '2' },
  );
  // The copy of an earlier time goes as well.
  const [part] = await reading(server)(() => '1');
  expect(part?.kind === 'data' && part.documents.map(({ id }) => id)).toEqual(['1', '4']);
  expect(part?.kind === 'data' && part.leftOut.map(({ what }) => what).toSorted()).toEqual(['2', '3', '5', '6', '7']);
  expect(JSON.stringify(part)).not.toContain('Salaries');
});

test('a space that fails, or that the user does not see, does not take the others along', async () => {
  await using server = await confluenceOf({ '1': { title: 'A' }, '2': { title: 'B' } });
  expect((await reading(server, ['SECRET', 'OPS'])(unknown)).map(({ kind }) => kind)).toEqual(['failed', 'data']);
  await using broken = await confluenceOf({ '1': { title: 'A', restricted: 500 } });
  expect(await reading(broken)(unknown)).toEqual([
    { kind: 'failed', part: 'OPS', reason: 'Confluence answered with status 500.' },
  ]);
  await using html = await serve(() => ({ body: '<html>log in</html>' }));
  expect(await reading(html)(unknown)).toMatchObject([{ kind: 'failed' }]);
});

test('an endless list, parents in a circle and a link of another form are refused', async () => {
  await using endless = await serve(({ path }) =>
    path.includes('spaces')
      ? json({ results: [{ id: '7', key: 'OPS' }] })
      : json({ results: [], _links: { next: 'https://elsewhere.example/?cursor=same' } }),
  );
  expect(await reading(endless)(unknown)).toMatchObject([{ kind: 'failed' }]);
  await using circle = await confluenceOf({ '1': { title: 'A', parent: '2' }, '2': { title: 'B', parent: '1' } });
  expect(await reading(circle)(unknown)).toMatchObject([{ documents: [] }]);
});

test('the check names spaces that the user does not see', async () => {
  await using server = await confluenceOf({});
  expect(await check(settingsOf(server, ['OPS', 'HR']), means)).toMatchObject({
    sees: ['pages of 1 of 2 spaces'],
    missing: [{ what: 'space HR' }],
  });
  await using refusing = await serve(() => ({ status: 401 }));
  expect(await check(settingsOf(refusing), means)).toMatchObject({ kind: 'silent' });
});

test('code, tables, links, tasks and panels of the storage format', () => {
  expect(
    markdownOf(
      '<ac:structured-macro ac:name="code" ac:schema-version="1"><ac:parameter ac:name="language">bash</ac:parameter>' +
        '<ac:plain-text-body><![CDATA[kubectl get pods | grep "<none>" && echo *x*]]></ac:plain-text-body></ac:structured-macro>',
    ),
  ).toBe('```\nkubectl get pods | grep "<none>" && echo *x*\n```');
  expect(
    markdownOf(
      '<table><colgroup><col /></colgroup><tbody><tr><th><p>Alert</p></th><th>What to do</th></tr><tr><td>Disk</td><td>a|b</td></tr></tbody></table>',
    ),
  ).toBe('| Alert | What to do |\n| --- | --- |\n| Disk | a\\|b |');
  expect(
    markdownOf('<p>See <ac:link><ri:page ri:content-title="Fail &amp; over" /></ac:link> first.</p><p>Then go.</p>'),
  ).toBe('See Fail & over first.\n\nThen go.');
  expect(
    markdownOf(
      '<p>See <ac:link><ri:page ri:content-title="Failover" /><ac:plain-text-link-body><![CDATA[this page]]></ac:plain-text-link-body></ac:link>.</p>',
    ),
  ).toBe('See this page.');
  expect(
    markdownOf(
      '<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Call</ac:task-body></ac:task></ac:task-list>',
    ),
  ).toContain('Call');
  expect(
    markdownOf(
      '<ac:structured-macro ac:name="warning"><ac:parameter ac:name="title">Careful</ac:parameter><ac:parameter ac:name="icon">false</ac:parameter><ac:rich-text-body><p>Never restart.</p></ac:rich-text-body></ac:structured-macro>',
    ),
  ).toBe('**Careful**\n\nNever restart.');
});

test('hostile pages end quickly: scripts, deep nesting, open CDATA and tags', () => {
  expect(markdownOf('<p>a</p><script>alert(1)</script><p>b</p>')).toBe('a\n\nb');
  const start = performance.now();
  expect(markdownOf('<div>'.repeat(100_000))).toBeUndefined();
  markdownOf('<![CDATA['.repeat(100_000));
  markdownOf('<ac:parameter '.repeat(70_000));
  markdownOf('<ac:structured-macro ac:name="code"><ac:plain-text-body>'.repeat(10_000));
  expect(performance.now() - start).toBeLessThan(20_000);
});
