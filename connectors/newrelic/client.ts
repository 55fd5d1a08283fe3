// Runs NRQL through NerdGraph: starts a query asynchronously, polls for its result, waits where New Relic says so, and keeps one question within its
// time, bytes and number of queries.

import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import { retryAfterMs, withRetries } from '../retry.ts';
import type { NewRelicSettings } from './manifest.ts';

export interface NewRelicConfig {
  readonly url: string;
  readonly accounts: readonly number[];
  /** User key, read for each request. */
  readonly token?: (() => Promise<string>) | undefined;
  /** The cluster of data that names none. */
  readonly cluster?: string | undefined;
  /** The user's own queries by signal. */
  readonly queries?: NewRelicSettings['queries'];
  /** Of all answers to one question together; absent, 50 MB. */
  readonly maxBytes?: number | undefined;
  /** For one question, waiting included; absent, 15 s, which leaves the specialist time to read the answer. */
  readonly timeoutMs?: number | undefined;
  readonly pause?: ((ms: number) => Promise<unknown>) | undefined;
  /** Before the second attempt, if New Relic throttles without a time; absent, 500 ms. The wait doubles with each attempt. */
  readonly retryMs?: number | undefined;
}

export type Row = Readonly<Record<string, unknown>>;

export type Answer =
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly notes: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** One question of a specialist, which may take several queries. */
export interface Question {
  query(nrql: string): Promise<Answer>;
  bytes(): number;
}

/** New Relic asks to keep complex queries at five at once. */
const atOnce = 5;
/** Of one question: three for each kind of event that metrics are read from, and a few to spare. */
const maxQueries = 24;
const maxAttempts = 5;

const Container = z.object({
  results: z.array(z.record(z.string(), z.unknown())).nullish(),
  metadata: z.object({ messages: z.array(z.string()).nullish() }).nullish(),
  queryProgress: z
    .object({ queryId: z.string().nullish(), completed: z.boolean().nullish(), retryAfter: z.number().nullish() })
    .nullish(),
});
const Failure = z.object({
  message: z.string(),
  extensions: z.object({ errorClass: z.string().nullish() }).nullish(),
});
const Envelope = z.object({
  data: z.object({ actor: z.object({ nrql: Container.nullish() }).nullish() }).nullish(),
  errors: z.array(Failure).nullish(),
});

const fields = 'results metadata { messages } queryProgress { queryId completed retryAfter }';
const started = `query ($accounts: [Int!]!, $nrql: Nrql!) { actor { nrql(accounts: $accounts, query: $nrql, async: true) { ${fields} } } }`;
const progress = `query ($accounts: [Int!]!, $queryId: ID!) { actor { nrql: nrqlQueryProgress(accounts: $accounts, queryId: $queryId) { ${fields} } } }`;
const cancelled = 'mutation ($queryId: ID!) { nrqlCancelQuery(queryId: $queryId) { requestStatus } }';

const wrongForm = 'New Relic answered in a form that is not its API.';
const throttledAnswer = 'New Relic refused further queries for now (too many queries).';

