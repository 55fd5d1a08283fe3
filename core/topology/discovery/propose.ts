// Compares an inventory with the service catalogue: additions with the place where each was read, doubts that a person decides, and entries of the
// catalogue that nothing shows any more. It proposes no level, no protection and no approver, and nothing that removes or replaces a value.
import type { Catalog, CatalogService } from '../../ports/catalog.ts';
import { findService } from '../../ports/catalog.ts';
import { type Doubt, type Group, groupWorkloads, imageRepository, labelOf, placeOf, type Workload } from './group.ts';
import type { Inventory } from './inventory.ts';
import {
  environmentFor,
  environmentIn,
  isName,
  ownerName,
  repositoryOf,
  same,
  teamKey,
  withoutEnvironment,
} from './names.ts';

export interface Change {
  readonly section: 'environments' | 'clusters' | 'services';
  readonly name: string;
  /** The catalogue has no entry of this name. */
  readonly isNew: boolean;
  readonly field: string;
  /** `list`: one more value of a list; `value`: a field that the entry does not have. */
  readonly form: 'list' | 'value';
  readonly value: unknown;
  /** Where it was read. */
  readonly at: readonly string[];
}

export interface Proposals {
  readonly changes: readonly Change[];
  /** Contradictions and ambiguities. Nothing of them is written. */
  readonly doubts: readonly Doubt[];
  /** Values that are likely, but that nothing states. Nothing of them is written. */
  readonly guesses: readonly Doubt[];
  /** Entries of the catalogue that nothing shows any more. Nothing of them is removed. */
  readonly unseen: readonly Doubt[];
  readonly hints: readonly string[];
  readonly missing: Inventory['missing'];
}

interface ProposeOptions {
  readonly environment?: string | undefined;
}

const ownerKeys = ['a8r.io/owner', 'backstage.io/owner', 'tags.datadoghq.com/team', 'owner', 'team', 'squad'];
const environmentKeys = ['tags.datadoghq.com/env', 'app.kubernetes.io/environment', 'environment', 'env', 'stage'];
const repositoryKeys = ['github.com/project-slug', 'a8r.io/repository', 'backstage.io/source-location'];
const dependencyKeys = ['a8r.io/dependencies'];
const tagsOfService = ['service', 'app', 'application', 'app.kubernetes.io/name', 'tags.datadoghq.com/service'];
/** Places shown for one value. */
const maxAt = 20;

/** `environment`: of new clusters that neither their name nor a tag or label places. */
export function propose(inventory: Inventory, catalog: Catalog, { environment }: ProposeOptions = {}): Proposals {
  const read = readable(inventory);
  const collected = collector(catalog);
  const places = proposeClusters(read, catalog, collected, environment);
  const { groups, doubts } = groupWorkloads(read.workloads, catalog);
  collected.doubts.push(...doubts);
  for (const group of groups) proposeWorkloads(group, read, places, collected);
  proposeResources(read, catalog, collected);
  const names = serviceNames(catalog, collected);
  proposeNames(groups, read, names, collected);
  proposePagers(read, catalog, names, collected);
  proposeOwners(read, names, collected);
  proposeCalls(read, names, collected);
  proposeSources(read, catalog, names, collected);
  return {
    changes: collected.changes(),
    doubts: collected.doubts,
    guesses: collected.guesses,
    unseen: unseenIn(read, catalog, groups),
    hints: [...new Set(inventory.hints)],
    missing: read.missing,
  };
}

interface Collected {
  /** Adds a value; a later origin of the same value adds its place. */
  add(change: Omit<Change, 'isNew' | 'at'>, at: string): void;
  readonly doubts: Doubt[];
  readonly guesses: Doubt[];
  /** Names of proposed services. */
  services(): readonly string[];
  valuesOf(service: string, field: string): readonly unknown[];
  changes(): readonly Change[];
}

