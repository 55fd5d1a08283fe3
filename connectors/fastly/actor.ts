// Creates the executor that purges keys of the configured Fastly services.
import type { MakeActor } from '../source-kind.ts';
import { fastlyExecutor } from './index.ts';
import type { FastlySettings } from './manifest.ts';

export const make: MakeActor<FastlySettings> = ({ services }, { secret }) => ({
  executor: fastlyExecutor({ services, token: secret('token') }),
});
