// Lists all objects of a kind, page by page. If a kind becomes unreadable, the result names the reason and keeps the objects read so far.
import * as z from 'zod';
import { KubernetesObject } from '../../core/model/telemetry.ts';
import { type ClusterAccess, said } from './access.ts';

export interface Kind {
  readonly kind: string;
  readonly path: string;
  /** Restricts the list by the API's field selectors. */
  readonly fields?: string;
  readonly metadataOnly?: boolean;
  /** The kind belongs to an extension that a cluster need not have, so its absence is no gap. */
  readonly extension?: boolean;
}

const pageSize = 500;
const maxPages = 40;
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
  { kind, path, fields, metadataOnly, extension }: Kind,
): Promise<{ items: KubernetesObject[]; failed?: string; bytes: number }> {
  const items: KubernetesObject[] = [];
  let bytes = 0;
  let next = '';
  for (let page = 0; page < maxPages; page += 1) {
    const query = new URLSearchParams({
      limit: String(pageSize),
      ...(fields === undefined ? {} : { fieldSelector: fields }),
      ...(next ? { continue: next } : {}),
    });
    const reply = await cluster.request(`${path}?${query}`, metadataOnly ? { accept: metadataList } : {});
    if (extension && reply.status === 404) return { items, bytes };
    const list = Page.safeParse(reply.body);
    if (reply.status !== 200 || !list.success)
      return { items, bytes, failed: `${kind} (${said(reply)}${onlyThe(items)})` };
    bytes += reply.bytes;
    for (const item of list.data.items) {
      const object = KubernetesObject.safeParse({ ...item, kind });
      if (object.success) items.push(object.data);
    }
    next = list.data.metadata?.continue ?? '';
    if (!next) return { items, bytes };
  }
  return { items, bytes, failed: `${kind} (too many${onlyThe(items)})` };
}

const onlyThe = ({ length }: readonly KubernetesObject[]): string => (length > 0 ? `, only the first ${length}` : '');
