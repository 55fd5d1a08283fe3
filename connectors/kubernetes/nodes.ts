// Cordons a node, and uncordons it again. Its running pods stay.
import * as z from 'zod';
import {
  accepted,
  type Call,
  dry,
  keyAnnotation,
  keysOf,
  Meta,
  type Outcome,
  read,
  strategicMerge,
  targetOf,
  withKey,
} from './call.ts';

const Node = z.looseObject({
  metadata: Meta,
  spec: z
    .looseObject({ unschedulable: z.boolean().nullish() })
    .nullish()
    .transform((spec) => spec ?? {}),
});

export const cordonNode = (call: Call): Promise<Outcome> => setUnschedulable(call, true);
export const uncordonNode = (call: Call): Promise<Outcome> => setUnschedulable(call, false);

async function setUnschedulable(call: Call, unschedulable: boolean): Promise<Outcome> {
  const { name } = targetOf(call);
  const path = `api/v1/nodes/${name}`;
  const found = await read(call, path, Node);
  if (found.kind === 'refused') return found;
  const { metadata, spec } = found.object;
  const words = unschedulable ? 'cordoned' : 'uncordoned';
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: `Node ${name} was ${words} before.` };
  // If somebody else cordoned the node first, that person uncordons it: the cordon must not look like ours.
  if ((spec.unschedulable ?? false) === unschedulable)
    return { kind: 'refused', why: `Node ${name} is ${unschedulable ? 'cordoned' : 'not cordoned'} already.` };
  const patch = {
    // The patch applies only to the version that we read.
    metadata: { resourceVersion: metadata.resourceVersion, annotations: { [keyAnnotation]: withKey(metadata, call) } },
    spec: { unschedulable: unschedulable ? true : null },
  };
  const reply = await call.cluster.request(`${path}${dry(call)}`, {
    method: 'PATCH',
    body: patch,
    contentType: strategicMerge,
  });
  return accepted(call, reply, `Node ${name} is ${words}.`);
}
