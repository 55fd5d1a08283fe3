// Which models answer, in which order they are tried, what they cost and how much an incident may spend. Strict: a typo fails at start
// and not at 3 a.m. lib/config.ts describes the same for a deployed stage.
import * as z from 'zod';

/** US dollars per million tokens. Cached input is billed as input where its own prices are absent. */
const Price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});
export type Price = z.infer<typeof Price>;

const common = {
  /** Model id (or Bedrock inference profile) by role. */
  models: z.strictObject({
    coordinator: z.string().min(1),
    specialist: z.string().min(1),
    /** The specialist's where absent. */
    intent: z.string().min(1).optional(),
  }),
  /** Of every model of this provider that `prices` does not name. */
  price: Price.default({ input: 0, output: 0 }),
  /** By model id. */
  prices: z.record(z.string(), Price).default({}),
};

const Provider = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('bedrock'),
    region: z.string().optional(),
    /** Only for tests and private endpoints; spoken to over HTTP/1. */
    endpoint: z.url().optional(),
    guardrail: z.strictObject({ id: z.string().min(1), version: z.string().min(1).default('DRAFT') }).optional(),
    promptCache: z.boolean().default(true),
    ...common,
  }),
  z.strictObject({
    provider: z.literal('openai'),
    /** Any OpenAI-compatible endpoint, with its version path: `http://127.0.0.1:11434/v1`. */
    endpoint: z.url(),
    apiKey: z.string().default('none'),
    ...common,
  }),
  z.strictObject({
    provider: z.literal('anthropic'),
    /** Anthropic's own where absent. */
    endpoint: z.url().optional(),
    apiKey: z.string().default('none'),
    promptCache: z.boolean().default(true),
    ...common,
  }),
]);
export type Provider = z.infer<typeof Provider>;

const Chain = z
  .strictObject({
    /** The provider that is asked, or several: the next one when one is throttled, too slow, refuses or answers nonsense. */
    use: z.union([
      z
        .string()
        .min(1)
        .transform((name) => [name]),
      z.array(z.string().min(1)).min(1),
    ]),
    providers: z.record(z.string(), Provider),
    /** Both hold for all functions and processes that work on an incident together. */
    maxUsdPerIncident: z.number().positive().default(1),
    maxTokensPerIncident: z.number().int().positive().default(300_000),
  })
  .superRefine(({ use, providers }, context) => {
    for (const name of use.filter((one) => !Object.hasOwn(providers, one)))
      context.addIssue(`use names ${name}, which providers does not have`);
  });

/** The long form names providers and uses one or several; the short form is one provider alone. */
export const ModelConfig = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('provider' in value)) return value;
  const { maxUsdPerIncident, maxTokensPerIncident, ...provider } = value as Record<string, unknown>;
  return {
    use: 'model',
    providers: { model: provider },
    ...(maxUsdPerIncident === undefined ? {} : { maxUsdPerIncident }),
    ...(maxTokensPerIncident === undefined ? {} : { maxTokensPerIncident }),
  };
}, Chain);
export type ModelConfig = z.infer<typeof ModelConfig>;

/** What may be kept: the same models and prices, no key. */
export const withoutKeys = (config: ModelConfig): ModelConfig => ({
  ...config,
  providers: Object.fromEntries(
    Object.entries(config.providers).map(([name, provider]) => [
      name,
      provider.provider === 'bedrock' ? provider : { ...provider, apiKey: 'none' },
    ]),
  ),
});

/** Fills in keys that are kept elsewhere: `keyOf` gets the provider's name. */
export async function withKeys(config: ModelConfig, keyOf: (name: string) => Promise<string>): Promise<ModelConfig> {
  const filled = await Promise.all(
    Object.entries(config.providers).map(async ([name, provider]) => {
      if (provider.provider === 'bedrock' || !config.use.includes(name)) return [name, provider] as const;
      return [name, { ...provider, apiKey: await keyOf(name) }] as const;
    }),
  );
  return { ...config, providers: Object.fromEntries(filled) };
}
