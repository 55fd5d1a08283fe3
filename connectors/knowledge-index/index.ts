// The KnowledgeBase port as a full-text index in memory (minisearch: BM25+), over the given documents and, if configured, those of a folder. It
// ranks each document as a whole and by its best section; that section is the hit, with the reasons for the match. connectors/bedrock-knowledge
// implements the same port.
import MiniSearch, { type Options, type SearchResult } from 'minisearch';
import { documentWeight, isOfType, tagsOf } from '../../core/analysis/knowledge/lookup.ts';
import { type Section, sectionsOf } from '../../core/analysis/knowledge/sections.ts';
import { isPhrase, spellings, termsOf } from '../../core/analysis/knowledge/words.ts';
import type { KnowledgeHit } from '../../core/model/telemetry.ts';
import type { KnowledgeBase, KnowledgeDocument, KnowledgeQuery } from '../../core/ports/telemetry.ts';
import { writeDocument } from './folder.ts';

export { folderCopies } from './copies.ts';
export { loadKnowledgeFolder } from './folder.ts';
export { documentOf, fileOf } from './front-matter.ts';

export interface KnowledgeIndexOptions {
  /** The folder in which `add` stores documents; absent, only in memory. */
  readonly folder?: string | undefined;
}

interface Held {
  readonly document: KnowledgeDocument;
  readonly sections: readonly Section[];
  readonly whole: IndexedDocument;
}

interface IndexedDocument {
  readonly id: string;
  readonly title: string;
  readonly headings: string;
  readonly service: string;
  readonly tags: string;
  readonly body: string;
}

interface IndexedSection {
  readonly id: string;
  readonly document: string;
  readonly place: number;
  readonly heading: string;
  readonly body: string;
}

/** The title of a runbook says more about its purpose than any sentence in it. */
const documentBoost = { title: 6, headings: 1, service: 2, tags: 2, body: 1 };
const sectionBoost = { heading: 2, body: 1 };
/** The share of the best section in the document's score, so that a section can find a long page about many topics. */
const sectionShare = 0.5;
const phraseWeight = 0.3;
/** One common word is chance, unless it is the whole query or the document's whole title. */
const fewestWords = 2;
/** The title and headings of a draft repeat its alert, so they are not searched. */
const draftTag = 'draft';
const maxQueryCharacters = 1000;
/** The minimum length of a copied section, in characters. Shorter sections are equal by chance. */
const copiedCharacters = 40;
const wordsInWhy = 4;

const fields: readonly (readonly [field: keyof typeof documentBoost, inWords: string])[] = [
  ['title', 'title'],
  ['headings', 'headings'],
  ['service', 'service'],
  ['tags', 'tags'],
  ['body', 'text'],
];

const indexed: Pick<Options, 'tokenize' | 'processTerm'> = {
  tokenize: termsOf,
  processTerm: (term) => term,
};

