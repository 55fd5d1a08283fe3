// Reads secrets from AWS Secrets Manager and caches them in memory for a few minutes. A value goes only to the caller.
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import type { Secrets } from '../../core/ports/secrets.ts';
import type { Clock } from '../../core/ports/world.ts';

/** The value of a secret by its short name. */
export type SecretReader = (name: string) => Promise<string>;

interface SecretsManagerOptions {
  /** Short name → ARN. */
  readonly arns: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly client?: SecretsManagerClient;
  /** How long a cached value is valid. */
  readonly ttlSeconds?: number;
}

/**
 * Reads each secret at most once per `ttlSeconds`. If Secrets Manager fails, the cached value stays in use; without one the call throws
 * `Unavailable`. A name without an ARN is `Misconfigured`.
 */
export function secretReader(options: SecretsManagerOptions): SecretReader {
  const { arns, clock, client = new SecretsManagerClient({}), ttlSeconds = 300 } = options;
  const known = new Map<string, { readonly value: string; readonly readAt: number }>();

  return async (name) => {
    const now = clock.now().getTime();
    const before = known.get(name);
    if (before && now - before.readAt < ttlSeconds * 1000) return before.value;
    const SecretId = arns[name];
    if (SecretId === undefined) throw new Misconfigured(`This stage has no secret ${name}.`);
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
      known.set(name, { value: SecretString ?? '', readAt: now });
      return SecretString ?? '';
    } catch (cause) {
      if (before) return before.value;
      throw new Unavailable(`The secret ${name} could not be read.`, { cause });
    }
  };
}

/** Each of these secrets holds one value per line; several during a rotation. */
export const signingSecrets = (read: SecretReader): Secrets => ({
  pagerDutyWebhook: async () => lines(await read('pagerduty-webhook')),
  slackSigning: async () => lines(await read('slack-signing')),
});

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
