// `npm run page`: sends a recorded page or one of your own to the Watchkeeper that runs on this machine, signed with its data folder's secret.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import * as z from 'zod';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { demoScenario } from './demo.ts';
import { defaultPort, type PageOptions, pageHelp, readPageOptions } from './options.ts';
import { atPresent, ownPage, sendPage, sendPing, vary } from './paging.ts';

const demoFolder = new URL(`../scenarios/${demoScenario}`, import.meta.url).pathname;

const secretVariable = 'PAGERDUTY_WEBHOOK_SECRET';

/** Sends the test event of a subscription, over the complete path of a page. */
async function ping({ url, port, data }: PageOptions): Promise<string> {
  const to = url ?? `${port === undefined ? await runningAt(data) : `http://127.0.0.1:${port}`}/pagerduty`;
  const given = process.env[secretVariable];
  if (url !== undefined && given === undefined)
    throw new Misconfigured(`Put the subscription's secret into ${secretVariable}.`);
  const secret = given ?? (await readOr(join(data, 'webhook-secret'), `${data} holds no secret: run npm start first.`));
  return `${to} takes PagerDuty's events${await sendPing(to, secret.trim(), new Date())}.`;
}

async function page({ scenario, port, data, ...options }: PageOptions): Promise<string> {
  const secret = (await readOr(join(data, 'webhook-secret'), `${data} holds no secret: run npm start first.`)).trim();
  const url = port === undefined ? await runningAt(data) : `http://127.0.0.1:${port}`;
  const now = new Date();
  const page =
    options.own === undefined
      ? await recorded(scenario ?? demoFolder, options.vary, now)
      : ownPage(options.own, now, ulid);
  const { sourceId } = await sendPage(url, page, secret);
  return `Sent. It is incident ${sourceId} at its source; ${url} shows what becomes of it.`;
}

async function recorded(folder: string, isVaried: boolean, now: Date): Promise<string> {
  const body = await readOr(join(folder, 'alert.json'), `${folder} has no alert.json that can be read.`);
  return isVaried ? vary(body, now, ulid) : atPresent(body, now);
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
  const parsed = readPageOptions(process.argv.slice(2));
  if (parsed.kind === 'help') process.stdout.write(pageHelp);
  else process.stdout.write(`${await (parsed.options.ping ? ping : page)(parsed.options)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof WatchkeeperError ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WatchkeeperError && error.audience !== 'us' ? 2 : 1;
}
