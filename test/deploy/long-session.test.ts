// The further investigation as it is deployed: its bundle as real processes, one for each session as AgentCore Runtime has them, and the specialists as
// functions of an emulator of AWS (ministack: Lambda, DynamoDB, S3, Secrets Manager). The model is aimock behind Bedrock's wire format. Step Functions is
// played as far as its callbacks go, by https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html and SendTaskHeartbeat,
// because the emulator has no heartbeats; the sessions follow https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-http-protocol-contract.html.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DynamoStores, dynamoStores, tableDefinitions } from '../../connectors/dynamodb/index.ts';
import { lambdaSpecialistClient } from '../../connectors/lambda/index.ts';
import { s3Evidence } from '../../connectors/s3/index.ts';
import { systemClock } from '../../connectors/system/index.ts';
import { longSession } from '../../core/diagnosis/long/begin.ts';
import { concludeLong } from '../../core/diagnosis/long/conclude.ts';
import { LongEnded, type LongJob, LongOutcome } from '../../core/model/long-investigation.ts';
import { Decided } from '../../core/model/workflow.ts';
import { bundle, functionEntry, serverEntry } from '../../lib/bundle.ts';
import { promptFiles } from '../../lib/capabilities.ts';
import { recordedWorld } from '../../local/compose.ts';
import { startRuntime } from '../../local/runtime/index.ts';
import { playAgent, type ScriptedAgent } from '../scripted-agent.ts';
import { serve, type TestServer } from '../server.ts';
import { clientOptions } from './deployment.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { type Outside, playOutside } from './outside.ts';

const scenario = 'test/fixtures/scenarios/wrong-totals';
const prefix = 'watchkeeper-session-';
const names = { incidents: 'incidents', preferences: 'preferences', audit: 'audit' };
const bucket = 'watchkeeper-session-evidence';

let emulator: Emulator;
let outside: Outside;
let agent: ScriptedAgent;
let callbacks: TestServer;
let stores: DynamoStores;
let folder: string;
let state: Decided;
let environment: Record<string, string>;
const processes: ChildProcess[] = [];

beforeAll(async () => {
  emulator = await startEmulator('test-results/deploy/long-session.log');
  outside = await playOutside();
  agent = await playAgent({ pauseMs: 1500, questions: 1 });
  callbacks = await serve(() => ({ headers: { 'content-type': 'application/x-amz-json-1.0' }, body: '{}' }));
  folder = await mkdtemp(join(tmpdir(), 'watchkeeper-session-'));
  const client = new DynamoDBClient(clientOptions(emulator));
  for (const definition of tableDefinitions(names)) await client.send(new CreateTableCommand(definition));
  await new S3Client({ ...clientOptions(emulator), forcePathStyle: true }).send(
    new CreateBucketCommand({ Bucket: bucket }),
  );
  const { ARN = '' } = await new SecretsManagerClient(clientOptions(emulator)).send(
    new CreateSecretCommand({ Name: 'slack-token', SecretString: 'xoxb-deploy' }),
  );
  stores = dynamoStores({
    client,
    incidentsTable: names.incidents,
    preferencesTable: names.preferences,
    auditTable: names.audit,
    clock: systemClock(),
  });
  const model = {
    provider: 'bedrock',
    region: 'eu-central-1',
    models: { coordinator: 'eu.test.coordinator', specialist: 'eu.test.specialist' },
    price: { input: 3, output: 15 },
  };
  environment = {
    ...emulator.environment,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: agent.mock.url,
    POWERTOOLS_LOG_LEVEL: 'INFO',
    INCIDENTS_TABLE: names.incidents,
    PREFERENCES_TABLE: names.preferences,
    AUDIT_TABLE: names.audit,
    EVIDENCE_BUCKET: bucket,
    FUNCTION_PREFIX: prefix,
    SLACK: JSON.stringify({ channel: 'C0123456789', apiUrl: outside.slackUrl, teams: ['T0EMULATOR'] }),
    SECRETS: JSON.stringify({ 'slack-token': ARN }),
    MODEL: JSON.stringify({ use: ['model'], providers: { model } }),
    TELEMETRY: JSON.stringify({ kind: 'recorded', scenario: 'scenario' }),
  };
  state = await stateOfPage();
  await createSpecialists();
  bundle(join(folder, 'session'), serverEntry('investigate-longer'), [{ from: 'prompts', to: 'prompts' }]);
});

