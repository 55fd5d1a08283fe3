// Writes and reads the metadata of a document in a Bedrock data source: the file `NAME.metadata.json` beside it, whose fields filters can use. S3
// Vectors keeps at most 1 KB of metadata per vector, so the least informative fields are cut.
import * as z from 'zod';
import { typeOf } from '../../core/analysis/knowledge/lookup.ts';
import type { KnowledgeDocument } from '../../core/ports/telemetry.ts';

const maxBytes = 900;

export function metadataFile(document: KnowledgeDocument): string {
  const { title, service, tags } = document;
  const type = typeOf(document);
  const attributes = {
    title: title.slice(0, 150),
    ...(service === undefined ? {} : { service: service.toLowerCase() }),
    ...(type === undefined ? {} : { type }),
    ...(document.link === undefined || document.link.length > 300 ? {} : { link: document.link }),
    ...(document.changedAt === undefined ? {} : { changedAt: document.changedAt }),
    tags: [...tags],
  };
  // The least informative tag: plain words go first, because tags with a colon are looked up verbatim.
  const least = () =>
    Math.max(
      0,
      attributes.tags.findLastIndex((tag) => !tag.includes(':')),
    );
  while (attributes.tags.length > 0 && Buffer.byteLength(JSON.stringify(attributes)) > maxBytes)
    attributes.tags.splice(least(), 1);
  // Bedrock does not accept an empty list as a value.
  const { tags: kept, ...plain } = attributes;
  return JSON.stringify({ metadataAttributes: kept.length > 0 ? attributes : plain });
}

const Metadata = z.object({
  title: z.string().min(1).optional().catch(undefined),
  service: z.string().min(1).optional().catch(undefined),
  link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
  changedAt: z.iso.datetime().optional().catch(undefined),
  tags: z.array(z.string()).catch([]),
});

/** Reads metadata as `Retrieve` returns it. An invalid field is dropped and the others stay. */
export const readMetadata = (metadata: unknown): z.infer<typeof Metadata> =>
  Metadata.safeParse(metadata ?? {}).data ?? { tags: [] };
