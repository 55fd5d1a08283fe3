// Verifies that the audit log is unchanged: each chain by itself, and all chains against the anchors. It reports where a chain breaks; it cannot tell
// whether a person or a disk did it. It does not detect a link that was rewritten after the last anchor together with every later link.
import { AuditAnchor, AuditLink, type StoredLink } from '../../model/audit-chain.ts';
import type { Ports } from '../../ports/index.ts';
import { beforeTheFirst, chainOf, hashOfAnchor, hashOfLink } from './chain.ts';

export type ChainBreak =
  /** The item at this place is not the original link, or not a link. */
  | { readonly kind: 'altered'; readonly chain: string; readonly place: number; readonly entryId?: string | undefined }
  | { readonly kind: 'missing'; readonly chain: string; readonly from: number; readonly to: number }
  /** A complete link stands at the place of another one. */
  | { readonly kind: 'moved'; readonly chain: string; readonly place: number; readonly written: number }
  /** The link belongs to another chain. */
  | { readonly kind: 'misplaced'; readonly chain: string; readonly place: number; readonly belongs: string }
  /** The link does not follow the previous one: the previous one was rewritten. */
  | { readonly kind: 'rewritten'; readonly chain: string; readonly place: number }
  /** The chain ends before its place in an anchor. */
  | {
      readonly kind: 'cut';
      readonly chain: string;
      readonly end: number;
      readonly anchored: number;
      readonly day: string;
    }
  /** Another link stands at the place in an anchor. */
  | { readonly kind: 'replaced'; readonly chain: string; readonly place: number; readonly day: string }
  /** An anchor has the chain, but none of its links exists any more. */
  | { readonly kind: 'gone'; readonly chain: string; readonly anchored: number; readonly day: string }
  /** The entry is in no chain, although it was written after chains existed. */
  | { readonly kind: 'unchained'; readonly entryId: string; readonly at: string }
  | { readonly kind: 'anchor-altered'; readonly day: string }
  /** The anchor does not follow the previous one: the previous one is missing or was rewritten. */
  | { readonly kind: 'anchor-missing'; readonly day: string };

export interface AuditCheck {
  readonly chains: number;
  readonly links: number;
  /** Number of entries from before chains existed; nothing shows whether they are unchanged. */
  readonly beforeTheChain: number;
  readonly anchors: number;
  /** Day of the last anchor. */
  readonly lastAnchor?: string | undefined;
  /** Number of links that no anchor covers yet. */
  readonly notAnchored: number;
  readonly breaks: readonly ChainBreak[];
}

/** Verifies the chains of the span, and all chains in the anchors of the span. */
export async function verifyAudit(
  span: { readonly since: string; readonly until: string },
  { audit, anchors }: Pick<Ports, 'audit' | 'anchors'>,
): Promise<AuditCheck> {
  const [{ chains: named, unchained: before }, stored] = await Promise.all([audit.contents(span), anchors.all()]);
  const known = stored.filter(({ day }) => day >= span.since.slice(0, 10));
  const checked = anchoredHeads(known);
  const chains = [...new Set([...named, ...checked.heads.keys()])].sort();
  const breaks: ChainBreak[] = [...checked.breaks];
  let links = 0;
  let notAnchored = 0;
  let first: string | undefined;
  for (const chain of chains) {
    const places = await audit.links(chain);
    const anchored = checked.heads.get(chain) ?? [];
    breaks.push(...breaksOf(chain, places), ...breaksAgainst(chain, places, anchored));
    links += places.length;
    const end = Math.max(0, ...anchored.map(({ sequence }) => sequence));
    notAnchored += places.filter(({ place }) => place > end).length;
    const at = AuditLink.safeParse(places[0]?.item).data?.entry.at;
    if (typeof at === 'string' && (first === undefined || at < first)) first = at;
  }
  const late = first === undefined ? [] : before.filter(({ at }) => Date.parse(at) > Date.parse(first) + graceMs);
  breaks.push(...late.map(({ id, at }) => ({ kind: 'unchained' as const, entryId: id, at })));
  return {
    chains: chains.length,
    links,
    beforeTheChain: before.length - late.length,
    anchors: known.length,
    lastAnchor: known.at(-1)?.day,
    notAnchored,
    breaks,
  };
}

