// Selects a service by the labels of its match: the catalogued queries with these labels in each selector, as one series of a place.
import type { Match, Scope } from '../../core/model/scope.ts';
import { type catalogue, nameLabels } from './catalogue.ts';

type Query = (typeof catalogue)[number]['sources'][number];

/** Each matched service takes a query for each signal. */
const maxServices = 10;
const label = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface Matched {
  readonly services: readonly { readonly service: string; readonly match: Match }[];
  readonly missing: readonly string[];
}

/** The services with a match, the paged one first. */
export function matchedIn({ match = {}, service: paged }: Scope): Matched {
  const all = Object.entries(match)
    .map(([service, wanted]) => ({ service, match: wanted }))
    .sort((a, b) => Number(b.service === paged) - Number(a.service === paged));
  const usable = all.filter((one) => Object.keys(one.match).every((name) => label.test(name)));
  return {
    services: usable.slice(0, maxServices),
    missing: [
      ...all
        .filter((one) => !usable.includes(one))
        .map(({ service }) => `${service} by its match, in which a name is no label of Prometheus`),
      ...usable
        .slice(maxServices)
        .map(({ service }) => `${service} by its match: only ${maxServices} services are asked for`),
    ],
  };
}

/** The query of one service: its labels in every selector of the metric, and no name among the grouping labels. */
export function narrowed({ needs, promql }: Query, match: Match): string {
  const matchers = Object.entries(match)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
  return promql
    .replaceAll(new RegExp(`${needs}(?:\\{([^}]*)\\})?`, 'g'), (_, own: string | undefined) =>
      own ? `${needs}{${own},${matchers}}` : `${needs}{${matchers}}`,
    )
    .replaceAll(/by \(([^)]*)\)/g, (_, labels: string) => {
      const kept = labels.split(/,\s*/).filter((one) => !nameLabels.some((name) => name === one));
      return `by (${kept.join(', ')})`;
    });
}
