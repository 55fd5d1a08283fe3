// The dojo's namespace while a round is played: it lets the nodes look, asks the shop's probes, and watches the alerts, again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../../core/errors.ts';
import { type Alert, watchAlerts } from './alerts.ts';
import type { ClusterApi } from './api.ts';
import { type Images, probe } from './apps.ts';
import type { NodeAgent } from './node-agent.ts';
import { isReadyPod, look, type View } from './view.ts';

export interface Moment {
  readonly view: View;
  /** The services that do not answer, and why. */
  readonly failing: ReadonlyMap<string, string>;
  readonly firing: readonly Alert[];
}

export interface LiveWorld extends AsyncDisposable {
  readonly images: Images;
  learn(images: Images): void;
  /** The next moment that holds it; undefined where none did in time. */
  when(holds: (moment: Moment) => boolean, limitMs: number): Promise<Moment | undefined>;
}

const pauseMs = 350;

/** Without an agent the cluster has nodes of its own. */
export function watchWorld(api: ClusterApi, namespace: string, agent: NodeAgent | undefined): LiveWorld {
  let images: Record<string, Images[string]> = {};
  let isOver = false;
  let latest: Moment | undefined;
  let turn = 0;
  const alerts = watchAlerts();
  const going = (async () => {
    while (!isOver) {
      try {
        const view = await look(api, namespace);
        await agent?.step(api, view, images);
        const failing = probe(view, images);
        latest = { view, failing, firing: alerts.seen(view, failing) };
        turn += 1;
      } catch (error) {
        // The API server may be slow for a moment; the next look tells.
        if (!(error instanceof Unavailable)) throw error;
      }
      await sleep(pauseMs);
    }
  })();
  going.catch(() => {
    isOver = true;
  });
  return {
    get images() {
      return images;
    },
    learn(more) {
      images = { ...images, ...more };
    },
    async when(holds, limitMs) {
      const deadline = Date.now() + limitMs;
      for (let seen = turn; Date.now() < deadline; ) {
        if (isOver) await going;
        if (turn > seen && latest !== undefined) {
          seen = turn;
          if (holds(latest)) return latest;
        }
        await sleep(60);
      }
      return undefined;
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await going.catch(() => undefined);
    },
  };
}

/** Everything runs, and everything answers. */
export const isWell = ({ view, failing }: Moment): boolean =>
  failing.size === 0 &&
  view.workloads.every(
    ({ spec, status, metadata }) =>
      (status?.readyReplicas ?? 0) >= (spec.replicas ?? 1) &&
      (status?.updatedReplicas ?? 0) >= (spec.replicas ?? 1) &&
      (status?.observedGeneration ?? 0) >= Number(metadata.generation ?? 0),
  ) &&
  view.pods.every((pod) => isReadyPod(pod) || isEnded(pod) || pod.metadata.deletionTimestamp !== undefined);

const isEnded = ({ status }: View['pods'][number]): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';
