// What connectors read for the discovery of services: plain records with the place of each. Every name in it comes from servers; the proposals take
// only names of a usual form (names.ts).
import * as z from 'zod';

const attributes = z.record(z.string(), z.string()).default({});
const place = { cluster: z.string(), namespace: z.string() };

export const Inventory = z.object({
  clusters: z
    .array(
      z.object({
        name: z.string(),
        account: z.string().optional(),
        region: z.string().optional(),
        aliases: z.array(z.string()).default([]),
        /** The environment by a tag of the cluster. */
        environment: z.string().optional(),
        /** All workloads were read, so an absent one is not there. */
        complete: z.boolean(),
        at: z.string(),
      }),
    )
    .default([]),
  namespaces: z.array(z.object({ cluster: z.string(), name: z.string(), labels: attributes })).default([]),
  /** `labels`: labels and annotations of the workload and of its pods, the workload's first. */
  workloads: z
    .array(
      z.object({
        ...place,
        kind: z.string(),
        name: z.string(),
        labels: attributes,
        podLabels: attributes,
        images: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  /** Services of Kubernetes: names by which callers reach pods. */
  endpoints: z.array(z.object({ ...place, name: z.string(), selector: attributes })).default([]),
  /** Resources of AWS with tags. */
  resources: z
    .array(
      z.object({
        type: z.string(),
        name: z.string(),
        account: z.string(),
        region: z.string(),
        tags: attributes,
        at: z.string(),
      }),
    )
    .default([]),
  /** Services of PagerDuty. */
  pagers: z
    .array(z.object({ id: z.string(), name: z.string(), team: z.string().optional(), at: z.string() }))
    .default([]),
  /**
   * Names of services in a source of telemetry; `attribute`: the attribute that holds the name there. A name without a signal says nothing about
   * routes.
   */
  names: z
    .array(
      z.object({
        source: z.string(),
        signal: z.enum(['logs', 'metrics']).optional(),
        name: z.string(),
        attribute: z.string().optional(),
        at: z.string(),
      }),
    )
    .default([]),
  /** Sources whose names of services were all read, by signal. */
  wholeSources: z.array(z.object({ source: z.string(), signal: z.enum(['logs', 'metrics']) })).default([]),
  /** Owners of services by labels of alert rules and the like. */
  owners: z.array(z.object({ service: z.string(), owner: z.string(), at: z.string() })).default([]),
  calls: z.array(z.object({ from: z.string(), to: z.string(), at: z.string() })).default([]),
  /** Sources that could be configured, as sentences. */
  hints: z.array(z.string()).default([]),
  /** What could not be read, and how to get it. */
  missing: z.array(z.object({ what: z.string(), fix: z.string() })).default([]),
});
export type Inventory = z.infer<typeof Inventory>;
export type InventoryParts = z.input<typeof Inventory>;

/** @throws z.ZodError if a part has another form */
export function joinInventories(parts: readonly InventoryParts[]): Inventory {
  const keys = Inventory.keyof().options;
  const valuesOf = (key: (typeof keys)[number]) => parts.flatMap((part): unknown[] => [...(part[key] ?? [])]);
  return Inventory.parse(Object.fromEntries(keys.map((key) => [key, valuesOf(key)])));
}
