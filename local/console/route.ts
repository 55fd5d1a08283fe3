// The address of the shown page. The hash holds the page (`inc-…`, `inc-…/evidence/ID`, `inc-…/postmortem`, `service/NAME`, `calls`, `week`, `levels`) and, after `?`, the filter of the list. Other
// anchors, such as the skip link's, change nothing.
import { useEffect, useState } from 'preact/hooks';
import { type IncidentFilter, type StateFilter, stateFilters } from '../../core/console/filter.ts';
import type { IncidentRow } from '../../core/console/incident-list.ts';
import { get } from './api.ts';

export type Page =
  | { readonly kind: 'first' }
  | { readonly kind: 'incident'; readonly id: string; readonly evidenceId?: string | undefined }
  | { readonly kind: 'postmortem'; readonly id: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'calls' }
  | { readonly kind: 'week' }
  | { readonly kind: 'levels' };

export interface Route {
  readonly page: Page;
  readonly filter: IncidentFilter;
}

/** Undefined if the hash is another anchor of the document. */
function parse(hash: string): Route | undefined {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const page = pageOf(path);
  return page && { page, filter: filterOf(new URLSearchParams(query)) };
}

function pageOf(path: string): Page | undefined {
  const [first = '', second, third] = path.split('/').map(decoded);
  if (path === '') return { kind: 'first' };
  if (first.startsWith('inc-') && second === 'postmortem') return { kind: 'postmortem', id: first };
  if (first.startsWith('inc-'))
    return { kind: 'incident', id: first, evidenceId: second === 'evidence' ? third : undefined };
  if (path === 'calls') return { kind: 'calls' };
  if (path === 'week') return { kind: 'week' };
  if (path === 'levels') return { kind: 'levels' };
  return first === 'service' && second ? { kind: 'service', name: second } : undefined;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const filterOf = (query: URLSearchParams): IncidentFilter => {
  const text = (name: string) => query.get(name) || undefined;
  const hours = Number(query.get('hours'));
  return {
    text: text('text'),
    state: stateOf(query.get('state')),
    service: text('service'),
    cluster: text('cluster'),
    cause: text('cause'),
    person: text('person'),
    hours: hours > 0 ? hours : undefined,
  };
};

const stateOf = (text: string | null): StateFilter | undefined =>
  Object.keys(stateFilters).find((one): one is StateFilter => one === text);

const queryOf = (): string => location.hash.split('?', 2)[1] ?? '';

/** The link to a page; the filter of the list stays. */
export function linkTo(path: string): string {
  const query = queryOf();
  return `#${path}${query === '' ? '' : `?${query}`}`;
}

export const linkToService = (name: string): string => linkTo(`service/${encodeURIComponent(name)}`);

export function setFilter(filter: IncidentFilter): void {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined && value !== '');
  const query = String(new URLSearchParams(set.map(([name, value]) => [name, String(value)])));
  const [path = ''] = location.hash.split('?', 2);
  history.replaceState(null, '', `${path === '' ? '#' : path}${query === '' ? '' : `?${query}`}`);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute(): Route {
  const [route, setRoute] = useState<Route>(() => parse(location.hash) ?? { page: { kind: 'first' }, filter: {} });
  useEffect(() => {
    const follow = () => setRoute((before) => parse(location.hash) ?? before);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}

const tries = 40;
const pauseMs = 150;

/** Opens the incident of a source as soon as it is on record. */
export async function openIncidentOf(sourceId: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { incidents } = await get<{ incidents: readonly IncidentRow[] }>('/incidents');
    const found = incidents.find((incident) => incident.sourceId === sourceId);
    if (found !== undefined) {
      location.hash = linkTo(found.id);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
