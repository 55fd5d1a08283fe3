// Reads the services of New Relic for the catalogue: the names of entities of APM and OpenTelemetry, and the owners by their tags (NerdGraph,
// actor.entitySearch: pages by `nextCursor`, domainType APM-APPLICATION and EXT-SERVICE).
import * as z from 'zod';
import type { InventoryParts } from '../../core/topology/discovery/inventory.ts';
import { boundedText, parsedJson } from '../body.ts';
import type { DiscoverServices } from '../source-kind.ts';
import type { NewRelicSettings } from './manifest.ts';
import { addressOf } from './source.ts';

const Page = z.object({
  data: z
    .object({
      actor: z.object({
        entitySearch: z.object({
          results: z.object({
            nextCursor: z.string().max(10_000).nullish(),
            entities: z
              .array(
                z.object({
                  name: z.string().max(500),
                  accountId: z.number(),
                  reporting: z.boolean().nullish(),
                  tags: z.array(z.object({ key: z.string(), values: z.array(z.string()) })).nullish(),
                }),
              )
              .max(1000),
          }),
        }),
      }),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).nullish(),
});
type Page = z.infer<typeof Page>;

const search =
  'query ($query: String!, $cursor: String) { actor { entitySearch(query: $query) { results(cursor: $cursor) { nextCursor entities { name accountId reporting tags { key values } } } } } }';
const maxPages = 25;
const maxBytes = 8 * 1024 * 1024;
const timeoutMs = 15_000;
const tagsOfOwner = ['team', 'owner', 'owners', 'owningteam'];
const fix = 'check the user key, region and accounts with `npm run sources -- check`, and ask again';

export const discover: DiscoverServices<NewRelicSettings> = async (settings, { secret, name }) => {
  const { accounts } = settings;
  const query = `domainType IN ('APM-APPLICATION', 'EXT-SERVICE') AND tags.accountId IN (${accounts.map((one) => `'${one}'`).join(', ')})`;
  const names: NonNullable<InventoryParts['names']> = [];
  const owners: NonNullable<InventoryParts['owners']> = [];
  const missing: NonNullable<InventoryParts['missing']> = [];
  let cursor: string | undefined;
  for (let page = 1; ; page += 1) {
    const answer = await post(addressOf(settings), { query: search, variables: { query, cursor } }, secret('token'));
    if (typeof answer === 'string') {
      missing.push({ what: `${name}, entities: ${answer}, only the first ${names.length} services`, fix });
      break;
    }
    for (const { name: entity, accountId, reporting, tags } of answer.entities) {
      // What no agent reports any more names no service of today.
      if (!accounts.includes(accountId) || reporting === false) continue;
      const at = `${name}: entity ${entity.slice(0, 80)} (${accountId})`;
      names.push({ source: name, name: entity, attribute: 'entity.name', at });
      const stated = new Set(
        (tags ?? []).flatMap(({ key, values }) => (tagsOfOwner.includes(key.toLowerCase()) ? values : [])),
      );
      const [owner] = stated;
      if (owner !== undefined && stated.size === 1) owners.push({ service: entity, owner, at: `${at}, tag` });
    }
    if (!answer.nextCursor) break;
    if (page === maxPages) {
      missing.push({ what: `${name}, entities: only the first ${names.length} services`, fix: 'divide the accounts' });
      break;
    }
    cursor = answer.nextCursor;
  }
  return { names, owners, missing };
};

type Results = NonNullable<Page['data']>['actor']['entitySearch']['results'];

/** The results of one page, or why there are none. NerdGraph reports errors within a 200. */
async function post(url: string, body: object, token: (() => Promise<string>) | undefined): Promise<Results | string> {
  let text: string | undefined;
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { 'api-key': (await token()).trim() }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return `status ${response.status}`;
    text = await boundedText(response, maxBytes);
  } catch {
    return `${new URL(url).host} could not be reached`;
  }
  if (text === undefined) return `an answer of more than ${maxBytes} bytes`;
  const page = Page.safeParse(parsedJson(text));
  if (!page.success) return 'an answer in a form that is not its API';
  const [error] = page.data.errors ?? [];
  return error !== undefined
    ? `the error ${error.message.slice(0, 200)}`
    : (page.data.data?.actor.entitySearch.results ?? 'an answer in a form that is not its API');
}
