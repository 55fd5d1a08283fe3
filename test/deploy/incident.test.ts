// The whole way of an incident on a deployed stage, over the network, with nothing of the stage stubbed: only Slack and PagerDuty, which are
// outside of it, are played.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BedrockAgentCoreClient } from '@aws-sdk/client-bedrock-agentcore';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import {
  type ExecutionListItem,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agentCoreMemory } from '../../connectors/agentcore/index.ts';
import { type DynamoStores, dynamoStores } from '../../connectors/dynamodb/index.ts';
import { s3Evidence } from '../../connectors/s3/index.ts';
import { systemClock } from '../../connectors/system/index.ts';
import type { Incident } from '../../core/model/incident.ts';
import { type Bill, createAccount, playBill } from './bill.ts';
import { clientOptions, createKnowledge, createMemory, deploy, type Outputs, readFrom, secrets } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { playModel } from './model.ts';
import { type Outside, playOutside, type SlackMessage } from './outside.ts';
import { buttonsOf, pressButton, sayInThread, sendPage } from './people.ts';
import { hangOnce } from './slow.ts';

const root = join(import.meta.dirname, '..', '..');
const page = await readFile(join(root, 'scenarios', 'cronjob-nightly-invoices', 'alert.json'), 'utf8');
/** The same failure a day later: another event, another page, another job and pod, another time. */
const nextPage = page
  .replaceAll('01CRONJOB1EVT', '01CRONJOB2EVT')
  .replaceAll('QCRONJOB1', 'QCRONJOB2')
  .replaceAll('watchkeeper-cronjob1', 'watchkeeper-cronjob2')
  .replaceAll('29381640', '29383080')
  .replaceAll('2026-11-18T02:00:00Z', '2026-11-19T02:00:00Z');

/** And on the day after that. */
const slowPage = page
  .replaceAll('01CRONJOB1EVT', '01CRONJOB3EVT')
  .replaceAll('QCRONJOB1', 'QCRONJOB3')
  .replaceAll('watchkeeper-cronjob1', 'watchkeeper-cronjob3')
  .replaceAll('29381640', '29384520')
  .replaceAll('2026-11-18T02:00:00Z', '2026-11-20T02:00:00Z');

let emulator: Emulator;
let outside: Outside;
let outputs: Outputs;
let stores: DynamoStores;
let workflow: SFNClient;
let memoryId: string;
let model: LLMock;
let bill: Bill;
let account: string;

beforeAll(async () => {
  bill = await playBill();
  emulator = await startEmulator(join(root, 'test-results', 'deploy', 'emulator.log'), {
    AWS_ENDPOINT_URL_COST_EXPLORER: bill.url,
  });
  account = await createAccount(emulator, 'billing-prod');
  await createAccount(emulator, 'sandbox-analytics');
  outside = await playOutside();
  memoryId = await createMemory(emulator);
  const knowledge = await createKnowledge(emulator, 'deploy', 'arn:aws:s3:::not-yet');
  model = await playModel();
  outputs = await deploy(emulator, outside, { memoryId, knowledge, modelUrl: model.url, account });
  await readFrom(emulator, knowledge, outputs.EvidenceBucket);
  stores = dynamoStores({
    client: new DynamoDBClient(clientOptions(emulator)),
    incidentsTable: outputs.IncidentsTable,
    preferencesTable: outputs.PreferencesTable,
    auditTable: outputs.AuditTable,
    clock: systemClock(),
  });
  workflow = new SFNClient(clientOptions(emulator));
});

afterAll(async () => {
  await outside?.[Symbol.asyncDispose]();
  await model?.stop();
  await emulator?.[Symbol.asyncDispose]();
  await bill?.[Symbol.asyncDispose]();
});

const executions = async (): Promise<readonly ExecutionListItem[]> =>
  (await workflow.send(new ListExecutionsCommand({ stateMachineArn: outputs.StateMachineArn }))).executions ?? [];

/** Waits until `look` finds something; says what was waited for when it does not. */
async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(250);
  }
  const seen = await executions();
  throw new Error(
    `${what} did not happen within two minutes; executions: ${JSON.stringify(seen.map(({ name, status }) => ({ name, status })))}`,
  );
}

const incidentOf = (sourceId: string): Promise<Incident> =>
  eventually(`an incident for ${sourceId}`, () => stores.incidents.findBySource(sourceId));

const ended = (incident: Incident): Promise<ExecutionListItem> =>
  eventually(`the end of ${incident.id}`, async () =>
    (await executions()).find(({ name, status }) => name === incident.execution && status !== 'RUNNING'),
  );

