// Looks documents up by type and tags rather than by their words. Every knowledge base shares these functions.
import type { KnowledgeDocument, KnowledgeType } from '../../ports/telemetry.ts';

/** Builds a query for every section of the documents that have one of these tags, and for nothing else. */
export const tagQuery = (tags: readonly string[]): string => tags.map((tag) => `tag:${tag}`).join(' ');

/** The tags that a query asks for; undefined if it asks for words. */
export function tagsOf(text: string): string[] | undefined {
  const words = text.trim().split(/\s+/);
  return words.every((word) => word.startsWith('tag:')) ? words.map((word) => word.slice('tag:'.length)) : undefined;
}

export const typeOf = ({ tags }: Pick<KnowledgeDocument, 'tags'>): KnowledgeType | undefined =>
  (['postmortem', 'runbook'] as const).find((type) => tags.includes(type));

export const isOfType = (document: Pick<KnowledgeDocument, 'tags'>, type: KnowledgeType | undefined): boolean =>
  type === undefined || typeOf(document) === type;

/** Weight of a match by author and service. Drafts weigh less because nobody has reviewed them. Documents of another service weigh less too. */
export function documentWeight(
  { service, draft }: { readonly service?: string | undefined; readonly draft: boolean },
  searchedService: string | undefined,
): number {
  const own =
    service !== undefined && searchedService !== undefined && service.toLowerCase() === searchedService.toLowerCase();
  return (own ? 1.5 : service === undefined || searchedService === undefined ? 1 : 0.4) * (draft ? 0.4 : 1);
}
