// Changes that people and pipelines mark in Grafana: annotations with a tag such as `deploy` (/api/annotations).
import * as z from 'zod';
import { isWithin, type Scope } from '../../core/model/scope.ts';
import type { Change } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { clean } from '../../core/text.ts';
import { ask, type GrafanaAccess } from './client.ts';
import type { GrafanaSettings } from './manifest.ts';

const limit = 200;
const Annotations = z.array(
  z.looseObject({
    id: z.number(),
    time: z.number(),
    text: z.string().nullish(),
    tags: z.array(z.string()).nullish(),
    login: z.string().nullish(),
    dashboardUID: z.string().nullish(),
    panelId: z.number().nullish(),
    /** Set on the annotations that Grafana writes for its alerts. */
    alertId: z.number().nullish(),
  }),
);
type Annotation = z.infer<typeof Annotations>[number];

export function grafanaChanges(access: GrafanaAccess & Pick<GrafanaSettings, 'changeTags'>): Source<'changes'> {
  return {
    async observe(scope) {
      const { start, end } = scope.window;
      const answer = await ask(
        access,
        '/api/annotations',
        [
          ['from', String(Date.parse(start))],
          ['to', String(Date.parse(end))],
          ['type', 'annotation'],
          ['limit', String(limit)],
          ['matchAny', 'true'],
          ...access.changeTags.map((tag) => ['tags', tag] as const),
        ],
        Annotations,
      );
      if (answer.kind === 'failed') return { kind: 'gap', gap: { source: 'grafana', reason: answer.reason } };
      const changes = answer.data
        .filter(({ alertId }) => !alertId)
        .map((one) => changeOf(one, scope, access))
        .filter(({ service }) => isWithin(scope, { service }))
        .toSorted((a, b) => a.at.localeCompare(b.at));
      return {
        kind: 'data',
        data: changes,
        query: `${new URL(access.url).host} annotations tagged ${access.changeTags.join(', ')}`,
        missing: answer.data.length === limit ? [`annotations beyond the newest ${limit}`] : [],
        bytes: answer.bytes,
      };
    },
  };
}

function changeOf(
  { id, time, text, tags, login, dashboardUID, panelId }: Annotation,
  scope: Scope,
  { url, changeTags }: Pick<GrafanaSettings, 'url' | 'changeTags'>,
): Change {
  // Annotations may contain HTML.
  const words = clean((text ?? '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 250);
  const labels = (tags ?? []).map((tag) => tag.slice(0, 100));
  const service = serviceIn(labels, words, scope, changeTags);
  const range = `from=${time - 30 * 60_000}&to=${time + 30 * 60_000}`;
  const link = dashboardUID
    ? `${url.replace(/\/+$/, '')}/d/${encodeURIComponent(dashboardUID)}?${range}${panelId ? `&viewPanel=${panelId}` : ''}`
    : undefined;
  return {
    id: `grafana-annotation-${id}`,
    kind: 'deploy',
    at: new Date(time).toISOString(),
    title: words || `Annotation ${labels.join(', ')}`.slice(0, 300),
    ...(service === undefined ? {} : { service }),
    ...(login ? { author: login.slice(0, 100) } : {}),
    ...(link === undefined || link.length > 600 ? {} : { link }),
  };
}

/** The service that a tag names (`service:web`, `web`), else one that the text names as a word. */
function serviceIn(
  tags: readonly string[],
  text: string,
  { service, neighbours }: Scope,
  changeTags: readonly string[],
): string | undefined {
  const named = tags.map((tag) => /^(?:service|app|application)[:=](.+)$/i.exec(tag)?.[1]?.trim()).find((one) => one);
  if (named) return named;
  const known = [...(service === undefined ? [] : [service]), ...neighbours];
  const words = new Set(text.split(/[^\w.-]+/));
  return (
    known.find((one) => tags.includes(one)) ??
    known.find((one) => words.has(one)) ??
    tags.find((tag) => !changeTags.includes(tag) && /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(tag))
  );
}
