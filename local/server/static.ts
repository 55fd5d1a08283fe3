// Serves the files of the console: its script, bundled from TypeScript, and the other files of a fixed folder, read at each request.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { consoleScript } from './bundle.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The console runs only its own scripts, and no page may frame it. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Both pages are the same document; its script renders the page of the address. */
const pages: ReadonlySet<string> = new Set(['/', '/console/index.html', '/console/audit.html']);

/** Undefined for any other path: names are plain, so no path leads out of the folder. */
export async function consoleFile(path: string): Promise<{ type: string; content: Uint8Array } | undefined> {
  const name = pages.has(path) ? 'index.html' : (/^\/console\/([a-z0-9-]+\.[a-z]+)$/.exec(path)?.[1] ?? '');
  const type = types[extname(name)];
  if (type === undefined) return undefined;
  if (name === 'app.js') return { type, content: await consoleScript() };
  try {
    return { type, content: await readFile(new URL(`../console/${name}`, import.meta.url)) };
  } catch {
    return undefined;
  }
}
