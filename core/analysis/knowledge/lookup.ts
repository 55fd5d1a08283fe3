// Looking documents up by what they are and how they are tagged, apart from what they say. The same for every knowledge base.
import type { KnowledgeDocument, KnowledgeType } from '../../ports/telemetry.ts';

/** Asks for every section of the documents that have one of these tags, and for nothing else. */
export const tagQuery = (tags: readonly string[]): string => tags.map((tag) => `tag:${tag}`).join(' ');

/** The tags that a text asks for; undefined where it asks for words. */
export function tagsAsked(text: string): string[] | undefined {
  const words = text.trim().split(/\s+/);
  return words.every((word) => word.startsWith('tag:')) ? words.map((word) => word.slice('tag:'.length)) : undefined;
}

export const typeOf = ({ tags }: Pick<KnowledgeDocument, 'tags'>): KnowledgeType | undefined =>
  (['postmortem', 'runbook'] as const).find((type) => tags.includes(type));

export const isOfType = (document: Pick<KnowledgeDocument, 'tags'>, type: KnowledgeType | undefined): boolean =>
  type === undefined || typeOf(document) === type;

/** What a match is worth for who wrote it and for whom: nobody has read a draft yet, and another service's page is about another service. */
export function standing(
  { service, draft }: { readonly service?: string | undefined; readonly draft: boolean },
  asked: string | undefined,
): number {
  const own = service !== undefined && asked !== undefined && service.toLowerCase() === asked.toLowerCase();
  return (own ? 1.5 : service === undefined || asked === undefined ? 1 : 0.4) * (draft ? 0.4 : 1);
}