function collector(catalog: Catalog): Collected {
  const changes = new Map<string, Change & { readonly at: string[] }>();
  const isNew = ({ section, name }: Pick<Change, 'section' | 'name'>): boolean => {
    if (section === 'environments') return !Object.hasOwn(catalog.environments, name);
    return !catalog[section].some((one) => one.name === name);
  };
  return {
    add(change, at) {
      const key = JSON.stringify([change.section, change.name, change.field, change.value]);
      const known = changes.get(key);
      if (known === undefined) changes.set(key, { ...change, isNew: isNew(change), at: [at] });
      else if (!known.at.includes(at) && known.at.length < maxAt) known.at.push(at);
    },
    doubts: [],
    guesses: [],
    services: () => [
      ...new Set([...changes.values()].filter(({ section }) => section === 'services').map(({ name }) => name)),
    ],
    valuesOf: (service, field) =>
      [...changes.values()]
        .filter((one) => one.section === 'services' && one.name === service && one.field === field)
        .map(({ value }) => value),
    changes: () => [...changes.values()].toSorted(byEntry),
  };
}

const sections = ['environments', 'clusters', 'services'];
const fields = ['aliases', 'placements', 'workloads', 'owners'];
const placeIn = (list: readonly string[], one: string) => (list.includes(one) ? list.indexOf(one) : list.length);

/** The order of the catalogue; names with numbers by their value. */
const byEntry = (a: Change, b: Change): number =>
  placeIn(sections, a.section) - placeIn(sections, b.section) ||
  a.name.localeCompare(b.name, 'en', { numeric: true }) ||
  placeIn(fields, a.field) - placeIn(fields, b.field);

/** Leaves out names that no system has in this form, and says how many. Namespaces of Kubernetes itself hold no services of people. */
function readable(inventory: Inventory): Inventory {
  const workloads = inventory.workloads.filter(({ name, namespace }) => isName(name) && isName(namespace));
  const resources = inventory.resources.filter(({ name }) => /^[\w.\-/:+=@,]{1,200}$/.test(name));
  const pagers = inventory.pagers.filter(({ id }) => /^P[A-Z0-9]{3,20}$/.test(id));
  const odd =
    inventory.workloads.length +
    inventory.resources.length +
    inventory.pagers.length -
    (workloads.length + resources.length + pagers.length);
  return {
    ...inventory,
    workloads: workloads.filter(({ namespace }) => !isOfKubernetes(namespace)),
    endpoints: inventory.endpoints.filter(
      ({ name, namespace }) => isName(name) && isName(namespace) && !isOfKubernetes(namespace),
    ),
    resources,
    pagers,
    names: inventory.names.filter(({ name }) => isName(name)),
    calls: inventory.calls.filter(({ from, to }) => isName(from) && isName(to)),
    missing: [
      ...inventory.missing,
      ...(odd === 0 ? [] : [{ what: `${odd} entries have names of an unusual form`, fix: 'look at them by hand' }]),
    ],
  };
}

const isOfKubernetes = (namespace: string): boolean => /^kube-(?:system|public|node-lease)$/.test(namespace);

interface Places {
  /** The catalogue's name of a cluster. */
  clusterName(name: string): string;
  /** Environment of a place, or a doubt about it. */
  environmentAt(workload: Workload): { readonly environment: string } | { readonly doubt: string } | undefined;
}

