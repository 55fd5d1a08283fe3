// The user's own NRQL for a signal: `SELECT rate(count(*), 1 second) FROM Charge WHERE app = '$service' AND ok IS false`. Values that could end a string are
// not asked for.
import type { Scope } from '../../core/model/scope.ts';
import type { Template } from '../own-queries.ts';
import { isPlain } from './place.ts';

/** Services of one question that a template is asked for, each with a query. */
const maxServices = 5;

export interface Filled {
  readonly template: Template;
  readonly event: string;
  /** `SELECT … AS value FROM … WHERE …` */
  readonly nrql: string;
  readonly service: string;
  readonly cluster: string | undefined;
}

/** The queries of the scope, and what cannot be asked. */
export function filled(
  templates: readonly Template[],
  scope: Scope,
): { readonly queries: readonly Filled[]; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const paged = scope.reach === 'neighbours' || scope.service === undefined ? [] : [scope.service];
  const services = [...new Set([...paged, ...scope.neighbours])].filter(isPlain);
  const queries = templates.flatMap((template): Filled[] => {
    const has = (name: string) => template.query.includes(`'$${name}'`);
    const values = { cluster: scope.cluster, namespace: scope.namespace };
    const unknown = (['cluster', 'namespace'] as const).find((one) => has(one) && !isPlain(values[one] ?? ''));
    if (unknown !== undefined) {
      missing.push(`${template.name} by its query: it needs the ${unknown}, which is not known`);
      return [];
    }
    const fill = (service: string): Filled => {
      const texts = { ...values, service };
      const nrql = template.query
        .trim()
        .replaceAll(/'\$(service|cluster|namespace)'/g, (_, name: keyof typeof texts) => `'${texts[name] ?? ''}'`)
        .replace(/ FROM ([\w.]+) WHERE /i, (_, event: string) => ` AS value FROM ${event} WHERE `);
      return {
        template,
        nrql,
        event: / FROM ([\w.]+) WHERE /i.exec(nrql)?.[1] ?? '',
        service,
        cluster: has('cluster') ? scope.cluster : undefined,
      };
    };
    if (services.length > maxServices)
      missing.push(`${template.name} by its query for ${services.length - maxServices} of ${services.length} services`);
    return services.slice(0, maxServices).map(fill);
  });
  return { queries, missing };
}
