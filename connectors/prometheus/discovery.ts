// Finds the signals of programs on a server: which known ways of exposing them its metrics follow, which label has the service's name, and which its
// status. It works on names, types and labels; whatever is not clear is left out and said.
import type { TimeWindow } from '../../core/model/entity.ts';
import type { Scope } from '../../core/model/scope.ts';
import { formatList } from '../../core/wording.ts';
import { matchedIn } from './match.ts';
import { namesIn } from './places.ts';
import { isUsable, type NameForm, type NameLabel, named, type Roles } from './promql.ts';
import { applicationLabels, guesses, namespaceLabels, type Recipe, recipes } from './recipes.ts';
import type { ServerIndex } from './server.ts';
import { failedIn, statusLabels } from './status.ts';

/** A recipe with the labels that this server has for it. */
export interface Chosen {
  readonly recipe: Recipe;
  readonly roles: Roles;
  /** Present if a match selects one service. */
  readonly matched?: { readonly service: string; readonly matchers: readonly string[] } | undefined;
}

export interface Discovery {
  readonly chosen: readonly Chosen[];
  /** What was found for the paged service, in words. */
  readonly found: readonly string[];
  /** Why a signal is not known, by signal. */
  readonly why: ReadonlyMap<string, string>;
  /** Labels that name the paged service. */
  readonly namedBy: readonly string[];
  /** Metrics of the paged service, whether known or not. */
  readonly own: readonly string[];
  readonly missing: readonly string[];
}

const forms: Readonly<Record<string, NameForm>> = {
  job: 'path',
  exported_job: 'path',
  pod: 'pod',
  pod_name: 'pod',
  kubernetes_pod_name: 'pod',
  k8s_pod_name: 'pod',
  envoy_cluster_name: 'host',
  instance: 'address',
};
/** Traefik writes `NAME@PROVIDER` into labels that elsewhere hold plain names. */
const formOf = (label: string, { convention }: Pick<Recipe, 'convention'>): NameForm =>
  convention === 'Traefik' ? 'provider' : (forms[label] ?? 'plain');

/** The recipes that a server's metrics allow. */
export function applicable(
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): { readonly recipes: readonly Recipe[]; readonly unclear: readonly string[] } {
  const has = new Set(names);
  const guessed = guesses(names.map((name) => ({ name, type: types.get(name) })));
  return {
    recipes: [...recipes, ...guessed.recipes].filter(({ needs }) => needs.every((name) => has.has(name))),
    unclear: guessed.unclear,
  };
}

interface Hit {
  readonly label: NameLabel;
  /** Metrics with series of one of the names, and with series of the paged service. */
  readonly any: ReadonlySet<string>;
  readonly paged: ReadonlySet<string>;
}

export async function discover(index: ServerIndex, scope: Scope, names: readonly string[]): Promise<Discovery> {
  const { window, service } = scope;
  const nothing: Discovery = { chosen: [], found: [], why: new Map(), namedBy: [], own: [], missing: [] };
  const possible = applicable(names, await index.types());
  const labels = await index.labels(window);
  if (labels.kind === 'failed')
    return { ...nothing, missing: [`signals of programs: the labels cannot be listed. ${labels.reason}`] };
  const has = new Set(labels.data);
  const hits = await hitsOf(index, scope, { has, recipes: possible.recipes });
  if ('reason' in hits)
    return { ...nothing, missing: [`signals of programs: series cannot be looked up by label. ${hits.reason}`] };
  const why = new Map<string, string>();
  const chosen: Chosen[] = [];
  const anyNamed = namesIn(scope).length > 0 && scope.reach !== 'everywhere';
  const readers = possible.recipes.map(async (recipe): Promise<Chosen | undefined> => {
    const label = await nameLabelOf(index, { scope, recipe, hits, has, anyNamed });
    if (typeof label === 'string') {
      if (!why.has(recipe.signal)) why.set(recipe.signal, label);
      return undefined;
    }
    if (label === undefined) return undefined;
    const restricted = anyNamed && recipe.kind === 'Service' ? [named(label, namesIn(scope))] : [];
    return complete(index, { recipe, window, matchers: restricted, name: label }, why);
  });
  for (const one of await Promise.all(readers)) if (one !== undefined) chosen.push(one);
  chosen.push(...(await byMatch(index, scope, possible.recipes, why)));
  const own = [...new Set(hits.flatMap(({ paged }) => [...paged]))].sort();
  const isOwn = ({ recipe, roles, matched }: Chosen) =>
    matched === undefined
      ? hits.some(({ label, paged }) => label.label === roles.name?.label && paged.has(recipe.needs[0]))
      : matched.service === service;
  return {
    chosen,
    found: inWords(anyNamed ? chosen.filter(isOwn) : chosen),
    why,
    namedBy: [...new Set(hits.filter(({ paged }) => paged.size > 0).map(({ label }) => label.label))],
    own,
    missing: [],
  };
}

