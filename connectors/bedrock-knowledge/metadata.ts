// What a document of a Bedrock data source says of itself: a file beside it, `NAME.metadata.json`, that filters can ask for. At most 1 KB of
// it is kept for a vector in S3 Vectors, so that the least telling is cut.
import * as z from 'zod';
import { typeOf } from '../../core/analysis/knowledge/lookup.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';

const maxBytes = 900;

export function metadataFile({ title, service, tags, ...rest }: KnowledgeDocument): string {
  const type = typeOf({ tags, ...rest });
  const attributes = {
    title: title.slice(0, 150),
    ...(service === undefined ? {} : { service: service.toLowerCase() }),
    ...(type === undefined ? {} : { type }),
    tags: [...tags],
  };
  // Tags that are looked up as they stand have a colon; plain words go first.
  const least = () =>
    Math.max(
      0,
      attributes.tags.findLastIndex((tag) => !tag.includes(':')),
    );
  while (attributes.tags.length > 0 && Buffer.byteLength(JSON.stringify(attributes)) > maxBytes)
    attributes.tags.splice(least(), 1);
  // An empty list is no value.
  const { tags: kept, ...plain } = attributes;
  return JSON.stringify({ metadataAttributes: kept.length > 0 ? attributes : plain });
}

const Metadata = z.object({
  title: z.string().min(1).optional().catch(undefined),
  service: z.string().min(1).optional().catch(undefined),
  tags: z.array(z.string()).catch([]),
});

/** As `Retrieve` gives it back; strange values cost themselves only. */
export const readMetadata = (metadata: unknown): z.infer<typeof Metadata> =>
  Metadata.safeParse(metadata ?? {}).data ?? { tags: [] };