/** A diagnosis has buttons, too: those ask us. */
const asks = (message: SlackMessage): boolean => buttonsOf(message).some(({ text }) => text.text === 'Approve');
const questionAbout = (incident: Incident): Promise<SlackMessage> =>
  eventually(`a question about ${incident.id}`, () =>
    outside.messages().find((message) => asks(message) && JSON.stringify(message.metadata).includes(incident.id)),
  );

describe('a deployed stage', () => {
  test('refuses a page with a wrong signature and starts nothing', async () => {
    const answer = await sendPage(emulator, outputs.PagerDutyWebhookUrl, page, 'a-wrong-secret');
    expect(answer.status).toBe(403);
    expect(await executions()).toEqual([]);
  });

  test('takes a page signed with any of its secrets', async () => {
    const answer = await sendPage(emulator, outputs.PagerDutyWebhookUrl, page, 'an-old-secret-of-pagerduty');
    expect(answer).toMatchObject({ status: 202 });
  });

  test('diagnoses it, with evidence that resolves, and asks before it acts', async () => {
    const incident = await incidentOf('QCRONJOB1');
    const question = await questionAbout(incident);
    expect(buttonsOf(question).map(({ text }) => text.text)).toEqual([
      'Approve',
      "Approve and don't ask again",
      'Reject',
    ]);
    const diagnosis = await stores.incidents.diagnosis(incident.id);
    // Drawn by the bundled function, with the module and the font that it brought along.
    const chart = outside.files.find(({ name }) => name === 'chart.png');
    expect(chart?.starts).toContain('PNG');
    // The message that follows the incident is updated after the question is posted.
    await eventually('an update of the first message', async () =>
      /^(?:Investigated|Waiting)/.test(outside.messages()[0]?.text ?? '') ? true : undefined,
    );
    expect(diagnosis?.hypotheses[0]).toMatchObject({ rank: 1, entity: { kind: 'CronJob', name: 'nightly-invoices' } });
    expect(diagnosis).toMatchObject({
      model: expect.stringMatching(/^scripted-coordinator \(synthesis@\d+\)$/),
      text: 'CronJob nightly-invoices failed. Its upstream was gone for a while. Rerun it.',
      usage: { toolCalls: 1 },
    });
    // The coordinator's question went to the specialist's own function; what no evidence holds was dropped.
    const timeline = await stores.incidents.timeline(incident.id);
    expect(timeline.find(({ id }) => id.endsWith('logs:f1'))?.text).toMatch(/^Asked "What did the last run say/);
    expect(timeline.map(({ text }) => text).join('\n')).not.toContain('payments-db-7');
    expect(await stores.approvals.ofIncident(incident.id)).toMatchObject([
      { state: 'pending', action: { id: 'rerun-cronjob', target: { name: 'nightly-invoices' } } },
    ]);
    expect(await stores.applied.of(incident.id)).toEqual([]);
    expect(outside.notes.map(({ page, from }) => ({ page, from }))).toContainEqual({
      page: 'QCRONJOB1',
      from: 'watchkeeper@example.com',
    });
  });

  test('it can be told again from its tape, on a machine that reaches nothing but the bucket', async () => {
    const { id } = await incidentOf('QCRONJOB1');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['local/replay.ts', id, '--bucket', outputs.EvidenceBucket],
      { cwd: root, env: { ...emulator.environment, PATH: process.env.PATH } },
    );
    expect(stdout).toContain('The same diagnosis, word for word and with the same evidence.');
  });

  test('is taught a fact in the thread, says it back, and keeps it with what was said in AgentCore Memory', async () => {
    const incident = await incidentOf('QCRONJOB1');
    const question = await questionAbout(incident);
    const words = 'remember that nightly-invoices talks to ledger-db';
    expect((await sayInThread(emulator, outputs.SlackUrl, question, words)).status).toBe(200);
    const answer = await eventually('an answer to what was taught', () =>
      outside.messages().find(({ text }) => text.includes('Remembered')),
    );
    expect(answer.text).toContain('nightly-invoices talks to ledger-db (taught by U0ALICE on ');
    const memory = agentCoreMemory({
      memoryId,
      client: new BedrockAgentCoreClient(clientOptions(emulator)),
      onFailure: (failure) => {
        throw failure;
      },
    });
    const statement = { kind: 'talks-to', service: 'nightly-invoices', to: 'ledger-db' };
    expect(await memory.facts('ledger-db')).toMatchObject([
      { statement, taughtBy: 'U0ALICE', incidentId: incident.id },
    ]);
    expect(await memory.utterances({ incidentId: incident.id, actor: 'U0ALICE' })).toMatchObject([{ text: words }]);
  });

  test('answers a question about the system from the sources, by a function that may only read', async () => {
    const question = await questionAbout(await incidentOf('QCRONJOB1'));
    const ask = async (words: string) =>
      expect((await sayInThread(emulator, outputs.SlackUrl, question, words)).status).toBe(200);
    await ask('how many pods of ledger-api are ready?');
    const answer = await eventually('an answer about pods', () =>
      outside.messages().find(({ text }) => /pods? of ledger-api (?:is|are) ready/.test(text)),
    );
    expect(JSON.stringify(answer.blocks)).not.toContain('no access to sources');
    await ask('what talks to ledger-api');
    const calls = await eventually('an answer about calls', () =>
      outside.messages().find(({ text }) => text.includes('ledger-api') && text.includes('nightly-invoices')),
    );
    expect(JSON.stringify(calls.blocks)).not.toContain('no access to sources');
  });

  test('says what this account cost last month, of which account that is, and draws it; and pays for it once', async () => {
    const incident = await incidentOf('QCRONJOB1');
    const question = await questionAbout(incident);
    const charts = () => outside.files.filter(({ name }) => name === 'chart.png').length;
    const before = charts();
    const ask = async (words: string, by?: string) =>
      expect((await sayInThread(emulator, outputs.SlackUrl, question, words, by)).status).toBe(200);
    const answers = () =>
      outside.messages().filter(({ text }) => text.startsWith(`billing-prod (${account}) cost $6,540`));

    await ask('what was the cost of this account last month?');
    const answer = await eventually('an answer to what it cost', () => answers()[0]);
    const said = JSON.stringify(answer.blocks);
    expect(said).toContain(`backend-1 runs in billing-prod (${account}), says the catalogue`);
    expect(said).toContain(
      'Most of it: Amazon Elastic Compute Cloud - Compute $4,950 (76 %), Amazon Simple Storage Service $1,602',
    );
    await eventually('its chart', () => (charts() > before ? true : undefined));
    // Two times, two pages each.
    expect(bill.queries().map(({ NextPageToken }) => NextPageToken)).toHaveLength(4);
    expect(bill.queries().every(({ Filter }) => Filter?.Dimensions.Values.join() === account)).toBe(true);

    await ask('by service', 'U0ALICE');
    await eventually('an answer to what follows', () => (answers().length > 1 ? true : undefined));
    await ask('what did prod or sandbox cost last month?', 'U0BEN');
    const choices = await eventually('choices', () =>
      outside.messages().find(({ text }) => text.startsWith('Which account')),
    );
    expect(buttonsOf(choices).map(({ text }) => text.text)).toEqual(['billing-prod', 'sandbox-analytics']);
    await pressButton(emulator, outputs.SlackUrl, choices, 'billing-prod');
    await eventually('an answer to what the button asks', () => (answers().length > 2 ? true : undefined));
    expect(bill.queries()).toHaveLength(4);
  });

  test('a redelivered page opens nothing more', async () => {
    const before = await executions();
    expect((await sendPage(emulator, outputs.PagerDutyWebhookUrl, page)).status).toBe(200);
    await sleep(2000);
    expect(await executions()).toHaveLength(before.length);
  });

  test('acts once when approved, verifies, remembers what it was taught, and ends', async () => {
    const incident = await incidentOf('QCRONJOB1');
    const question = await questionAbout(incident);
    const pressed = await pressButton(emulator, outputs.SlackUrl, question, "Approve and don't ask again");
    expect(pressed.status).toBe(200);
    // The press is acknowledged at once and decided behind the bus.
    await eventually('the decision', async () =>
      (await stores.approvals.ofIncident(incident.id))[0]?.state === 'decided' ? true : undefined,
    );
    const again = await pressButton(emulator, outputs.SlackUrl, question, 'Reject');
    expect(again.status).toBe(200);

    expect((await ended(incident)).status).toBe('SUCCEEDED');
    expect(await stores.applied.of(incident.id)).toMatchObject([{ actionId: 'rerun-cronjob' }]);
    expect((await stores.incidents.get(incident.id))?.status).toBe('closed');
    const timeline = await stores.incidents.timeline(incident.id);
    expect(timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'opened',
        'context',
        'finding',
        'diagnosis',
        'decision',
        'question',
        'approval',
        'action',
      ]),
    );
    expect(timeline.find(({ kind, step }) => kind === 'verification' && step === 'Verify')?.text).toMatch(
      /recover|gone|again/i,
    );
    expect(await stores.preferences.list()).toMatchObject([
      { state: 'active', actionId: 'rerun-cronjob', taughtBy: 'U0ALICE', incidentId: incident.id },
    ]);
  });

  test('the same error with other names and at another time is fixed without asking, and says why it was allowed', async () => {
    const answer = await sendPage(emulator, outputs.PagerDutyWebhookUrl, nextPage);
    expect(answer.status).toBe(202);
    const incident = await incidentOf('QCRONJOB2');
    expect((await ended(incident)).status).toBe('SUCCEEDED');
    expect(await stores.approvals.ofIncident(incident.id)).toEqual([]);
    expect(await stores.applied.of(incident.id)).toMatchObject([{ actionId: 'rerun-cronjob' }]);
    const [preference] = await stores.preferences.list();
    expect(preference).toMatchObject({ uses: 1, state: 'active' });
    const decision = (await stores.incidents.timeline(incident.id)).find(({ kind }) => kind === 'decision');
    expect(decision?.text).toMatch(/taught/i);
    expect(
      outside
        .messages()
        .filter(asks)
        .filter(({ metadata }) => JSON.stringify(metadata).includes(incident.id)),
    ).toEqual([]);
  });

  test('the second time it knew what people taught, and found the postmortem of the first in the knowledge base', async () => {
    const [first, second] = [await incidentOf('QCRONJOB1'), await incidentOf('QCRONJOB2')];
    const timeline = await stores.incidents.timeline(second.id);
    expect(timeline.find(({ kind }) => kind === 'context')?.text).toContain(
      'People taught me: nightly-invoices talks to ledger-db (taught by U0ALICE on ',
    );
    const knowledge = timeline.find(({ actor, kind }) => actor === 'knowledge' && kind === 'finding');
    expect(knowledge?.text).toMatch(/The same alert fired before on the same workload/);
    expect(knowledge?.text).toContain('People taught one thing about it.');
    const evidence = s3Evidence({
      bucket: outputs.EvidenceBucket,
      client: new S3Client({ ...clientOptions(emulator), forcePathStyle: true }),
    });
    const cited = await Promise.all((knowledge?.evidenceIds ?? []).map((id) => evidence.get(second.id, id)));
    expect(cited.map((one) => one?.query).join('\n')).toMatch(/Bedrock knowledge base/);
    expect(cited.map((one) => one?.excerpt).join('\n')).toContain(`postmortem-${first.id}.md`);
  });

  test('a function that hangs until Lambda ends it is asked again, and the incident gets its diagnosis', async () => {
    const calls = await hangOnce(emulator, 'watchkeeper-emulator-assemble-context', 10);
    expect((await sendPage(emulator, outputs.PagerDutyWebhookUrl, slowPage)).status).toBe(202);
    const incident = await incidentOf('QCRONJOB3');
    // The third rerun of a day is asked for again, so that the incident waits for a person.
    const diagnosis = await eventually(`a diagnosis of ${incident.id}`, () => stores.incidents.diagnosis(incident.id));
    expect(await readFile(calls, 'utf8')).toBe('..');
    const execution = (await executions()).find(({ name }) => name === incident.execution);
    const { events = [] } = await workflow.send(
      new GetExecutionHistoryCommand({ executionArn: execution?.executionArn, maxResults: 1000 }),
    );
    const errors = events.flatMap(({ taskFailedEventDetails: failed }) => failed?.error ?? []);
    expect(errors).toEqual(['Sandbox.Timedout']);
    expect(diagnosis.hypotheses[0]).toMatchObject({ entity: { kind: 'CronJob', name: 'nightly-invoices' } });
    expect((await stores.incidents.get(incident.id))?.status).not.toBe('failed');
    const opened = (await stores.incidents.timeline(incident.id)).filter(({ kind }) => kind === 'opened');
    expect(opened).toHaveLength(1);
  });

  test('its audit is anchored by the function of the schedule, holds, and says so to whoever may read it', async () => {
    const lambda = new LambdaClient(clientOptions(emulator));
    const anchored = await lambda.send(new InvokeCommand({ FunctionName: 'watchkeeper-emulator-anchor-audit' }));
    expect(anchored.FunctionError).toBeUndefined();
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        'local/audit.ts',
        '--verify',
        '--since',
        '2d',
        '--table',
        outputs.AuditTable,
        '--anchors',
        outputs.AnchorsBucket,
      ],
      { cwd: root, env: { ...emulator.environment, PATH: process.env.PATH } },
    );
    // The schedule of the emulated stage may have anchored today's first entries already: then the rest waits for tomorrow.
    expect(stdout).toMatch(
      /^\d+ entries in 3 chains, 1 anchor: every chain is intact\.\n(?:\d+ entries since the last anchor [^\n]+\n)?$/,
    );
  });

  test('no secret and no task token is in any log', async () => {
    const logs = await readFile(join(root, 'test-results', 'deploy', 'emulator.log'), 'utf8');
    for (const value of Object.values(secrets).flatMap((text) => text.split('\n'))) expect(logs).not.toContain(value);
  });
});
