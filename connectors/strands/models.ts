// Creates one model object per role and provider. The Bedrock client speaks HTTP/1.
import type { Model } from '@strands-agents/sdk';
import type { Price, Provider } from './config.ts';
import type { Prompt } from './prompts.ts';

/** The model for the prompt's role; with `strong` the stronger one, undefined if the provider has none. */
export function modelIdOf({ models }: Provider, { role }: Pick<Prompt, 'role'>, strong?: boolean): string | undefined {
  if (strong) return models.strong;
  return role === 'intent' ? (models.intent ?? models.specialist) : models[role];
}

export const priceOf = ({ prices, price }: Provider, modelId: string): Price => prices[modelId] ?? price;

/** Strands' SDK takes a quarter of a second to load, so it is loaded only before a model call. */
export async function createModel(provider: Provider, prompt: Prompt, modelId: string): Promise<Model> {
  const maxTokens = prompt.budget.outputTokens;
  switch (provider.provider) {
    case 'bedrock': {
      const { MeteredBedrockModel } = await import('./bedrock.ts');
      const { guardrail, region } = provider;
      // The SDK's own variable names another address too, such as an emulator's.
      const endpoint = provider.endpoint ?? process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME;
      return new MeteredBedrockModel({
        modelId,
        maxTokens,
        temperature: 0,
        stream: false,
        ...(provider.promptCache && cacheable.test(modelId) ? { cacheConfig: { strategy: 'auto' as const } } : {}),
        ...(guardrail === undefined
          ? {}
          : { guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version } }),
        ...(region === undefined ? {} : { region }),
        clientConfig: {
          // The next provider of the chain serves as the retry.
          maxAttempts: 1,
          ...(endpoint === undefined ? {} : { endpoint }),
        },
      });
    }
    case 'openai': {
      const { OpenAIModel } = await import('@strands-agents/sdk/models/openai');
      return new OpenAIModel({
        api: 'chat',
        modelId,
        maxTokens,
        temperature: 0,
        apiKey: provider.apiKey,
        clientConfig: { baseURL: provider.endpoint, maxRetries: 0 },
      });
    }
    case 'anthropic': {
      const { AnthropicModel } = await import('@strands-agents/sdk/models/anthropic');
      return new AnthropicModel({
        modelId,
        maxTokens,
        temperature: 0,
        apiKey: provider.apiKey,
        ...(provider.promptCache ? { cacheConfig: { strategy: 'auto' as const } } : {}),
        clientConfig: { maxRetries: 0, ...(provider.endpoint === undefined ? {} : { baseURL: provider.endpoint }) },
      });
    }
  }
}

/** Model families whose prompts Bedrock caches at marked points. */
const cacheable = /claude|anthropic|nova/;
