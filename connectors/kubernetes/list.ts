// Lists all objects of a kind, page by page. If a kind becomes unreadable, the result names the reason and keeps the objects read so far.
import * as z from 'zod';
import { KubernetesObject } from '../../core/model/telemetry.ts';
import { withRetries } from '../retry.ts';
import { type ClusterAccess, type Reply, statusText } from './access.ts';

export interface Kind {
  readonly kind: string;
  readonly path: string;
  /** Restricts the list by the API's field selectors. */
  readonly fields?: string;
  /** Restricts the list by labels, as `kubectl -l` does. */
  readonly labels?: string;
  readonly metadataOnly?: boolean;
  /** The kind belongs to an extension that a cluster need not have, so its absence is no gap. */
  readonly extension?: boolean;
  /** Pages that are read at most without calling the list incomplete; absent, all. */
  readonly pages?: number;
  /** Objects on a page; 500 if absent. */
  readonly pageSize?: number;
  /** Milliseconds after which no further page is asked for. */
  readonly withinMs?: number | undefined;
}

const maxPages = 40;
/** Bytes of one list. */
const maxBytes = 512 * 1024 * 1024;
/** Milliseconds within which a page is asked for again if the server is busy. */
const maxWaitMs = 5500;
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const Page = z.looseObject({
  metadata: z.looseObject({ continue: z.string().nullish() }).nullish(),
  // The API returns null for an empty list if only metadata is requested.
  items: z
    .array(z.looseObject({}))
    .nullable()
    .transform((items) => items ?? []),
});

export async function listOf(
  cluster: ClusterAccess,
  of: Kind,
): Promise<{ items: KubernetesObject[]; failed?: string; bytes: number }> {
  const items: KubernetesObject[] = [];
  const { failed, bytes } = await eachObject(cluster, of, (item) => {
    const object = KubernetesObject.safeParse({ ...item, kind: of.kind });
    if (object.success) items.push(object.data);
  });
  return { items, bytes, ...(failed && { failed: `${of.kind} (${failed.why})` }) };
}

/** Calls `take` for each object, so that a caller can keep a small part of large objects. */
export async function eachObject(
  cluster: ClusterAccess,
  { path, fields, labels, metadataOnly, extension, pages, pageSize = 500, withinMs }: Kind,
  take: (item: Readonly<Record<string, unknown>>) => void,
): Promise<{
  readonly bytes: number;
  readonly failed?: { readonly why: string; readonly forbidden: boolean };
  /** The pages that were allowed are read, and there are more. */
  readonly more?: true;
}> {
  const late = withinMs === undefined ? undefined : AbortSignal.timeout(withinMs);
  let bytes = 0;
  let count = 0;
  let next = '';
  const failed = (why: string, forbidden = false) => ({
    bytes,
    failed: { why: `${why}${count > 0 ? `, only the first ${count}` : ''}`, forbidden },
  });
  for (let page = 0; page < maxPages; page += 1) {
    if (bytes > maxBytes) return failed('too large');
    if (late?.aborted) return failed('too slow');
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(fields === undefined ? {} : { fieldSelector: fields }),
      ...(labels === undefined ? {} : { labelSelector: labels }),
      ...(next ? { continue: next } : {}),
    });
    const reply = await patiently(() =>
      cluster.request(`${path}?${query}`, metadataOnly ? { accept: metadataList } : {}),
    );
    if (extension && reply.status === 404) return { bytes };
    const list = Page.safeParse(reply.body);
    if (reply.status !== 200 || !list.success)
      return failed(statusText(reply), reply.status === 401 || reply.status === 403);
    const given = list.data.metadata?.continue ?? '';
    if (next !== '' && given === next) return failed('its pages repeat');
    bytes += reply.bytes;
    count += list.data.items.length;
    for (const item of list.data.items) take(item);
    next = given;
    if (!next) return { bytes };
    if (page + 1 === pages) return { bytes, more: true };
  }
  return failed('too many');
}

/** Asks again as long as the server is busy (429) and the wait that it names is short. */
export function patiently(request: () => Promise<Reply>): Promise<Reply> {
  const until = performance.now() + maxWaitMs;
  return withRetries(request, {
    maxAttempts: 6,
    waitMs: ({ status, retryAfterMs = 0 }) => (status === 429 ? Math.max(retryAfterMs, 1000) : undefined),
    leftMs: () => until - performance.now(),
  });
}
