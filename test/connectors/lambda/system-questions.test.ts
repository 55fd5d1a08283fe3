// The conversation asks the function that may read the sources: answers of another shape, and failures, are unavailable and never words to people.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { lambdaSystemQuestions } from '../../../connectors/lambda/system-questions.ts';
import { askSystem, type SystemAskPorts } from '../../../core/conversation/system/ask.ts';

interface Sent {
  readonly input: { readonly FunctionName: string; readonly Payload: Uint8Array };
}

function asking(answer: unknown, over: { readonly FunctionError?: string } = {}) {
  const sent: Sent['input'][] = [];
  const client = {
    send: async ({ input }: Sent) => {
      sent.push(input);
      if (answer instanceof Error) throw answer;
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
      return { ...over, Payload: new TextEncoder().encode(text) };
    },
  } as unknown as LambdaClient;
  return { sent, questions: lambdaSystemQuestions({ functionName: 'watchkeeper-test-answer-system', client }) };
}

test('asks by name with the text and the incident, and gives the answer back', async () => {
  const { sent, questions } = asking({ answer: { text: '3 of 3 pods of payment are ready.', lines: ['Query: x'] } });
  const answer = await questions.ask({ text: 'pods of payment', incidentId: 'inc-1' });
  expect(answer).toEqual({ text: '3 of 3 pods of payment are ready.', lines: ['Query: x'] });
  expect(sent[0]?.FunctionName).toBe('watchkeeper-test-answer-system');
  expect(JSON.parse(new TextDecoder().decode(sent[0]?.Payload))).toEqual({
    text: 'pods of payment',
    incidentId: 'inc-1',
  });
});

test('a text that asks something else has no answer', async () => {
  expect(await asking({ answer: null }).questions.ask({ text: 'x' })).toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['no JSON', '<html>'],
  ['another shape', { answer: { text: 7, lines: [] } }],
  ['a field too many', { answer: { text: 'a', lines: [], approves: 'apr-1' } }],
  ['a chart of a megabyte', { answer: { text: 'a', lines: [], chart: 'x'.repeat(1_000_000) } }],
  ['a failure of the call', new Error('TooManyRequestsException')],
])('%s is unavailable', async (_name, answer) => {
  await expect(asking(answer).questions.ask({ text: 'pods of payment' })).rejects.toMatchObject({
    code: 'Unavailable',
  });
});

test('a function that failed is unavailable, and people read that the sources could not be asked', async () => {
  const { questions } = asking({ errorType: 'StepTimeout' }, { FunctionError: 'Unhandled' });
  await expect(questions.ask({ text: 'pods of payment' })).rejects.toMatchObject({ code: 'Unavailable' });
  const ports = { systemQuestions: questions } as unknown as SystemAskPorts;
  expect(await askSystem('how many pods of payment are ready', undefined, ports)).toMatchObject({
    text: expect.stringContaining('Not known: the sources could not be asked now'),
  });
  expect(await askSystem('approve it', undefined, ports)).toBeUndefined();
});
