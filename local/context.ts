// `npm run -s context -- --payloads DIR`: prints what each alert body in a folder says by itself about service and place, one JSON line a file.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { resolveContext } from '../core/context/resolve.ts';
import { Misconfigured } from '../core/errors.ts';
import { readAlert } from '../core/intake/channel-alert.ts';
import { meaningOf, PagerDutyWebhook } from '../core/intake/pagerduty.ts';
import { chatMessage, SlackMessage } from '../core/intake/slack-message.ts';
import type { Trigger } from '../core/model/incident.ts';
import { Catalog } from '../core/ports/catalog.ts';
import { parse, run } from './command.ts';

const help = `Reads service, cluster, environment, namespace, account and region from alerts alone; null if the alert does not name one.

  npm run -s context -- --payloads DIR

Each *.json file in DIR holds the body of a PagerDuty V3 webhook, a message in the format of Slack's events, or one of them as
{"path": "pagerduty-webhook" or "slack", "body": …}. This command does not use the service catalogue.

  --payloads DIR   folder with the files
  --help           show this text
`;

const Wrapped = z.object({ path: z.enum(['pagerduty-webhook', 'slack']), body: z.looseObject({}) });
const empty = Catalog.parse({ environments: {} });
const fields = ['service', 'cluster', 'environment', 'namespace', 'account', 'region'] as const;
/** A time for messages that carry none; no printed field depends on it. */
const epoch = new Date(0).toISOString();

type Alerted = Pick<Trigger, 'title' | 'details' | 'sourceService'>;

function alertedBy(body: unknown, file: string): Alerted {
  const webhook = PagerDutyWebhook.safeParse(body);
  if (webhook.success) {
    const meaning = meaningOf(webhook.data);
    if (meaning.kind === 'publish' && 'trigger' in meaning.event.detail) return meaning.event.detail.trigger;
    throw new Misconfigured(`${file}: this webhook starts no incident.`);
  }
  const message = SlackMessage.safeParse(body);
  const alert = message.success ? readAlert(chatMessage(message.data, {}), true) : undefined;
  if (alert === undefined) throw new Misconfigured(`${file} is no body of a PagerDuty webhook and no Slack message.`);
  return alert;
}

async function contextIn(dir: string, file: string): Promise<object> {
  const text = await readFile(join(dir, file), 'utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Misconfigured(`${file} is not JSON.`, { cause });
  }
  const wrapped = Wrapped.safeParse(json);
  const alerted = alertedBy(wrapped.success ? wrapped.data.body : json, file);
  const trigger: Trigger = {
    kind: 'page',
    eventId: file,
    sourceId: file,
    occurredAt: epoch,
    severity: 'unknown',
    ...alerted,
  };
  const context = resolveContext(trigger, empty, []);
  return { file, ...Object.fromEntries(fields.map((field) => [field, context[field]?.value ?? null])) };
}

async function main(args: readonly string[]): Promise<void> {
  const values = parse(
    args,
    { payloads: { type: 'string' }, help: { type: 'boolean', default: false } },
    'npm run context -- --help',
  );
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const dir = values.payloads;
  if (dir === undefined) throw new Misconfigured('Which folder? --payloads DIR names it.');
  const files = (
    await readdir(dir).catch((cause: unknown) => {
      throw new Misconfigured(`The folder ${dir} cannot be read.`, { cause });
    })
  )
    .filter((name) => name.endsWith('.json'))
    .toSorted();
  const problems: string[] = [];
  for (const file of files) {
    try {
      process.stdout.write(`${JSON.stringify(await contextIn(dir, file))}\n`);
    } catch (error) {
      if (!(error instanceof Misconfigured)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new Misconfigured(problems.join('\n'));
}

await run(main);
