// Authenticates a request: by a session's cookie, or by a program's bearer token. It exchanges the link that the terminal printed for the cookie; a
// person with neither gets a sentence with the next step.
import type { IncomingHttpHeaders } from 'node:http';
import { type People, type Person, sessionDays } from '../people.ts';
import type { HttpReply } from './gateway.ts';
import { pageHeaders } from './static.ts';

export const entryPath = '/enter';

/** The port is in the name, because cookies do not distinguish ports, and several runtimes may run on one machine. */
const cookieName = (port: number): string => `watchkeeper_${port}`;

export function personOf(headers: IncomingHttpHeaders, port: number, people: People): Person | undefined {
  const bearer = /^Bearer ([\w-]{20,200})$/.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return people.byScript(bearer);
  const session = sessionIn(headers, port);
  return session === undefined ? undefined : people.bySession(session);
}

export function sessionIn({ cookie = '' }: IncomingHttpHeaders, port: number): string | undefined {
  const name = `${cookieName(port)}=`;
  const found = cookie
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(name));
  return found?.slice(name.length);
}

/** Uses up the link, removes its token from the address, and stores the session in a cookie that no script can read. */
export async function enter(url: URL, headers: IncomingHttpHeaders, port: number, people: People): Promise<HttpReply> {
  const entered = await people.enter(url.searchParams.get('token') ?? '');
  if (entered !== undefined) return toConsole(headers, cookie(port, entered.session, sessionDays * 24 * 3600));
  if (personOf(headers, port, people) !== undefined) return toConsole(headers);
  return notice(
    403,
    'This link does not work any more',
    'A link works once, within a day, and only for the Watchkeeper that printed it. A new one: npm run invite -- YOUR-NAME, in the terminal of this machine.',
  );
}

export const leaving = (port: number): string => cookie(port, '', 0);

const cookie = (port: number, session: string, seconds: number): string =>
  `${cookieName(port)}=${session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${seconds}`;

function toConsole(headers: IncomingHttpHeaders, setCookie?: string): HttpReply {
  const kept = {
    ...pageHeaders,
    'cache-control': 'no-store',
    ...(setCookie === undefined ? {} : { 'set-cookie': setCookie }),
  };
  // After a click on a link of another site, a redirect would count as that site's request, and a browser would withhold the cookie.
  if (headers['sec-fetch-site'] === 'cross-site')
    return {
      status: 200,
      headers: { ...kept, 'content-type': 'text/html; charset=utf-8' },
      body: '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Watchkeeper</title><a href="/">Watchkeeper</a>',
    };
  return { status: 303, headers: { ...kept, location: '/' }, body: '' };
}

export const notSignedIn =
  'Sign in first: open the link that npm start printed, or ask whoever started this Watchkeeper for one of your own (npm run invite -- NAME). Programs send the token of the file console-token in the data folder as Authorization: Bearer.';

/** The page for people without a session. */
export const signInPage = (): HttpReply =>
  notice(
    401,
    'Watchkeeper does not know you yet',
    'Open the link that npm start printed in the terminal. If somebody else started it, ask them for a link of your own: npm run invite -- YOUR-NAME.',
  );

const notice = (status: number, title: string, text: string): HttpReply => ({
  status,
  headers: { ...pageHeaders, 'cache-control': 'no-store', 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Watchkeeper</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/console/style.css">
  </head>
  <body>
    <main class="notice">
      <h1>${title}</h1>
      <p>${text.replaceAll(/npm run invite -- [A-Z-]+|npm start/g, '<code>$&</code>')}</p>
    </main>
  </body>
</html>
`,
});