function proposeClusters(
  inventory: Inventory,
  catalog: Catalog,
  collected: Collected,
  otherwise: string | undefined,
): Places {
  const entryOf = (name: string) => catalog.clusters.find((one) => one.name === name || one.aliases.includes(name));
  const environments = new Map<string, string>();
  const labels = new Map(inventory.namespaces.map((one) => [`${one.cluster}/${one.name}`, one.labels] as const));
  const labelled = (workload: Workload): string | undefined => {
    const namespace = labels.get(`${workload.cluster}/${workload.namespace}`) ?? {};
    const word = environmentKeys
      .map((key) => labelOf(workload, key) ?? namespace[key])
      .find((one) => one !== undefined);
    return word === undefined ? undefined : environmentFor(word, catalog.environments);
  };
  for (const cluster of inventory.clusters) {
    const { name, account, region, at } = cluster;
    const entry = [name, ...cluster.aliases].map(entryOf).find((one) => one !== undefined);
    if (entry !== undefined) {
      environments.set(name, entry.environment);
      const given = [
        ['account', account],
        ['region', region],
      ] as const;
      for (const [field, value] of given) {
        if (value === undefined) continue;
        const known = entry[field];
        if (known === undefined)
          collected.add({ section: 'clusters', name: entry.name, field, form: 'value', value }, at);
        else if (known !== value)
          collected.doubts.push({
            about: entry.name,
            says: `the catalogue has ${field} ${known}, this says ${value}`,
            at: [at],
          });
      }
      continue;
    }
    const inIt = new Set(inventory.workloads.filter((one) => one.cluster === name).map(labelled));
    const byLabels = inIt.size === 1 ? [...inIt][0] : undefined;
    const byTag =
      cluster.environment === undefined ? undefined : environmentFor(cluster.environment, catalog.environments);
    const environment = byTag ?? environmentIn(name, catalog.environments) ?? byLabels ?? otherwise;
    if (!isClusterName(name)) {
      collected.doubts.push({ about: 'a cluster', says: 'its name has an unusual form', at: [at] });
      continue;
    }
    if (environment === undefined) {
      collected.doubts.push({
        about: name,
        says: 'no name, tag or label gives its environment, so its services get no placements; add the cluster to the catalogue, or say --environment NAME',
        at: [at],
      });
      continue;
    }
    environments.set(name, environment);
    if (!Object.hasOwn(catalog.environments, environment))
      collected.add({ section: 'environments', name: environment, field: 'level', form: 'value', value: 'crawl' }, at);
    const add = (field: string, value: unknown, form: Change['form'] = 'value') =>
      collected.add({ section: 'clusters', name, field, form, value }, at);
    add('environment', environment);
    for (const alias of cluster.aliases.filter(isName)) add('aliases', alias, 'list');
    if (account !== undefined) add('account', account);
    if (region !== undefined) add('region', region);
  }
  return {
    clusterName: (name) => entryOf(name)?.name ?? name,
    environmentAt(workload) {
      const environment = environments.get(workload.cluster);
      if (environment === undefined) return undefined;
      const said = labelled(workload);
      return said === undefined || said === environment || entryAlias(catalog, environment, said)
        ? { environment }
        : { doubt: `a label says ${said}, but its cluster is ${environment}` };
    },
  };
}

const entryAlias = ({ environments }: Catalog, name: string, word: string): boolean =>
  (Object.hasOwn(environments, name) && environments[name]?.aliases.includes(word)) === true;

const isClusterName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,199}$/.test(name);

function proposeWorkloads(group: Group, inventory: Inventory, places: Places, collected: Collected): void {
  const { name, known, workloads } = group;
  const add = (field: string, form: Change['form'], value: unknown, at: string) =>
    collected.add({ section: 'services', name, field, form, value }, at);
  for (const workload of workloads) {
    const at = placeOf(workload);
    const cluster = places.clusterName(workload.cluster);
    const placed = known?.placements.some((one) => one.cluster === cluster && one.namespace === workload.namespace);
    const found = places.environmentAt(workload);
    if (found !== undefined && 'doubt' in found)
      collected.doubts.push({ about: name, says: `${found.doubt}; place it in the catalogue`, at: [at] });
    else if (found !== undefined && placed !== true)
      add('placements', 'list', { cluster, namespace: workload.namespace, environment: found.environment }, at);
    const ref = `${workload.kind}/${workload.name}`;
    const assumed = ref === `Deployment/${name}`;
    if (!assumed && known?.workloads.includes(ref) !== true) add('workloads', 'list', ref, at);
  }
  const lists = [
    ['owners', ownerKeys, ownerName],
    ['repository', repositoryKeys, repositoryOf],
  ] as const;
  const labels = new Map(inventory.namespaces.map((one) => [`${one.cluster}/${one.name}`, one.labels] as const));
  for (const [field, keys, parsed] of lists) {
    const own = statedBy(workloads, keys, parsed, labelOf);
    const said =
      own.length > 0 || field === 'repository'
        ? own
        : statedBy(workloads, keys, parsed, (one, key) => labels.get(`${one.cluster}/${one.namespace}`)?.[key]);
    stateOnce(name, known, field, said, collected);
  }
  for (const { value, at } of statedLists(workloads, dependencyKeys))
    collected.add({ section: 'services', name, field: 'dependsOn', form: 'list', value }, at);
}

