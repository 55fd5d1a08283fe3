// The configuration of models: which models answer, their order, their prices and the budget of an incident. Strict, so that a typo fails at the
// start and not at 3 a.m. lib/config.ts describes the same for a deployed stage.
import * as z from 'zod';

/** US dollars per million tokens. Without prices of its own, cached input costs as much as input. */
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
    /** Absent, the specialist's model. */
    intent: z.string().min(1).optional(),
    /** Asked only where the analysis and the coordinator are unsure; absent, nobody is asked. */
    strong: z.string().min(1).optional(),
  }),
  /** The price of every model of this provider that `prices` does not name. */
  price: Price.default({ input: 0, output: 0 }),
  /** By model id. */
  prices: z.record(z.string(), Price).default({}),
};

const Provider = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('bedrock'),
    region: z.string().optional(),
    /** Only for tests and private endpoints; the client speaks HTTP/1 to it. */
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
    /** Absent, Anthropic's own endpoint. */
    endpoint: z.url().optional(),
    apiKey: z.string().default('none'),
    promptCache: z.boolean().default(true),
    ...common,
  }),
]);
export type Provider = z.infer<typeof Provider>;

const Chain = z
  .strictObject({
    /** The provider to call, or several: the next one if one is throttled, too slow, refuses or gives an invalid answer. */
    use: z.union([
      z
        .string()
        .min(1)
        .transform((name) => [name]),
      z.array(z.string().min(1)).min(1),
    ]),
    providers: z.record(z.string(), Provider),
    /** Both limits apply to all functions and processes of an incident together. */
    maxUsdPerIncident: z.number().positive().default(1),
    maxTokensPerIncident: z.number().int().positive().default(300_000),
    /** Ceilings of the whole stage; absent, there is none. The minute's is the quota that the provider gives. */
    maxUsdPerMonth: z.number().positive().optional(),
    maxTokensPerMinute: z.number().int().positive().optional(),
  })
  .superRefine(({ use, providers }, context) => {
    for (const name of use.filter((one) => !Object.hasOwn(providers, one)))
      context.addIssue(`use names ${name}, which providers does not have`);
  });

const ceilings: ReadonlySet<string> = new Set([
  'maxUsdPerIncident',
  'maxTokensPerIncident',
  'maxUsdPerMonth',
  'maxTokensPerMinute',
]);

/** The long form defines providers and uses one or several; the short form is a single provider. */
export const ModelConfig = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('provider' in value)) return value;
  const fields = Object.entries(value);
  const isCeiling = ([name]: readonly [string, unknown]) => ceilings.has(name);
  return {
    use: 'model',
    providers: { model: Object.fromEntries(fields.filter((field) => !isCeiling(field))) },
    ...Object.fromEntries(fields.filter(isCeiling)),
  };
}, Chain);
export type ModelConfig = z.infer<typeof ModelConfig>;

/** The configuration without keys, with the same models and prices; it may be stored. */
export const withoutKeys = (config: ModelConfig): ModelConfig => ({
  ...config,
  providers: Object.fromEntries(
    Object.entries(config.providers).map(([name, provider]) => [
      name,
      provider.provider === 'bedrock' ? provider : { ...provider, apiKey: 'none' },
    ]),
  ),
});

/** Adds keys that are stored elsewhere: `keyOf` receives the provider's name. */
export async function withKeys(config: ModelConfig, keyOf: (name: string) => Promise<string>): Promise<ModelConfig> {
  const filled = await Promise.all(
    Object.entries(config.providers).map(async ([name, provider]) => {
      if (provider.provider === 'bedrock' || !config.use.includes(name)) return [name, provider] as const;
      return [name, { ...provider, apiKey: await keyOf(name) }] as const;
    }),
  );
  return { ...config, providers: Object.fromEntries(filled) };
}
