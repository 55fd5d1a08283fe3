// The KnowledgeBase port on an Amazon Bedrock knowledge base. It retrieves sections on demand, filters them by service, type and tag, and cites them
// like those of the local index. It writes a new document with its metadata file to the data source's bucket and starts an ingestion. A failed
// retrieval is a gap.
import { BedrockAgentClient, ConflictException, StartIngestionJobCommand } from '@aws-sdk/client-bedrock-agent';
import {
  BedrockAgentRuntimeClient,
  type KnowledgeBaseRetrievalResult,
  type RetrievalFilter,
  RetrieveCommand,
} from '@aws-sdk/client-bedrock-agent-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { documentWeight, tagsOf } from '../../core/analysis/knowledge/lookup.ts';
import { sectionsOf } from '../../core/analysis/knowledge/sections.ts';
import { isPhrase, spellings, termsOf } from '../../core/analysis/knowledge/words.ts';
import { Unavailable } from '../../core/errors.ts';
import type { KnowledgeHit } from '../../core/model/telemetry.ts';
import type { KnowledgeBase, KnowledgeDocument, KnowledgeQuery } from '../../core/ports/telemetry.ts';
import { metadataFile, readMetadata } from './metadata.ts';

export interface BedrockKnowledgeOptions {
  readonly knowledgeBaseId: string;
  /** The data source whose bucket `put` writes to. */
  readonly dataSourceId: string;
  /** The prefix of documents in the bucket, with its slash. */
  readonly prefix: string;
  /** Writes a file of the data source. @throws Unavailable */
  readonly put: (file: { readonly name: string; readonly text: string }) => Promise<void>;
  /** The bucket's file for a document. */
  readonly fileOf: (document: KnowledgeDocument) => string;
  readonly retrieval?: BedrockAgentRuntimeClient;
  readonly ingestion?: BedrockAgentClient;
  /** Receives the failure if a stored document has to wait for the next ingestion. */
  readonly onFailure: (failure: Unavailable) => void;
}

/** Limits of `Retrieve`: the characters of a query and the chunks of a result. */
const maxQueryCharacters = 1000;
const maxResults = 100;
/** The timeout of a retrieval; documents only advise, so an investigation waits no longer. */
const timeoutMs = 8000;
/** Similarities range from 0 to 1; the port's scores resemble those of the local index, where 50 is average. */
const scoreScale = 100;
const wordsInWhy = 4;

export function bedrockKnowledge(options: BedrockKnowledgeOptions): KnowledgeBase {
  const { knowledgeBaseId, prefix } = options;
  // HTTP/2, the SDK's default, keeps a connection that is broken when a frozen function wakes up.
  const retrieval = options.retrieval ?? new BedrockAgentRuntimeClient({ requestHandler: new NodeHttpHandler() });
  const ingestion = options.ingestion ?? new BedrockAgentClient({});

  const retrieve = async (text: string, limit: number, filter: RetrievalFilter | undefined) => {
    const command = new RetrieveCommand({
      knowledgeBaseId,
      retrievalQuery: { text },
      retrievalConfiguration: {
        vectorSearchConfiguration: {
          numberOfResults: Math.min(maxResults, limit),
          ...(filter === undefined ? {} : { filter }),
        },
      },
    });
    const answer = await retrieval.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
    return answer.retrievalResults ?? [];
  };

  return {
    async search(query) {
      const text = query.text.slice(0, maxQueryCharacters);
      const description = `Bedrock knowledge base ${knowledgeBaseId}: "${text.slice(0, 120)}"`;
      if (text.trim() === '') return { kind: 'data', data: [], query: description, bytes: 0 };
      const tags = tagsOf(text);
      const startedAt = performance.now();
      try {
        const found = await Promise.all(
          filtersFor(query, tags).map((filter) => retrieve(tags ? tags.join(' ') : text, query.limit, filter)),
        );
        const all = found.flat();
        const data = tags ? tagged(all, tags, prefix) : ranked(all, text, query, prefix);
        const bytes = all.reduce((sum, one) => sum + (one.content?.text?.length ?? 0), 0);
        return { kind: 'data', data: data.slice(0, query.limit), query: description, bytes };
      } catch (cause) {
        const askedMs = Math.round(performance.now() - startedAt);
        const reason = `The Bedrock knowledge base ${knowledgeBaseId} did not answer (${nameOf(cause)}).`;
        return { kind: 'gap', gap: { source: 'knowledge', reason: reason.slice(0, 300), askedMs } };
      }
    },
    async add(document) {
      // The metadata first, so that an ingestion that is running takes both files or neither.
      await options.put({ name: `${document.name}.metadata.json`, text: metadataFile(document) });
      await options.put({ name: document.name, text: options.fileOf(document) });
      await startIngestion(document.name, { ...options, ingestion });
    },
  };
}

export { metadataFile } from './metadata.ts';

/** Makes stored documents searchable. `what`: for people. */
export async function startIngestion(
  what: string,
  {
    knowledgeBaseId,
    dataSourceId,
    ingestion = new BedrockAgentClient({}),
    onFailure,
  }: Pick<BedrockKnowledgeOptions, 'knowledgeBaseId' | 'dataSourceId' | 'ingestion' | 'onFailure'>,
): Promise<void> {
  const start = new StartIngestionJobCommand({
    knowledgeBaseId,
    dataSourceId,
    description: `Added ${what}`.slice(0, 200),
  });
  await ingestion.send(start).catch((cause: unknown) => {
    // An ingestion is already running; the next one takes what this one has missed.
    if (cause instanceof ConflictException) return;
    onFailure(
      new Unavailable(`${what} is stored, but its ingestion into ${knowledgeBaseId} was not started.`, { cause }),
    );
  });
}

