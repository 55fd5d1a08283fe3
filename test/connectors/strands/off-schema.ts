// Malformed, empty, truncated and off-schema answers of a model on OpenAI's stream, chosen by a seed.
import { randomOf } from '../../../dojo/worlds/random.ts';

type Answer = { readonly status: number; readonly type: string; readonly body: string };

const good = {
  summary: 'Pods were OOM-killed.',
  keyFindingIds: ['kubernetes-1-1'],
  observations: [],
  bestRank: 1,
  reason: 'It is first.',
  text: 'Nothing to add.',
};
const odd: readonly unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  true,
  [],
  {},
  [[[]]],
  'x'.repeat(20_000),
  '\u0000\u202e',
  { a: { b: {} } },
];

const piece = (delta: object, reason: string | null): string =>
  JSON.stringify({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'weak',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });
const called = (name: string, text: string): object => ({
  tool_calls: [{ index: 0, id: 'call-1', type: 'function', function: { name, arguments: text } }],
});
const streamed = (pieces: readonly string[]): string => pieces.map((one) => `data: ${one}\n\n`).join('');
const stream = (pieces: readonly string[]): Answer => ({
  status: 200,
  type: 'text/event-stream',
  body: streamed([...pieces, '[DONE]']),
});

/** The answer to request number `place`; the same seed gives the same answers. */
export function offSchema(seed: string, place: number): Answer {
  const random = randomOf(`${seed} ${place}`);
  const cut = (text: string): string => text.slice(0, random.int(0, text.length - 1));
  const mutated = (): Record<string, unknown> => {
    const fields: Record<string, unknown> = { ...good };
    for (let n = random.int(1, 4); n > 0; n -= 1) {
      const key = random.pick(Object.keys(good));
      if (random.chance(0.4)) delete fields[key];
      else fields[key] = random.pick(odd);
    }
    return fields;
  };
  const text = JSON.stringify(good);
  const ask = (json: string, name = 'strands_structured_output', reason = 'tool_calls'): Answer =>
    stream([piece({ role: 'assistant', ...called(name, json) }, null), piece({}, reason)]);
  const ways: readonly (() => Answer)[] = [
    () => ask(JSON.stringify(mutated())),
    () => ask(cut(text)),
    () => ask(''),
    () => ask(text, random.pick(['', 'approve', 'rollback', 'read_evidence', 'search_logs', 'x'.repeat(300)])),
    () => ask(JSON.stringify(random.pick(odd))),
    () => ask(cut(text), 'strands_structured_output', 'length'),
    () =>
      stream([
        piece(
          { role: 'assistant', content: random.pick(['', 'The pods are fine.', text, cut(text), '```json']) },
          null,
        ),
        piece({}, 'stop'),
      ]),
    () => stream([]),
    () => stream([piece({}, random.pick(['stop', 'length', 'content_filter', 'nonsense']))]),
    () => ({
      status: 200,
      type: 'text/event-stream',
      body: cut(streamed([piece({ role: 'assistant', ...called('strands_structured_output', text) }, null), '[DONE]'])),
    }),
    () => ({ status: 200, type: 'text/event-stream', body: `data: ${cut(text)}\n\n` }),
    () => ({ status: 200, type: 'application/json', body: random.pick(['', '{}', '[]', 'null', cut(text)]) }),
    () => ({
      status: random.pick([204, 400, 401, 404, 413, 429, 500, 502, 503]),
      type: 'text/html',
      body: '<html>no</html>',
    }),
  ];
  return random.pick(ways)();
}
