import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { Impossible } from '../../../core/errors.ts';
import { inProcess } from '../../../local/runtime/in-process.ts';

const request = (body: string) => ({
  protocol: 'http:',
  hostname: 'in-process',
  method: 'POST',
  path: '/',
  query: {},
  headers: { 'X-Amz-Target': 'DynamoDB_20120810.GetItem' },
  body: new TextEncoder().encode(body),
});

test('a server that listens nowhere answers with the bytes, the status and the headers that it would send', async () => {
  const server = createServer((asked, reply) => {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      reply.statusCode = 400;
      reply.setHeader('Content-Type', 'text/plain');
      reply.end(`${asked.headers['x-amz-target']} ${Buffer.concat(chunks).toString('utf8')}`);
    });
  });
  const { response } = await inProcess(server).handler.handle(request('größer 💾') as never);
  expect(server.listening).toBe(false);
  expect({ ...response, body: response.body.toString('utf8') }).toEqual({
    statusCode: 400,
    headers: { 'content-type': 'text/plain' },
    body: 'DynamoDB_20120810.GetItem größer 💾',
  });
});

test('it waits for calls that are being answered, and no longer than it is told to', async () => {
  const replies: { end(body: string): void }[] = [];
  const server = createServer((_asked, reply) => void replies.push(reply));
  const calls = inProcess(server);
  const answered = calls.handler.handle(request('{}') as never);
  await calls.drained(20);
  let drained = false;
  const whenDrained = calls.drained(10_000).then(() => {
    drained = true;
  });
  expect(drained).toBe(false);
  replies[0]?.end('{}');
  await Promise.all([answered, whenDrained]);
  expect(drained).toBe(true);
});

test('a listener that throws fails its call and no other', async () => {
  let calls = 0;
  const server = createServer((_asked, reply) => {
    calls += 1;
    if (calls === 1) throw new Error('broken');
    reply.end('{}');
  });
  const { handler } = inProcess(server);
  await expect(handler.handle(request('{}') as never)).rejects.toThrow('broken');
  await expect(handler.handle(request('{}') as never)).resolves.toMatchObject({ response: { statusCode: 200 } });
});

test('a server without a listener is a mistake of ours', () => {
  expect(() => inProcess(createServer())).toThrow(Impossible);
});

test('after the end nothing reaches the server, and whoever still asks is told', async () => {
  let calls = 0;
  const server = createServer((_asked, reply) => {
    calls += 1;
    reply.end('{}');
  });
  const { handler, drained } = inProcess(server);
  await drained(20);
  await expect(handler.handle(request('{}') as never)).rejects.toThrow('The store is closed.');
  expect(calls).toBe(0);
});
