// The page that shows a query over the window of a question: Grafana's Explore, or the page of Prometheus itself.
import type { TimeWindow } from '../../core/model/entity.ts';
import { exploreLink } from '../explore.ts';

const maxLength = 2000;

/** Undefined for servers without a page, and for queries that are too long for an address. */
export function linkTo(url: string, expr: string, window: TimeWindow): string | undefined {
  const link =
    exploreLink(url, { pane: 'metrics', type: 'prometheus', query: { expr, range: true } }, window) ??
    graphOf(url, expr, window);
  return link !== undefined && link.length <= maxLength ? link : undefined;
}

function graphOf(url: string, expr: string, { start, end }: TimeWindow): string | undefined {
  if (/\.amazonaws\.com\b/.test(new URL(url).host) || url.includes('/api/datasources/')) return undefined;
  const seconds = Math.max(60, Math.ceil((Date.parse(end) - Date.parse(start)) / 1000));
  const parameters = new URLSearchParams({
    'g0.expr': expr,
    'g0.tab': '0',
    'g0.range_input': `${seconds}s`,
    'g0.end_input': `${end.slice(0, 10)} ${end.slice(11, 19)}`,
  });
  return `${url.replace(/\/+$/, '')}/graph?${parameters}`;
}
