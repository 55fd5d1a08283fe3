// Restricts the console's API to programs of this machine that address this machine by name. It refuses pages of other sites in a browser, even if
// their name resolves to this machine (DNS rebinding). The webhooks have a proof of their own: a signature.
import type { IncomingHttpHeaders } from 'node:http';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The reason for a refusal, or undefined. `entry`: the request follows a sign-in link, which may come from any site. */
export function refusal(method: string, headers: IncomingHttpHeaders, entry = false): string | undefined {
  if (!isLoopback(`http://${headers.host ?? ''}`)) return 'The console answers on 127.0.0.1 and localhost only.';
  if (entry && method === 'GET' && ['navigate', undefined].includes(headers['sec-fetch-mode'] as string | undefined)) {
    return undefined;
  }
  if (headers.origin !== undefined && !isSameOrigin(headers.origin, headers.host)) {
    return 'The console does not answer to pages of other sites.';
  }
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin' && from !== 'none')
    return 'The console does not answer to pages of other sites.';
  if (method === 'POST' && !/^application\/json\b/.test(headers['content-type'] ?? '')) {
    return 'Send JSON with content-type application/json.';
  }
  return undefined;
}

const isSameOrigin = (origin: string, host: string | undefined): boolean =>
  isLoopback(origin) && hostOf(origin) === host;

const isLoopback = (url: string): boolean => URL.canParse(url) && loopback.has(new URL(url).hostname);

const hostOf = (url: string): string => new URL(url).host;
