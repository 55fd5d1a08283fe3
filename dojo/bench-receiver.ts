// `npm run bench:receiver`: measures the time that Bolt's receiver for Lambda would add to the function for which Slack waits three seconds. It
// downloads Bolt from npm into a temporary folder, bundles it as the stack bundles functions, with one listener that does nothing, and sends a
// signed event to it and to our own function's bundle. Decision 0012 has the figures.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, functionEntry } from '../lib/bundle.ts';
import { importOnce } from './bundles.ts';
import { quantile } from './score.ts';

const run = promisify(execFile);
const boltVersion = '4.7.2';
const rounds = 15;
const print = (text: string) => void process.stdout.write(`${text}\n`);

/** Imports the bundle and lets it answer one signed event; prints the milliseconds of both together. */
const boltEntry = `import { createHmac } from 'node:crypto';
import bolt from '@slack/bolt';
const signingSecret = 'secret';
const receiver = new bolt.AwsLambdaReceiver({ signingSecret });
const app = new bolt.App({ token: 'xoxb-1', receiver, clientOptions: { slackApiUrl: process.env.SLACK_API } });
app.event('app_mention', async () => undefined);
const handler = await receiver.start();
export async function answer() {
  const body = JSON.stringify({ type: 'event_callback', team_id: 'T1', event: { type: 'app_mention', user: 'U1', text: 'hi', channel: 'C1', ts: '1.1' } });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = 'v0=' + createHmac('sha256', signingSecret).update('v0:' + timestamp + ':' + body).digest('hex');
  const headers = { 'content-type': 'application/json', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
  const reply = await handler({ body, headers, isBase64Encoded: false }, {}, () => undefined);
  if (reply.statusCode !== 200) throw new Error('Bolt answered ' + reply.statusCode);
}
`;

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-receiver-'));
  let calls = 0;
  const slack = createServer((_, response) => {
    calls += 1;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ok: true, user_id: 'U0', bot_id: 'B0', team_id: 'T1' }));
  });
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  try {
    await writeFile(join(folder, 'package.json'), '{"private":true}\n');
    await run('npm', ['install', '--silent', '--no-audit', '--no-fund', `@slack/bolt@${boltVersion}`], { cwd: folder });
    const source = join(folder, 'bolt.mjs');
    await writeFile(source, boltEntry);
    const bolt = bundle(join(folder, 'bolt'), { ...functionEntry('slack'), file: source }, []);
    const ours = bundle(join(folder, 'ours'), functionEntry('slack'), []);
    const environment = { ...process.env, SLACK_API: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/` };
    const times = { ours: [] as number[], bolt: [] as number[], answer: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.ours.push(await importOnce(ours.path));
      times.bolt.push(await importOnce(bolt.path, '', environment));
      times.answer.push(await importOnce(bolt.path, 'await made.answer();', environment));
    }
    const kib = ({ atOnce }: { readonly atOnce: number }) => Math.round(atOnce / 1024);
    print(
      `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}, median of ${rounds} fresh processes each, in turn`,
    );
    print(`our whole function   ${kib(ours)} KiB, import ${median(times.ours).toFixed(0)} ms`);
    print(
      `Bolt ${boltVersion} alone     ${kib(bolt)} KiB, import ${median(times.bolt).toFixed(0)} ms, with the first answer ${median(times.answer).toFixed(0)} ms`,
    );
    print(
      `calls_of_slack_per_cold_answer=${(calls / rounds).toFixed(1)} bolt_import_ratio=${(median(times.bolt) / median(times.ours)).toFixed(2)}`,
    );
  } finally {
    slack.close();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
