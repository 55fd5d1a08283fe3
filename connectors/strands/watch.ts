// Enforces the budget of one agent by hooks. Before a model call goes out, it is counted and reserved for the incident. If the next one would exceed
// the budget (calls, tools, tokens, seconds, money), the current one is the last, and the model may only answer.
import type { Agent } from '@strands-agents/sdk';
import type { Spend } from '../../core/ports/records.ts';
import type { Allowances, Urgency } from './allowances.ts';
import type { Price } from './config.ts';
import { BudgetSpent, Refused, refusals } from './failures.ts';
import type { Prompt } from './prompts.ts';

/** The tool through which Strands' agents return their structured answer. */
const answerTool = 'strands_structured_output';
/** Characters per token for the estimate before a call; a conservative value for logs and JSON. */
const charactersPerToken = 2.5;
/** After this share of the seconds the agent only has time to conclude. */
const lastCallFrom = 0.6;

export interface Used {
  inputTokens: number;
  outputTokens: number;
  /** Parts of `inputTokens`. */
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costUsd: number;
  modelCalls: number;
  toolCalls: number;
}

export const nothingUsed = (): Used => ({
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  costUsd: 0,
  modelCalls: 0,
  toolCalls: 0,
});

export interface Watch {
  readonly used: Used;
  /** The limit that made the agent conclude early. */
  concludedBy: string | undefined;
}

interface Watched {
  readonly incidentId: string;
  readonly budget: Prompt['budget'];
  /** Seconds of this attempt; the prompt's seconds if it is the only attempt. */
  readonly seconds: number;
  readonly price: Price;
  readonly allowances: Allowances;
  readonly urgency: Urgency;
}

export async function watch(agent: Agent, watched: Watched): Promise<Watch> {
  const { BeforeToolCallEvent, InvokeModelStage } = await import('@strands-agents/sdk');
  const { budget, incidentId, allowances, urgency, price } = watched;
  const startedAt = performance.now();
  const used = nothingUsed();
  const watch: Watch = { used, concludedBy: undefined };

  agent.addHook(BeforeToolCallEvent, (event) => {
    if (event.toolUse.name === answerTool) return;
    if (watch.concludedBy !== undefined || used.toolCalls >= budget.toolCalls) {
      watch.concludedBy ??= 'tool calls';
      event.cancel = 'The budget for tools is spent. Conclude now with what you have.';
      return;
    }
    used.toolCalls += 1;
  });

  agent.addMiddleware(InvokeModelStage, async function* (context, next) {
    const characters = Math.ceil(
      (JSON.stringify(context.messages).length +
        JSON.stringify(context.toolSpecs).length +
        JSON.stringify(context.systemPrompt ?? '').length) /
        charactersPerToken,
    );
    const expected = spendOf({ inputTokens: characters, outputTokens: budget.outputTokens }, price);
    // A further call would send all of this again, so room for two calls means that this one need not be the last.
    const two = { usd: expected.usd * 2, tokens: expected.tokens * 2 };
    const roomForMore = (await allowances.reserve(incidentId, two, urgency)) === undefined;
    const denial = roomForMore ? undefined : await allowances.reserve(incidentId, expected, urgency);
    if (denial !== undefined) throw new BudgetSpent(denial);
    const reserved = roomForMore ? two : expected;
    const spent = used.inputTokens + used.outputTokens;
    const why = !roomForMore
      ? 'a ceiling'
      : used.modelCalls + 1 >= budget.turns
        ? 'model calls'
        : used.toolCalls >= budget.toolCalls && budget.toolCalls > 0
          ? 'tool calls'
          : spent + two.tokens > budget.tokens
            ? 'tokens'
            : used.costUsd + two.usd > budget.usd
              ? 'money'
              : performance.now() - startedAt > watched.seconds * lastCallFrom * 1000
                ? 'seconds'
                : undefined;
    const only = why === undefined ? undefined : context.toolSpecs.filter(({ name }) => name === answerTool);
    if (why !== undefined && used.modelCalls > 0) watch.concludedBy ??= why;
    used.modelCalls += 1;
    let actual: Spend = { usd: 0, tokens: 0 };
    try {
      const answer = yield* next(
        only === undefined || only.length === 0
          ? context
          : { ...context, toolSpecs: only, toolChoice: { tool: { name: answerTool } } },
      );
      const usage = answer.result.metadata?.usage;
      // If an endpoint reports no usage, our estimate counts.
      const counted: Counted = usage ?? { inputTokens: characters, outputTokens: 0 };
      actual = spendOf(counted, price);
      used.inputTokens += inputOf(counted);
      used.outputTokens += counted.outputTokens;
      used.cacheReadTokens += counted.cacheReadInputTokens ?? 0;
      used.cacheWriteTokens += counted.cacheWriteInputTokens ?? 0;
      used.costUsd += actual.usd;
      if (refusals.includes(answer.result.stopReason)) throw new Refused(answer.result.stopReason);
      return answer;
    } finally {
      await allowances.settle(incidentId, reserved, actual);
    }
  });
  return watch;
}

interface Counted {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheWriteInputTokens?: number | undefined;
}

/** All input tokens, cached or not: providers report cached tokens separately. */
const inputOf = ({ inputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 }: Counted): number =>
  inputTokens + cacheReadInputTokens + cacheWriteInputTokens;

function spendOf(counted: Counted, price: Price): Spend {
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = counted;
  const millionths =
    inputTokens * price.input +
    cacheReadInputTokens * (price.cacheRead ?? price.input) +
    cacheWriteInputTokens * (price.cacheWrite ?? price.input) +
    outputTokens * price.output;
  return { usd: millionths / 1_000_000, tokens: inputOf(counted) + outputTokens };
}
