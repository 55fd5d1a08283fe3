// Strands' model of Bedrock, with the tokens of the prompt cache: for answers that are not streamed, the SDK leaves them out of the usage, so that they
// would neither be counted nor paid. They are read from the response itself
// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html). This file is loaded only before a model call.
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { BedrockModel } from '@strands-agents/sdk/models/bedrock';
import * as z from 'zod';

const Answer = z.object({
  usage: z.object({ cacheReadInputTokens: z.number().optional(), cacheWriteInputTokens: z.number().optional() }),
});
interface Cached {
  readonly cacheReadInputTokens?: number;
  readonly cacheWriteInputTokens?: number;
}

/** Reads the usage of each response, and passes the response on. */
class UsageReader extends NodeHttpHandler {
  last: Cached = {};

  override async handle(...parameters: Parameters<NodeHttpHandler['handle']>): ReturnType<NodeHttpHandler['handle']> {
    const answer = await super.handle(...parameters);
    const { body } = answer.response;
    if (!(body instanceof Readable)) return answer;
    const bytes = await buffer(body);
    this.last = cachedIn(bytes.toString('utf8'));
    answer.response.body = Readable.from([bytes]);
    return answer;
  }
}

function cachedIn(text: string): Cached {
  try {
    const { cacheReadInputTokens, cacheWriteInputTokens } = Answer.safeParse(JSON.parse(text)).data?.usage ?? {};
    return {
      ...(cacheReadInputTokens === undefined ? {} : { cacheReadInputTokens }),
      ...(cacheWriteInputTokens === undefined ? {} : { cacheWriteInputTokens }),
    };
  } catch {
    return {};
  }
}

type Options = NonNullable<ConstructorParameters<typeof BedrockModel>[0]>;

export class MeteredBedrockModel extends BedrockModel {
  readonly #usage: UsageReader;

  constructor(options: Options) {
    const usage = new UsageReader();
    super({ ...options, clientConfig: { ...options.clientConfig, requestHandler: usage } });
    this.#usage = usage;
  }

  override async *stream(...parameters: Parameters<BedrockModel['stream']>): ReturnType<BedrockModel['stream']> {
    this.#usage.last = {};
    for await (const event of super.stream(...parameters)) {
      if (event.type === 'modelMetadataEvent' && event.usage !== undefined)
        yield { ...event, usage: { ...event.usage, ...this.#usage.last } };
      else yield event;
    }
  }
}
