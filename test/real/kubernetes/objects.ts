// Small objects to put into a real cluster, and what is read back of them.
import { test as always } from 'vitest';
import { type ControlPlane, missingForControlPlane } from './control-plane.ts';

/** Why there is no cluster to test with; undefined where there can be one. */
export const missing = missingForControlPlane();
if (missing !== undefined) process.stderr.write(`Nothing is proved of a real cluster: ${missing}\n`);
export const test = always.skipIf(missing !== undefined);

export const container = (over: object = {}) => ({ name: 'main', image: 'registry.example.com/app:1', ...over });

export const deployment = (name: string, over: object = {}) => ({
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container(over)] } },
  },
});

export const jobSpec = {
  backoffLimit: 0,
  template: { spec: { restartPolicy: 'Never', containers: [container()] } },
};

export const cronJob = (name: string, concurrencyPolicy: string, over: object = {}) => ({
  metadata: { name },
  spec: {
    schedule: '0 2 * * *',
    concurrencyPolicy,
    jobTemplate: { metadata: { labels: { team: 'billing' } }, spec: { ...jobSpec, ...over } },
  },
});

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly name: string }[];
  };
}

export const listOf = async (plane: ControlPlane, path: string): Promise<readonly Listed[]> =>
  ((await plane.get(path)) as { readonly items: readonly Listed[] }).items;

/** Those whose owner's name begins so: pods belong to a ReplicaSet or Job that is named after its workload. */
export const ownedIn = async (plane: ControlPlane, path: string, owner: string): Promise<readonly Listed[]> =>
  (await listOf(plane, path)).filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ name }) => name.startsWith(owner)),
  );
