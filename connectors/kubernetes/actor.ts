// Creates the executor and the target reader of the configured Kubernetes clusters.
import type { MakeActor } from '../source-kind.ts';
import { clustersOf } from './clusters.ts';
import { kubernetesExecutor } from './executor.ts';
import type { KubernetesSettings } from './manifest.ts';
import { kubernetesTargets } from './targets.ts';

/** The deciding function has no right to act, so it reads targets with the reader's credentials. */
export const make: MakeActor<KubernetesSettings> = async (settings, { clock, secret, aws }) => {
  const clusters = await clustersOf(settings, secret('actor') ?? secret('reader'), aws);
  // The reader's role of another account is the only one that Watchkeeper takes there. The refusal comes before the question.
  const readOnly = new Map(
    (settings.clusters ?? []).flatMap((one): [string, string][] =>
      one.access === 'eks' && one.account !== undefined ? [[one.name, one.account]] : [],
    ),
  );
  return {
    executor: kubernetesExecutor({ clusters, clock, readOnly }),
    clusters: { names: clusters.map(({ name }) => name), targets: kubernetesTargets({ clusters }) },
  };
};
