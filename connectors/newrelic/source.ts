// Creates the sources of a configured New Relic.
import type { MakeSource } from '../source-kind.ts';
import { newRelicSources } from './index.ts';
import type { NewRelicSettings } from './manifest.ts';

const addresses = { us: 'https://api.newrelic.com/graphql', eu: 'https://api.eu.newrelic.com/graphql' } as const;

export const make: MakeSource<NewRelicSettings> = (
  { region, accounts, cluster, maxMegabytes, url = addresses[region] },
  { secret },
) => newRelicSources({ url, accounts, cluster, token: secret('token'), maxBytes: maxMegabytes * 1024 * 1024 });