afterAll(async () => {
  for (const one of processes.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    one.kill('SIGKILL');
    await once(one, 'exit');
  }
  await outside?.[Symbol.asyncDispose]();
  await agent?.mock.stop();
  await callbacks?.[Symbol.asyncDispose]();
  await emulator?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** What the state machine holds when it begins a further investigation, from a run of the same page on this machine. */
async function stateOfPage(): Promise<Decided> {
  const reached = Promise.withResolvers<unknown>();
  const runtime = await startRuntime({
    makeWorld: recordedWorld([scenario]),
    hooks: { entered: ({ state: name, input }) => (name === 'Longer' ? reached.resolve(input) : undefined) },
  });
  try {
    await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
    return Decided.parse(await reached.promise);
  } finally {
    await runtime.close();
  }
}

/** One bundle, deployed once for each specialist, as the stack does. */
async function createSpecialists(): Promise<void> {
  const code = join(folder, 'specialist');
  bundle(code, functionEntry('specialist'), [...promptFiles(), { from: scenario, to: 'scenario' }]);
  execFileSync('python3', ['-m', 'zipfile', '-c', join(folder, 'code.zip'), '.'], { cwd: code });
  const ZipFile = await readFile(join(folder, 'code.zip'));
  const lambda = new LambdaClient(clientOptions(emulator));
  for (const specialist of ['logs', 'metrics', 'kubernetes', 'changes'])
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: `${prefix}specialist-${specialist}`,
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/specialist',
        Handler: 'index.handler',
        Timeout: 25,
        Code: { ZipFile },
        Environment: { Variables: { ...environment, SPECIALIST: specialist } },
      }),
    );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

interface Machine {
  readonly child: ChildProcess;
  ping(): Promise<string>;
  invoke(job: LongJob, session?: string): Promise<{ status: number; body: unknown }>;
}

