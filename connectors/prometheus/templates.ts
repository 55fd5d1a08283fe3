// The user's own PromQL for a signal: `errors: sum by (service) (rate(my_fail_total{service="$service"}[5m]))`. Variables stand in matchers only, in double
// quotes, where each value is escaped; a query that selects neither a service nor a cluster is refused.
import { amongClusters, type Scope } from '../../core/model/scope.ts';
import type { Template } from '../own-queries.ts';
import { literals } from './manifest.ts';
import { isUsable } from './promql.ts';

/** Services of one question that a template is asked for, each with a query. */
const maxServices = 10;
type Variable = 'service' | 'cluster' | 'namespace';

export interface Filled {
  readonly template: Template;
  readonly promql: string;
  /** The service that the query selects, if it selects one. */
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The queries of the scope, and what cannot be asked. */
export function filled(
  templates: readonly Template[],
  scope: Scope,
  { clusters, seconds }: { readonly clusters: readonly string[]; readonly seconds: number },
): { readonly queries: readonly Filled[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const near = [
    ...(scope.reach === 'neighbours' || scope.service === undefined ? [] : [scope.service]),
    ...scope.neighbours,
  ];
  const services = [...new Set(near)].filter(isUsable);
  const { cluster } = amongClusters(scope, clusters);
  const queries = templates.flatMap((template): Filled[] => {
    const has = (one: Variable) => new RegExp(`\\$${one}\\b`).test(template.query);
    const values = { cluster, namespace: scope.namespace };
    const unknown = (['cluster', 'namespace'] as const).find((one) => has(one) && !isUsable(values[one] ?? ''));
    if (unknown !== undefined) {
      missing.push(`${template.name} by its query: it needs the ${unknown}, which is not known here`);
      return [];
    }
    const fill = (service: string | undefined): Filled => ({
      template,
      service,
      ...(has('cluster') ? { cluster } : {}),
      promql: fillIn(template.query, { ...values, service }).replaceAll('$window', `${seconds}s`),
    });
    if (!has('service')) return [fill(undefined)];
    if (services.length > maxServices)
      missing.push(`${template.name} by its query for ${services.length - maxServices} of ${services.length} services`);
    return services.slice(0, maxServices).map(fill);
  });
  return { queries, missing };
}

/** For a query that only has to be understood by the server. */
export const tried = ({ query }: Template): string =>
  fillIn(query, { service: 'a', cluster: 'a', namespace: 'a' }).replaceAll('$window', '300s');

function fillIn(promql: string, values: Readonly<Record<Variable, string | undefined>>): string {
  return promql.replaceAll(
    literals,
    (whole, before: string | undefined, operator: string | undefined, literal: string) => {
      if (operator === undefined || before === undefined) return whole;
      const inserted = literal.replaceAll(/\$(service|cluster|namespace)\b/g, (_, name: Variable) => {
        const value = values[name] ?? '';
        const text = operator === '=~' ? value.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&') : value;
        return JSON.stringify(text).slice(1, -1);
      });
      return before + inserted;
    },
  );
}