export function knowledgeIndex(
  documents: readonly KnowledgeDocument[],
  options: KnowledgeIndexOptions = {},
): KnowledgeBase & {
  /** Both change the index only, and no file. */
  hold(document: KnowledgeDocument): void;
  remove(name: string): void;
} {
  const wholes = new MiniSearch<IndexedDocument>({ ...indexed, fields: Object.keys(documentBoost) });
  const sections = new MiniSearch<IndexedSection>({
    ...indexed,
    fields: Object.keys(sectionBoost),
    storeFields: ['document', 'place'],
  });
  const held = new Map<string, Held>();
  /** The first document with a text; the index leaves the text out of the others. */
  const owners = new Map<string, string>();
  /** For each word, the number of documents that contain it. */
  const spread = new Map<string, number>();
  const count = (document: IndexedDocument, by: 1 | -1): void => {
    const { id: _, ...texts } = document;
    for (const word of spellings(Object.values(texts).join('\n')).keys())
      spread.set(word, (spread.get(word) ?? 0) + by);
  };
  /** A long word that occurs in no document may be a typo of another word. */
  const lenient = {
    boostTerm: (term: string) => (isPhrase(term) ? phraseWeight : 1),
    fuzzy: (term: string) => (term.length >= 8 && !isPhrase(term) && !spread.get(term) ? 0.15 : false),
  };

  const remove = (name: string): void => {
    const old = held.get(name);
    if (!old) return;
    for (const { markdown } of old.sections) if (owners.get(markdown) === name) owners.delete(markdown);
    wholes.discard(name);
    count(old.whole, -1);
    sections.discardAll(old.sections.map((_, place) => sectionId(name, place)));
    held.delete(name);
  };
  const put = (document: KnowledgeDocument): void => {
    const { name } = document;
    remove(name);
    const own = sectionsOf(document.title, document.markdown).filter(
      ({ markdown }) => markdown.length < copiedCharacters || !owners.has(markdown),
    );
    if (own.length === 0) return;
    for (const { markdown } of own) owners.set(markdown, name);
    const whole = {
      id: name,
      title: isDraft(document) ? '' : document.title,
      headings: isDraft(document) ? '' : own.map(({ heading }) => heading).join('\n'),
      service: document.service ?? '',
      tags: document.tags.filter((tag) => !isKey(tag)).join('\n'),
      body: own.map(({ markdown }) => markdown).join('\n\n'),
    };
    held.set(name, { document, sections: own, whole });
    wholes.add(whole);
    count(whole, 1);
    sections.addAll(
      own.map(({ heading, markdown }, place) => ({
        id: sectionId(name, place),
        document: name,
        place,
        heading: isDraft(document) ? '' : heading,
        body: markdown,
      })),
    );
  };
  for (const document of documents) put(document);

  const ranked = (query: KnowledgeQuery, text: string): KnowledgeHit[] => {
    const spelledWords = spellings(text);
    // minisearch multiplies by the number of matched terms; dividing by the number of all terms makes scores of long and short questions comparable.
    const terms = new Set(termsOf(text)).size;
    const best = new Map<string, SearchResult>();
    for (const section of sections.search(text, { ...lenient, boost: sectionBoost }))
      if (!best.has(section.document)) best.set(section.document, section);
    return wholes
      .search(text, { ...lenient, boost: documentBoost })
      .flatMap((whole) => {
        const name = String(whole.id);
        const found = held.get(name);
        if (!found || !isOfType(found.document, query.type) || !isEnough(whole, spelledWords, found.document, query))
          return [];
        const section = best.get(name);
        const { heading, markdown } = found.sections[section?.place ?? 0] ?? { heading: '', markdown: '' };
        const { document } = found;
        return {
          ...originOf(document),
          document: name,
          title: document.title,
          heading,
          excerpt: markdown,
          score:
            ((whole.score + sectionShare * (section?.score ?? 0)) / terms) *
            documentWeight({ service: document.service, draft: isDraft(document) }, query.service),
          why: whyOf(whole, spelledWords, spread, isOwn(document, query.service) ? document.service : undefined),
        };
      })
      .sort((a, b) => b.score - a.score || compare(a.document, b.document))
      .slice(0, query.limit);
  };
  const tagged = (query: KnowledgeQuery, tags: readonly string[]): KnowledgeHit[] =>
    [...held.values()]
      .flatMap((one) => {
        const tag = tags.find((wantedTag) => one.document.tags.includes(wantedTag));
        return tag === undefined || !isOfType(one.document, query.type) ? [] : [{ ...one, tag }];
      })
      .sort((a, b) => compare(b.document.name, a.document.name))
      .flatMap(({ document, sections, tag }) =>
        sections.map(({ heading, markdown }) => ({
          ...originOf(document),
          document: document.name,
          title: document.title,
          heading,
          excerpt: markdown,
          score: 1,
          why: `tagged ${tag}`,
        })),
      )
      .slice(0, query.limit);

  return {
    hold: put,
    remove,
    async search(query) {
      const text = query.text.slice(0, maxQueryCharacters);
      const tags = tagsOf(text);
      const data = tags ? tagged(query, tags) : ranked(query, text);
      return { kind: 'data', data, query: `"${text.slice(0, 120)}"`, bytes: 0 };
    },
    async add(document) {
      if (options.folder !== undefined) await writeDocument(options.folder, document);
      put(document);
    },
  };
}

const originOf = ({ link, changedAt }: KnowledgeDocument): Pick<KnowledgeHit, 'link' | 'changedAt'> => ({
  ...(link === undefined ? {} : { link }),
  ...(changedAt === undefined ? {} : { changedAt }),
});

const sectionId = (document: string, place: number): string => `${document}#${place}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A tag with a colon is looked up verbatim; its words say nothing about the text. */
const isKey = (tag: string): boolean => tag.includes(':');

const isDraft = ({ tags }: KnowledgeDocument): boolean => tags.includes(draftTag);

const isOwn = (document: KnowledgeDocument, service: string | undefined): boolean =>
  service !== undefined && document.service?.toLowerCase() === service.toLowerCase();

function isEnough(
  whole: SearchResult,
  spelledWords: ReadonlyMap<string, string>,
  document: KnowledgeDocument,
  { service }: KnowledgeQuery,
): boolean {
  const matched = whole.queryTerms.filter((term) => !isPhrase(term)).length;
  const title = [...spellings(document.title).keys()];
  const named = title.length > 0 && title.every((term) => spelledWords.has(term));
  return matched >= Math.min(fewestWords, spelledWords.size) || named || isOwn(document, service);
}

/** Explains a match by the words of the query, not by their stems: each with the field where it matters most, the rarest words first. */
function whyOf(
  whole: SearchResult,
  spelledWords: ReadonlyMap<string, string>,
  spread: ReadonlyMap<string, number>,
  ownService: string | undefined,
): string {
  const found = Object.entries(whole.match)
    .filter(([term]) => !isPhrase(term))
    .sort(([a], [b]) => (spread.get(a) ?? 0) - (spread.get(b) ?? 0));
  const byField = Map.groupBy(found, ([, where]) => fields.find(([field]) => where.includes(field))?.[0]);
  const reasons = fields.flatMap(([field, inWords]) => {
    const words = (byField.get(field) ?? []).map(([term]) => spelledWords.get(term) ?? term);
    return words.length > 0 ? [`${words.slice(0, wordsInWhy).join(', ')} in its ${inWords}`] : [];
  });
  return [...(ownService === undefined ? [] : [`written for ${ownService}`]), ...reasons].join('; ');
}
