// Asks LaunchDarkly's audit log (GET /api/v2/auditlog), page by page: 20 entries are the most of one page, and the next page is asked for by the time
// of the oldest entry. It waits as the rate limit's headers say.
import * as z from 'zod';
import { boundedText, parsedJson } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';

export interface LaunchDarklyAccess {
  readonly url: string;
  readonly token: () => Promise<string>;
  /** For one question; absent, 12 s. */
  readonly timeoutMs?: number | undefined;
}

const text = (max: number) => z.string().transform((value) => value.slice(0, max));
const Entry = z.object({
  _id: z.string().min(1).max(100),
  /** Epoch milliseconds. The reference shows it as a number and as a text. */
  date: z.coerce.number().int().positive(),
  kind: text(50),
  name: text(300).nullish(),
  titleVerb: text(300).nullish(),
  shortDescription: text(1000).nullish(),
  description: text(2000).nullish(),
  comment: text(500).nullish(),
  accesses: z
    .array(z.object({ action: text(100).nullish(), resource: text(1000).nullish() }))
    .nullish()
    .transform((all) => all?.slice(0, 50) ?? []),
  member: z
    .object({ email: text(200).nullish(), firstName: text(100).nullish(), lastName: text(100).nullish() })
    .nullish(),
  token: z.object({ name: text(100).nullish() }).nullish(),
});
export type Entry = z.infer<typeof Entry>;
const Page = z.object({ items: z.array(z.unknown()) });

type Outcome =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly waitMs?: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

export type Answer =
  | {
      readonly kind: 'ok';
      readonly entries: readonly Entry[];
      readonly missing: readonly string[];
      readonly bytes: number;
    }
  | { readonly kind: 'failed'; readonly reason: string };

export const pageSize = 20;
/** Pages of one resource in one question. */
const maxPages = 15;
const maxBytes = 4 * 1024 * 1024;
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** `spec` is a resource specifier, such as `proj/*:env/production:flag/*`. Entries come newest first. */
export async function entriesOf(
  { url, token, timeoutMs = 12_000 }: LaunchDarklyAccess,
  {
    spec,
    start,
    end,
    most = pageSize * maxPages,
  }: { readonly spec: string; readonly start: number; readonly end: number; readonly most?: number },
): Promise<Answer> {
  const until = performance.now() + timeoutMs;
  const leftMs = () => Math.ceil(until - performance.now());
  const entries = new Map<string, Entry>();
  const missing: string[] = [];
  let bytes = 0;
  let unreadable = 0;
  let before = end + 1;
  for (;;) {
    const address = new URL(`${url.replace(/\/+$/, '')}/api/v2/auditlog`);
    address.search = new URLSearchParams({
      after: String(start - 1),
      before: String(before),
      limit: String(Math.min(pageSize, most)),
      spec,
    }).toString();
    const answer = await page(address, token, { leftMs, timeoutMs });
    if (answer.kind === 'failed') {
      if (entries.size === 0) return answer;
      missing.push(`entries of ${spec} before ${instant(before)}: ${answer.reason}`);
      break;
    }
    bytes += answer.bytes;
    const read = answer.items.flatMap((one) => {
      const entry = Entry.safeParse(one);
      if (!entry.success) unreadable += 1;
      return entry.success ? [entry.data] : [];
    });
    const known = entries.size;
    for (const entry of read) if (entry.date >= start && entry.date <= end) entries.set(entry._id, entry);
    const oldest = Math.min(...read.map(({ date }) => date));
    if (answer.items.length < pageSize || entries.size === known || oldest <= start) break;
    if (entries.size >= most) {
      missing.push(`entries of ${spec} before ${instant(oldest)}`);
      break;
    }
    // Entries of the same millisecond may be on both sides of the border of a page.
    before = oldest + 1;
  }
  if (unreadable > 0) missing.push(`${unreadable} entries, which have a form that is not LaunchDarkly's API`);
  return { kind: 'ok', entries: [...entries.values()], missing, bytes };
}

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;

async function page(
  address: URL,
  token: () => Promise<string>,
  { leftMs, timeoutMs }: { readonly leftMs: () => number; readonly timeoutMs: number },
): Promise<
  | { readonly kind: 'ok'; readonly items: readonly unknown[]; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string }
> {
  const once = async (): Promise<Outcome> => {
    if (leftMs() <= 0) return late(timeoutMs);
    // A secret that cannot be read throws: a retry could help.
    const authorization = (await token()).trim();
    try {
      const response = await fetch(address, {
        headers: { accept: 'application/json', authorization, 'ld-api-version': '20240415' },
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, leftMs())),
      });
      const body = await boundedText(response, maxBytes);
      if (body === undefined)
        return { kind: 'failed', reason: `LaunchDarkly answered with more than ${maxBytes} bytes` };
      return { kind: 'reply', status: response.status, text: body, waitMs: waitOf(response.headers) };
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? late(timeoutMs)
        : { kind: 'failed', reason: `LaunchDarkly at ${address.host} could not be reached` };
    }
  };
  const outcome = await withRetries(once, {
    maxAttempts: 4,
    waitMs: (one, attempt) =>
      one.kind === 'reply' && passing.has(one.status) ? (one.waitMs ?? 250 * 2 ** attempt) : undefined,
    leftMs,
  });
  if (outcome.kind === 'failed') return outcome;
  if (outcome.status !== 200) return { kind: 'failed', reason: reasonOf(outcome.status) };
  const parsed = Page.safeParse(parsedJson(outcome.text));
  if (!parsed.success) return { kind: 'failed', reason: 'LaunchDarkly answered in a form that is not its API' };
  return { kind: 'ok', items: parsed.data.items.slice(0, pageSize), bytes: outcome.text.length };
}

const late = (timeoutMs: number) =>
  ({ kind: 'failed', reason: `LaunchDarkly did not answer within ${timeoutMs} ms` }) as const;

/** `Retry-After` in seconds (limits by address and route), or `X-Ratelimit-Reset`, the epoch milliseconds at which the window ends. */
function waitOf(headers: Headers): number | undefined {
  const named = retryAfterMs(headers.get('retry-after'));
  if (named !== undefined) return named;
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  return Number.isFinite(reset) && reset > 1e12 ? Math.max(100, reset - Date.now()) : undefined;
}

function reasonOf(status: number): string {
  if (status === 401) return 'LaunchDarkly refused the token (status 401)';
  if (status === 403) return 'the token may not read the audit log (status 403)';
  if (status === 429) return 'LaunchDarkly refused the request because of its rate limit (status 429)';
  return `LaunchDarkly answered with status ${status}`;
}