/** If the query names a service, search both that service's documents and all documents, so that general ones do not crowd out the service's own. */
function filtersFor(
  { service, type }: KnowledgeQuery,
  tags: readonly string[] | undefined,
): (RetrievalFilter | undefined)[] {
  const ofType: RetrievalFilter[] = type === undefined ? [] : [{ equals: { key: 'type', value: type } }];
  if (tags) {
    const any = tags.map((value): RetrievalFilter => ({ listContains: { key: 'tags', value } }));
    const [one, ...more] = any;
    return one === undefined ? [] : [both([more.length === 0 ? one : { orAll: any }, ...ofType])];
  }
  if (service === undefined) return [both(ofType)];
  return [both([{ equals: { key: 'service', value: service.toLowerCase() } }, ...ofType]), both(ofType)];
}

const both = (filters: readonly RetrievalFilter[]): RetrievalFilter | undefined =>
  filters.length > 1 ? { andAll: [...filters] } : filters[0];

/** The best section of each document, best document first. */
function ranked(
  results: readonly KnowledgeBaseRetrievalResult[],
  text: string,
  query: KnowledgeQuery,
  prefix: string,
): KnowledgeHit[] {
  const spelledWords = spellings(text);
  const best = new Map<string, KnowledgeHit>();
  for (const result of results) {
    const { document, title, service, tags, origin, sections } = chunkOf(result, prefix);
    const similarity = result.score ?? 0;
    const ranked = sections
      .map((section) => ({ section, shared: sharedWords(spelledWords, `${section.heading}\n${section.markdown}`) }))
      .toSorted((a, b) => b.shared.length - a.shared.length)[0];
    if (!ranked) continue;
    const own = service !== undefined && service.toLowerCase() === query.service?.toLowerCase();
    const hit: KnowledgeHit = {
      ...origin,
      document,
      title,
      heading: ranked.section.heading,
      excerpt: ranked.section.markdown,
      score: similarity * scoreScale * documentWeight({ service, draft: tags.includes('draft') }, query.service),
      why: [
        ...(own ? [`written for ${service}`] : []),
        `similarity ${similarity.toFixed(2)}`,
        ...(ranked.shared.length > 0 ? [`${ranked.shared.slice(0, wordsInWhy).join(', ')} in its text`] : []),
      ].join('; '),
    };
    const known = best.get(document);
    if (!known || hit.score > known.score) best.set(document, hit);
  }
  return [...best.values()].sort((a, b) => b.score - a.score || (a.document < b.document ? -1 : 1));
}

/** Every section of the documents with a tag, in descending order of name: names of postmortems sort by time. */
function tagged(
  results: readonly KnowledgeBaseRetrievalResult[],
  spelledWords: readonly string[],
  prefix: string,
): KnowledgeHit[] {
  const hits = results.flatMap((result) => {
    const { document, title, tags, sections } = chunkOf(result, prefix);
    const tag = spelledWords.find((one) => tags.includes(one));
    if (tag === undefined) return [];
    return sections.map(({ heading, markdown }) => ({
      document,
      title,
      heading,
      excerpt: markdown,
      score: 1,
      why: `tagged ${tag}`,
    }));
  });
  // Chunks overlap: if two chunks contain a section, the longer one counts.
  const whole = new Map<string, KnowledgeHit>();
  for (const hit of hits) {
    const key = `${hit.document}\n${hit.heading}`;
    if (hit.excerpt.length > (whole.get(key)?.excerpt.length ?? 0)) whole.set(key, hit);
  }
  return [...whole.values()].sort((a, b) => (a.document === b.document ? 0 : a.document < b.document ? 1 : -1));
}

/** A chunk of a document with the fields of its metadata. Front matter at the beginning of a chunk is removed. */
function chunkOf({ content, location, metadata }: KnowledgeBaseRetrievalResult, prefix: string) {
  const uri = location?.s3Location?.uri ?? '';
  const key = /^s3:\/\/[^/]+\/(.*)$/.exec(uri)?.[1] ?? uri;
  const document = key.startsWith(prefix) ? key.slice(prefix.length) : key || 'unknown';
  const { title = document.replace(/\.md$/i, ''), service, tags, link, changedAt } = readMetadata(metadata);
  const origin = { ...(link === undefined ? {} : { link }), ...(changedAt === undefined ? {} : { changedAt }) };
  const text = (content?.text ?? '').replace(/^\uFEFF?---\r?\n[\s\S]*?\r?\n---(?:\r?\n|$)/, '');
  return { document, title, service, tags, origin, sections: sectionsOf(title, text) };
}

/** The words that the query and the text share, in the query's spelling, without phrases. */
function sharedWords(spelledWords: ReadonlyMap<string, string>, text: string): string[] {
  const there = new Set(termsOf(text).filter((term) => !isPhrase(term)));
  return [...spelledWords].flatMap(([term, spelled]) => (there.has(term) ? [spelled] : []));
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'unknown error');
