// `npm run bench:context`: measures how full contexts get. It investigates one incident with the case study's amounts of telemetry twice: by the
// agents of this design, and by one agent that carries everything its sources return. Both call the same scripted model. A tokenizer (o200k) counts
// the requests as they went over the wire, with tools and system prompts.
import { type ChatCompletionRequest, LLMock } from '@copilotkit/aimock';
import { Agent, tool } from '@strands-agents/sdk';
import { OpenAIModel } from '@strands-agents/sdk/models/openai';
import { countTokens } from 'gpt-tokenizer';
import * as z from 'zod';
import { Impossible } from '../core/errors.ts';
import { everywhere, type Scope } from '../core/model/scope.ts';
import type { KubernetesObject, KubernetesSnapshot, Series } from '../core/model/telemetry.ts';
import type { Telemetry } from '../core/ports/telemetry.ts';
import { recordedWorld, withModel } from '../local/compose.ts';
import { startRuntime } from '../local/runtime/index.ts';
import type { MakeWorld } from '../local/world.ts';
import { table } from './table.ts';

const print = (text: string) => void process.stdout.write(`${text}\n`);

/** The case study's amounts, in tokens. */
const amounts = { metrics: 160_000, kubernetes: 61_000, events: 50_000 };
const window = 200_000;
const scenario = 'scenarios/oom-after-deploy';
const patienceMs = 120_000;
const tokensOf = (value: unknown) => countTokens(JSON.stringify(value));

interface Bulk {
  readonly series: readonly Series[];
  readonly objects: readonly KubernetesObject[];
  readonly events: readonly KubernetesObject[];
}

/** Adds items of `make` until they amount to `tokens`. */
function filled<T>(tokens: number, make: (index: number) => T): T[] {
  const all: T[] = [];
  let count = 0;
  while (count < tokens) {
    const more = make(all.length);
    all.push(more);
    count += tokensOf(more);
  }
  return all;
}

/** Healthy services around the broken one: the bulk of a source's answer. */
function bulkAround(series: readonly Series[], clusters: readonly KubernetesSnapshot[]): Bulk {
  const points = series[0]?.points ?? [];
  const at = clusters[0]?.takenAt ?? '';
  const isEvent = ({ kind }: KubernetesObject) => kind === 'Event';
  const items = clusters.flatMap((cluster) => cluster.items);
  const left = (all: number, have: unknown) => Math.max(0, all - tokensOf(have));
  return {
    series: filled(left(amounts.metrics, series), (index) => ({
      source: 'prometheus',
      entity: { kind: 'Service', name: `neighbour-${index}`, namespace: 'neighbours', cluster: 'backend-9' },
      signal: 'http_requests_per_second',
      unit: '1/s',
      // Noise that is the same for a seed in each run.
      points: points.map(([time], place) => [time, Math.round(100 + 3 * Math.sin(index + place * 1.7)) + (place % 2)]),
    })),
    objects: filled(
      left(
        amounts.kubernetes,
        items.filter((item) => !isEvent(item)),
      ),
      (index) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `neighbour-${index}`,
          namespace: 'neighbours',
          labels: { 'app.kubernetes.io/name': `neighbour-${index}`, 'app.kubernetes.io/part-of': 'neighbours' },
          creationTimestamp: at,
        },
        data: { LOG_LEVEL: 'info', REGION: 'us-east-1', UPSTREAM: `http://neighbour-${index + 1}.neighbours.svc:8080` },
      }),
    ),
    events: filled(left(amounts.events, items.filter(isEvent)), (index) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `neighbour-${index}.17f0`, namespace: 'neighbours', creationTimestamp: at },
      type: 'Normal',
      reason: 'Pulled',
      message: `Container image "registry.example/neighbour:${index}" already present on machine`,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      involvedObject: { kind: 'Pod', name: `neighbour-${index}-7d9f`, namespace: 'neighbours' },
    })),
  };
}

const everyTime = { start: '2000-01-01T00:00:00Z', end: '2100-01-01T00:00:00Z' };

