// Agents by script, behind the wire formats of Bedrock and OpenAI: what a good model would do with the scenario `wrong-totals`, whose cause no rule knows.
// The first diagnosis finds nothing; the further investigation asks the logs specialist, whose agent searches, and concludes with the evidence. It is a
// server that is not ours, so that the whole path of a model is run.
import { LLMock } from '@copilotkit/aimock';

type Request = Parameters<Extract<Parameters<LLMock['on']>[1], (...args: never[]) => unknown>>[0];

const usage = {
  prompt_tokens: 900,
  completion_tokens: 80,
  total_tokens: 980,
  input_tokens: 900,
  output_tokens: 80,
};
const answer = (value: unknown) => ({
  toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify(value) }],
  usage,
});
const call = (name: string, input: unknown) => ({ toolCalls: [{ name, arguments: JSON.stringify(input) }], usage });

const textOf = ({ messages }: Request): string => JSON.stringify(messages);
const evidenceIn = (text: string): string[] =>
  [...text.matchAll(/[Ee]vidence ([0-9a-f]{20})/g)].map(([, id]) => id ?? '');
const toolResults = ({ messages }: Request): string[] =>
  messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.stringify(content));

export const claim = 'Service tariff uses price table 31, with amounts in tenths of a cent.';
export const causeName = 'wrong unit of prices';

export interface ScriptedAgent {
  readonly mock: LLMock;
  /** The system prompts of the calls, in order. */
  readonly asked: string[];
}

/** `pauseMs`: the time of every answer of the further investigation; `questions`: how many questions it asks before it concludes. */
export async function playAgent({
  port = 0,
  pauseMs = 0,
  questions = 1,
}: {
  readonly port?: number;
  readonly pauseMs?: number;
  readonly questions?: number;
} = {}): Promise<ScriptedAgent> {
  const mock = new LLMock({ port });
  const asked: string[] = [];
  await mock.start();
  mock.on({ systemMessage: /You continue an incident investigation/ }, async (request) => {
    asked.push('investigation');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const results = toolResults(request);
    if (results.length < questions)
      return call('ask_logs', {
        question: `Which lines of tariff speak of prices (${results.length + 1})?`,
        entity: { kind: 'Service', name: 'tariff' },
      });
    const [id] = evidenceIn(results.join('\n'));
    return answer({
      bestRank: 1,
      own: {
        entity: { kind: 'Service', name: 'tariff', namespace: 'store', cluster: 'store-1' },
        cause: causeName,
        summary: { claim, evidenceIds: [id ?? 'none'] },
        lookedFor: [
          {
            question: 'Did tariff use this table before the refunds rose?',
            result: 'nothing-found',
            evidenceIds: [id ?? 'none'],
          },
        ],
      },
      sure: true,
      reason: 'Its table is the only line that is new.',
      text: claim,
    });
  });
  mock.on({ systemMessage: /coordinator of an incident/ }, () => {
    asked.push('synthesis');
    return answer({ bestRank: 1, sure: false, reason: 'Nothing decides.', text: 'Not known.' });
  });
  mock.on({ systemMessage: /logs specialist/ }, (request) => {
    asked.push('logs');
    if (!/speak of prices/.test(textOf(request))) return answer({ summary: 'No error is new.', keyFindingIds: [] });
    const results = toolResults(request);
    const [id] = evidenceIn(results.join('\n'));
    if (id === undefined) return call('search_logs', { contains: 'price table' });
    return answer({
      summary: claim,
      keyFindingIds: [],
      observations: [{ claim, entity: { kind: 'Service', name: 'tariff', namespace: 'store' }, evidenceIds: [id] }],
    });
  });
  mock.on({ systemMessage: /specialist of an incident/ }, ({ messages }) => {
    asked.push(/the (\S+) specialist/.exec(JSON.stringify(messages))?.[1] ?? 'specialist');
    return answer({ summary: 'Nothing to add.', keyFindingIds: [] });
  });
  return { mock, asked };
}
