// Finds clues in the service catalogue and the call graph: known names, placements, and the only possible value. Pure look-ups; clue.ts weighs
// them.
import type { Trigger } from '../model/incident.ts';
import { type Catalog, type CatalogService, findService } from '../ports/catalog.ts';
import { type Clue, type Field, weigh } from './clue.ts';

const byCatalogue = 'known to the catalogue';
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Replaces aliases in a clue by catalogue names: an alert may use an alias of a cluster, an environment or a service. */
export function canonical(catalog: Catalog, clue: Clue): Clue {
  const known = canonicalName(catalog, clue.field, clue.value);
  if (known === undefined || clue.source.endsWith(byCatalogue)) return clue;
  const source = `${clue.source}, ${byCatalogue}`;
  return { ...clue, value: known, source, confidence: Math.min(0.97, clue.confidence + 0.05) };
}

/** The catalogue's name for a service or a place, given a name or an alias. */
export function canonicalName(catalog: Catalog, field: Field, value: string): string | undefined {
  switch (field) {
    case 'service':
      return findService(catalog, value)?.name;
    case 'cluster':
      return catalog.clusters.find(({ name, aliases }) => [name, ...aliases].some((one) => same(one, value)))?.name;
    case 'environment':
      return environmentName(catalog, value);
    case 'namespace':
    case 'account':
    case 'region':
    case 'workload':
      return undefined;
  }
}

/** Short forms that mean the same environment everywhere. */
const environmentForms: readonly (readonly [name: string, ...forms: string[]])[] = [
  ['production', 'prod', 'prd'],
  ['staging', 'stg', 'stage'],
  ['development', 'dev'],
];

/** The catalogue's own name or alias comes first; a catalogue without environments has the full form. */
function environmentName({ environments }: Catalog, value: string): string | undefined {
  const known = Object.entries(environments);
  const named = (values: readonly string[]) =>
    known.find(([name, { aliases }]) => [name, ...aliases].some((one) => values.some((form) => same(one, form))))?.[0];
  const forms = environmentForms.find((group) => group.some((form) => same(form, value)));
  return named([value]) ?? (forms && (named(forms) ?? (known.length === 0 ? forms[0] : undefined)));
}

/** Whether a name cannot be an ordinary word. */
const distinct = (name: string): boolean => /[-_\d]/.test(name);

/** Known services, call graph nodes and clusters that occur as words in the title. A plain word ("sessions") may be just a word. */
export function namedInTitle(title: string, catalog: Catalog, nodes: ReadonlySet<string>): Clue[] {
  const wordsOf = (text: string) =>
    ` ${text
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, ' ')
      .trim()} `;
  const words = wordsOf(title);
  const isInTitle = (name: string) => wordsOf(name).trim() !== '' && words.includes(wordsOf(name));
  const clue = (field: Field, value: string, by: string, confidence: number): Clue => ({
    field,
    value,
    source: `the title, ${by}`,
    confidence,
  });
  return [
    ...catalog.services.flatMap(({ name, aliases }) => [
      ...(isInTitle(name) ? [clue('service', name, byCatalogue, distinct(name) ? 0.85 : 0.7)] : []),
      ...aliases.filter(isInTitle).map((alias) => clue('service', name, byCatalogue, distinct(alias) ? 0.8 : 0.5)),
    ]),
    ...[...nodes]
      .filter(isInTitle)
      .map((node) => clue('service', node, 'seen in the call graph', distinct(node) ? 0.8 : 0.65)),
    ...catalog.clusters
      .filter(({ name, aliases }) => [name, ...aliases].filter(distinct).some(isInTitle))
      .map(({ name }) => clue('cluster', name, byCatalogue, 0.85)),
  ];
}

/**
 * The services that the catalogue gives to the PagerDuty service or the Slack channel of the trigger. Several services of one are each less likely; a
 * person in a channel may ask about any service, so a channel is the weaker clue.
 */