/** The scenario's world with the bulk added. */
function bulky(make: MakeWorld): MakeWorld {
  return async (ground) => {
    const world = await make(ground);
    const { metrics, kubernetes } = world.telemetry;
    let bulk: Promise<Bulk> | undefined;
    const bulkFor = (scope: Scope) => {
      bulk ??= (async () => {
        const [series, clusters] = await Promise.all([metrics.observe(scope, {}), kubernetes.observe(scope, {})]);
        if (series.kind === 'gap' || clusters.kind === 'gap') throw new Impossible('The scenario has too little.');
        return bulkAround(series.data, clusters.data);
      })();
      return bulk;
    };
    const telemetry: Telemetry = {
      ...world.telemetry,
      metrics: {
        async observe(scope, query) {
          const seen = await metrics.observe(scope, query);
          return seen.kind === 'gap' ? seen : { ...seen, data: [...seen.data, ...(await bulkFor(scope)).series] };
        },
      },
      kubernetes: {
        async observe(scope, query) {
          const seen = await kubernetes.observe(scope, query);
          if (seen.kind === 'gap') return seen;
          const { objects, events } = await bulkFor({ ...scope, window: everyTime });
          const extra = { cluster: 'backend-9', takenAt: seen.data[0]?.takenAt ?? '', items: [...objects, ...events] };
          return { ...seen, data: [...seen.data, extra] };
        },
      },
    };
    return { ...world, telemetry };
  };
}

const call = (name: string, input: object) => ({ toolCalls: [{ name, arguments: JSON.stringify(input) }] });
const answer = (value: object) => call('strands_structured_output', value);
const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

/** One script for both: each agent queries each of its sources once, then answers. */
function script(mock: LLMock): void {
  const toolCall = (systemMessage: RegExp, name: string, input: object) =>
    mock.on({ systemMessage, hasToolResult: false }, { ...call(name, input), usage });
  const finalAnswer = answer({ summary: 'Nothing to add to the findings.', keyFindingIds: [], observations: [] });
  toolCall(/Kubernetes specialist/, 'describe_object', { kind: 'Deployment', name: '' });
  toolCall(/metrics specialist/, 'query_metrics', {});
  toolCall(/logs specialist/, 'search_logs', { contains: 'error' });
  toolCall(/changes specialist/, 'list_changes', {});
  toolCall(/knowledge specialist/, 'search_knowledge', { text: 'out of memory' });
  mock.on({ systemMessage: /specialist of an incident/ }, { ...finalAnswer, usage });
  toolCall(/coordinator of an incident/, 'ask_kubernetes', {
    question: 'Which container ran out of memory, and at which limit?',
  });
  const opinion = { bestRank: 1, reason: 'The evidence holds.', text: 'The first hypothesis stands.' };
  mock.on({ systemMessage: /coordinator of an incident/ }, { ...answer(opinion), usage });
  for (const [index, name] of ['query_metrics', 'get_objects', 'get_events'].entries())
    mock.on(
      { systemMessage: /alone/, predicate: (request) => resultsIn(request) === index },
      { ...call(name, {}), usage },
    );
  mock.on({ systemMessage: /alone/ }, { ...answer(opinion), usage });
}

const resultsIn = ({ messages }: ChatCompletionRequest): number =>
  messages.filter(({ role }) => role === 'tool').length;

interface Held {
  readonly name: string;
  readonly calls: number;
  readonly peak: number;
  readonly all: number;
}

/** One context is one conversation: requests with the same system prompt and the same first message. */
function contextsOf(requests: readonly ChatCompletionRequest[]): Held[] {
  const byContext = Map.groupBy(requests, ({ messages }) => JSON.stringify(messages.slice(0, 2)));
  return [...byContext.values()].map((own) => {
    const sizes = own.map(({ messages, tools }) => tokensOf({ messages, tools }));
    const system = JSON.stringify(own[0]?.messages[0]?.content ?? '');
    return {
      name: /You are the ([\w ]+?) of an incident/.exec(system)?.[1] ?? 'one agent alone',
      calls: own.length,
      peak: Math.max(...sizes),
      all: sizes.reduce((sum, size) => sum + size, 0),
    };
  });
}

/** Records every request at any size; reading the requests clears them. */
function recorder(mock: LLMock): () => ChatCompletionRequest[] {
  const seen = new Set<ChatCompletionRequest>();
  const remember = (request: ChatCompletionRequest) => {
    seen.add(request);
    return false;
  };
  mock.on({ predicate: remember }, { content: 'never said' });
  return () => {
    const taken = [...seen];
    seen.clear();
    return taken;
  };
}

