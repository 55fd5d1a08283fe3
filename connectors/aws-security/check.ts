// Checks the security services: whether each can be read, about the first service of the settings.
import { everywhere } from '../../core/model/scope.ts';
import type { CheckSource } from '../source-kind.ts';
import type { AwsSecuritySettings } from './manifest.ts';
import { make } from './source.ts';

export const check: CheckSource<AwsSecuritySettings> = async (settings, means) => {
  const end = means.clock.now();
  const window = { start: new Date(end.getTime() - 3_600_000).toISOString(), end: end.toISOString() };
  const service = Object.keys(settings.services)[0] ?? 'none';
  const { security } = await make(settings, means);
  const observed = await security?.observe({ ...everywhere('check', window), service }, { instances: [] });
  const fix =
    settings.account === undefined
      ? 'enable it, and give this process the rights of docs/data-sources.md, Security services of AWS'
      : `enable it, and deploy WatchkeeperMember again with credentials of the account ${settings.account}`;
  if (observed === undefined || observed.kind === 'gap')
    return { kind: 'silent', lack: { what: observed?.gap.reason ?? 'no source', fix } };
  const lacks = (observed.missing ?? []).map((what) => ({ what, fix }));
  const named = Object.keys(settings.services).length;
  return {
    kind: 'answers',
    sees: [`${settings.read.join(', ')}: resources of ${named} services`],
    clusters: [],
    missing: [
      ...lacks,
      ...(named === 0
        ? [
            {
              what: 'resources: the settings name none',
              fix: 'name workloads, instances and repositories under services',
            },
          ]
        : []),
    ],
  };
};
