// Renders the result of an audit check in words: one line per break, and the limits of the check.
import type { AuditCheck, ChainBreak } from './verify.ts';

export function checkInWords(check: AuditCheck): string[] {
  const { chains, links, beforeTheChain, anchors, lastAnchor, notAnchored, breaks } = check;
  return [
    ...breaks.map((one) => `BROKEN  ${breakInWords(one)}`),
    `${counted(links, 'entry', 'entries')} in ${counted(chains, 'chain')}, ${counted(anchors, 'anchor')}: ${
      breaks.length === 0 ? 'every chain is intact.' : `${counted(breaks.length, 'break')}.`
    }`,
    ...(beforeTheChain === 0
      ? []
      : [
          `${counted(beforeTheChain, 'entry', 'entries')} from before the chain: nothing shows whether they were changed.`,
        ]),
    ...(notAnchored === 0
      ? []
      : [
          `${counted(notAnchored, 'entry', 'entries')} since the last anchor (${lastAnchor ?? 'none was read'}): protected by their chain alone.`,
        ]),
  ];
}

function breakInWords(one: ChainBreak): string {
  switch (one.kind) {
    case 'altered':
      return `${one.chain}: entry ${one.place} was altered${one.entryId === undefined ? '' : ` (${one.entryId})`}.`;
    case 'missing':
      return one.from === one.to
        ? `${one.chain}: entry ${one.from} is missing.`
        : `${one.chain}: entries ${one.from} to ${one.to} are missing.`;
    case 'moved':
      return `${one.chain}: the order was changed: entry ${one.written} stands in place ${one.place}.`;
    case 'misplaced':
      return `${one.chain}: place ${one.place} holds an entry of ${one.belongs}.`;
    case 'rewritten':
      return `${one.chain}: entry ${one.place} does not follow the one before it, which was written anew.`;
    case 'cut':
      return `${one.chain}: ends at entry ${one.end}; the anchor of ${one.day} holds ${one.anchored}. Its tail was cut off.`;
    case 'replaced':
      return `${one.chain}: entry ${one.place} is another than the one that the anchor of ${one.day} holds.`;
    case 'gone':
      return `${one.chain}: nothing is left; the anchor of ${one.day} holds ${one.anchored} entries.`;
    case 'unchained':
      return `The entry ${one.entryId} of ${one.at} stands in no chain, though there were chains by then.`;
    case 'anchor-altered':
      return `The anchor of ${one.day} was altered.`;
    case 'anchor-missing':
      return `The anchor of ${one.day} does not follow the one before it: an anchor is missing or was written anew.`;
  }
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
