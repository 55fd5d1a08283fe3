// Shows what Grafana knows of services: the owners by labels of its alert rules, and data sources that could be read through it.
import * as z from 'zod';
import type { InventoryParts } from '../../core/topology/discovery/inventory.ts';
import { loginOf } from '../auth.ts';
import { authorizer } from '../authorize.ts';
import type { DiscoverServices } from '../source-kind.ts';
import { ask } from './client.ts';
import type { GrafanaSettings } from './manifest.ts';

const DataSources = z
  .array(z.object({ uid: z.string().regex(/^[\w-]{1,40}$/), name: z.string(), type: z.string() }))
  .max(2000);
const Rules = z.object({
  data: z.object({
    groups: z
      .array(
        z.object({
          rules: z.array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) })),
        }),
      )
      .nullish(),
  }),
});
/** Types of data sources, which are kinds of sources too. */
const readable: ReadonlySet<string> = new Set(['prometheus', 'loki', 'tempo', 'jaeger']);

export const discover: DiscoverServices<GrafanaSettings> = async ({ auth, ...settings }, { secret, aws, name }) => {
  const access = { ...settings, authorize: authorizer(loginOf(auth), { secret: secret('token'), aws }) };
  const [sources, rules] = await Promise.all([
    ask(access, '/api/datasources', [], DataSources),
    ask(access, '/api/prometheus/grafana/api/v1/rules', [], Rules),
  ]);
  const missing: NonNullable<InventoryParts['missing']> = [];
  const fix = 'give the service account the right to read data sources and alert rules';
  if (sources.kind === 'failed') missing.push({ what: `${name}, data sources: ${sources.reason}`, fix });
  if (rules.kind === 'failed') missing.push({ what: `${name}, alert rules: ${rules.reason}`, fix });
  const hints =
    sources.kind === 'failed'
      ? []
      : sources.data
          .filter(({ type }) => readable.has(type))
          .map((one) => `${one.name}: { kind: ${one.type}, via: ${name}, uid: ${one.uid} }`);
  const owners =
    rules.kind === 'failed'
      ? []
      : (rules.data.data.groups ?? [])
          .flatMap((group) => group.rules)
          .flatMap(({ name: rule, labels }) => {
            const [service, owner] = [labels.service ?? labels.app, labels.team ?? labels.owner];
            return service === undefined || owner === undefined
              ? []
              : [{ service, owner, at: `${name}: alert rule ${rule.slice(0, 80)}` }];
          });
  return { owners, hints, missing };
};