/** A session's machine. */
async function machine(): Promise<Machine> {
  const port = await freePort();
  const child = spawn(process.execPath, ['app.js'], {
    cwd: join(folder, 'session'),
    env: {
      ...environment,
      AWS_ENDPOINT_URL_SFN: callbacks.url,
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  processes.push(child);
  const url = `http://127.0.0.1:${port}`;
  const ping = async () =>
    fetch(`${url}/ping`).then(
      async (answer) => ((await answer.json()) as { status: string }).status,
      () => 'away',
    );
  await expect.poll(ping, { timeout: 60_000 }).toBe('Healthy');
  return {
    child,
    ping,
    async invoke(job, session = job.session) {
      const answer = await fetch(`${url}/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-amzn-bedrock-agentcore-runtime-session-id': session },
        body: JSON.stringify(job),
      });
      return { status: answer.status, body: await answer.json() };
    },
  };
}

const jobOf = (incidentId: string): LongJob => {
  const own = JSON.parse(JSON.stringify(state).replaceAll(state.incident.id, incidentId)) as unknown;
  return {
    taskToken: `token-of-${incidentId}`,
    state: Decided.parse(own),
    session: longSession(incidentId),
    seconds: 300,
  };
};

/** What Step Functions was told about a token. */
const told = (incidentId: string, operation: 'SendTaskSuccess' | 'SendTaskHeartbeat') =>
  callbacks.asked
    .filter(({ headers }) => headers['x-amz-target'] === `AWSStepFunctions.${operation}`)
    .map(({ body }) => JSON.parse(body) as { taskToken: string; output?: string })
    .filter(({ taskToken }) => taskToken === `token-of-${incidentId}`);
const outcomeOf = async (incidentId: string): Promise<LongOutcome> => {
  await expect.poll(() => told(incidentId, 'SendTaskSuccess').length, { timeout: 120_000, interval: 200 }).toBe(1);
  return LongOutcome.parse(JSON.parse(told(incidentId, 'SendTaskSuccess')[0]?.output ?? '{}'));
};

test('each specialist asks a model of its own, in its own function, with its own context', async () => {
  const ask = lambdaSpecialistClient({ prefix, client: new LambdaClient(clientOptions(emulator)) });
  const before = agent.mock.getRequests().length;
  const briefs = state.plan.filter(({ specialist }) =>
    ['logs', 'metrics', 'kubernetes', 'changes'].includes(specialist),
  );
  for (const brief of briefs) await ask.ask({ ...brief, question: `What does ${brief.specialist} show?`, followUp: 1 });
  const calls = agent.mock
    .getRequests()
    .slice(before)
    .map(({ path, body }) => ({ path, text: JSON.stringify(body) }));
  expect(calls).toHaveLength(briefs.length);
  for (const [index, { specialist }] of briefs.entries()) {
    const { path, text } = calls[index] ?? { path: '', text: '' };
    expect(path).toContain('eu.test.specialist');
    expect(text).toContain(`What does ${specialist} show?`);
    for (const other of briefs.filter((one) => one.specialist !== specialist))
      expect(text).not.toContain(`What does ${other.specialist} show?`);
  }
});

test('two sessions at once each find the cause of their own incident, and answer before they do', async () => {
  const [one, two] = await Promise.all([machine(), machine()]);
  const began = Date.now();
  const jobs = [jobOf('inc-one'), jobOf('inc-two')] as const;
  expect(await one.invoke(jobs[0], longSession('inc-two'))).toMatchObject({ status: 400 });
  expect(await one.invoke(jobs[0])).toEqual({ status: 200, body: { status: 'started' } });
  expect(await two.invoke(jobs[1])).toEqual({ status: 200, body: { status: 'started' } });
  expect(await one.invoke(jobs[0])).toEqual({ status: 200, body: { status: 'running' } });
  expect(await one.ping()).toBe('HealthyBusy');
  expect(told('inc-one', 'SendTaskSuccess')).toEqual([]);
  for (const id of ['inc-one', 'inc-two']) {
    const outcome = await outcomeOf(id);
    if (outcome.kind !== 'finished') throw new Error(JSON.stringify(outcome));
    const [first] = outcome.diagnosis.hypotheses;
    expect(first).toMatchObject({
      entity: { name: 'tariff' },
      proposal: { by: 'eu.test.coordinator (investigation@1)' },
    });
    const evidence = s3Evidence({ bucket, client: new S3Client({ ...clientOptions(emulator), forcePathStyle: true }) });
    expect((await evidence.get(id, first?.evidenceIds[0] ?? ''))?.excerpt).toContain('price table 31');
    const timeline = await stores.incidents.timeline(id);
    expect(timeline.map(({ event }) => event.type)).toEqual(['LongInvestigationStep', 'SpecialistReported']);
    const thread = outside.messages().filter(({ metadata }) => JSON.stringify(metadata).includes(id));
    expect(thread).toHaveLength(1);
  }
  expect(Date.now() - began).toBeGreaterThan(1500);
  await expect.poll(one.ping, { timeout: 10_000 }).toBe('Healthy');
});

test('a session that is killed in the middle tells nothing more, and the incident goes on with a gap', async () => {
  const one = await machine();
  const job = jobOf('inc-killed');
  await one.invoke(job);
  await expect
    .poll(async () => (await stores.incidents.timeline('inc-killed')).length, { timeout: 60_000, interval: 100 })
    .toBeGreaterThan(0);
  one.child.kill('SIGKILL');
  await once(one.child, 'exit');
  await sleep(3000);
  expect(told('inc-killed', 'SendTaskSuccess')).toEqual([]);
  // Step Functions ends the wait when the heartbeats stop, and goes on at the state that the catcher names.
  const machineFile = JSON.parse(await readFile('statemachines/incident.asl.json', 'utf8')) as {
    States: Record<string, { HeartbeatSeconds?: number; Catch?: { Next: string; ResultPath: null }[] }>;
  };
  expect(machineFile.States.InvestigateLonger).toMatchObject({
    HeartbeatSeconds: 90,
    Catch: [{ Next: 'ConcludeLonger', ResultPath: null }],
  });
  const stopped: string[] = [];
  const { incident } = job.state;
  await stores.long.begin({
    incidentId: incident.id,
    session: job.session,
    taskToken: job.taskToken,
    startedAt: incident.openedAt,
  });
  const { diagnosis } = await concludeLong(LongEnded.parse(job.state), {
    ...stores,
    clock: systemClock(),
    chat: { publish: async () => undefined },
    pager: { note: async () => ({ kind: 'written' }) } as never,
    evidence: { get: async () => undefined } as never,
    longRunner: { seconds: 300, start: async () => undefined, stop: async (session) => void stopped.push(session) },
  });
  expect(stopped).toEqual([job.session]);
  expect(diagnosis.gaps.at(-1)).toEqual({ source: 'further investigation', reason: 'Nothing more was heard of it.' });
  expect(diagnosis.hypotheses).toEqual(job.state.diagnosis.hypotheses);
});
