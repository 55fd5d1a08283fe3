// Reads pages of spaces. A list gives the version of each page, so that only changed pages are read whole. A page that only some people may read,
// or that is below one, is left out: its copy would be open to everybody who talks to Watchkeeper.
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { DocumentPart, SourceDocument } from '../../core/ports/knowledge-sync.ts';
import type { HttpSession } from '../http-session.ts';
import type { ReadDocuments } from '../source-kind.ts';
import { confluenceSession, isRestricted, ListedPage, listOf, PageWithBody, parentOfFolder, Space } from './client.ts';
import type { ConfluenceSettings } from './manifest.ts';
import { markdownOf } from './markdown.ts';

/** Characters of a page's storage format; larger ones are hardly written by people. */
const maxCharacters = 1_000_000;
const maxPages = 2000;
const bodiesAtOnce = 20;
const atOnce = 4;
const maxDepth = 100;
const limits = { deadlineMs: 300_000, maxBytes: 300_000_000 };

class Stopped extends Error {}

export const documents: ReadDocuments<ConfluenceSettings> = (settings, means) => async (known) => {
  const parts: DocumentPart[] = [];
  for (const key of settings.spaces) {
    try {
      const session = confluenceSession(settings, means, limits);
      parts.push(await readSpace(session, settings, key, (id) => known(key, id)));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      parts.push({ kind: 'failed', part: key, reason: error.message });
    }
  }
  return parts;
};

async function readSpace(
  session: HttpSession,
  { url }: ConfluenceSettings,
  key: string,
  known: (id: string) => string | undefined,
): Promise<DocumentPart> {
  const spaces = dataOf(await listOf(session, 'wiki/api/v2/spaces', { keys: key }, Space));
  const space = spaces.rows.find((one) => one.key === key);
  if (space === undefined) throw new Stopped(`Confluence shows no space ${key} to this user`);
  const { rows, base } = dataOf(
    await listOf(session, 'wiki/api/v2/pages', { 'space-id': space.id, status: 'current' }, ListedPage),
  );
  const pages = new Map(rows.map((page) => [page.id, page]));
  // An absent page could be one that is not listed.
  if (pages.size > maxPages) throw new Stopped(`The space has more than ${maxPages} pages`);
  const closed = await closedPages(session, pages);
  const leftOut: { what: string; why: string }[] = [...closed].map(([id, why]) => ({ what: id, why }));
  const open = [...pages.values()].filter(({ id }) => !closed.has(id));
  const site = base !== undefined && /^https:\/\//.test(base) && URL.canParse(base) ? base : `${url}/wiki`;
  const found: SourceDocument[] = [];
  const changed = new Map<string, SourceDocument>();
  for (const page of open) {
    const document = documentOf(page, site);
    if (known(page.id) === document.version) found.push(document);
    else changed.set(page.id, document);
  }
  for (const ids of batches([...changed.keys()])) {
    const answer = dataOf(
      await listOf(
        session,
        'wiki/api/v2/pages',
        { id: ids.join(','), 'body-format': 'storage', limit: String(bodiesAtOnce) },
        PageWithBody,
      ),
    );
    const bodies = new Map(answer.rows.map((page) => [page.id, page]));
    for (const id of ids) {
      const document = changed.get(id);
      const page = bodies.get(id);
      const storage = page?.body?.storage?.value;
      if (document === undefined) continue;
      if (page === undefined || storage === undefined) {
        leftOut.push({ what: id, why: 'Confluence did not send its text' });
        continue;
      }
      if (storage.length > maxCharacters) {
        leftOut.push({ what: id, why: `${Math.round(storage.length / 1000)} kB` });
        continue;
      }
      const markdown = markdownOf(storage);
      if (markdown === undefined) leftOut.push({ what: id, why: 'its text could not be converted' });
      else found.push({ ...document, version: String(page.version.number), markdown });
    }
  }
  return { kind: 'data', part: key, documents: found, leftOut };
}

function documentOf({ id, title, version, _links }: ListedPage, site: string): SourceDocument {
  const webui = _links?.webui;
  return {
    id,
    version: String(version.number),
    title,
    link: webui?.startsWith('/') ? `${site}${webui}` : `${site}/pages/viewpage.action?pageId=${id}`,
    ...(version.createdAt === undefined || Number.isNaN(Date.parse(version.createdAt))
      ? {}
      : { changedAt: new Date(version.createdAt).toISOString() }),
  };
}

/** Pages that are not for everybody, each with the reason. A restriction changes no version, so each synchronization asks for all of them. */
async function closedPages(
  session: HttpSession,
  pages: ReadonlyMap<string, ListedPage>,
): Promise<ReadonlyMap<string, string>> {
  const limited = limitConcurrency(atOnce);
  /** Above the pages of the list are folders, and what the user may not see. */
  const answers = new Map<string, Promise<{ readonly closed?: string; readonly parent?: string | undefined }>>();
  const ask = (id: string) => {
    const asked = answers.get(id);
    if (asked !== undefined) return asked;
    const page = pages.get(id);
    const answer = limited(async () => {
      const restricted = await isRestricted(session, id);
      if (restricted.kind === 'failed') {
        if (restricted.status !== 403 && restricted.status !== 404) throw new Stopped(restricted.reason);
        return { closed: 'Confluence does not say who may read it, or what is above it' };
      }
      if (restricted.data) return { closed: 'only some people may read it' };
      if (page !== undefined) return { parent: page.parentId ?? undefined };
      const parent = await parentOfFolder(session, id);
      if (parent.kind === 'ok') return { parent: parent.data };
      return { closed: 'Confluence does not show what is above it' };
    });
    answers.set(id, answer);
    return answer;
  };
  const closed = new Map<string, string>();
  await Promise.all(
    [...pages.keys()].map(async (page) => {
      const seen = new Set<string>();
      for (let at: string | undefined = page; at !== undefined; ) {
        if (seen.has(at) || seen.size > maxDepth) {
          closed.set(page, 'its parents form a circle');
          return;
        }
        seen.add(at);
        const answer: Awaited<ReturnType<typeof ask>> = await ask(at);
        if (answer.closed !== undefined) {
          closed.set(page, answer.closed);
          return;
        }
        at = answer.parent;
      }
    }),
  );
  return closed;
}

function batches(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let from = 0; from < ids.length; from += bodiesAtOnce) all.push(ids.slice(from, from + bodiesAtOnce));
  return all;
}

function dataOf<T>(
  answer: { readonly kind: 'ok'; readonly data: T } | { readonly kind: 'failed'; readonly reason: string },
): T {
  if (answer.kind === 'failed') throw new Stopped(answer.reason);
  return answer.data;
}
