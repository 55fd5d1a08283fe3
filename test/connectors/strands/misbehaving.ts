// Models that misbehave, over the wire formats of Bedrock Converse and OpenAI.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const models = { coordinator: 'first', specialist: 'first' };
export const bedrock = (endpoint: string) => ({
  provider: 'bedrock',
  region: 'us-east-1',
  endpoint,
  models,
  promptCache: false,
});
export const openai = (endpoint: string) => ({ provider: 'openai', endpoint: `${endpoint}/v1`, models });

/** A server that misbehaves in one way; for what the mock cannot do. */
export async function misbehaving(respond: (response: ServerResponse, body: string) => void) {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request
      .on('data', (part: Buffer) => parts.push(part))
      .on('end', () => respond(response, Buffer.concat(parts).toString()));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
export const json = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const converse = (stopReason: string, content: unknown[]) => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 5, outputTokens: 5, totalTokens: 10 },
  metrics: { latencyMs: 1 },
});

/** OpenAI's stream: one piece of the answer, why it ends, and that it ended. */
const stream = (response: ServerResponse, finish_reason: string, content: string) => {
  const piece = (delta: object, reason: string | null) => ({
    id: 'c-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'first',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
  const pieces = [piece({ role: 'assistant', content }, null), piece({}, finish_reason)].map((one) =>
    JSON.stringify(one),
  );
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end([...pieces, '[DONE]'].map((one) => `data: ${one}\n\n`).join(''));
};

/** What a model does wrong, and what the record calls it. */
export const ways: readonly (readonly [
  name: string,
  failure: string,
  make: typeof bedrock | typeof openai,
  respond: (response: ServerResponse) => void,
])[] = [
  [
    'Bedrock throttles',
    'throttled',
    bedrock,
    (r) => {
      r.setHeader('x-amzn-errortype', 'ThrottlingException');
      json(r, 429, { message: 'slow down' });
    },
  ],
  ['Bedrock is silent', 'timeout', bedrock, () => undefined],
  [
    'Bedrock cuts the answer',
    'malformed',
    bedrock,
    (r) => json(r, 200, converse('max_tokens', [{ text: 'The pods were' }])),
  ],
  ['Bedrock answers with half a document', 'malformed', bedrock, (r) => json(r, 200, '{"output":{"message":')],
  [
    'a guardrail intervenes',
    'refused',
    bedrock,
    (r) => json(r, 200, converse('guardrail_intervened', [{ text: 'I cannot.' }])),
  ],
  [
    'Bedrock answers in prose only',
    'malformed',
    bedrock,
    (r) => json(r, 200, converse('end_turn', [{ text: 'The pods are fine.' }])),
  ],
  ['OpenAI throttles', 'throttled', openai, (r) => json(r, 429, { error: { message: 'slow down', type: 'requests' } })],
  ['OpenAI is silent', 'timeout', openai, () => undefined],
  ['OpenAI refuses', 'refused', openai, (r) => stream(r, 'content_filter', '')],
  ['OpenAI cuts the answer', 'malformed', openai, (r) => stream(r, 'length', 'The pods were')],
  ['OpenAI answers in prose only', 'malformed', openai, (r) => stream(r, 'stop', 'The pods are fine.')],
];