interface Stated {
  readonly value: string;
  readonly at: string;
}

/** Values of the first key that a workload has. */
function statedBy(
  workloads: readonly Workload[],
  keys: readonly string[],
  parsed: (text: string) => string | undefined,
  read: (workload: Workload, key: string) => string | undefined,
): Stated[] {
  return workloads.flatMap((workload) => {
    for (const key of keys) {
      const text = read(workload, key);
      const value = text === undefined ? undefined : parsed(text);
      if (value !== undefined) return [{ value, at: `${placeOf(workload)}, ${key}` }];
    }
    return [];
  });
}

const statedLists = (workloads: readonly Workload[], keys: readonly string[]): Stated[] =>
  workloads.flatMap((workload) =>
    keys.flatMap((key) =>
      (labelOf(workload, key) ?? '')
        .split(/[,\s]+/)
        .map((one) => one.replace(/\..*$/, ''))
        .filter(isName)
        .slice(0, 50)
        .map((value) => ({ value, at: `${placeOf(workload)}, ${key}` })),
    ),
  );

/** Owner and repository: one value, where all origins agree with each other and with the catalogue. */
function stateOnce(
  name: string,
  known: CatalogService | undefined,
  field: 'owners' | 'repository',
  said: readonly Stated[],
  collected: Collected,
): void {
  const [first] = said;
  if (first === undefined) return;
  const keyOf = (value: string) => (field === 'owners' ? teamKey(value) : value.toLowerCase());
  const proposed = collected.valuesOf(name, field).flatMap((one) => (typeof one === 'string' ? [one] : []));
  const catalogued =
    field === 'owners' ? (known?.owners ?? []) : known?.repository === undefined ? [] : [known.repository];
  const values = new Map([...said].map((one) => [keyOf(one.value), one]));
  const present = [...catalogued, ...proposed];
  if (present.length > 0) {
    const strange = [...values].filter(([key]) => !present.some((one) => keyOf(one) === key)).map(([, one]) => one);
    if (strange.length > 0)
      collected.doubts.push({
        about: name,
        says: `${catalogued.length > 0 ? 'the catalogue has' : 'another place has'} ${field} ${present.join(', ')}, this says ${strange.map(({ value }) => value).join(', ')}`,
        at: strange.map(({ at }) => at),
      });
    return;
  }
  if (values.size > 1)
    return void collected.doubts.push({
      about: name,
      says: `its workloads name several ${field}: ${[...values.values()].map(({ value }) => value).join(', ')}`,
      at: [...values.values()].map(({ at }) => at),
    });
  const form = field === 'owners' ? 'list' : 'value';
  for (const { at } of said) collected.add({ section: 'services', name, field, form, value: first.value }, at);
}

