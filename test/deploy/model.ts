// The model, outside of the stage as Bedrock or a provider is: somebody else's server that speaks OpenAI's wire format and answers by script.
// What it is asked decides what it says, never the number of the call: an incident may be investigated twice.
import { LLMock } from '@copilotkit/aimock';

const answer = (value: unknown) => ({
  toolCalls: [{ name: 'strands_structured_output', arguments: JSON.stringify(value) }],
  usage: { prompt_tokens: 700, completion_tokens: 60, total_tokens: 760 },
});

export async function playModel(): Promise<LLMock> {
  const model = new LLMock({ port: 0 });
  await model.start();
  model.on(
    { systemMessage: /logs specialist/ },
    answer({ summary: 'The disk of payments-db-7 is full since 03:33.', keyFindingIds: [] }),
  );
  // None for the knowledge specialist: where a model does not answer, the analysis' own words stand.
  model.on(
    { systemMessage: /(?:Kubernetes|metrics|changes) specialist of an incident/ },
    answer({ summary: 'Nothing to add.', keyFindingIds: [] }),
  );
  model.on(
    { systemMessage: /coordinator/, hasToolResult: false },
    {
      toolCalls: [
        { name: 'ask_logs', arguments: JSON.stringify({ question: 'What did the last run say before it ended?' }) },
      ],
    },
  );
  model.on(
    { systemMessage: /coordinator/ },
    answer({
      bestRank: 1,
      reason: 'The Job failed and nothing else is broken now.',
      text: 'CronJob nightly-invoices failed. Its upstream was gone for a while. Rerun it.',
    }),
  );
  return model;
}
