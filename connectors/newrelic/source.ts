// Creates the sources of a configured New Relic.
import type { MakeSource } from '../source-kind.ts';
import { newRelicSources } from './index.ts';
import type { NewRelicSettings } from './manifest.ts';

const addresses = { us: 'https://api.newrelic.com/graphql', eu: 'https://api.eu.newrelic.com/graphql' } as const;

/** The address of NerdGraph. */
export const addressOf = ({ url, region }: Pick<NewRelicSettings, 'url' | 'region'>): string =>
  url ?? addresses[region];

export const make: MakeSource<NewRelicSettings> = (settings, { secret }) => {
  const { accounts, cluster, maxMegabytes, queries } = settings;
  const maxBytes = maxMegabytes * 1024 * 1024;
  return newRelicSources({ url: addressOf(settings), accounts, cluster, token: secret('token'), maxBytes, queries });
};