function proposeResources(inventory: Inventory, catalog: Catalog, collected: Collected): void {
  const byService = new Map<string, Inventory['resources'][number][]>();
  let untagged = 0;
  for (const resource of inventory.resources) {
    const tag = tagOf(resource.tags, tagsOfService);
    const name = tag === undefined || !isName(tag) ? undefined : withoutEnvironment(tag, catalog.environments);
    if (name === undefined) untagged += 1;
    else byService.set(name, [...(byService.get(name) ?? []), resource]);
  }
  for (const [tag, resources] of byService) {
    const known = findService(catalog, tag);
    const name = known?.name ?? collected.services().find((one) => same(one, tag)) ?? tag;
    const accounts = new Set(resources.map(({ account }) => account));
    const regions = new Set(resources.map(({ region }) => region).filter(Boolean));
    const [account] = accounts;
    if (account === undefined) continue;
    if (accounts.size > 1) {
      collected.doubts.push({
        about: name,
        says: `it has resources in several accounts (${[...accounts].join(', ')}), and the catalogue holds one`,
        at: resources.slice(0, maxAt).map(({ at }) => at),
      });
      continue;
    }
    if (known?.account !== undefined && known.account !== account) {
      collected.doubts.push({
        about: name,
        says: `the catalogue has account ${known.account}, its resources are in ${account}`,
        at: resources.slice(0, maxAt).map(({ at }) => at),
      });
      continue;
    }
    const add = (field: string, form: Change['form'], value: unknown, at: string) =>
      collected.add({ section: 'services', name, field, form, value }, at);
    for (const { type, name: resource, at } of resources.slice(0, 50)) {
      const there = known?.resources.some((one) => one[type] === resource) === true;
      if (!there) add('resources', 'list', { [type]: resource }, at);
      if (known?.account === undefined) add('account', 'value', account, at);
      const [region] = regions;
      if (known?.region === undefined && regions.size === 1) add('region', 'value', region, at);
    }
    const owners = resources.flatMap(({ tags, at }) => {
      const text = tagOf(tags, ownerKeys);
      const value = text === undefined ? undefined : ownerName(text);
      return value === undefined ? [] : [{ value, at: `${at}, tag` }];
    });
    stateOnce(name, known, 'owners', owners, collected);
  }
  if (untagged > 0)
    collected.guesses.push({
      about: 'AWS',
      says: `${untagged} resources have no tag that names their service (${tagsOfService.slice(0, 3).join(', ')})`,
      at: [],
    });
}

function tagOf(tags: Readonly<Record<string, string>>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const found = Object.entries(tags).find(([name]) => same(name, key));
    if (found !== undefined && found[1] !== '') return found[1];
  }
  return undefined;
}

interface Names {
  /** The service that has the name, or the name with a word of an environment. */
  find(name: string): { readonly service: string; readonly exact: boolean } | undefined;
  /** Services whose names stand in a text as whole words. */
  within(text: string): readonly string[];
  known(service: string): CatalogService | undefined;
}

function serviceNames(catalog: Catalog, collected: Collected): Names {
  const names = new Map<string, string>();
  for (const service of collected.services()) names.set(service.toLowerCase(), service);
  for (const service of catalog.services)
    for (const name of [...service.aliases, service.name]) names.set(name.toLowerCase(), service.name);
  return {
    find(name) {
      const exact = names.get(name.toLowerCase());
      if (exact !== undefined) return { service: exact, exact: true };
      const base = names.get(withoutEnvironment(name, catalog.environments).toLowerCase());
      return base === undefined ? undefined : { service: base, exact: false };
    },
    within(text) {
      const words = ` ${text
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter(Boolean)
        .join(' ')} `;
      const found = [...names].filter(([name]) => words.includes(` ${name.split(/[^a-z0-9]+/).join(' ')} `));
      // A longer name beats the shorter one inside it: "checkout worker" is not "checkout".
      const longest = found.filter(
        ([name]) =>
          !found.some(
            ([other]) =>
              other !== name &&
              ` ${other.split(/[^a-z0-9]+/).join(' ')} `.includes(` ${name.split(/[^a-z0-9]+/).join(' ')} `),
          ),
      );
      return [...new Set(longest.map(([, service]) => service))];
    },
    known: (service) => catalog.services.find(({ name }) => name === service),
  };
}

