// `npm run page`: sends a recorded page to the Watchkeeper that runs on this machine, signed with its data folder's secret.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import * as z from 'zod';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { demoScenario } from './demo.ts';
import { defaultPort, type PageOptions, pageHelp, readPageOptions } from './options.ts';
import { atPresent, sendPage, vary } from './paging.ts';

const demoFolder = new URL(`../scenarios/${demoScenario}`, import.meta.url).pathname;

async function page({ scenario, port, data, ...options }: PageOptions): Promise<string> {
  const secret = (await readOr(join(data, 'webhook-secret'), `${data} holds no secret: run npm start first.`)).trim();
  const url = port === undefined ? await runningAt(data) : `http://127.0.0.1:${port}`;
  const folder = scenario ?? demoFolder;
  const body = await readOr(join(folder, 'alert.json'), `${folder} has no alert.json that can be read.`);
  const now = new Date();
  const page = options.vary ? vary(body, now, () => ulid()) : atPresent(body, now);
  const { sourceId } = await sendPage(url, page, secret);
  return `Sent. It is incident ${sourceId} at its source; ${url} shows what becomes of it.`;
}

async function runningAt(data: string): Promise<string> {
  try {
    return z.object({ url: z.url() }).parse(JSON.parse(await readFile(join(data, 'runtime.json'), 'utf8'))).url;
  } catch {
    return `http://127.0.0.1:${defaultPort}`;
  }
}

async function readOr(file: string, otherwise: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Misconfigured(otherwise, { cause });
  });
}

try {
  const asked = readPageOptions(process.argv.slice(2));
  process.stdout.write(asked.kind === 'help' ? pageHelp : `${await page(asked.options)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof WatchkeeperError ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WatchkeeperError && error.audience !== 'us' ? 2 : 1;
}
