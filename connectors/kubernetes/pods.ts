// Deletes one pod, so that its controller creates a new one.
import * as z from 'zod';
import { accepted, type Call, failed, Meta, type Outcome, targetOf } from './call.ts';

const Pod = z.looseObject({ metadata: Meta });
/** An Event that names the pod deleted for a key. */
const Deletion = z.looseObject({ involvedObject: z.looseObject({ uid: z.string() }) });

export async function deletePod(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const path = `api/v1/namespaces/${namespace}/pods/${name}`;
  const found = await call.cluster.request(path);
  if (found.status === 404) return { kind: 'already-done', detail: `Pod ${name} is gone.` };
  const pod = Pod.safeParse(found.body);
  if (found.status !== 200 || !pod.success) return failed(found);
  const { uid, ownerReferences, deletionTimestamp } = pod.data.metadata;
  // A static pod belongs to its Node, whose kubelet keeps it running whatever happens to its mirror in the API.
  if (!ownerReferences.some((owner) => owner.controller === true && owner.kind !== 'Node'))
    return { kind: 'refused', why: `Pod ${name} has no controller that would make it again.` };
  if (deletionTimestamp)
    return { kind: 'already-done', detail: `Pod ${name} is being deleted; its node has to confirm the deletion.` };
  const target = call.dryRun ? undefined : await deletionFor(call, uid);
  if (target?.kind === 'refused') return target;
  if (target && target.uid !== uid)
    return { kind: 'already-done', detail: `The intended pod no longer exists; Pod ${name} is a new one.` };
  // The precondition is the uid of the observed pod, so that a new pod of the same name is not deleted.
  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid },
    ...(call.dryRun ? { dryRun: ['All'] } : {}),
  };
  const reply = await call.cluster.request(path, { method: 'DELETE', body });
  if (reply.status === 404 || reply.status === 409) return { kind: 'already-done', detail: `Pod ${name} is gone.` };
  return accepted(call, reply, `Pod ${name} was deleted; its controller makes a new one.`);
}

/**
 * Finds the pod to delete for this key. A StatefulSet's next pod has the name of the previous one, so no annotation could distinguish them. An Event
 * of the pod stores the key: the key names it, and we write it before the deletion.
 */
async function deletionFor(
  call: Call,
  uid: string,
): Promise<{ readonly kind: 'pod'; readonly uid: string } | Extract<Outcome, { kind: 'refused' }>> {
  const { namespace = '', name } = call.action.target;
  const events = `api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const eventName = `${name.slice(0, 200).replace(/[.-]+$/, '')}.${call.key}`;
  const at = call.now.toISOString().replace(/\.\d+/, '');
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    reason: 'WatchkeeperDeleted',
    message: `Deleted by Watchkeeper for incident ${call.action.incidentId}, so that its controller makes a new one.`,
    type: 'Normal',
    source: { component: 'watchkeeper' },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
  const made = await call.cluster.request(`${events}?fieldManager=watchkeeper`, { method: 'POST', body: event });
  if (made.status === 201) return { kind: 'pod', uid };
  if (made.status !== 409) return failed(made);
  const before = await call.cluster.request(`${events}/${eventName}`);
  const deletion = Deletion.safeParse(before.body);
  return before.status === 200 && deletion.success
    ? { kind: 'pod', uid: deletion.data.involvedObject.uid }
    : failed(before);
}
