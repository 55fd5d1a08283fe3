// The audit: a table of its own, that nobody has the right to change or delete from (lib/tables.ts, lib/capabilities.ts). A link of a chain is
// one item, whose key is its place: the one write that wants the next place to be free is what moves the head, so entry and head can not come
// apart and a chain can not fork. The index by day lists entries; those of before there were chains have keys of their own.
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import { AuditEntry } from '../../core/model/audit.ts';
import { AuditLink, type ChainHead } from '../../core/model/audit-chain.ts';
import type { AuditLog } from '../../core/ports/records.ts';
import { chainOf, linkAfter } from '../../core/record/audit/chain.ts';
import { type Item, type Key, stored, type Table } from './table.ts';

const AuditItem = z.object({ entry: AuditEntry });
const dayMs = 24 * 3_600_000;
/** Listing longer spans day by day would be a scan in disguise. */
const maxDays = 732;

const chainPrefix = 'CHAIN#';
const placePrefix = 'LINK#';
const linkKey = (chain: string, place: number): Key => ({
  pk: `${chainPrefix}${chain}`,
  sk: `${placePrefix}${String(place).padStart(9, '0')}`,
});

/** Among the last so many links an id is known; an incident has a few dozen, and who tries again does so within minutes. */
const remembered = 500;
/** Chains that a process goes on with without asking for their end. */
const keptChains = 100;
const tries = 50;

/** The end of a chain, and which entries are there. */
interface Tail {
  readonly head: ChainHead | undefined;
  readonly ids: ReadonlySet<string>;
}

export function auditLog(table: Table): AuditLog {
  const tails = new Map<string, Tail>();

  const read = async (chain: string): Promise<Tail> => {
    const links = (await table.last(`${chainPrefix}${chain}`, placePrefix, remembered)).map((item) =>
      stored(AuditLink, item),
    );
    return { head: links[0], ids: new Set(links.map(({ entry }) => String(entry.id))) };
  };

  /** What is kept is the end only as long as the next place is free: a write there shows whether it still is. */
  const keep = (chain: string, tail: Tail): void => {
    tails.delete(chain);
    tails.set(chain, tail);
    const [oldest] = tails.keys();
    if (tails.size > keptChains && oldest !== undefined) tails.delete(oldest);
  };

  return {
    async append(entry) {
      const chain = chainOf(entry);
      for (let left = tries; left > 0; left -= 1) {
        const tail = tails.get(chain) ?? (await read(chain));
        if (tail.ids.has(entry.id)) return keep(chain, tail);
        const link = linkAfter(tail.head, entry);
        const item = { ...linkKey(chain, link.sequence), day: entry.at.slice(0, 10), at: entry.at, ...link };
        if (await table.put(item, { expression: 'attribute_not_exists(pk)' }))
          return keep(chain, { head: link, ids: new Set([...tail.ids, entry.id]) });
        tails.delete(chain);
      }
      throw new Unavailable(`Too many write to the audit of ${chain} at once.`);
    },

    async list({ since, until }) {
      return (await itemsOf(table, since, until))
        .map((item) => stored(AuditItem, item).entry)
        .filter(({ at }) => at >= since && at < until);
    },

    async contents({ since, until }) {
      const items = await itemsOf(table, since, until);
      return {
        chains: [...new Set(items.flatMap((item) => chainNamed(item) ?? []))].sort(),
        unchained: items
          .filter((item) => chainNamed(item) === undefined)
          .map((item) => AuditItem.safeParse(item).data?.entry ?? { id: String(item.pk), at: String(item.at) })
          .filter(({ at }) => at >= since && at < until),
      };
    },

    async head(chain) {
      const [last] = await table.last(`${chainPrefix}${chain}`, placePrefix, 1);
      const link = AuditLink.safeParse(last).data;
      return link && { chain, sequence: link.sequence, hash: link.hash };
    },

    async links(chain) {
      const items = await table.query(`${chainPrefix}${chain}`, placePrefix);
      return items.map((item) => ({ place: placeOf(item), item: contentOf(item) }));
    },
  };
}

/** By its key: what else an item says of itself may be anything. */
const chainNamed = ({ pk }: Item): string | undefined =>
  typeof pk === 'string' && pk.startsWith(chainPrefix) ? pk.slice(chainPrefix.length) : undefined;

function placeOf({ sk }: Item): number {
  const digits = String(sk).slice(placePrefix.length);
  return /^\d{9}$/.test(digits) ? Number(digits) : 0;
}

/** A link whose fields for the index say something else than its entry would be listed where it does not belong: it counts as altered. */
function contentOf(item: Item): unknown {
  const { entry } = z.object({ entry: z.object({ at: z.string() }) }).safeParse(item).data ?? {};
  return entry !== undefined && item.at === entry.at && item.day === entry.at.slice(0, 10) ? item : undefined;
}

async function itemsOf(table: Table, since: string, until: string): Promise<Item[]> {
  return (await Promise.all(daysOf(since, until).map((day) => table.ofDay(day)))).flat();
}

function daysOf(since: string, until: string): string[] {
  const [first, last] = [Date.parse(`${since.slice(0, 10)}T00:00:00Z`), Date.parse(`${until.slice(0, 10)}T00:00:00Z`)];
  const count = Math.max(0, Math.floor((last - first) / dayMs) + 1);
  if (!(count <= maxDays)) throw new InvalidInput(`The audit is read for at most ${maxDays} days at once.`);
  return Array.from({ length: count }, (_, n) => new Date(first + n * dayMs).toISOString().slice(0, 10));
}
