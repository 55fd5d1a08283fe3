// Adds a model's usage to the usage of a step.
import type { Usage } from '../model/report.ts';
import type { ModelUse, Reasoned } from '../ports/channels.ts';

/** `MODEL (PROMPT@VERSION)`, with the models that failed before it. */
export const byline = (answer: Extract<Reasoned<unknown>, { kind: 'answered' }>): string =>
  `${answer.model} (${answer.promptVersion}${answer.failed.length === 0 ? '' : `, after ${answer.failed.join(', ')}`})`;

export const usageWith = (usage: Usage, used: ModelUse | undefined): Usage =>
  used === undefined
    ? usage
    : {
        ...usage,
        inputTokens: usage.inputTokens + used.inputTokens,
        outputTokens: usage.outputTokens + used.outputTokens,
        costUsd: usage.costUsd + used.costUsd,
        modelCalls: usage.modelCalls + used.modelCalls,
        toolCalls: usage.toolCalls + used.toolCalls,
      };
