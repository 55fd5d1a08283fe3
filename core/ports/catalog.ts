// The service catalogue: what the platform team knows about its services (config/catalog.yaml).
import * as z from 'zod';

const Placement = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  environment: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
});

export const CatalogService = z.strictObject({
  name: z.string().min(1),
  aliases: z.array(z.string()).default([]),
  placements: z.array(Placement).default([]),
  /** Workloads that belong to it, as `Kind/name`; a Deployment of the service's name is assumed. */
  workloads: z.array(z.string()).default([]),
  owners: z.array(z.string()).default([]),
  /** Which source answers for it: `metrics: prometheus`, `logs: cloudwatch`. */
  dataSources: z.record(z.string(), z.string()).default({}),
  /** Services it calls. */
  dependsOn: z.array(z.string()).default([]),
  /** `crawl`, `walk` or `run`; the environment's level applies where absent. */
  level: z.enum(['crawl', 'walk', 'run']).optional(),
  protected: z.boolean().default(false),
});
export type CatalogService = z.infer<typeof CatalogService>;

export const Catalog = z.strictObject({
  environments: z.record(
    z.string(),
    z.strictObject({ level: z.enum(['crawl', 'walk', 'run']), aliases: z.array(z.string()).default([]) }),
  ),
  clusters: z
    .array(
      z.strictObject({
        name: z.string(),
        aliases: z.array(z.string()).default([]),
        environment: z.string(),
        account: z.string().optional(),
        region: z.string().optional(),
      }),
    )
    .default([]),
  services: z.array(CatalogService).default([]),
  /** Approvals: who may decide. Empty: everybody who can reach the question. */
  approvers: z.array(z.string()).default([]),
  killSwitch: z.boolean().default(false),
});
export type Catalog = z.infer<typeof Catalog>;

export interface ServiceCatalog {
  load(): Promise<Catalog>;
}