/** By label, the metrics of the paged service and of all that the scope names. */
async function hitsOf(
  index: ServerIndex,
  scope: Scope,
  { has, recipes: all }: { readonly has: ReadonlySet<string>; readonly recipes: readonly Recipe[] },
): Promise<readonly Hit[] | { readonly reason: string }> {
  const wanted = namesIn(scope);
  if (wanted.length === 0 || scope.reach === 'everywhere') return [];
  const { service } = scope;
  const forms = new Map(
    all
      .filter(({ kind }) => kind === 'Service')
      .flatMap((recipe) =>
        recipe.names
          .filter((one) => has.has(one))
          .map((label) => [`${label} ${formOf(label, recipe)}`, { label, form: formOf(label, recipe) }] as const),
      ),
  );
  const answers = await Promise.all(
    [...forms.values()].map(async (label) => {
      const any = await index.names(scope.window, [named(label, wanted)]);
      if (any.kind === 'failed') return any;
      const isPaged = service !== undefined && isUsable(service) && any.data.length > 0;
      const paged = !isPaged ? undefined : await index.names(scope.window, [named(label, [service])]);
      if (paged?.kind === 'failed') return paged;
      return { label, any: new Set(any.data), paged: new Set(paged?.data ?? []) };
    }),
  );
  const hits = answers.flatMap((one) => ('kind' in one ? [] : [one]));
  const failed = answers.find((one) => 'kind' in one);
  return hits.length === 0 && failed !== undefined && 'kind' in failed ? { reason: failed.reason } : hits;
}

interface Naming {
  readonly scope: Scope;
  readonly recipe: Recipe;
  readonly hits: readonly Hit[];
  readonly has: ReadonlySet<string>;
  readonly anyNamed: boolean;
}

/** The label that has the entity's name; a sentence if several disagree; undefined if none has it. */
async function nameLabelOf(
  index: ServerIndex,
  { scope, recipe, hits, has, anyNamed }: Naming,
): Promise<NameLabel | string | undefined> {
  const [metric] = recipe.needs;
  const candidates = recipe.names
    .filter((label) => has.has(label))
    .map((label): NameLabel => ({ label, form: formOf(label, recipe) }));
  if (recipe.kind === 'Node' || !anyNamed) {
    const labels = await index.labels(scope.window, metric);
    if (labels.kind === 'failed') return `${metric}: ${labels.reason}`;
    return firstSpeaking(index, scope.window, {
      metric,
      candidates: candidates.filter(({ label }) => labels.data.includes(label)),
    });
  }
  const hitOf = (label: NameLabel) =>
    hits.find((hit) => hit.label.label === label.label && hit.label.form === label.form);
  const paged = candidates.filter((label) => hitOf(label)?.paged.has(metric));
  const [first] = paged;
  if (first === undefined) return candidates.find((label) => hitOf(label)?.any.has(metric));
  const isApplication = ({ label }: NameLabel) => applicationLabels.some((one) => one === label);
  const rivals = isApplication(first) ? paged.slice(1).filter(isApplication) : [];
  for (const rival of rivals)
    for (const [one, other] of [
      [first, rival],
      [rival, first],
    ] as const) {
      const service = scope.service ?? '';
      const values = await index.values(scope.window, other.label, `${metric}{${named(one, [service])}}`);
      if (values.kind === 'failed') return `${metric}: ${values.reason}`;
      if (values.data.some((value) => value !== '' && value !== service))
        return `${metric} names ${service} by ${first.label} and by ${rival.label}, which disagree`;
    }
  return first;
}

