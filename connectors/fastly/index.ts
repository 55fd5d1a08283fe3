// Fastly's edge cache. It requests an address like any client, but with the debug header that makes the edge reveal its surrogate keys
// (https://www.fastly.com/documentation/reference/http/http-headers/Fastly-Debug/), and soft-purges one key
// (https://www.fastly.com/documentation/reference/api/purging/). It only requests hosts that the configuration names.
import { Unavailable } from '../../core/errors.ts';
import { EdgeAnswer } from '../../core/model/managed.ts';
import type { Executor, ExecutorAction, Source } from '../../core/ports/telemetry.ts';
import { executorOf } from '../../core/remediation/routed.ts';

export interface FastlyConfig {
  /** Service id by host. */
  readonly services: Readonly<Record<string, string>>;
  /** A token that may purge; without it, no purge happens. */
  readonly token?: (() => Promise<string>) | undefined;
  readonly apiUrl?: string | undefined;
  /** The function that requests an address; tests replace it, because they reach no public host. */
  readonly request?: typeof fetch | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Names each address that does not answer; ignores the body of an answer. */
export function fastlyEdge({ services, request = fetch, timeoutMs = 4000 }: FastlyConfig): Source<'edge'> {
  const observe: Source<'edge'>['observe'] = async (_scope, { urls }) => {
    const known = urls.flatMap((url) => {
      const { hostname, protocol, username, port } = new URL(url);
      const service = Object.hasOwn(services, hostname) ? services[hostname] : undefined;
      return service === undefined || protocol !== 'https:' || username !== '' || port !== '' ? [] : [{ url, service }];
    });
    const missing: string[] = [];
    const found = await Promise.all(
      known.map(async ({ url, service }) => {
        try {
          const response = await request(url, {
            headers: { 'fastly-debug': '1', 'user-agent': 'watchkeeper' },
            redirect: 'manual',
            signal: AbortSignal.timeout(timeoutMs),
          });
          await response.body?.cancel();
          return [readAnswer(url, service, response)];
        } catch {
          missing.push(`${new URL(url).hostname} did not answer.`);
          return [];
        }
      }),
    );
    const data = found.flat();
    if (known.length > 0 && data.length === 0)
      return { kind: 'gap', gap: { source: 'cdn', reason: missing.join(' ').slice(0, 300) } };
    return { kind: 'data', data, query: urls.join(' ').slice(0, 1000), missing, bytes: JSON.stringify(data).length };
  };
  return { observe };
}

function readAnswer(url: string, service: string, { status, headers }: Response): EdgeAnswer {
  // With a shield, the header holds two words; the last one is the edge's.
  const cacheStatus = headers.get('x-cache')?.toLowerCase().split(',').at(-1)?.trim() ?? '';
  const age = Number(headers.get('age') ?? 0);
  const keys = (headers.get('surrogate-key') ?? '').split(/\s+/).filter((key) => key !== '' && key.length <= 1024);
  return EdgeAnswer.parse({
    url,
    service,
    status,
    cache: (['hit', 'miss', 'pass'] as const).find((word) => cacheStatus.startsWith(word)) ?? 'unknown',
    ageSeconds: Number.isFinite(age) && age >= 0 ? age : 0,
    surrogateKeys: keys.slice(0, 100),
  });
}

const refused = (why: string) => ({ kind: 'refused', why }) as const;

/** @throws Unavailable */
export const fastlyExecutor = (config: FastlyConfig): Executor =>
  executorOf<'fastly'>({ 'purge-cdn-key': purges(config) });

/** Soft-purges, so that the origin does not receive all requests at once. A second purge changes nothing. */
function purges({ services, token, apiUrl = 'https://api.fastly.com', timeoutMs = 5000 }: FastlyConfig): Executor {
  const problem = ({ target: { kind, name, namespace = '', cluster } }: ExecutorAction): string | undefined => {
    if (kind !== 'SurrogateKey') return `A ${kind} is nothing that a CDN keeps.`;
    if (!Object.hasOwn(services, namespace) || cluster !== `fastly:${services[namespace]}`)
      return `No Fastly service for ${namespace} is configured.`;
    // A key must not lead out of its path, because the request carries an API token.
    return /^[\x21-\x7e]{1,1024}$/.test(name) && name !== '.' && name !== '..' ? undefined : 'It is no surrogate key.';
  };
  return {
    async dryRun(action) {
      const why = problem(action);
      return why === undefined ? { kind: 'ok', detail: 'The key and its service are known.' } : refused(why);
    },
    async execute(action) {
      const why = problem(action) ?? (token === undefined ? 'No Fastly token is configured.' : undefined);
      if (why !== undefined || token === undefined) return refused(why ?? '');
      const { name, namespace = '' } = action.target;
      const url = `${apiUrl}/service/${encodeURIComponent(services[namespace] ?? '')}/purge/${encodeURIComponent(name)}`;
      const status = await purge(url, await token(), timeoutMs);
      if (status === 200) return { kind: 'done', detail: `Fastly marked the objects under ${name} as stale.` };
      if (status === 429 || status >= 500) throw new Unavailable(`Fastly did not purge (${status}).`);
      const reasons: Readonly<Record<number, string>> = {
        401: 'Fastly does not accept the token.',
        403: 'The Fastly token may not purge.',
        404: 'Fastly does not know the service.',
      };
      return refused(reasons[status] ?? `Fastly refused it (${status}).`);
    },
  };
}

async function purge(url: string, token: string, timeoutMs: number): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'fastly-key': token, 'fastly-soft-purge': '1', accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.status;
  } catch (cause) {
    throw new Unavailable('Fastly did not answer.', { cause });
  }
}
