// The double answers as New Relic's NerdGraph tutorial of entities says (docs.newrelic.com, "NerdGraph entities API"): entitySearch with `results`,
// `nextCursor` and tags as keys with lists of values; errors come within a 200.
import { expect, test } from 'vitest';
import { discover } from '../../../connectors/newrelic/discover.ts';
import { newRelic } from '../../../connectors/newrelic/manifest.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { joinInventories } from '../../../core/topology/discovery/inventory.ts';
import { propose } from '../../../core/topology/discovery/propose.ts';
import { type Answer, type Asked, serve } from '../../server.ts';

const json = (body: unknown): Answer => ({ body: JSON.stringify(body) });
const results = (entities: readonly object[], nextCursor: string | null = null) =>
  json({ data: { actor: { entitySearch: { results: { nextCursor, entities } } } } });
const entity = (name: string, tags: Record<string, string[]> = {}, more: object = {}) => ({
  ...{ name, accountId: 1, reporting: true },
  ...{ tags: Object.entries(tags).map(([key, values]) => ({ key, values })), ...more },
});
async function found(answer: (asked: Asked) => Answer) {
  await using server = await serve(answer);
  const settings = newRelic.configSchema.parse({ url: server.url, accounts: [1, 2] });
  const means = { clock: { now: () => new Date() }, secret: () => async () => 'NRAK-1\n', name: 'nr' };
  return { parts: await discover(settings, means), asked: server.asked };
}

test('entities of the accounts become names and owners, page by page, and only what reports counts', async () => {
  const { parts, asked } = await found(({ body }) =>
    JSON.parse(body).variables.cursor === undefined
      ? results([entity('web-player-prod', { team: ['web'] }), entity('old', {}, { reporting: false })], 'next')
      : results([
          entity('ledger', { Owner: ['a', 'b'] }),
          entity('foreign', { team: ['x'] }, { accountId: 9 }),
          entity('bare', {}, { tags: null, reporting: null }),
        ]),
  );
  expect(parts.names?.map(({ name, signal }) => [name, signal])).toEqual([
    ['web-player-prod', undefined],
    ['ledger', undefined],
    ['bare', undefined],
  ]);
  expect(parts.owners).toEqual([
    { service: 'web-player-prod', owner: 'web', at: 'nr: entity web-player-prod (1), tag' },
  ]);
  expect(parts.missing).toEqual([]);
  expect(asked[0]?.headers['api-key']).toBe('NRAK-1');
  expect(JSON.parse(asked[0]?.body ?? '').variables.query).toContain("tags.accountId IN ('1', '2')");

  const catalog = Catalog.parse({
    environments: { production: { level: 'walk', aliases: ['prod'] } },
    services: [{ name: 'web-player', sources: { metrics: ['prom'] } }],
  });
  const { changes, doubts } = propose(joinInventories([parts]), catalog);
  expect(doubts).toEqual([]);
  expect(changes.map(({ name, field, value }) => [name, field, value])).toEqual([
    ['web-player', 'owners', 'web'],
    ['web-player', 'match', { nr: { 'entity.name': 'web-player-prod' } }],
  ]);
});

test.each([
  ['a refusal', { status: 401 }, 'status 401'],
  ['an error within a 200', json({ errors: [{ message: 'Too many' }] }), 'the error Too many'],
  ['another form', json({ data: { actor: { entitySearch: 'x' } } }), 'an answer in a form that is not its API'],
  ['no data', json({ data: null }), 'an answer in a form that is not its API'],
  ['no JSON', { body: '<html>' }, 'an answer in a form that is not its API'],
] as const)('%s is missing and not silence', async (_, answer, what) => {
  const { parts } = await found(() => answer);
  expect(parts.missing).toMatchObject([{ what: `nr, entities: ${what}, only the first 0 services` }]);
});

test('an endless list ends and says so', async () => {
  const { parts, asked } = await found(() => results([entity('web')], 'again'));
  expect(asked).toHaveLength(25);
  expect(parts.missing).toMatchObject([{ what: 'nr, entities: only the first 25 services' }]);
});
