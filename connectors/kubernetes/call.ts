// One attempt of an action on one cluster: how the cluster stores its idempotency key, how we call the API server, and what its answers mean. The
// key becomes the name of the created object or an annotation of the changed one, so that the API server itself refuses a second attempt.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import type { ExecutorAction } from '../../core/ports/telemetry.ts';
import type { ClusterAccess, Reply } from './access.ts';

export const keyAnnotation = 'watchkeeper.dev/action-key';
/** The number of keys that an object keeps, the latest first. */
const keysKept = 8;

export type Outcome =
  | { readonly kind: 'done' | 'already-done' | 'going'; readonly detail: string }
  | { readonly kind: 'refused'; readonly why: string };
/** `key`: a short form of the action's key that is safe in names. */
export interface Call {
  readonly cluster: ClusterAccess;
  readonly action: ExecutorAction;
  readonly key: string;
  readonly now: Date;
  readonly dryRun: boolean;
}

export const Meta = z.looseObject({
  name: z.string(),
  uid: z.string().default(''),
  resourceVersion: z.string().default(''),
  generation: z.number().default(0),
  deletionTimestamp: z.string().nullish(),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  ownerReferences: z
    .array(z.looseObject({ kind: z.string(), uid: z.string(), controller: z.boolean().nullish() }))
    .nullish()
    .transform((v) => v ?? []),
});
/** The API server's explanation of a refusal. */
const Status = z.looseObject({ message: z.string() });

export const keysOf = ({ annotations }: z.infer<typeof Meta>): string[] =>
  (annotations[keyAnnotation] ?? '').split(' ').filter(Boolean);
export const withKey = (metadata: z.infer<typeof Meta>, { key }: Call): string =>
  [key, ...keysOf(metadata)].slice(0, keysKept).join(' ');

export const dry = (call: Call): string =>
  call.dryRun ? '?dryRun=All&fieldManager=watchkeeper' : '?fieldManager=watchkeeper';
export const targetOf = ({ action }: Call) => ({
  namespace: encodeURIComponent(action.target.namespace ?? ''),
  name: encodeURIComponent(action.target.name),
});
export async function read<Schema extends z.ZodType>(
  { cluster, action }: Call,
  path: string,
  schema: Schema,
): Promise<{ readonly kind: 'found'; readonly object: z.infer<Schema> } | Extract<Outcome, { kind: 'refused' }>> {
  const reply = await cluster.request(path);
  if (reply.status === 404)
    return {
      kind: 'refused',
      why: `There is no ${action.target.kind} ${action.target.namespace}/${action.target.name}.`,
    };
  const object = schema.safeParse(reply.body);
  if (reply.status === 200 && object.success) return { kind: 'found', object: object.data };
  return failed(reply);
}

/**
 * A dry run needs the same rights as the action. The deciding function may only read, so the acting function checks with the server at execution.
 */
export function accepted(call: Call, reply: Reply, detail: string): Outcome {
  if (call.dryRun && reply.status === 403) {
    return { kind: 'done', detail: 'the target is there; whether it may be changed is asked by the one who acts.' };
  }
  return reply.status >= 200 && reply.status < 300
    ? { kind: 'done', detail: call.dryRun ? `the API server would take it: ${detail}` : detail }
    : failed(reply);
}

/** A transient failure throws, so that the action is retried with the same key; a refusal is an answer. */
export function failed(reply: Reply): Extract<Outcome, { kind: 'refused' }> {
  if (reply.status === 0 || reply.status === 409 || reply.status === 429 || reply.status >= 500) {
    throw new Unavailable(`The Kubernetes API did not carry it out (status ${reply.status}).`);
  }
  const why =
    reply.status === 401 || reply.status === 403
      ? 'The Kubernetes API does not allow it.'
      : `The Kubernetes API refused it with status ${reply.status}: ${Status.safeParse(reply.body).data?.message.slice(0, 300) ?? 'no reason given'}`;
  return { kind: 'refused', why };
}

export const strategicMerge = 'application/strategic-merge-patch+json';
const jsonPatch = 'application/json-patch+json';

/** The part of a JSON patch that stores the key of this attempt. */
export const annotated = (metadata: z.infer<typeof Meta>, call: Call) => ({
  op: 'add',
  path: '/metadata/annotations',
  value: { ...metadata.annotations, [keyAnnotation]: withKey(metadata, call) },
});

export const patched = (call: Call, path: string, patch: readonly unknown[]): Promise<Reply> =>
  call.cluster.request(`${path}${dry(call)}`, { method: 'PATCH', body: patch, contentType: jsonPatch });

const Keyed = z.looseObject({ metadata: Meta });

/** Refused if a test in the patch fails, unless another attempt with this key was faster. */
export async function changed(call: Call, path: string, patch: readonly unknown[], detail: string): Promise<Outcome> {
  const reply = await patched(call, path, patch);
  if (reply.status === 422) {
    const now = await read(call, path, Keyed);
    if (now.kind === 'found' && keysOf(now.object.metadata).includes(call.key))
      return { kind: 'already-done', detail: 'Another try has done it.' };
  }
  return accepted(call, reply, detail);
}
