// Whether the audit is what was written: each chain by itself, and all chains against the anchors. Says where one breaks; whether somebody did
// it, or a disk, is not known here. A link that was written anew after the last anchor, with every link after it, is not seen.
import { AuditAnchor, AuditLink, type StoredLink } from '../../model/audit-chain.ts';
import type { Ports } from '../../ports/index.ts';
import { beforeTheFirst, chainOf, hashOfAnchor, hashOfLink } from './chain.ts';

export type ChainBreak =
  /** What is in this place is not what was written there, or no link at all. */
  | { readonly kind: 'altered'; readonly chain: string; readonly place: number; readonly entryId?: string | undefined }
  | { readonly kind: 'missing'; readonly chain: string; readonly from: number; readonly to: number }
  /** A whole link stands in the place of another one. */
  | { readonly kind: 'moved'; readonly chain: string; readonly place: number; readonly written: number }
  /** It belongs to another chain. */
  | { readonly kind: 'misplaced'; readonly chain: string; readonly place: number; readonly belongs: string }
  /** It does not follow the link before it: that one was written anew. */
  | { readonly kind: 'rewritten'; readonly chain: string; readonly place: number }
  /** The chain ends before the place that an anchor holds. */
  | {
      readonly kind: 'cut';
      readonly chain: string;
      readonly end: number;
      readonly anchored: number;
      readonly day: string;
    }
  /** Another link stands in the place that an anchor holds. */
  | { readonly kind: 'replaced'; readonly chain: string; readonly place: number; readonly day: string }
  /** Nothing is left of a chain that an anchor holds. */
  | { readonly kind: 'gone'; readonly chain: string; readonly anchored: number; readonly day: string }
  /** Written into no chain after there were chains. */
  | { readonly kind: 'unchained'; readonly entryId: string; readonly at: string }
  | { readonly kind: 'anchor-altered'; readonly day: string }
  /** It does not follow the anchor before it: that one is missing or was written anew. */
  | { readonly kind: 'anchor-missing'; readonly day: string };

export interface AuditCheck {
  readonly chains: number;
  readonly links: number;
  /** Entries of before there were chains: nothing shows whether they are as they were written. */
  readonly beforeTheChain: number;
  readonly anchors: number;
  /** Day of the last one. */
  readonly lastAnchor?: string | undefined;
  /** Links that no anchor holds yet. */
  readonly notAnchored: number;
  readonly breaks: readonly ChainBreak[];
}

/** Chains of the span, and all that anchors of the span hold. */
export async function verifyAudit(
  span: { readonly since: string; readonly until: string },
  { audit, anchors }: Pick<Ports, 'audit' | 'anchors'>,
): Promise<AuditCheck> {
  const [{ chains: named, unchained: before }, stored] = await Promise.all([audit.contents(span), anchors.all()]);
  const known = stored.filter(({ day }) => day >= span.since.slice(0, 10));
  const held = heldBy(known);
  const chains = [...new Set([...named, ...held.heads.keys()])].sort();
  const breaks: ChainBreak[] = [...held.breaks];
  let links = 0;
  let notAnchored = 0;
  let first: string | undefined;
  for (const chain of chains) {
    const places = await audit.links(chain);
    const anchored = held.heads.get(chain) ?? [];
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

/** While a stage is deployed, functions of before and after write side by side. */
const graceMs = 3_600_000;

function breaksOf(chain: string, places: readonly StoredLink[]): ChainBreak[] {
  const breaks: ChainBreak[] = [];
  let next = 1;
  /** Undefined where the link before is not known to be as it was written. */
  let previous: string | undefined = beforeTheFirst;
  for (const { place, item } of places) {
    if (place < next) {
      // No place of the chain, or one that is taken.
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

/** Whatever else a later version of the schema makes of an entry. */
const belongsTo = (chain: string, { entry: { incidentId } }: AuditLink): boolean =>
  chainOf({ incidentId: typeof incidentId === 'string' ? incidentId : undefined }) === chain;

interface Held {
  readonly sequence: number;
  readonly hash: string;
  readonly day: string;
}

/** What the anchors say of each chain, oldest first, and what is wrong with the anchors themselves. */
function heldBy(stored: readonly { readonly day: string; readonly anchor: unknown }[]): {
  readonly heads: ReadonlyMap<string, readonly Held[]>;
  readonly breaks: readonly ChainBreak[];
} {
  const heads = new Map<string, Held[]>();
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

function breaksAgainst(chain: string, places: readonly StoredLink[], anchored: readonly Held[]): ChainBreak[] {
  // A later anchor may hold less: then the chain was cut between the two.
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
