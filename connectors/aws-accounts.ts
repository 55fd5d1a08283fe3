// Credentials of AWS for sources: those of the process, and those of the readers' roles in other accounts. Only accounts of the configuration are
// entered. A role's credentials are kept until shortly before they expire.
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { Misconfigured, Unavailable } from '../core/errors.ts';
import type { Clock } from '../core/ports/world.ts';
import type { AwsSettings } from './auth.ts';
import type { AwsAccess, AwsCredentials } from './source-kind.ts';

interface Options {
  readonly settings: AwsSettings;
  readonly clock: Clock;
  /** Reads a secret by its name; undefined if this process may not read it. */
  secret(name: string): (() => Promise<string>) | undefined;
  /** The region of STS; absent, that of the process. */
  readonly region?: string | undefined;
  /** Another client configuration, for tests. */
  readonly client?: Parameters<typeof fromTemporaryCredentials>[0]['clientConfig'];
}

/** Credentials are replaced this long before they expire. */
const marginMs = 5 * 60_000;

export function awsAccess({ settings, clock, secret, region = process.env.AWS_REGION, client }: Options): AwsAccess {
  const own = lazyChain();
  const assumed = new Map<string, AwsCredentials>();
  const assume = (account: string): AwsCredentials => {
    const listed = Object.hasOwn(settings.accounts, account) ? settings.accounts[account] : undefined;
    if (listed === undefined)
      throw new Misconfigured(`The account ${account} is not under aws.accounts, so it is not entered.`);
    const { role, externalIdSecret } = listed;
    return kept(clock, async () => {
      const ExternalId = externalIdSecret === undefined ? undefined : await externalId(account, externalIdSecret);
      const provider = fromTemporaryCredentials({
        ...(client === undefined ? { masterCredentials: own } : {}),
        params: {
          RoleArn: role,
          RoleSessionName: 'watchkeeper',
          DurationSeconds: 3600,
          ...(ExternalId === undefined ? {} : { ExternalId }),
        },
        clientConfig: { maxAttempts: 3, ...(region === undefined ? {} : { region }), ...client },
      });
      return provider().catch((cause: unknown) => {
        throw new Unavailable(`The role ${role} could not be assumed.`, { cause });
      });
    });
  };
  const externalId = async (account: string, name: string): Promise<string> => {
    const read = secret(name);
    if (read === undefined) throw new Misconfigured(`The external id of ${account} (${name}) cannot be read here.`);
    return (await read()).trim();
  };
  return {
    region,
    monitoring: settings.monitoring,
    knows: (account) => Object.hasOwn(settings.accounts, account),
    credentials(account) {
      if (account === undefined) return own;
      const known = assumed.get(account) ?? assume(account);
      assumed.set(account, known);
      return known;
    },
  };
}

/** The chain is built at the first use, because it reads files. */
function lazyChain(): AwsCredentials {
  let chain: ReturnType<typeof fromNodeProviderChain> | undefined;
  return () => {
    chain ??= fromNodeProviderChain();
    return chain();
  };
}

function kept(clock: Clock, read: AwsCredentials): AwsCredentials {
  let current: { readonly value: ReturnType<AwsCredentials>; readonly untilMs: number } | undefined;
  return async () => {
    if (current !== undefined && clock.now().getTime() < current.untilMs) return current.value;
    // All who ask meanwhile wait for the same answer.
    const value = read();
    current = { value, untilMs: Number.POSITIVE_INFINITY };
    try {
      const { expiration } = await value;
      current = { value, untilMs: (expiration?.getTime() ?? 0) - marginMs };
      return value;
    } catch (error) {
      current = undefined;
      throw error;
    }
  };
}
