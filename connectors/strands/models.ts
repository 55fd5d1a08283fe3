// One model object per role and provider. Bedrock is spoken to over HTTP/1 when an endpoint of one's own is given.
import type { Model } from '@strands-agents/sdk';
import type { ModelConfig } from './config.ts';
import type { Prompt } from './prompts.ts';

/** Strands' SDK takes a quarter of a second to load: only when a model is really asked. */
export async function createModel(config: ModelConfig, prompt: Prompt): Promise<Model> {
  const modelId = config.models[prompt.role];
  const maxTokens = prompt.budget.outputTokens;
  switch (config.provider) {
    case 'bedrock': {
      const { BedrockModel } = await import('@strands-agents/sdk/models/bedrock');
      const { NodeHttpHandler } = await import('@smithy/node-http-handler');
      return new BedrockModel({
        modelId,
        maxTokens,
        temperature: 0,
        stream: false,
        ...(config.region === undefined ? {} : { region: config.region }),
        ...(config.endpoint === undefined
          ? {}
          : { clientConfig: { endpoint: config.endpoint, requestHandler: new NodeHttpHandler() } }),
      });
    }
    case 'openai': {
      const { OpenAIModel } = await import('@strands-agents/sdk/models/openai');
      return new OpenAIModel({
        api: 'chat',
        modelId,
        maxTokens,
        temperature: 0,
        apiKey: config.apiKey,
        clientConfig: { baseURL: config.endpoint, maxRetries: 0 },
      });
    }
  }
}
