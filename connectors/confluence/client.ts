// Asks the REST API of Confluence Cloud: lists of version 2 with their cursors (developer.atlassian.com/cloud/confluence/rest/v2), and restrictions,
// which only version 1 has.
import * as z from 'zod';
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import { type Answer, type HttpSession, httpSession } from '../http-session.ts';
import type { SourceMeans } from '../source-kind.ts';
import type { ConfluenceSettings } from './manifest.ts';

const Links = z.object({ next: z.string().max(4000).optional(), base: z.string().max(500).optional() }).optional();
const id = z.string().regex(/^\d{1,30}$/);

export const Space = z.object({ id, key: z.string() });
export const ListedPage = z.object({
  id,
  title: z.string().max(2000),
  parentId: id.nullish(),
  parentType: z.string().max(50).nullish(),
  version: z.object({ number: z.number().int(), createdAt: z.string().max(50).optional() }),
  _links: z.object({ webui: z.string().max(2000).optional() }).optional(),
});
export type ListedPage = z.infer<typeof ListedPage>;
export const PageWithBody = z.object({
  id,
  version: z.object({ number: z.number().int() }),
  body: z.object({ storage: z.object({ value: z.string() }).optional() }).optional(),
});
const Folder = z.object({ parentId: id.nullish() });
const Holders = z.object({ results: z.array(z.unknown()), size: z.number().optional() });
const Restriction = z.object({
  operation: z.literal('read'),
  restrictions: z.object({ user: Holders, group: Holders }),
});

export function confluenceSession(
  { url, auth }: ConfluenceSettings,
  { secret, aws }: Pick<SourceMeans, 'secret' | 'aws'>,
  limits: { readonly deadlineMs: number; readonly maxBytes: number },
): HttpSession {
  return httpSession({
    title: 'Confluence',
    url,
    authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }),
    timeoutMs: 15_000,
    ...limits,
  });
}

const pageSize = '100';
const maxAnswers = 100;

interface Listed<T> {
  readonly rows: readonly T[];
  /** The address before `_links.webui`. */
  readonly base: string | undefined;
}

/** Reads all answers of a list. `next` gives only its cursor: the address stays ours. */
export async function listOf<Row extends z.ZodType>(
  session: HttpSession,
  path: string,
  parameters: Readonly<Record<string, string>>,
  row: Row,
): Promise<Answer<Listed<z.infer<Row>>>> {
  const schema = z.object({ results: z.array(row), _links: Links });
  const rows: z.infer<Row>[] = [];
  let base: string | undefined;
  let cursor: string | undefined;
  for (let count = 0; count < maxAnswers; count += 1) {
    const answer = await session.get(
      path,
      { limit: pageSize, ...parameters, ...(cursor === undefined ? {} : { cursor }) },
      schema,
    );
    if (answer.kind === 'failed') return answer;
    rows.push(...answer.data.results);
    base ??= answer.data._links?.base;
    const next = cursorIn(answer.data._links?.next);
    if (next === undefined) return { kind: 'ok', data: { rows, base } };
    if (next === cursor) break;
    cursor = next;
  }
  return { kind: 'failed', reason: `Confluence's list of ${path} does not end` };
}

function cursorIn(next: string | undefined): string | undefined {
  if (next === undefined || !URL.canParse(next, 'https://site')) return undefined;
  return new URL(next, 'https://site').searchParams.get('cursor') ?? undefined;
}

/** Whether only some people may read a page or folder. Pages below it inherit that. */
export async function isRestricted(session: HttpSession, content: string): Promise<Answer<boolean>> {
  const answer = await session.get(
    `wiki/rest/api/content/${content}/restriction/byOperation/read`,
    { expand: 'restrictions.user,restrictions.group' },
    Restriction,
  );
  if (answer.kind === 'failed') return answer;
  const { user, group } = answer.data.restrictions;
  return { kind: 'ok', data: [user, group].some(({ results, size = 0 }) => results.length > 0 || size > 0) };
}

export const parentOfFolder = async (session: HttpSession, folder: string): Promise<Answer<string | undefined>> => {
  const answer = await session.get(`wiki/api/v2/folders/${folder}`, {}, Folder);
  return answer.kind === 'failed' ? answer : { kind: 'ok', data: answer.data.parentId ?? undefined };
};
