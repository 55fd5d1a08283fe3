// Reads the services of PagerDuty for the catalogue: ids, names and teams (REST API v2, GET /services: offset pages with `more`).
import * as z from 'zod';
import type { InventoryParts } from '../../core/topology/discovery/inventory.ts';
import { boundedText, parsedJson } from '../body.ts';

const pageSize = 100;
/** PagerDuty itself gives no more than 10,000. */
const maxPages = 30;
const maxBytes = 8 * 1024 * 1024;
const timeoutMs = 10_000;

const Page = z.object({
  more: z.boolean().default(false),
  services: z.array(
    z.object({
      id: z.string(),
      name: z.string().max(500),
      teams: z.array(z.object({ summary: z.string() })).nullish(),
    }),
  ),
});

export async function discoverPagerDuty({
  token,
  baseUrl = 'https://api.pagerduty.com',
}: {
  readonly token: () => Promise<string>;
  readonly baseUrl?: string | undefined;
}): Promise<InventoryParts> {
  const pagers: NonNullable<InventoryParts['pagers']> = [];
  const missing = (what: string) => ({
    pagers,
    missing: [
      { what: `PagerDuty: ${what}`, fix: 'check the token, which needs to read services, and pagerduty.apiUrl' },
    ],
  });
  for (let page = 0; page < maxPages; page += 1) {
    const query = new URLSearchParams({
      limit: String(pageSize),
      offset: String(page * pageSize),
      'include[]': 'teams',
    });
    let response: Response;
    let text: string | undefined;
    try {
      response = await fetch(`${baseUrl.replace(/\/+$/, '')}/services?${query}`, {
        redirect: 'error',
        headers: {
          authorization: `Token token=${(await token()).trim()}`,
          accept: 'application/vnd.pagerduty+json;version=2',
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await boundedText(response, maxBytes);
    } catch {
      return missing('it did not answer');
    }
    if (!response.ok) return missing(`status ${response.status}, only the first ${pagers.length} services`);
    const read = Page.safeParse(text === undefined ? undefined : parsedJson(text));
    if (!read.success) return missing('it answered in a form that is not its API');
    for (const { id, name, teams } of read.data.services) {
      const team = teams?.length === 1 ? teams[0]?.summary : undefined;
      pagers.push({ id, name, at: `PagerDuty service ${id}`, ...(team === undefined ? {} : { team }) });
    }
    if (!read.data.more) return { pagers };
  }
  return missing(`only the first ${pagers.length} services`);
}