/** During a deployment, functions of the old and the new version write side by side. */
const graceMs = 3_600_000;

function breaksOf(chain: string, places: readonly StoredLink[]): ChainBreak[] {
  const breaks: ChainBreak[] = [];
  let next = 1;
  /** Undefined if the previous link may have been altered. */
  let previous: string | undefined = beforeTheFirst;
  for (const { place, item } of places) {
    if (place < next) {
      // An invalid place, or one that another link has.
      breaks.push({ kind: 'altered', chain, place });
      continue;
    }
    if (place > next) {
      breaks.push({ kind: 'missing', chain, from: next, to: place - 1 });
      previous = undefined;
    }
    next = place + 1;
    const link = AuditLink.safeParse(item).data;
    if (link === undefined || hashOfLink(link) !== link.hash) {
      const entryId = typeof link?.entry.id === 'string' ? link.entry.id : undefined;
      breaks.push({ kind: 'altered', chain, place, entryId });
      previous = undefined;
      continue;
    }
    if (link.chain !== chain) breaks.push({ kind: 'misplaced', chain, place, belongs: link.chain });
    else if (link.sequence !== place) breaks.push({ kind: 'moved', chain, place, written: link.sequence });
    else if (!belongsTo(chain, link)) breaks.push({ kind: 'altered', chain, place });
    else if (previous !== undefined && link.previous !== previous) breaks.push({ kind: 'rewritten', chain, place });
    previous = link.chain === chain && link.sequence === place ? link.hash : undefined;
  }
  return breaks;
}

/** Reads only the incident id, so that later versions of the entry's schema work, too. */
const belongsTo = (chain: string, { entry: { incidentId } }: AuditLink): boolean =>
  chainOf({ incidentId: typeof incidentId === 'string' ? incidentId : undefined }) === chain;

interface AnchoredHead {
  readonly sequence: number;
  readonly hash: string;
  readonly day: string;
}

/** The anchored heads of each chain, oldest first, and the breaks of the anchors themselves. */
function anchoredHeads(stored: readonly { readonly day: string; readonly anchor: unknown }[]): {
  readonly heads: ReadonlyMap<string, readonly AnchoredHead[]>;
  readonly breaks: readonly ChainBreak[];
} {
  const heads = new Map<string, AnchoredHead[]>();
  const breaks: ChainBreak[] = [];
  let previous: string | undefined;
  for (const { day, anchor: raw } of stored) {
    const anchor = AuditAnchor.safeParse(raw).data;
    if (anchor === undefined || anchor.day !== day || hashOfAnchor(anchor) !== anchor.hash) {
      breaks.push({ kind: 'anchor-altered', day });
      previous = undefined;
      continue;
    }
    if (previous !== undefined && anchor.previous !== previous) breaks.push({ kind: 'anchor-missing', day });
    previous = anchor.hash;
    for (const { chain, sequence, hash } of anchor.heads)
      heads.set(chain, [...(heads.get(chain) ?? []), { sequence, hash, day }]);
  }
  return { heads, breaks };
}

function breaksAgainst(chain: string, places: readonly StoredLink[], anchored: readonly AnchoredHead[]): ChainBreak[] {
  // A later anchor may have a shorter chain: then the chain was cut between the two anchors.
  const last = anchored.toSorted((a, b) => a.sequence - b.sequence).at(-1);
  if (last === undefined) return [];
  const end = Math.max(0, ...places.map(({ place }) => place));
  if (end === 0) return [{ kind: 'gone', chain, anchored: last.sequence, day: last.day }];
  if (end < last.sequence) return [{ kind: 'cut', chain, end, anchored: last.sequence, day: last.day }];
  const at = new Map(places.map(({ place, item }) => [place, AuditLink.safeParse(item).data?.hash]));
  return anchored.flatMap(({ sequence, hash, day }): ChainBreak[] =>
    !at.has(sequence) || at.get(sequence) === hash ? [] : [{ kind: 'replaced', chain, place: sequence, day }],
  );
}
