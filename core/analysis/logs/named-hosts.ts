// Finds the Services that lines name by an address inside the cluster. A program that writes the address of a Service calls it, unless the line says
// that the Service called. This is weaker than a trace: only a few lines of each kind are looked at.
import type { Reading } from './reading.ts';

export interface NamedHost {
  /** The group of the writer. */
  readonly group: string;
  readonly name: string;
  readonly namespace: string;
}

/** `orders.shop.svc`, `outbound|8080||orders.shop.svc.cluster.local`. */
const address =
  /(?<![\w.-])([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.svc(?![\w-])/gi;
/** `[shop-orders-8080] [] 10.2.0.7:8080`: the upstream in the access log of ingress-nginx (kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format). */
const upstream = /\[([a-z0-9][a-z0-9-]{2,130})-(?:\d{1,5}|[a-z]{1,15})\] \[[^\]]{0,60}\] (?:\d{1,3}\.){3}\d{1,3}:\d/g;
/** Words before an address that say who called. */
const isCaller =
  /(?:\bfrom|client|origin|referr?er|remote|peer|caller|forwarded[\w-]*|source|user-?agent)\W{0,6}(?:https?:\/\/)?$/i;
/** A writer that names more Services than this watches them all, and calls none on behalf of a request. */
const most = 25;
const maxText = 2000;

export function namedHosts({ templates, sourceOf }: Pick<Reading, 'templates' | 'sourceOf'>): readonly NamedHost[] {
  const known = new Map<string, Pick<NamedHost, 'name' | 'namespace'>>(
    templates.flatMap(({ group }) => {
      const { name, namespace } = sourceOf(group)?.entity ?? {};
      return name === undefined || namespace === undefined
        ? []
        : [[`${namespace}-${name}`, { name, namespace }] as const];
    }),
  );
  const found = templates.flatMap(({ group, samples }) =>
    samples.flatMap(({ text, detail }) => {
      const whole = `${text}\n${detail}`.slice(0, maxText);
      const addresses = whole.includes('.svc')
        ? [...whole.matchAll(address)].flatMap(({ 1: name = '', 2: namespace = '', index }) =>
            isCaller.test(whole.slice(Math.max(0, index - 30), index)) ? [] : [{ group, name, namespace }],
          )
        : [];
      const upstreams = whole.includes('] [')
        ? [...whole.matchAll(upstream)].flatMap(([, place = '']) => {
            const one = known.get(place);
            return one === undefined ? [] : [{ group, ...one }];
          })
        : [];
      return [...addresses, ...upstreams];
    }),
  );
  const unique = [...new Map(found.map((one) => [`${one.group} ${one.namespace}/${one.name}`, one])).values()];
  return [...Map.groupBy(unique, ({ group }) => group).values()].flatMap((own) => (own.length > most ? [] : own));
}
