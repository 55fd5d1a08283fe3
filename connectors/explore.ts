// Links that show a query over the window of a question: in Grafana's Explore, if the source is reached through Grafana.
import type { TimeWindow } from '../core/model/entity.ts';

interface Explored {
  /** The name of the pane in the address. */
  readonly pane: string;
  /** Grafana's kind of data source. */
  readonly type: string;
  /** The fields of Grafana's query. */
  readonly query: Readonly<Record<string, unknown>>;
}

/** Undefined if the address is no proxy of a Grafana. */
export function exploreLink(url: string, { pane, type, query }: Explored, window: TimeWindow): string | undefined {
  const [, grafana, uid] = /^(https?:\/\/.+?)\/api\/datasources\/proxy\/uid\/([^/]+)\/*$/.exec(url) ?? [];
  if (grafana === undefined || uid === undefined) return undefined;
  const range = { from: String(Date.parse(window.start)), to: String(Date.parse(window.end)) };
  const queries = [{ refId: 'A', ...query, datasource: { type, uid } }];
  const panes = JSON.stringify({ [pane]: { datasource: uid, queries, range } });
  return `${grafana}/explore?${new URLSearchParams({ schemaVersion: '1', panes })}`;
}
