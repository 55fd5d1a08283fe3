// The programs of the shop, as far as the dojo plays them: what a program of an image does, decided by its pod and by what it reaches. Nothing here
// knows a fault: a fault changes objects, or says how an image of its own behaves.
import * as z from 'zod';
import type { Pod } from './objects.ts';
import { appOf, callsOf, environmentOf, type View, whyUnreachable } from './view.ts';

/** How an image that is not one of the usual ones behaves. */
export const ImageBehaviour = z.strictObject({
  /** The registry does not have it. */
  missing: z.boolean().optional(),
  /** What it needs, in MiB. */
  memory: z.number().optional(),
  /** It ends soon after its start, with this line as its last. */
  exits: z.strictObject({ code: z.number().int(), says: z.string() }).optional(),
  /** It answers every request with an error, and logs this line. */
  fails: z.string().optional(),
});
export type ImageBehaviour = z.infer<typeof ImageBehaviour>;
export type Images = Readonly<Record<string, ImageBehaviour>>;

/** A released version: digits and dots. The registry has every one of them unless it is said otherwise. */
export const isInRegistry = (image: string, images: Images): boolean =>
  images[image]?.missing !== true && (images[image] !== undefined || /:\d+(\.\d+)*$/.test(image));

/** In MiB. */
export const needOf = (image: string, images: Images): number => images[image]?.memory ?? 24;

export const imageOf = (pod: Pod): string => pod.spec.containers[0]?.image ?? '';

/** Why a program of this pod fails the requests that it gets; undefined where it serves them. */
export function whyFails(
  pod: Pod,
  view: View,
  images: Images,
  seen: ReadonlySet<string> = new Set(),
): string | undefined {
  const own = images[imageOf(pod)]?.fails;
  if (own !== undefined) return own;
  for (const call of callsOf(pod, view)) {
    const away = whyUnreachable(pod, call, view);
    if (away !== undefined) return `level=error msg="request failed" error="${verbOf(call.url)}: ${away}"`;
    const refused = refusedBy(pod, call.host, view);
    if (refused !== undefined) return refused;
    if (seen.has(call.host)) continue;
    const callees = view.pods.filter((one) => appOf(one) === call.host);
    if (callees.some((one) => whyFails(one, view, images, new Set([...seen, appOf(pod)])) !== undefined))
      return `level=error msg="request failed" error="${verbOf(call.url)}: 503 Service Unavailable"`;
  }
  return undefined;
}

const verbOf = (url: string): string => {
  const { protocol, host } = new URL(url);
  return protocol.startsWith('http') ? `Get \\"${url}/\\"` : `${protocol.replace(':', '')} ${host}`;
};

/** A database lets in whoever has its password. */
function refusedBy(pod: Pod, host: string, view: View): string | undefined {
  const database = view.pods.find((one) => appOf(one) === host);
  const wanted = database && environmentOf(database, view).get('POSTGRES_PASSWORD');
  const given = environmentOf(pod, view).get('DATABASE_PASSWORD');
  if (wanted === undefined || given === undefined || wanted === given) return undefined;
  return `level=error msg="query failed" error="FATAL: password authentication failed for user \\"${appOf(pod)}\\" (SQLSTATE 28P01)"`;
}

/** The services of the shop that do not answer, and why: what its own probes say. A service without a reason is well. */
export function probe(view: View, images: Images): ReadonlyMap<string, string> {
  const failing = new Map<string, string>();
  for (const { metadata, spec } of view.services) {
    const { name } = metadata;
    const port = spec.ports?.[0]?.port ?? 80;
    const asker = view.pods[0];
    if (asker === undefined) continue;
    const gate = view.pods.find((one) => callsOf(one, view).some(({ host }) => host === name)) ?? asker;
    const away = whyUnreachable(gate, { host: name, port, url: `http://${name}` }, view);
    const why =
      away ??
      view.pods
        .filter((one) => appOf(one) === name)
        .map((one) => whyFails(one, view, images))
        .find(Boolean);
    if (why !== undefined) failing.set(name, why);
  }
  return failing;
}
