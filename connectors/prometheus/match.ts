// Selects a service by the labels of its match.
import type { Match, Scope } from '../../core/model/scope.ts';
import { isUsable, labelName, quoted } from './promql.ts';

/** Each matched service takes a query for each signal. */
const maxServices = 10;

interface Matched {
  readonly services: readonly { readonly service: string; readonly matchers: readonly string[] }[];
  readonly missing: readonly string[];
}

/** The services with a match, the paged one first. */
export function matchedIn({ match = {}, service: paged }: Pick<Scope, 'match' | 'service'>): Matched {
  const all = Object.entries(match)
    .map(([service, wanted]) => ({ service, match: wanted }))
    .sort((a, b) => Number(b.service === paged) - Number(a.service === paged));
  const usable = all.filter((one) =>
    Object.entries(one.match).every(([name, value]) => labelName.test(name) && isUsable(value)),
  );
  return {
    services: usable.slice(0, maxServices).map((one) => ({ service: one.service, matchers: matchersOf(one.match) })),
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

const matchersOf = (match: Match): string[] => Object.entries(match).map(([name, value]) => `${name}=${quoted(value)}`);