/** Other names: of labels, and of the Services of Kubernetes that select the pods. A name that another service has is no alias. */
function proposeNames(groups: readonly Group[], inventory: Inventory, names: Names, collected: Collected): void {
  const claims = new Map<string, { readonly group: Group; readonly name: string; readonly at: string }[]>();
  const claim = (group: Group, name: string, at: string) => {
    const key = name.toLowerCase();
    const all = claims.get(key) ?? [];
    all.push({ group, name, at });
    claims.set(key, all);
  };
  const byPlace = Map.groupBy(inventory.endpoints, ({ cluster, namespace }) => `${cluster}/${namespace}`);
  for (const group of groups) {
    const workloadNames = new Set(group.workloads.map(({ name }) => name.toLowerCase()));
    for (const name of group.otherNames)
      if (!workloadNames.has(name.toLowerCase())) claim(group, name, `${placeOfFirst(group)}, label`);
    for (const workload of group.workloads)
      for (const { name, selector, cluster, namespace } of byPlace.get(`${workload.cluster}/${workload.namespace}`) ??
        []) {
        const wanted = Object.entries(selector);
        const selects = wanted.length > 0 && wanted.every(([key, value]) => workload.podLabels[key] === value);
        if (selects && !same(name, group.name) && !workloadNames.has(name.toLowerCase()))
          claim(group, name, `${cluster}: Service ${namespace}/${name}`);
      }
  }
  for (const all of claims.values()) {
    const [first] = all;
    if (first === undefined) continue;
    const { group, name } = first;
    const owner = names.find(name);
    const taken = owner?.exact === true && owner.service !== group.name;
    if (taken || new Set(all.map((one) => one.group.name)).size > 1) continue;
    // A name such as `ledger-headless` only repeats the service's own.
    if (name.toLowerCase().startsWith(`${group.name.toLowerCase()}-`)) continue;
    if (group.known?.aliases.some((alias) => same(alias, name))) continue;
    for (const { at } of all)
      collected.add({ section: 'services', name: group.name, field: 'aliases', form: 'list', value: name }, at);
  }
  for (const { name, known, workloads } of groups) {
    if (known?.repository !== undefined || collected.valuesOf(name, 'repository').length > 0) continue;
    const images = new Set(workloads.flatMap((one) => imageRepository(one.images[0]) ?? []));
    const guessed = [...images].flatMap((image) => /^ghcr\.io\/([^/]+\/[^/]+)$/.exec(image)?.[1] ?? []);
    const [repository] = guessed;
    if (repository !== undefined && guessed.length === 1)
      collected.guesses.push({
        about: name,
        says: `repository: ${repository}, by its image`,
        at: workloads.map(placeOf).slice(0, 1),
      });
  }
}

const placeOfFirst = ({ workloads }: Group): string => workloads.map(placeOf)[0] ?? '';

function proposePagers(inventory: Inventory, catalog: Catalog, names: Names, collected: Collected): void {
  const used = new Map(catalog.services.flatMap(({ name, pagerduty }) => pagerduty.map((id) => [id, name] as const)));
  for (const { id, name, team, at } of inventory.pagers) {
    const found = names.within(name);
    const [service] = found;
    const owner = used.get(id);
    if (owner !== undefined) {
      if (service !== undefined && !found.includes(owner))
        collected.doubts.push({
          about: owner,
          says: `the catalogue has its PagerDuty service ${id}, whose name is about ${found.join(', ')}`,
          at: [at],
        });
      continue;
    }
    if (service === undefined) {
      collected.guesses.push({
        about: 'PagerDuty',
        says: `no service is called like ${id} (${quoted(name)})`,
        at: [at],
      });
      continue;
    }
    if (found.length > 1) {
      collected.doubts.push({
        about: id,
        says: `the PagerDuty service ${quoted(name)} names ${found.join(' and ')}`,
        at: [at],
      });
      continue;
    }
    collected.add({ section: 'services', name: service, field: 'pagerduty', form: 'list', value: id }, at);
    const value = team === undefined ? undefined : ownerName(team);
    if (value !== undefined)
      stateOnce(service, names.known(service), 'owners', [{ value, at: `${at}, team` }], collected);
  }
}

/** Text of people, for one line. */
const quoted = (text: string): string => `"${text.replaceAll(/\p{C}/gu, ' ').slice(0, 80)}"`;

