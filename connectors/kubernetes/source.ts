// Creates the sources of the configured Kubernetes clusters: snapshots, changes and pod logs.
import type { MakeSource } from '../source-kind.ts';
import { kubernetesChanges } from './changes.ts';
import { clustersOf } from './clusters.ts';
import { kubernetesLogs } from './logs.ts';
import type { KubernetesSettings } from './manifest.ts';
import { kubernetesSource } from './snapshot.ts';

export const make: MakeSource<KubernetesSettings> = async (settings, { clock, secret, aws }) => {
  const clusters = await clustersOf(settings, secret('reader'), aws);
  const { readWholeUpTo: wholeUpTo } = settings;
  return {
    kubernetes: kubernetesSource({ clusters, clock, wholeUpTo }),
    changes: kubernetesChanges({ clusters, clock, wholeUpTo }),
    logs: kubernetesLogs({ clusters }),
  };
};
