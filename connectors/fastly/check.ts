// Checks Fastly: whether the edge answers for each host.
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource } from '../source-kind.ts';
import { fastlyEdge } from './index.ts';
import type { FastlySettings } from './manifest.ts';

const maxHosts = 5;

export const check: CheckSource<FastlySettings> = async ({ services }, { clock }) => {
  const hosts = Object.keys(services);
  const now = clock.now().toISOString();
  const urls = hosts.slice(0, maxHosts).map((host) => `https://${host}/`);
  const observed = await fastlyEdge({ services }).observe(everywhere('check', { start: now, end: now }), { urls });
  const fix = 'check the host and its service id, and that this machine reaches it';
  if (observed.kind === 'gap') return { kind: 'silent', lack: { what: observed.gap.reason, fix } };
  const more = hosts.length - urls.length;
  return {
    kind: 'answers',
    sees: [
      `answers of the edge for ${observed.data.length} of ${urls.length} hosts${more > 0 ? ` (${more} more were not tried)` : ''}`,
    ],
    clusters: [],
    missing: (observed.missing ?? []).map((what) => ({ what, fix })),
  };
};
