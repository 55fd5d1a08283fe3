// Statements of a status page about the vendors of the catalogue: which of them are about the components and regions that we use, and over which time.
import type { TimeWindow } from '../../core/model/entity.ts';
import type { VendorUse } from '../../core/model/scope.ts';
import { VendorStatus } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { clean, shorten } from '../../core/text.ts';
import { type PageComponent, type PageIncident, pageReader, type StatusPage } from './page.ts';

interface StatuspageParts {
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs?: number | undefined;
}

/** The present state of components says something about windows that end this recently. */
const recentMs = 15 * 60_000;
const maxStatements = 20;
const maxComponents = 20;

export function statuspageStatuses({ url, clock, timeoutMs }: StatuspageParts): Source<'status'> {
  const readPage = pageReader(url, timeoutMs);
  return {
    async observe({ vendors = [], window }) {
      const answer = await readPage();
      const { host } = new URL(url);
      if (answer.kind === 'failed')
        return { kind: 'gap', gap: { source: 'vendor status', reason: `${host}: ${answer.reason}`.slice(0, 300) } };
      const { page } = answer;
      const isPresent = clock.now().getTime() - Date.parse(window.end) < recentMs;
      const uses = vendors.length > 0 ? vendors : [undefined];
      const all = uses.flatMap((use) => statementsOf(page, { use, window, isPresent, url }));
      const missing = [
        ...page.missing.map((what) => `${host}: ${what}`),
        ...vendors.flatMap((use) => unknownParts(page, use)),
        ...(isPresent ? [] : [`${host}: the state of components then; the page has the present one.`]),
        ...(all.length > maxStatements ? [`${host}: ${all.length - maxStatements} statements.`] : []),
      ];
      const data = all.slice(0, maxStatements).flatMap((one) => {
        const read = VendorStatus.safeParse(one);
        return read.success ? [read.data] : [];
      });
      return { kind: 'data', data, query: `${host} summary and incidents`, missing, bytes: page.bytes };
    },
  };
}

interface About {
  /** Undefined: the catalogue says nothing about the vendor. */
  readonly use: VendorUse | undefined;
  readonly window: TimeWindow;
  readonly isPresent: boolean;
  readonly url: string;
}

type Written = Omit<VendorStatus, 'state'> & { readonly state: string };

function statementsOf(page: StatusPage, about: About): Written[] {
  const { use, window, isPresent, url } = about;
  const groups = new Map(page.components.filter(({ group }) => group).map(({ id, name }) => [id, name]));
  const parts = page.components.filter(({ group }) => !group);
  const partOf = ({ name, group_id }: PageComponent): Part => ({ name, group: groups.get(group_id ?? '') });
  const used = use === undefined ? undefined : parts.filter((one) => isUsed(partOf(one), use, parts.map(partOf)));
  const base = {
    provider: wordsOf(page.name, 200) || 'the vendor',
    ...(use === undefined ? {} : { vendor: use.name, usedBy: [...use.usedBy], hosts: [...use.hosts] }),
  };
  const relevanceOf = (names: readonly string[]): { readonly relevant?: boolean } => {
    if (use === undefined || used === undefined) return {};
    const isAll = use.components.length === 0 && use.regions.length === 0;
    if (isAll) return { relevant: true };
    // Without components, an incident may be about any of them.
    if (names.length === 0) return {};
    return { relevant: used.some(({ name }) => names.includes(name)) };
  };
  const incidents = page.incidents
    .filter((one) => overlaps({ start: startOf(one), end: one.resolved_at ?? undefined }, window))
    .map((one): Written => {
      const names = namesIn(one);
      return {
        ...base,
        kind: 'incident',
        at: startOf(one),
        ...(one.resolved_at ? { until: one.resolved_at } : {}),
        state: stateOf(one, page.components),
        ...componentsOf(names),
        ...relevanceOf(names),
        text: textOf(one),
        link: linkOf(one, url),
      };
    });
  const maintenances = page.maintenances
    .filter((one) =>
      overlaps({ start: one.scheduled_for ?? startOf(one), end: one.scheduled_until ?? undefined }, window),
    )
    .map((one): Written => {
      const names = namesIn(one);
      return {
        ...base,
        kind: 'maintenance',
        at: one.scheduled_for ?? startOf(one),
        ...(one.scheduled_until ? { until: one.scheduled_until } : {}),
        state: one.status === 'scheduled' ? 'scheduled' : 'under_maintenance',
        ...componentsOf(names),
        ...relevanceOf(names),
        text: textOf(one),
        link: linkOf(one, url),
      };
    });
  const told = new Set([...incidents, ...maintenances].flatMap(({ components = [] }) => components));
  return [...incidents, ...maintenances, ...(isPresent ? presentStates(used ?? parts, told, { ...about, base }) : [])];
}

