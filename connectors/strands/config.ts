// Which models answer, what they cost and how much an incident may spend. Strict: a typo fails at start and not at 3 a.m.
import * as z from 'zod';

const price = z.strictObject({
  /** US dollars per million tokens. */
  input: z.number().min(0),
  output: z.number().min(0),
});

const common = {
  /** Model id (or Bedrock inference profile) by role. */
  models: z.strictObject({ coordinator: z.string().min(1), specialist: z.string().min(1) }),
  price: price.default({ input: 0, output: 0 }),
  maxUsdPerIncident: z.number().positive().default(1),
};

export const ModelConfig = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('bedrock'),
    region: z.string().optional(),
    /** Only for tests and private endpoints; spoken to over HTTP/1. */
    endpoint: z.url().optional(),
    ...common,
  }),
  z.strictObject({
    provider: z.literal('openai'),
    /** Any OpenAI-compatible endpoint, with its version path: `http://127.0.0.1:11434/v1`. */
    endpoint: z.url(),
    apiKey: z.string().default('none'),
    ...common,
  }),
]);
export type ModelConfig = z.infer<typeof ModelConfig>;
