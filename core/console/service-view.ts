// The page of a service: what the catalogue says about it, its incidents and the changes behind them, and what people taught about it. Pure.
import type { Preference } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { factOrigin, factSentence, type ServiceFact } from '../model/fact.ts';
import type { Evidence } from '../model/report.ts';
import type { Catalog, CatalogService } from '../ports/catalog.ts';
import { excerptSummary } from '../record/evidence/name.ts';
import { preferenceScope } from '../record/preference-scope.ts';
import type { CallRow } from './calls-view.ts';
import type { IncidentRow } from './incident-list.ts';

/** A change that a diagnosis names as the reason. */
export interface ChangeView {
  readonly incidentId: string;
  readonly at: string;
  readonly id: string;
  readonly text: string;
}

export interface ServiceView {
  readonly name: string;
  /** Absent if the catalogue does not have it. */
  readonly catalogued?:
    | Pick<CatalogService, 'aliases' | 'owners' | 'placements' | 'workloads' | 'sources' | 'dependsOn' | 'protected'>
    | undefined;
  readonly calledBy: readonly string[];
  /** Calls from and to it, as sources saw them. */
  readonly calls: readonly CallRow[];
  /** Newest first. */
  readonly incidents: readonly IncidentRow[];
  readonly changes: readonly ChangeView[];
  readonly facts: readonly { readonly id: string; readonly text: string; readonly origin: string }[];
  readonly preferences: readonly { readonly id: string; readonly text: string; readonly state: Preference['state'] }[];
}

export interface ServiceRecord {
  readonly name: string;
  readonly catalog: Pick<Catalog, 'services'>;
  /** All incidents; those of other services are left out. */
  readonly incidents: readonly IncidentRow[];
  readonly changes: readonly ChangeView[];
  readonly calls: readonly CallRow[];
  readonly facts: readonly ServiceFact[];
  readonly preferences: readonly Preference[];
}

export function serviceView({
  name,
  catalog,
  incidents,
  changes,
  calls,
  facts,
  preferences,
}: ServiceRecord): ServiceView {
  const catalogued = catalog.services.find((one) => one.name === name || one.aliases.includes(name));
  const own = incidents.filter(({ place }) => place?.service === name);
  const ids = new Set(own.map(({ id }) => id));
  return {
    name,
    ...(catalogued === undefined ? {} : { catalogued: known(catalogued) }),
    calledBy: catalog.services.filter(({ dependsOn }) => dependsOn.includes(name)).map((one) => one.name),
    calls: calls.filter(({ from, to }) => from.name === name || to.name === name),
    incidents: own,
    changes,
    facts: facts.map((fact) => ({ id: fact.id, text: factSentence(fact.statement), origin: factOrigin(fact) })),
    preferences: preferences
      .filter(({ incidentId }) => ids.has(incidentId))
      .map((preference) => ({ id: preference.id, text: preferenceScope(preference), state: preference.state })),
  };
}

const known = ({
  aliases,
  owners,
  placements,
  workloads,
  sources,
  dependsOn,
  protected: isProtected,
}: CatalogService): NonNullable<ServiceView['catalogued']> => ({
  aliases,
  owners,
  placements,
  workloads,
  sources,
  dependsOn,
  protected: isProtected,
});

/** The change that the first hypothesis names, in the words of its evidence; undefined if it names none. */
export function changeView(
  incident: Pick<IncidentRow, 'id' | 'openedAt'>,
  { hypotheses: [first] }: Pick<Diagnosis, 'hypotheses'>,
  evidence: readonly Evidence[],
): ChangeView | undefined {
  if (first?.changeId === undefined) return undefined;
  const found = evidence.find(({ source }) => source === 'changes');
  return {
    incidentId: incident.id,
    at: first.onset ?? incident.openedAt,
    id: first.changeId,
    text: found === undefined ? first.changeId : excerptSummary(found, 240),
  };
}
