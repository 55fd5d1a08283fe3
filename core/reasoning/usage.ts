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
        ...cacheUse(usage, used),
        costUsd: usage.costUsd + used.costUsd,
        modelCalls: usage.modelCalls + used.modelCalls,
        toolCalls: usage.toolCalls + used.toolCalls,
      };

/** The cached tokens of two uses together; nothing if neither used a cache. */
export function cacheUse(
  one: Pick<ModelUse, 'cacheReadTokens' | 'cacheWriteTokens'>,
  other: Pick<ModelUse, 'cacheReadTokens' | 'cacheWriteTokens'> = {},
): Pick<ModelUse, 'cacheReadTokens' | 'cacheWriteTokens'> {
  const [read, written] = [
    (one.cacheReadTokens ?? 0) + (other.cacheReadTokens ?? 0),
    (one.cacheWriteTokens ?? 0) + (other.cacheWriteTokens ?? 0),
  ];
  return { ...(read > 0 ? { cacheReadTokens: read } : {}), ...(written > 0 ? { cacheWriteTokens: written } : {}) };
}