type Reply =
  | { readonly kind: 'envelope'; readonly envelope: z.infer<typeof Envelope> }
  | { readonly kind: 'throttled'; readonly afterMs: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

/** Makes the questions of one source; all of them together keep to New Relic's number of queries at once. */
export function questions(config: NewRelicConfig): () => Question {
  const turn = limitConcurrency(atOnce);
  return () => {
    const {
      accounts,
      maxBytes = 50 * 1024 * 1024,
      timeoutMs = 15_000,
      pause = (ms: number) => wait(ms),
      retryMs = 500,
    } = config;
    const deadline = performance.now() + timeoutMs;
    const late = `New Relic did not answer within ${timeoutMs} ms.`;
    let bytes = 0;
    let queries = 0;

    const post = async (body: object, until = deadline): Promise<Reply> => {
      const left = until - performance.now();
      if (left <= 0) return { kind: 'failed', reason: late };
      try {
        const response = await fetch(config.url, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(config.token === undefined ? {} : { 'api-key': await config.token() }),
          },
          body: JSON.stringify(body),
          redirect: 'error',
          signal: AbortSignal.timeout(Math.ceil(left)),
        });
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body ?? []) {
          bytes += chunk.length;
          if (bytes > maxBytes)
            return { kind: 'failed', reason: `New Relic answered with more than ${maxBytes} bytes.` };
          chunks.push(chunk);
        }
        if (response.status === 429)
          return { kind: 'throttled', afterMs: retryAfterMs(response.headers.get('retry-after')) };
        if (response.status === 401 || response.status === 403)
          return { kind: 'failed', reason: `New Relic refused the key (status ${response.status}).` };
        if (!response.ok) return { kind: 'failed', reason: `New Relic answered with status ${response.status}.` };
        const envelope = Envelope.safeParse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        return envelope.success ? { kind: 'envelope', envelope: envelope.data } : { kind: 'failed', reason: wrongForm };
      } catch (error) {
        const is = (name: string) => error instanceof Error && error.name === name;
        if (is('TimeoutError')) return { kind: 'failed', reason: late };
        if (is('SyntaxError')) return { kind: 'failed', reason: wrongForm };
        return { kind: 'failed', reason: `New Relic at ${new URL(config.url).host} could not be reached.` };
      }
    };

    /** False if the wait would pass the deadline. */
    const waited = async (ms: number): Promise<boolean> => {
      if (performance.now() + ms >= deadline) return false;
      await pause(ms);
      return true;
    };

    const settled = async (body: object): Promise<Reply> => {
      const reply = await withRetries(() => post(body), {
        maxAttempts,
        waitMs: (result, attempt) =>
          isThrottled(result)
            ? ((result.kind === 'throttled' ? result.afterMs : undefined) ?? retryMs * 2 ** (attempt - 1))
            : undefined,
        leftMs: () => deadline - performance.now(),
      });
      return isThrottled(reply) ? { kind: 'failed', reason: throttledAnswer } : reply;
    };

    /** A query that nobody waits for would go on to cost. Whether New Relic stops it changes no answer. */
    const cancel = (queryId: string) => post({ query: cancelled, variables: { queryId } }, performance.now() + 1000);

    const run = async (nrql: string): Promise<Answer> => {
      let body: object = { query: started, variables: { accounts, nrql } };
      for (;;) {
        const reply = await settled(body);
        if (reply.kind !== 'envelope')
          return { kind: 'failed', reason: reply.kind === 'failed' ? reply.reason : throttledAnswer };
        const { data, errors } = reply.envelope;
        const notes = (errors ?? []).map(({ message }) => excerpt(message));
        const container = data?.actor?.nrql;
        const queryId = container?.queryProgress?.queryId;
        if (container?.results && container.queryProgress?.completed !== false)
          return {
            kind: 'rows',
            rows: container.results,
            notes: [...notes, ...(container.metadata?.messages ?? []).map(excerpt)].slice(0, 5),
          };
        if (notes[0] !== undefined) return { kind: 'failed', reason: `New Relic answered: ${notes[0]}` };
        if (!queryId || container.queryProgress?.completed === true) return { kind: 'failed', reason: wrongForm };
        if (!(await waited(1000 * Math.max(1, container.queryProgress?.retryAfter ?? 1)))) {
          await cancel(queryId);
          return { kind: 'failed', reason: late };
        }
        body = { query: progress, variables: { accounts, queryId } };
      }
    };

    return {
      query(nrql) {
        queries += 1;
        return queries > maxQueries
          ? Promise.resolve({ kind: 'failed', reason: `This would take more than ${maxQueries} queries to New Relic.` })
          : turn(() => run(nrql));
      },
      bytes: () => bytes,
    };
  };
}

const excerpt = (text: string): string => text.slice(0, 200);

/** New Relic refuses with status 429, or with an error within a 200. */
const isThrottled = (reply: Reply): boolean =>
  reply.kind === 'throttled' ||
  (reply.kind === 'envelope' &&
    (reply.envelope.errors ?? []).some(({ extensions }) => extensions?.errorClass === 'TOO_MANY_REQUESTS'));
