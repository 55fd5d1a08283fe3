// Creates the configured live sources and actors; both composition roots use this factory. A signal without a configured source is a gap.
import { Misconfigured } from '../core/errors.ts';
import type { Actor } from '../core/ports/acting.ts';
import type { Catalog } from '../core/ports/catalog.ts';
import { deferredSources, lazily } from '../core/ports/deferred.ts';
import type { DocumentSource } from '../core/ports/knowledge-sync.ts';
import { mergedSources } from '../core/ports/merged.ts';
import { noExecutor, noTargets } from '../core/ports/none.ts';
import { misroutedIn, type Routing } from '../core/ports/routing.ts';
import type { Executor, ExecutorAction, Sources, Targets } from '../core/ports/telemetry.ts';
import type { ExecutorName } from '../core/remediation/action-definition.ts';
import { routedExecutor } from '../core/remediation/routed.ts';
import { imagesOfAll } from './images.ts';
import type { CataloguedRepository, ConfiguredSource, DocumentMeans, RuntimeMeans } from './source-kind.ts';

/** Creates each source at its first use; `ready` creates all of them now. `routing` decides which of them a question goes to. */
export function liveSources(
  configured: readonly ConfiguredSource[],
  means: RuntimeMeans,
  routing?: () => Promise<Routing>,
): { readonly sources: Sources; ready(): Promise<unknown> } {
  const withImages = configured.flatMap(({ name, images }) =>
    images === undefined ? [] : [{ name, load: lazily(() => images(means)) }],
  );
  const all = configured.map(({ name, signals, observe }) => ({
    name,
    signals,
    load: lazily(() => observe(withImages.length === 0 ? means : { ...means, images: imagesOfAll(withImages) })),
  }));
  return {
    sources: mergedSources(
      all.map(({ load, ...one }) => ({ ...one, sources: deferredSources(load) })),
      routing,
    ),
    ready: () => Promise.all(all.map(({ load }) => load())),
  };
}

/** @throws Misconfigured with a sentence for each name of a source in the catalogue that cannot work. */
export function refuseMisrouted(routing: Routing, configured: readonly ConfiguredSource[]): void {
  const wrong = misroutedIn(
    routing,
    configured.map(({ name, signals }) => ({ name, signals })),
  );
  if (wrong.length > 0) throw new Misconfigured(`The service catalogue does not fit the sources:\n${wrong.join('\n')}`);
}

/** Routes each action to the actor of its system; among several actors of a kind, the cluster of the target decides. */
export async function liveActor(
  configured: readonly ConfiguredSource[],
  means: RuntimeMeans,
): Promise<{ readonly executor: Executor; readonly targets: Targets }> {
  const actors = await Promise.all(
    configured.flatMap(({ kind, act }) =>
      act === undefined ? [] : [act(means).then((actor) => ({ ...actor, kind: kind.id }))],
    ),
  );
  const executorOf = (name: ExecutorName): Executor | undefined => {
    const those = actors.filter(({ kind }) => kind === name);
    if (those.length === 0) return undefined;
    const of = ({ target }: ExecutorAction): Executor => inCluster(those, target.cluster)?.executor ?? noExecutor;
    return { dryRun: (action) => of(action).dryRun(action), execute: (action) => of(action).execute(action) };
  };
  const withClusters = actors.filter(({ clusters }) => clusters !== undefined);
  const targetsOf = (cluster: string | undefined): Targets =>
    inCluster(withClusters, cluster)?.clusters?.targets ?? noTargets;
  return {
    executor: routedExecutor({
      kubernetes: executorOf('kubernetes') ?? noExecutor,
      'step-functions': executorOf('step-functions'),
      fastly: executorOf('fastly'),
    }),
    targets: {
      look: (target, scope) => targetsOf(target.cluster).look(target, scope),
      around: (target, scope) => targetsOf(target.cluster).around(target, scope),
    },
  };
}

/** The actor that knows the cluster; otherwise the first, which reports that it does not know it. */
const inCluster = (actors: readonly Actor[], cluster: string | undefined): Actor | undefined =>
  actors.find(({ clusters }) => cluster !== undefined && clusters?.names.includes(cluster)) ?? actors[0];

/** The sources that have documents to copy. */
export async function documentSources(
  configured: readonly ConfiguredSource[],
  means: DocumentMeans,
): Promise<readonly DocumentSource[]> {
  const made = await Promise.all(configured.map(async ({ documents }) => documents?.(means)));
  return made.filter((one) => one !== undefined);
}

/** The repositories of the catalogue; one that several services name belongs to none of them. */
export const repositoriesOf = ({ services }: Pick<Catalog, 'services'>): CataloguedRepository[] =>
  [
    ...Map.groupBy(
      services.filter(({ repository }) => repository !== undefined),
      ({ repository }) => repository ?? '',
    ),
  ].map(([repository, [first, ...more]]) => ({
    repository,
    ...(first === undefined || more.length > 0 ? {} : { service: first.name }),
  }));