type Raw = Readonly<Record<string, unknown>>;

/** Runs an incident through the whole pipeline. Returns the data of its sources, by the tool that would return them raw. */
async function withAgents(mock: LLMock): Promise<Raw> {
  const model = {
    provider: 'openai',
    endpoint: `${mock.url}/v1`,
    models: { coordinator: 'scripted', specialist: 'scripted' },
  };
  const runtime = await startRuntime({ makeWorld: withModel(bulky(recordedWorld([scenario])), model) });
  try {
    const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
    const { id } = await runtime.waitForIncident(sourceId, 'asked', patienceMs);
    const diagnosis = await runtime.ports.incidents.diagnosis(id);
    const first = diagnosis?.hypotheses[0];
    print(`Diagnosis: ${first?.entity.name} ${first?.cause}; took part: ${diagnosis?.participants.length} agents.`);
    return await rawOf(runtime.ports.telemetry, id);
  } finally {
    await runtime.close();
  }
}

async function rawOf(telemetry: Telemetry, incidentId: string): Promise<Raw> {
  const scope = everywhere(incidentId, everyTime);
  const [series, clusters] = await Promise.all([
    telemetry.metrics.observe(scope, {}),
    telemetry.kubernetes.observe(scope, {}),
  ]);
  const items = clusters.kind === 'data' ? clusters.data.flatMap((cluster) => cluster.items) : [];
  return {
    query_metrics: series.kind === 'data' ? series.data : [],
    get_objects: items.filter(({ kind }) => kind !== 'Event'),
    get_events: items.filter(({ kind }) => kind === 'Event'),
  };
}

/** Runs one agent with the same telemetry, in one context. */
async function alone(mock: LLMock, raw: Raw): Promise<void> {
  const agent = new Agent({
    model: new OpenAIModel({
      api: 'chat',
      modelId: 'scripted',
      apiKey: 'none',
      clientConfig: { baseURL: `${mock.url}/v1`, maxRetries: 0 },
    }),
    systemPrompt: 'You investigate an incident alone, with all tools.',
    tools: Object.entries(raw).map(([name, data]) =>
      tool({
        name,
        description: `Gives everything: ${name}.`,
        inputSchema: z.object({}),
        callback: () => JSON.stringify(data),
      }),
    ),
    structuredOutputSchema: z.object({ bestRank: z.number(), reason: z.string(), text: z.string() }),
    printer: false,
    retryStrategy: null,
    // Nothing is removed from the context, because that is what we measure.
    conversationManager: new (await import('@strands-agents/sdk')).NullConversationManager(),
  });
  await agent.invoke('Pods of checkout restart. What broke?', { limits: { turns: 6 } });
}

const thousands = (count: number) => count.toLocaleString('en-US');
const mock = new LLMock({ port: 0, host: '127.0.0.1' });
await mock.start();
try {
  const requests = recorder(mock);
  script(mock);
  const raw = await withAgents(mock);
  const agents = contextsOf(requests());
  await alone(mock, raw);
  const monolith = contextsOf(requests());
  const rows = [...agents, ...monolith].map(({ name, calls, peak, all }) => [
    name,
    `${calls}`,
    thousands(peak),
    thousands(all),
  ]);
  print(
    `\nTelemetry in tokens: ${Object.entries(raw)
      .map(([name, data]) => `${name} ${thousands(tokensOf(data))}`)
      .join(', ')}\n`,
  );
  print(table(['context', 'calls', 'tokens at its peak', 'tokens in all its calls'], rows));
  const coordinator = agents.find(({ name }) => name === 'coordinator')?.peak ?? 0;
  const together = agents.reduce((sum, { peak }) => sum + peak, 0);
  const one = Math.max(...monolith.map(({ peak }) => peak));
  print(
    `\nagents: all contexts of this design at their peaks together. monolith: ${one > window ? 'beyond' : 'within'} a window of ${thousands(window)}.`,
  );
  print(`coordinator=${coordinator} agents=${together} monolith=${one}`);
} finally {
  await mock.stop();
}
