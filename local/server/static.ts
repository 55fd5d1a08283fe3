// Serves the files of the console from a fixed folder, read at each request, so that a changed file needs no restart.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

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

/** Undefined for any other path: names are plain, so no path leads out of the folder. */
export async function consoleFile(path: string): Promise<{ type: string; content: Buffer } | undefined> {
  const name = path === '/' ? 'index.html' : (/^\/console\/([a-z0-9-]+\.[a-z]+)$/.exec(path)?.[1] ?? '');
  const type = types[extname(name)];
  if (type === undefined) return undefined;
  try {
    return { type, content: await readFile(new URL(`../console/${name}`, import.meta.url)) };
  } catch {
    return undefined;
  }
}
