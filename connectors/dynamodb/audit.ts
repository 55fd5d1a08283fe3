// Stores the audit in a table of its own, which nobody may change or delete from (lib/tables.ts, lib/capabilities.ts). A link of a chain is one
// item, and its key is its place. The conditional write that requires a free place also moves the head, so entry and head cannot diverge and a chain
// cannot fork. The index by day lists entries; entries from before the chains have keys of their own.
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../../core/errors.ts';
import { AuditEntry } from '../../core/model/audit.ts';
import { AuditLink, type ChainHead } from '../../core/model/audit-chain.ts';
import type { AuditLog } from '../../core/ports/records.ts';
import { chainOf, linkAfter } from '../../core/record/audit/chain.ts';
import { type Item, type Key, stored, type Table } from './table.ts';

const AuditItem = z.object({ entry: AuditEntry });
const dayMs = 24 * 3_600_000;
/** The longest span of a list: longer ones, day by day, would amount to a scan. */
const maxDays = 732;

const chainPrefix = 'CHAIN#';
const placePrefix = 'LINK#';
const linkKey = (chain: string, place: number): Key => ({
  pk: `${chainPrefix}${chain}`,
  sk: `${placePrefix}${String(place).padStart(9, '0')}`,
});

/** The number of latest links in which an id is recognised. An incident has a few dozen, and a retry happens within minutes. */
const remembered = 500;
/** The number of chains whose end a process caches. */
const keptChains = 100;
const tries = 50;

/** The end of a chain, with the ids of its latest entries. */
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

  /** Caches the end of a chain. The cached end is valid only while the next place is free; a conditional write there checks that. */
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

/** The chain according to the item's key, because the other fields of an item are untrusted. */
const chainNamed = ({ pk }: Item): string | undefined =>
  typeof pk === 'string' && pk.startsWith(chainPrefix) ? pk.slice(chainPrefix.length) : undefined;

function placeOf({ sk }: Item): number {
  const digits = String(sk).slice(placePrefix.length);
  return /^\d{9}$/.test(digits) ? Number(digits) : 0;
}

/** If a link's index fields contradict its entry, the index would list it wrongly, so the link counts as altered. */
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
