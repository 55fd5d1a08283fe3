// Checks Grafana: whether its alerts and its annotations can be read.
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import type { GrafanaSettings } from './manifest.ts';
import { make } from './source.ts';

export const check: CheckSource<GrafanaSettings> = async (settings, means) => {
  const now = means.clock.now();
  const window = { start: new Date(now.getTime() - 3_600_000).toISOString(), end: now.toISOString() };
  const sources = await make(settings, means);
  const sees: string[] = [];
  const missing: Lack[] = [];
  for (const signal of ['alerts', 'changes'] as const) {
    const observed = await sources[signal]?.observe(everywhere('check', window), {});
    if (observed === undefined) continue;
    if (observed.kind === 'data') sees.push(`${signal}: ${observed.data.length} in the last hour`);
    else
      missing.push({
        what: `${signal}: ${observed.gap.reason}`,
        fix: 'check url and auth: a token of a service account with the role Viewer',
      });
  }
  const [first] = missing;
  if (sees.length === 0 && first !== undefined) return { kind: 'silent', lack: first };
  return { kind: 'answers', sees, clusters: settings.cluster === undefined ? [] : [settings.cluster], missing };
};
