// The account that a conversation is about, by what the alert says and what the catalogue knows of where that runs. Where it was read is said
// with the answer; where two are as likely, both are offered.
import { clusterClues, findService, namedInTitle, placementsOf } from '../context/catalogue-clues.ts';
import { rivalsOf, weigh } from '../context/clue.ts';
import { resolveContext } from '../context/resolve.ts';
import type { Known, Trigger } from '../model/incident.ts';
import type { Catalog } from '../ports/catalog.ts';

export interface Place {
  /** Ids, or names that alerts use, best first: more than one where it is not clear which is meant. */
  readonly accounts: readonly { readonly account: string; readonly origin: Origin }[];
  /** Names of what this is about, for telling which accounts are likely. */
  readonly about: readonly string[];
}

/** What says so: the alert, or the catalogue, which knows where something runs. */
export type Origin =
  | { readonly kind: 'alert'; readonly field: string }
  | { readonly kind: 'catalogue'; readonly runs: string };

export const nowhere: Place = { accounts: [], about: [] };

/**
 * Of an incident or an alert. `cluster` is where the cause was found: it counts where the trigger tells nothing, because what only the page's
 * alerts say is not kept with it.
 */
export function placeOf(trigger: Trigger, catalog: Catalog, cluster?: string): Place {
  const { account, service, environment, namespace, workload, ...context } = resolveContext(trigger, catalog, []);
  if (account === undefined && cluster !== undefined)
    return placeOf({ ...trigger, details: { ...trigger.details, cluster } }, catalog);
  return {
    accounts: all(account),
    about: [service, environment, namespace, context.cluster]
      .flatMap((known) => known?.value ?? [])
      .concat(workload?.name ?? []),
  };
}

/** Of what the question itself names: a cluster, or a service that runs somewhere. */
export function placeNamed(text: string, catalog: Catalog): Place {
  const said = namedInTitle(text, catalog, new Set()).filter(({ confidence }) => confidence >= 0.7);
  const service = weigh(said, 'service')?.value;
  const placed = [...said, ...placementsOf(service === undefined ? undefined : findService(catalog, service), said)];
  return {
    accounts: all(weigh([...placed, ...clusterClues(placed, catalog)], 'account')),
    about: said.map(({ value }) => value),
  };
}

const all = (known: Known | undefined): Place['accounts'] =>
  known === undefined
    ? []
    : [known, ...rivalsOf(known)].map(({ value, source, catalogued }) => ({
        account: value,
        origin: catalogued === undefined ? { kind: 'alert', field: source } : { kind: 'catalogue', runs: catalogued },
      }));