function proposeOwners(inventory: Inventory, names: Names, collected: Collected): void {
  for (const { service, owner, at } of inventory.owners) {
    const found = names.find(service);
    const value = ownerName(owner);
    if (found === undefined || value === undefined) continue;
    stateOnce(found.service, names.known(found.service), 'owners', [{ value, at }], collected);
  }
}

function proposeCalls(inventory: Inventory, names: Names, collected: Collected): void {
  for (const { from, to, at } of inventory.calls) {
    const [caller, callee] = [names.find(from), names.find(to)];
    if (caller === undefined || callee === undefined || caller.service === callee.service) continue;
    if (names.known(caller.service)?.dependsOn.some((one) => names.find(one)?.service === callee.service)) continue;
    collected.add(
      { section: 'services', name: caller.service, field: 'dependsOn', form: 'list', value: callee.service },
      at,
    );
  }
}

/**
 * Routes: a service without a route of its own, of which some source has no data, is asked about where it has some. A source whose names could not
 * all be read stays in the route.
 */
function proposeSources(inventory: Inventory, catalog: Catalog, names: Names, collected: Collected): void {
  const seen = new Map<string, Map<string, string>>();
  for (const { source, signal, name, attribute, at } of inventory.names) {
    const found = names.find(name);
    if (found === undefined) continue;
    if (signal !== undefined) {
      const key = `${signal}/${found.service}`;
      const sources = seen.get(key) ?? new Map<string, string>();
      if (!sources.has(source)) sources.set(source, at);
      seen.set(key, sources);
    }
    const known = names.known(found.service);
    if (found.exact || attribute === undefined || known?.match[source] !== undefined) continue;
    collected.add(
      {
        section: 'services',
        name: found.service,
        field: 'match',
        form: 'value',
        value: { [source]: { [attribute]: name } },
      },
      at,
    );
  }
  const whole = (signal: string) =>
    inventory.wholeSources.filter((one) => one.signal === signal).map(({ source }) => source);
  for (const [key, sources] of seen) {
    const [signal = '', service = ''] = key.split('/');
    if (signal !== 'logs' && signal !== 'metrics') continue;
    const lacking = whole(signal).filter((source) => !sources.has(source));
    const known = names.known(service);
    const routed = known?.sources[signal] ?? catalog.defaults[signal];
    if (routed !== undefined) {
      const strange = [...sources.keys()].filter((source) => !routed.includes(source));
      if (strange.length > 0 && known?.sources[signal] !== undefined)
        collected.doubts.push({
          about: service,
          says: `the catalogue asks ${routed.join(', ') || 'no source'} for its ${signal}; ${strange.join(', ')} has them, too`,
          at: strange.flatMap((source) => sources.get(source) ?? []),
        });
      continue;
    }
    if (lacking.length === 0) continue;
    for (const [source, at] of sources)
      collected.add(
        { section: 'services', name: service, field: `sources.${signal}`, form: 'list', value: source },
        at,
      );
  }
}

/** Placements in clusters that were read whole, and clusters that no source reads. */
function unseenIn(inventory: Inventory, catalog: Catalog, groups: readonly Group[]): Doubt[] {
  const namesOf = new Map(catalog.clusters.map((one) => [one.name, [one.name, ...one.aliases]]));
  const whole = (name: string) =>
    inventory.clusters.filter((one) => one.complete && (namesOf.get(name) ?? [name]).includes(one.name));
  return catalog.services.flatMap((service) => {
    const own = groups.find(({ known }) => known === service)?.workloads ?? [];
    return service.placements.flatMap(({ cluster, namespace }) => {
      const read = whole(cluster);
      if (read.length === 0) return [];
      const there = own.some((one) => one.namespace === namespace && read.some(({ name }) => name === one.cluster));
      return there
        ? []
        : [
            {
              about: service.name,
              says: `no workload of it runs in ${cluster}/${namespace}, where the catalogue places it`,
              at: read.map(({ at }) => at),
            },
          ];
    });
  });
}

/** Whether the catalogue and what was read differ. */
export const isDrift = ({ changes, doubts, unseen }: Proposals): boolean =>
  changes.length + doubts.length + unseen.length > 0;
