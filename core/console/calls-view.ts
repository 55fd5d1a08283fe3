// The call graph as the console shows it: who calls whom, which calls fail, and when each was last seen. Pure.
import type { SeenCall } from '../ports/records.ts';
import { isFailing } from '../topology/kept-calls.ts';
import { type CallEnd, type CallRow, type CallsDrawing, drawCalls } from './calls-drawing.ts';
import type { IncidentRow } from './incident-list.ts';

export type { CallEnd, CallRow } from './calls-drawing.ts';

export interface CallsView {
  readonly services: number;
  readonly failing: number;
  /** Failing calls first, then those of services with an open incident, then by name. */
  readonly calls: readonly CallRow[];
  /** Calls beyond the limit. */
  readonly more: number;
  /** Absent without calls. */
  readonly drawing?: CallsDrawing;
}

const dayMs = 24 * 3_600_000;
const maxRows = 500;

export function callsView(
  calls: readonly SeenCall[],
  incidents: readonly Pick<IncidentRow, 'id' | 'place' | 'status'>[],
  now: Date,
): CallsView {
  const open = new Map(
    incidents.flatMap(({ id, place, status }) =>
      status !== 'closed' && place?.service !== undefined ? [[place.service.toLowerCase(), id] as const] : [],
    ),
  );
  const end = (name: string, cluster: string | undefined): CallEnd => {
    const incidentId = open.get(name.toLowerCase());
    return {
      name,
      ...(cluster === undefined ? {} : { cluster }),
      ...(incidentId === undefined ? {} : { incidentId }),
    };
  };
  const rows = calls.map(({ from, to, fromCluster, toCluster, requestsPerSecond, errorRatio, seenAt }): CallRow => {
    const old = now.getTime() - Date.parse(seenAt) > dayMs;
    return {
      from: end(from, fromCluster),
      to: end(to, toCluster),
      ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
      ...(errorRatio === undefined ? {} : { errorRatio }),
      // A share of failures from yesterday says nothing about now.
      failing: !old && isFailing({ errorRatio }),
      seenAt,
      old,
    };
  });
  const weight = ({ failing, from, to }: CallRow) => (failing ? 2 : 0) + (from.incidentId || to.incidentId ? 1 : 0);
  const sorted = rows.toSorted(
    (a, b) => weight(b) - weight(a) || a.from.name.localeCompare(b.from.name) || a.to.name.localeCompare(b.to.name),
  );
  const drawing = drawCalls(sorted);
  return {
    ...(drawing === undefined ? {} : { drawing }),
    services: new Set(rows.flatMap(({ from, to }) => [from.name, to.name])).size,
    failing: rows.filter(({ failing }) => failing).length,
    calls: sorted.slice(0, maxRows),
    more: Math.max(0, sorted.length - maxRows),
  };
}