export function servicesOfOrigin(
  { sourceServiceId, slack }: Pick<Trigger, 'sourceServiceId' | 'slack'>,
  { services }: Catalog,
): Clue[] {
  const cluesFor = (given: readonly CatalogService[], source: string, confidence: number): Clue[] =>
    given.map(({ name }) => ({
      field: 'service',
      value: name,
      source,
      catalogued: name,
      confidence: given.length === 1 ? confidence : 0.5,
    }));
  const { channel } = slack ?? {};
  return [
    ...cluesFor(
      sourceServiceId === undefined ? [] : services.filter(({ pagerduty }) => pagerduty.includes(sourceServiceId)),
      `the PagerDuty service ${sourceServiceId}, ${byCatalogue}`,
      0.85,
    ),
    ...cluesFor(
      channel === undefined ? [] : services.filter(({ channels }) => channels.includes(channel)),
      `the channel ${channel}, ${byCatalogue}`,
      0.6,
    ),
  ];
}

/** Places where the catalogue says a service runs, narrowed by the alert's clues. Several matching places give several alternatives. */
export function placementsOf(service: CatalogService | undefined, clues: readonly Clue[]): Clue[] {
  if (!service) return [];
  const agrees = (field: Field, value: string) => {
    const known = weigh(clues, field);
    return known === undefined || known.value === value;
  };
  const fits = service.placements.filter(
    (place) =>
      agrees('cluster', place.cluster) &&
      agrees('namespace', place.namespace) &&
      agrees('environment', place.environment),
  );
  const confidence = fits.length === 1 ? 0.85 : 0.6;
  const catalogued = service.name;
  const source = `the catalogue's entry for ${service.name}`;
  // A service without a cluster has its account in its own entry.
  if (service.placements.length === 0)
    return (['account', 'region'] as const).flatMap((field) => {
      const value = service[field];
      return value === undefined ? [] : [{ field, value, source, catalogued, confidence: 0.85 }];
    });
  return fits.flatMap((place) =>
    (['cluster', 'namespace', 'environment', 'account', 'region'] as const).flatMap((field) => {
      const value = place[field];
      return value === undefined ? [] : [{ field, value, source, catalogued, confidence }];
    }),
  );
}

/** Environment, account and region of the clusters in question, from the catalogue. */
export function clusterClues(clues: readonly Clue[], catalog: Catalog): Clue[] {
  const known = weigh(clues, 'cluster');
  if (!known) return [];
  return [known, ...known.alternatives].flatMap(({ value, confidence }) => {
    const cluster = catalog.clusters.find(({ name }) => name === value);
    if (!cluster) return [];
    const catalogued = cluster.name;
    const source = `the catalogue's entry for cluster ${cluster.name}`;
    return (['environment', 'account', 'region'] as const).flatMap((field) => {
      const value = cluster[field];
      return value === undefined ? [] : [{ field, value, source, catalogued, confidence: confidence * 0.95 }];
    });
  });
}

/** The environment's account, used if no closer source gives one. */
export function accountOfEnvironment(clues: readonly Clue[], catalog: Catalog): Clue[] {
  const known = weigh(clues, 'environment');
  const account = known && catalog.environments[known.value]?.account;
  if (!known || account === undefined) return [];
  const source = `the catalogue's entry for environment ${known.value}`;
  const catalogued = `environment ${known.value}`;
  return [{ field: 'account', value: account, source, catalogued, confidence: known.confidence * 0.95 }];
}

/** A service that the catalogue places in an account and in no cluster. */
export const runsInNoCluster = ({ placements, workloads, account, resources }: CatalogService): boolean =>
  placements.length === 0 && workloads.length === 0 && (account !== undefined || resources.length > 0);

/** If the whole catalogue has one environment or one cluster, the page can mean no other; a service without a cluster is in none. */
export function singlePlacements(catalog: Catalog, isServerless: boolean): Clue[] {
  const only = (field: Field, names: readonly string[]): Clue[] =>
    names.length === 1 && names[0] !== undefined
      ? [{ field, value: names[0], source: `the only ${field} in the catalogue`, confidence: 0.6 }]
      : [];
  return [
    ...only('environment', Object.keys(catalog.environments)),
    ...(isServerless
      ? []
      : only(
          'cluster',
          catalog.clusters.map(({ name }) => name),
        )),
  ];
}