/** Jobs that stand for many services. */
const generic = /^(?:kubernetes-|prometheus$|node|kubelet$|cadvisor$|pods?$|endpoints?$|services?$)/;

/** The first label that tells entities apart, of those that the metric has. */
async function firstSpeaking(
  index: ServerIndex,
  window: TimeWindow,
  { metric, candidates }: { readonly metric: string; readonly candidates: readonly NameLabel[] },
): Promise<NameLabel | undefined> {
  for (const candidate of candidates) {
    if (candidate.form !== 'path' && candidate.form !== 'address' && candidate.label !== 'container') return candidate;
    const values = await index.values(window, candidate.label, metric);
    if (values.kind === 'failed') continue;
    const telling = values.data.filter((value) =>
      candidate.form === 'address' ? !/^[\d.:]+$|^\[/.test(value) : value !== '' && !generic.test(value),
    );
    if (telling.length > 0) return candidate;
  }
  return undefined;
}

interface Completing {
  readonly recipe: Recipe;
  readonly window: TimeWindow;
  readonly matchers: readonly string[];
  readonly name: NameLabel | undefined;
}

/** Adds the namespace and the failures. Undefined, and the reason in `why`, if a needed role has no label. */
async function complete(
  index: ServerIndex,
  { recipe, window, matchers, name }: Completing,
  why: Map<string, string>,
): Promise<Chosen | undefined> {
  const [metric] = recipe.needs;
  const selector = matchers.length === 0 ? metric : `${metric}{${matchers.join(',')}}`;
  const lacks = (reason: string) => {
    if (!why.has(recipe.signal)) why.set(recipe.signal, reason);
    return undefined;
  };
  const labels = await index.labels(window, selector);
  if (labels.kind === 'failed') return lacks(`${metric}: ${labels.reason}`);
  const namespace = namespaceLabels.find((label) => labels.data.includes(label));
  if (recipe.needsFailed === undefined) return { recipe, roles: { name, namespace } };
  const statuses = statusLabels.filter((label) => labels.data.includes(label));
  for (const label of statuses) {
    const values = await index.values(window, label, selector);
    const failed = values.kind === 'failed' ? undefined : failedIn(label, values.data);
    if (failed !== undefined) return { recipe, roles: { name, namespace, failed } };
  }
  const others = labels.data.filter((label) => label !== '__name__').slice(0, 8);
  return lacks(
    statuses.length === 0
      ? `${metric} has no label that is a status (its labels: ${formatList(others)})`
      : `the values of ${formatList(statuses)} of ${metric} are no status that is known`,
  );
}

async function byMatch(
  index: ServerIndex,
  scope: Scope,
  all: readonly Recipe[],
  why: Map<string, string>,
): Promise<Chosen[]> {
  const each = matchedIn(scope).services.map(async (matched) => {
    const names = await index.names(scope.window, matched.matchers);
    if (names.kind === 'failed') return [];
    const has = new Set(names.data);
    const of = all.filter(({ kind, needs }) => kind === 'Service' && has.has(needs[0]));
    const made = await Promise.all(
      of.map((recipe) =>
        complete(index, { recipe, window: scope.window, matchers: matched.matchers, name: undefined }, why),
      ),
    );
    return made.flatMap((one) => (one === undefined ? [] : [{ ...one, matched }]));
  });
  return (await Promise.all(each)).flat();
}

/** "http_requests_total by service (requests_per_second, error_ratio where code=~"5..")" */
function inWords(chosen: readonly Chosen[]): string[] {
  const groups = Map.groupBy(chosen, ({ recipe, roles }) => `${recipe.needs[0]} by ${roles.name?.label ?? 'match'}`);
  return [...groups].map(([what, ones]) => {
    const signals = ones.map(({ recipe, roles }) =>
      roles.failed === undefined ? recipe.signal : `${recipe.signal} where ${roles.failed}`,
    );
    return `${what} (${[...new Set(signals)].join(', ')})`;
  });
}
