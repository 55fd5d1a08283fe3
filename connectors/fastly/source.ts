// Creates the sources of the configured Fastly services.
import { Misconfigured } from '../../core/errors.ts';
import type { MakeSource } from '../source-kind.ts';
import { fastlyEdge } from './index.ts';
import type { FastlySettings } from './manifest.ts';
import { fastlyTraffic } from './traffic.ts';
import { fastlyVersions } from './versions.ts';

export const make: MakeSource<FastlySettings> = ({ services, stats, url, realtimeUrl }, { secret, clock }) => {
  const edge = fastlyEdge({ services });
  if (!stats) return { edge };
  const token = secret('readToken');
  if (token === undefined) throw new Misconfigured('The token that reads from Fastly (readToken) cannot be read here.');
  const reading = { services, token, clock, url, realtimeUrl };
  return { edge, cdn: fastlyTraffic(reading), changes: fastlyVersions(reading) };
};
