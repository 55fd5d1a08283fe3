// Asks Fastly's API (api.fastly.com) and its real-time API (rt.fastly.com) with the token that may only read.
import type { Scope } from '../../core/model/scope.ts';
import type { Clock } from '../../core/ports/world.ts';
import { type HttpSession, httpSession } from '../http-session.ts';

export interface FastlyReading {
  /** Fastly's service id by host. */
  readonly services: Readonly<Record<string, string>>;
  readonly token: () => Promise<string>;
  readonly clock: Clock;
  readonly url: string;
  readonly realtimeUrl: string;
  /** For one question; absent, 10 s. */
  readonly timeoutMs?: number | undefined;
}

/** A service of Fastly, and the service of the catalogue that it stands in front of. */
export interface Fronted {
  readonly service: string;
  readonly id: string;
}

/** One question, which may take several requests. */
export interface Session {
  readonly api: Pick<HttpSession, 'get' | 'bytes'>;
  readonly realtime: Pick<HttpSession, 'get' | 'bytes'>;
}

const maxBytes = 16 * 1_048_576;
/** One minute of all locations is about 10 MB for a service that all of them serve. */
const maxRealtimeBytes = 48 * 1_048_576;

/** Rejects if the token cannot be read: a retry could help. */
export async function sessionOf({ token, url, realtimeUrl, timeoutMs = 10_000 }: FastlyReading): Promise<Session> {
  const access = {
    title: 'Fastly',
    headers: { 'fastly-key': (await token()).trim() },
    deadlineMs: timeoutMs,
    timeoutMs,
  };
  return {
    api: httpSession({ ...access, url, maxBytes }),
    realtime: httpSession({ ...access, url: realtimeUrl, maxBytes: maxRealtimeBytes }),
  };
}

/** Services of Fastly that one question reads at most. */
const maxFronted = 5;
/** The attribute of `match` that holds Fastly's id of the service. */
export const idAttribute = 'service';
const serviceId = /^[A-Za-z0-9]{1,40}$/;

/**
 * The services of Fastly in front of the paged service and its neighbours, by the catalogue's `match`, and in front of the hosts. The paged service
 * comes first.
 */
export function frontedIn(
  { service, match = {} }: Pick<Scope, 'service' | 'match'>,
  hosts: readonly string[],
  services: Readonly<Record<string, string>>,
): { readonly fronted: readonly Fronted[]; readonly missing: readonly string[] } {
  const byCatalogue = Object.entries(match)
    .toSorted(([a], [b]) => Number(b === service) - Number(a === service))
    .map(([name, attributes]) => ({ service: name, id: attributes[idAttribute] }));
  const byHost = hosts.flatMap((host) =>
    Object.hasOwn(services, host) ? [{ service: host, id: services[host] }] : [],
  );
  const found = new Map<string, Fronted>();
  const missing: string[] = [];
  for (const { service: name, id } of [...byCatalogue, ...byHost]) {
    if (id === undefined || !serviceId.test(id))
      missing.push(`${name}: neither its match for Fastly (${idAttribute}) nor the settings give a service id.`);
    else if (!found.has(id)) found.set(id, { service: name, id });
  }
  const all = [...found.values()];
  if (all.length > maxFronted)
    missing.push(`${all.length - maxFronted} of ${all.length} services of Fastly: a question reads ${maxFronted}.`);
  return { fronted: all.slice(0, maxFronted), missing };
}
