// All wordings, in the order in which they are tried: the wordings of one system come before those that several systems share.
import { cloudWordings } from './cloud.ts';
import { databaseWordings } from './databases.ts';
import { kubernetesWordings } from './kubernetes.ts';
import { networkWordings } from './network.ts';
import { queueWordings } from './queues.ts';
import { storeWordings } from './stores.ts';
import { systemWordings } from './system.ts';
import type { SystemWordings } from './wording.ts';

export const systems: readonly SystemWordings[] = [
  ...kubernetesWordings,
  ...storeWordings,
  ...queueWordings,
  ...databaseWordings,
  ...systemWordings,
  ...cloudWordings,
  ...networkWordings,
];