/** Components in trouble that no incident is about; and, for a vendor of the catalogue, that all that is used works. */
function presentStates(
  parts: readonly PageComponent[],
  told: ReadonlySet<string>,
  { use, window, url, base }: About & { readonly base: Pick<Written, 'provider'> },
): Written[] {
  const troubled = parts.filter(({ name, status }) => status !== 'operational' && !told.has(name));
  const declared = use === undefined ? {} : { relevant: true };
  const states = troubled.slice(0, maxComponents).map(
    (one): Written => ({
      ...base,
      kind: 'component',
      at: one.updated_at ?? window.end,
      state: one.status,
      ...componentsOf([one.name]),
      ...declared,
      text: `${wordsOf(one.name, 150)}: ${wordsOf(one.status, 50)}`,
      link: url,
    }),
  );
  const isTold = parts.some(({ name }) => told.has(name));
  if (use === undefined || states.length > 0 || isTold || parts.length === 0) return states;
  const names = parts.map(({ name }) => name);
  return [
    {
      ...base,
      kind: 'component',
      at: window.end,
      state: 'operational',
      ...componentsOf(names),
      relevant: true,
      text: `${names.length} components are operational`,
      link: url,
    },
  ];
}

interface Part {
  readonly name: string;
  readonly group: string | undefined;
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
const within = ({ name, group = '' }: Part, region: string): boolean =>
  `${group} ${name}`.toLowerCase().includes(region.toLowerCase());

/** A page that names none of the regions is not divided by region. */
function isUsed(part: Part, { components, regions }: VendorUse, all: readonly Part[]): boolean {
  const isNamed =
    components.length === 0 || components.some((one) => same(one, part.name) || same(one, part.group ?? ''));
  const divided = regions.filter((region) => all.some((one) => within(one, region)));
  return isNamed && (divided.length === 0 || divided.some((region) => within(part, region)));
}

/** Parts that the catalogue names and the page does not have. */
function unknownParts({ components: all }: StatusPage, { name, components, regions }: VendorUse): string[] {
  const names = all.map((one) => one.name);
  const strange = components.filter((one) => !names.some((each) => same(each, one)));
  const nowhere = regions.filter((region) => !names.some((each) => within({ name: each, group: undefined }, region)));
  return [
    ...(strange.length > 0 ? [`${name}: its page has no component ${strange.slice(0, 3).join(', ')}.`] : []),
    ...(nowhere.length > 0 ? [`${name}: its page names no region ${nowhere.slice(0, 3).join(', ')}.`] : []),
  ];
}

const startOf = ({ started_at, created_at }: PageIncident): string => started_at ?? created_at;

const overlaps = (one: { readonly start: string; readonly end: string | undefined }, window: TimeWindow): boolean =>
  Date.parse(one.start) <= Date.parse(window.end) &&
  (one.end === undefined || Date.parse(one.end) >= Date.parse(window.start));

/** Components that the incident names, and those that its updates name: `Group - Component`, or `Component`. */
function namesIn({ components, incident_updates }: PageIncident): string[] {
  const updated = incident_updates.flatMap(({ affected_components }) => affected_components ?? []);
  const names = [...(components ?? []), ...updated.map(({ name }) => ({ name: name.split(' - ').at(-1) ?? name }))];
  return [...new Set(names.map(({ name }) => name))].slice(0, maxComponents);
}

const componentsOf = (names: readonly string[]): { readonly components?: string[] } => {
  const words = names.map((name) => wordsOf(name, 150)).filter((name) => name !== '');
  return words.length === 0 ? {} : { components: words.slice(0, maxComponents) };
};

/** By the impact that the vendor states, or by the state of a component that the incident is about. */
function stateOf(incident: PageIncident, components: readonly PageComponent[]): string {
  const names = namesIn(incident);
  const states = components.filter(({ name }) => names.includes(name)).map(({ status }) => status);
  if (incident.resolved_at == null && states.some((state) => /outage/.test(state))) return 'partial_outage';
  return incident.impact === 'critical' || incident.impact === 'major' ? 'major_outage' : 'degraded_performance';
}

const wordsOf = (text: string, max: number): string =>
  shorten(
    clean(text.replace(/<[^>]{0,500}>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim(),
    max,
  );

const textOf = ({ name, incident_updates: [latest] }: PageIncident): string =>
  [wordsOf(name, 300), ...(latest?.body ? [wordsOf(latest.body, 600)] : [])].join(': ');

/** Only the page's own short links are kept. */
const linkOf = ({ shortlink }: PageIncident, url: string): string =>
  shortlink != null && /^https:\/\/(?:stspg\.io|[\w.-]+)\/[\w/-]{1,100}$/.test(shortlink)
    ? shortlink
    : url.slice(0, 600);
