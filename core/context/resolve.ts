// From clues to a context: agree with the catalogue, weigh, keep what contradicts. Pure; nothing is guessed away.
import type { EntityRef } from '../model/entity.ts';
import type { Known } from '../model/incident.ts';
import type { Catalog, CatalogService } from '../ports/catalog.ts';
import type { Clue, Field } from './extractors.ts';

/** Two values are in doubt when the weaker has at least this share of the stronger's confidence. */
const doubt = 0.8;

/** The best-supported value of a field; the others stay as alternatives. Agreement of independent sources adds confidence. */
export function weigh(clues: readonly Clue[], field: Field): Known | undefined {
  const byValue = new Map<string, Clue[]>();
  for (const clue of clues) {
    if (clue.field === field) byValue.set(clue.value, [...(byValue.get(clue.value) ?? []), clue]);
  }
  const ranked = [...byValue.entries()]
    .map(([value, found]) => {
      const best = found.reduce((a, b) => (b.confidence > a.confidence ? b : a));
      const sources = new Set(found.map((clue) => clue.source)).size;
      return { value, source: best.source, confidence: Math.min(0.99, best.confidence + 0.03 * (sources - 1)) };
    })
    .sort((a, b) => b.confidence - a.confidence || a.value.localeCompare(b.value));
  const [first, ...rest] = ranked;
  if (!first) return undefined;
  const rival = rest[0];
  const confidence = rival && rival.confidence >= first.confidence * doubt ? first.confidence * 0.6 : first.confidence;
  return { ...first, confidence, alternatives: rest.slice(0, 4) };
}

/** Strips what controllers add to a workload's name: `checkout-7f9c8d6b5d-x7k2p` → `checkout`, `nightly-29381640` → `nightly`. */
export function workloadName(name: string): string {
  return name
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '')
    .replace(/-\d{8,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?$/, '');
}

/** The workload that the clues name: the most trusted, with a Job of a CronJob and a pod of a Deployment read back to their owner. */
export function workloadOf(clues: readonly Clue[]): EntityRef | undefined {
  const known = weigh(clues, 'workload');
  const [kind, ...rest] = known?.value.split('/') ?? [];
  const name = rest.join('/');
  if (!kind || !name) return undefined;
  const owner = workloadName(name);
  if (kind === 'Job' && owner !== name) return { kind: 'CronJob', name: owner };
  if (kind === 'Pod' && owner !== name) return { kind: 'Deployment', name: owner };
  return { kind, name };
}

/** The catalogue's service for a name: its own, an alias, or one of its workloads. */
export function findService(catalog: Catalog, name: string): CatalogService | undefined {
  const wanted = name.toLowerCase();
  return catalog.services.find(
    (service) =>
      service.name.toLowerCase() === wanted ||
      service.aliases.some((alias) => alias.toLowerCase() === wanted) ||
      service.workloads.some((workload) => workload.toLowerCase().split('/').at(-1) === wanted),
  );
}

/** Services whose name or alias stands as a word in the text, longest first. */
export function servicesNamedIn(catalog: Catalog, text: string): readonly CatalogService[] {
  const words = ` ${text.toLowerCase().replaceAll(/[^a-z0-9-]+/g, ' ')} `;
  return catalog.services
    .filter((service) => [service.name, ...service.aliases].some((name) => words.includes(` ${name.toLowerCase()} `)))
    .sort((a, b) => b.name.length - a.name.length);
}

/** The catalogue's word for a cluster or environment that the alert calls by an alias. */
export function canonical(catalog: Catalog, field: Field, value: string): string {
  const lower = value.toLowerCase();
  if (field === 'cluster') {
    return (
      catalog.clusters.find((c) => c.name.toLowerCase() === lower || c.aliases.some((a) => a.toLowerCase() === lower))
        ?.name ?? value
    );
  }
  if (field === 'environment') {
    const found = Object.entries(catalog.environments).find(
      ([key, env]) => key.toLowerCase() === lower || env.aliases.some((a) => a.toLowerCase() === lower),
    );
    return found?.[0] ?? value;
  }
  return value;
}
