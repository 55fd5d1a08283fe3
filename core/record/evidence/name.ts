// Names a piece of evidence for people: the source and the query; or, in short, its excerpt with its citation number.
import type { Evidence } from '../../model/report.ts';
import type { Ports } from '../../ports/index.ts';
import { shorten } from '../../text.ts';

export const evidenceName = ({ source, query }: Pick<Evidence, 'source' | 'query'>): string =>
  `${source}: ${shorten(query.replace(/\s+/g, ' ').trim(), 140)}`;

/** The first two informative lines: a count and its subject, or an object and its state. */
export function excerptSummary({ excerpt, query }: Pick<Evidence, 'excerpt' | 'query'>, max = 160): string {
  const lines = excerpt.split('\n').filter((line) => line.trim() !== '');
  const content = lines.slice(0, 2).map((line) => line.replace(/\s+/g, ' ').trim());
  return shorten(content.join(' ') || query, max);
}

/** "[2] logs: 3 times: FATAL …" by id; the numbers are positions in `ids`. Evidence that cannot be read any more has no name. */
export async function numbered(
  incidentId: string,
  ids: readonly string[],
  { evidence }: Pick<Ports, 'evidence'>,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(ids.map((id) => evidence.get(incidentId, id).catch(() => undefined)));
  return new Map(
    found.flatMap((one, place) =>
      one === undefined ? [] : [[one.id, `[${place + 1}] ${one.source}: ${excerptSummary(one, 110)}`] as const],
    ),
  );
}
