// The KnowledgeBase port as a full-text index in memory (minisearch: BM25+), over documents given and, where there is a folder, kept there.
// A hit is a section, with why it matched. Bedrock Knowledge Bases are the other side of the same port.
import MiniSearch, { type SearchResult } from 'minisearch';
import type { KnowledgeHit } from '../../core/model/telemetry.ts';
import type { KnowledgeBase, KnowledgeDocument, KnowledgeQuery } from '../../core/ports/telemetry.ts';
import { writeDocument } from './folder.ts';
import { sectionsOf } from './sections.ts';

export { loadKnowledgeFolder } from './folder.ts';
export { documentOf, fileOf } from './front-matter.ts';

interface Indexed {
  readonly id: string;
  readonly document: string;
  readonly title: string;
  readonly heading: string;
  readonly service: string;
  readonly tags: string;
  readonly body: string;
}

export interface KnowledgeIndexOptions {
  /** Where `add` keeps documents; in memory only where absent. */
  readonly folder?: string | undefined;
}

const fields = ['title', 'heading', 'service', 'tags', 'body'] as const;
/** The name of a runbook says more about what it is for than any sentence in it. */
const boost = { title: 4, heading: 2.5, service: 2, tags: 2, body: 1 };
const fieldWords: Record<string, string> = {
  title: 'title',
  heading: 'heading',
  service: 'service',
  tags: 'tags',
  body: 'text',
};
const otherServiceFactor = 0.4;
/** Nobody has read a draft yet: what people wrote comes first. */
const draftFactor = 0.4;
const draftTag = 'draft';
const maxQueryCharacters = 1000;

export function knowledgeIndex(
  documents: readonly KnowledgeDocument[],
  options: KnowledgeIndexOptions = {},
): KnowledgeBase {
  const index = new MiniSearch<Indexed>({
    fields: [...fields],
    storeFields: ['document', 'title', 'heading', 'service', 'tags', 'body'],
    tokenize,
    processTerm: (term) => (saysNothing(term) ? null : stem(term)),
    searchOptions: { boost, prefix: (term) => term.length >= 5, fuzzy: (term) => (term.length >= 8 ? 0.15 : false) },
  });
  const held = new Map<string, Indexed[]>();
  const put = (document: KnowledgeDocument): void => {
    for (const old of held.get(document.name) ?? []) index.remove(old);
    const sections = indexedOf(document, held);
    held.set(document.name, sections);
    index.addAll(sections);
  };
  for (const document of documents) put(document);

  return {
    async search(query) {
      const text = query.text.slice(0, maxQueryCharacters);
      const results = index.search(text, {
        boostDocument: (_id, _term, stored) => serviceFactor(stored?.service, query.service) * trust(stored?.tags),
      });
      return { kind: 'data', data: hitsOf(results, query), query: `"${text.slice(0, 120)}"`, bytes: 0 };
    },
    async add(document) {
      if (options.folder !== undefined) await writeDocument(options.folder, document);
      put(document);
    },
  };
}

/** Sections that another document has word for word are left to that document. */
function indexedOf(document: KnowledgeDocument, held: ReadonlyMap<string, readonly Indexed[]>): Indexed[] {
  const known = new Set(
    [...held].filter(([name]) => name !== document.name).flatMap(([, sections]) => sections.map(({ body }) => body)),
  );
  return sectionsOf(document.title, document.markdown)
    .filter(({ markdown }) => markdown.length < 40 || !known.has(markdown))
    .map(({ heading, markdown }, place) => ({
      id: `${document.name}#${place}`,
      document: document.name,
      title: document.title,
      heading,
      service: document.service ?? '',
      tags: document.tags.join(' '),
      body: markdown,
    }));
}

const serviceFactor = (documents: unknown, asked: string | undefined): number => {
  if (typeof documents !== 'string' || documents === '' || asked === undefined) return 1;
  return documents.toLowerCase() === asked.toLowerCase() ? 1.5 : otherServiceFactor;
};

const trust = (tags: unknown): number =>
  typeof tags === 'string' && tags.split(' ').includes(draftTag) ? draftFactor : 1;

/** The best section of each document. */
function hitsOf(results: readonly SearchResult[], query: KnowledgeQuery): KnowledgeHit[] {
  const asked = new Map(tokenize(query.text).map((word) => [stem(word), word]));
  const seen = new Set<string>();
  const best = results.filter((result) => !seen.has(result.document) && seen.add(result.document));
  return best.slice(0, query.limit).map((result) => ({
    document: String(result.document),
    title: String(result.title),
    heading: String(result.heading),
    excerpt: String(result.body),
    score: result.score,
    why: whyOf(result, asked),
  }));
}

/** By the words that were asked, not by their stems. */
function whyOf(result: SearchResult, asked: ReadonlyMap<string, string>): string {
  const byField = new Map<string, string[]>();
  for (const [term, where] of Object.entries(result.match)) {
    const field = fields.find((name) => where.includes(name));
    if (field) byField.set(field, [...(byField.get(field) ?? []), asked.get(term) ?? term]);
  }
  return fields
    .filter((field) => byField.has(field))
    .map((field) => `${(byField.get(field) ?? []).slice(0, 4).join(', ')} in its ${fieldWords[field]}`)
    .join('; ');
}

/** Words, and the parts of names: `KubePodCrashLooping` is found by "pod crash looping", and the reverse. */
function tokenize(text: string): string[] {
  const names = text.match(/[A-Za-z0-9]+/g) ?? [];
  const parts = names.flatMap((name) => {
    const split = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(' ');
    return split.length > 1 ? [name, ...split] : [name];
  });
  return parts.map((part) => part.toLowerCase());
}

const stopWords = new Set(
  'a an and are as at be by for from has have if in is it its not of on or than that the this to was were will with you'.split(
    ' ',
  ),
);
/** A word of every text, a single letter or digit, or a number as long as only ids are. */
const saysNothing = (term: string): boolean => stopWords.has(term) || term.length < 2 || /^\d{6,}$/.test(term);
/** Plural and participle meet their stem; more would make other words of them. */
const stem = (term: string): string =>
  term.length > 5 ? term.replace(/(?:ing|ed|es|s)$/, '') : term.length > 3 ? term.replace(/s$/, '') : term;
