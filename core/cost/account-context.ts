// Finds the account that a conversation is about, from the alert and from the catalogue's placement of the service. The answer names the source of
// the account; if two accounts are equally likely, the answer offers both.
import { clusterClues, namedInTitle, placementsOf } from '../context/catalogue-clues.ts';
import { rivalsOf, weigh } from '../context/clue.ts';
import { resolveContext } from '../context/resolve.ts';
import type { Known, Trigger } from '../model/incident.ts';
import { type Catalog, findService } from '../ports/catalog.ts';

export interface Place {
  /** Account ids, or the names that alerts use, best first; more than one if the place is ambiguous. */
  readonly accounts: readonly { readonly account: string; readonly origin: Origin }[];
  /** Names of the entities in the conversation, to rank likely accounts. */
  readonly about: readonly string[];
}

/** The source of an account: the alert, or the catalogue, which knows where a service runs. */
export type Origin =
  | { readonly kind: 'alert'; readonly field: string }
  | { readonly kind: 'catalogue'; readonly runs: string };

export const nowhere: Place = { accounts: [], about: [] };

/**
 * The place of an incident or an alert. `cluster`: the cluster in which the diagnosis found the cause. It counts only if the trigger names no place,
 * because the incident does not keep the labels of the page's individual alerts.
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

/** The place that the question itself names: a cluster, or a service with a known placement. */
export function placeNamed(text: string, catalog: Catalog): Place {
  const clues = namedInTitle(text, catalog, new Set()).filter(({ confidence }) => confidence >= 0.7);
  const service = weigh(clues, 'service')?.value;
  const placed = [...clues, ...placementsOf(service === undefined ? undefined : findService(catalog, service), clues)];
  return {
    accounts: all(weigh([...placed, ...clusterClues(placed, catalog)], 'account')),
    about: clues.map(({ value }) => value),
  };
}

const all = (known: Known | undefined): Place['accounts'] =>
  known === undefined
    ? []
    : [known, ...rivalsOf(known)].map(({ value, source, catalogued }) => ({
        account: value,
        origin: catalogued === undefined ? { kind: 'alert', field: source } : { kind: 'catalogue', runs: catalogued },
      }));
