// Finds what belongs to the services of a question among the names of an account's pipelines, applications or repositories. Settings go first; else
// the name of a service has to stand in the name as whole words: `orders` in `prod-orders-pipeline`, not in `reorders`.
import type { Scope } from '../core/model/scope.ts';
import type { SourceCheck } from './source-kind.ts';

export interface Named {
  readonly service: string;
  readonly name: string;
}

/** `configured`: names by service. Those of the paged service come first. */
export function namedFor(
  { service, neighbours }: Pick<Scope, 'service' | 'neighbours'>,
  configured: Readonly<{ [service: string]: readonly string[] }>,
  names: readonly string[],
): Named[] {
  const services = [...new Set([...(service === undefined ? [] : [service]), ...neighbours])];
  const given = services.flatMap((one) =>
    Object.hasOwn(configured, one) ? (configured[one] ?? []).map((name) => ({ service: one, name })) : [],
  );
  const taken = new Set(Object.values(configured).flat());
  const longest = services.filter((one) => !Object.hasOwn(configured, one)).sort((a, b) => b.length - a.length);
  const found = names
    .filter((name) => !taken.has(name))
    .flatMap((name) => {
      const owner = longest.find((one) => hasWords(name, one));
      return owner === undefined ? [] : [{ service: owner, name }];
    })
    .sort((a, b) => services.indexOf(a.service) - services.indexOf(b.service));
  return [...given, ...found];
}

/** Whether names have to be listed: a service of the question has none in the settings. */
export const needsNames = (
  { service, neighbours }: Pick<Scope, 'service' | 'neighbours'>,
  configured: Readonly<Record<string, unknown>>,
): boolean =>
  [...(service === undefined ? [] : [service]), ...neighbours].some((one) => !Object.hasOwn(configured, one));

function hasWords(name: string, service: string): boolean {
  const [inside, sought] = [name, service].map((one) => `-${one.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-`);
  return inside !== undefined && sought !== undefined && sought.length > 3 && inside.includes(sought);
}

interface CheckedNames {
  /** The source's title in docs/data-sources.md. */
  readonly title: string;
  /** What is named: `pipeline`. */
  readonly kind: string;
  /** What the source gives, with the number of names: `executions of 12 pipelines`. */
  readonly sees: string;
  readonly region: string;
  readonly account: string | undefined;
  readonly names: readonly string[];
  /** Why names are missing, if the listing failed. */
  readonly missing: readonly string[];
  readonly configured: Readonly<{ [service: string]: readonly string[] }>;
}

/** Whether names could be listed, and which of the settings' names nobody knows. */
export function checkOfNames(checked: CheckedNames): SourceCheck {
  const { title, kind, sees, region, account, names, missing, configured } = checked;
  const [what] = missing;
  if (what !== undefined && names.length === 0) {
    const own = `give this process the rights of docs/data-sources.md, ${title}`;
    const fix =
      account === undefined ? own : `deploy WatchkeeperMember again with credentials of the account ${account}`;
    return { kind: 'silent', lack: { what, fix } };
  }
  const unknown = [...new Set(Object.values(configured).flat())].filter((name) => !names.includes(name));
  const fix = `check its name, account and region (${region})`;
  return {
    kind: 'answers',
    sees: [`${sees} in ${region}`],
    clusters: [],
    missing: unknown.map((name) => ({ what: `the ${kind} ${name}`, fix })),
  };
}
