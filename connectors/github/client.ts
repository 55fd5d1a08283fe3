// Reads GitHub's REST API: conditional requests, which do not count against the rate limit, waits that GitHub names, and answers within a budget.
import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { LRUCache } from 'lru-cache';
import * as z from 'zod';
import { boundedText } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';
import type { GitHubSettings } from './manifest.ts';

export interface GitHubAccess extends Pick<GitHubSettings, 'url' | 'app'> {
  readonly token?: (() => Promise<string>) | undefined;
  readonly privateKey?: (() => Promise<string>) | undefined;
  /** For one question; absent, 15 s. */
  readonly timeoutMs?: number | undefined;
}

export type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T }
  | { readonly kind: 'failed'; readonly status: number; readonly reason: string };

/** One question, which may take several requests. */
export interface Session {
  /** `path` begins with `/`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Answer<z.infer<Schema>>>;
  /** Characters of the answers until now. */
  readonly bytes: () => number;
}

/** Bytes of one answer; a difference of 50 commits and 300 files has some. */
const maxBytes = 64 * 1024 * 1024;
/** Requests of one question, so that a question about many services stays far below 5,000 an hour. */
const maxRequests = 120;

interface Cached {
  readonly etag: string;
  readonly data: unknown;
}

/** GitHub's primary limit is spent, or its secondary limit was hit (docs.github.com/rest, Rate limits). */
const Refused = z.object({
  status: z.number(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});
const Reply = z.object({ status: z.number(), headers: z.record(z.string(), z.unknown()), data: z.unknown() });
type Outcome =
  | { readonly kind: 'reply'; readonly reply: z.infer<typeof Reply> }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'refused'; readonly status: number; readonly waitMs?: number | undefined };

export function gitHubSessions(access: GitHubAccess): () => Session {
  const cache = new LRUCache<string, Cached>({ max: 500 });
  let client: { readonly secret: string | undefined; readonly octokit: Octokit } | undefined;

  const octokit = async (): Promise<Octokit> => {
    const secret = await (access.app === undefined ? access.token?.() : access.privateKey?.());
    if (client === undefined || client.secret !== secret) {
      const options = { baseUrl: access.url.replace(/\/+$/, ''), userAgent: 'watchkeeper', log: quiet };
      const auth =
        access.app === undefined || secret === undefined
          ? secret
          : { appId: access.app.id, installationId: access.app.installation, privateKey: secret.trim() };
      client = {
        secret,
        octokit: new Octokit({
          ...options,
          ...(auth === undefined ? {} : { auth: typeof auth === 'string' ? auth.trim() : auth }),
          ...(typeof auth === 'object' ? { authStrategy: createAppAuth } : {}),
        }),
      };
    }
    return client.octokit;
  };

  return () => {
    const { timeoutMs = 15_000 } = access;
    const until = performance.now() + timeoutMs;
    const leftMs = () => until - performance.now();
    let requests = 0;
    let bytes = 0;

    const once = async (path: string): Promise<Outcome> => {
      if (leftMs() <= 0) return { kind: 'refused', status: 0 };
      requests += 1;
      // A secret that cannot be read throws: a retry could help.
      const connection = await octokit();
      const before = cache.get(path);
      let tooLarge = false;
      try {
        const answer = await connection.request(`GET ${path}`, {
          headers: {
            'x-github-api-version': '2022-11-28',
            ...(before === undefined ? {} : { 'if-none-match': before.etag }),
          },
          request: {
            signal: AbortSignal.timeout(Math.ceil(Math.max(1, leftMs()))),
            fetch: (url: string, options: RequestInit) => bounded(url, options, () => (tooLarge = true)),
          },
        });
        return { kind: 'reply', reply: Reply.parse(answer) };
      } catch (error) {
        if (tooLarge) return { kind: 'too-large' };
        const refused = Refused.safeParse(error);
        // The client reports an aborted request as status 500.
        if (!refused.success || leftMs() <= 0) return { kind: 'refused', status: 0 };
        const { status, response } = refused.data;
        if (status === 304 && before !== undefined)
          return { kind: 'reply', reply: { status, headers: {}, data: before.data } };
        return { kind: 'refused', status, waitMs: waitOf(status, response?.headers ?? {}) };
      }
    };

    return {
      bytes: () => bytes,
      async get(path, schema) {
        if (requests >= maxRequests) return failed(0, `This would take more than ${maxRequests} requests to GitHub`);
        const outcome = await withRetries(() => once(path), {
          maxAttempts: 3,
          waitMs: (one, attempt) =>
            one.kind !== 'refused' ? undefined : (one.waitMs ?? (one.status >= 500 ? 500 * 2 ** attempt : undefined)),
          leftMs,
        });
        if (outcome.kind === 'too-large') return failed(0, `GitHub answered with more than ${maxBytes} bytes`);
        if (outcome.kind === 'refused') return failed(outcome.status, reasonOf(outcome.status, timeoutMs));
        const { headers, data } = outcome.reply;
        if (typeof headers.etag === 'string') cache.set(path, { etag: headers.etag, data });
        bytes += JSON.stringify(data)?.length ?? 0;
        const parsed = schema.safeParse(data);
        return parsed.success
          ? { kind: 'ok', data: parsed.data }
          : failed(200, 'GitHub answered in a form that is not its API');
      },
    };
  };
}

/** The client reads an answer whole, so that a larger one must not reach it. @throws Error */
async function bounded(url: string, options: RequestInit, onTooLarge: () => void): Promise<Response> {
  const response = await fetch(url, options);
  const text = await boundedText(response, maxBytes);
  if (text === undefined) {
    onTooLarge();
    throw new Error('The answer is too large.');
  }
  const { status, headers } = response;
  const hasNoBody = status === 204 || status === 304;
  const whole = new Response(hasNoBody ? null : text, { status, headers });
  Object.defineProperty(whole, 'url', { value: response.url });
  return whole;
}

/** Undefined if another attempt cannot help. */
function waitOf(status: number, headers: Readonly<Record<string, unknown>>): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const named = retryAfterMs(headers['retry-after'] === undefined ? undefined : String(headers['retry-after']));
  if (named !== undefined) return named;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  if (String(headers['x-ratelimit-remaining']) === '0' && Number.isFinite(reset))
    return Math.max(0, reset * 1000 - Date.now());
  return status === 429 ? 1000 : undefined;
}

function reasonOf(status: number, timeoutMs: number): string {
  switch (status) {
    case 0:
      return `GitHub did not answer within ${timeoutMs} ms`;
    case 401:
      return 'GitHub refused the token (status 401)';
    case 403:
      return 'GitHub refused the request: a missing right, or its rate limit (status 403)';
    case 429:
      return 'GitHub throttled the question: its rate limit (status 429)';
    case 404:
      return 'GitHub knows no such repository, or the token may not see it (status 404)';
    default:
      return `GitHub answered with status ${status}`;
  }
}

const failed = (status: number, reason: string) => ({ kind: 'failed', status, reason }) as const;
const silent = () => undefined;
const quiet = { debug: silent, info: silent, warn: silent, error: silent };
