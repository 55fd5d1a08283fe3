// The service catalogue: the platform team's knowledge of its services (config/catalog.yaml).
import * as z from 'zod';
import { ActionId, Level } from '../model/action.ts';
import { PageRequestKind } from '../model/page-request.ts';
import { routedSignals } from './signals.ts';

/** Autonomy levels of single actions that differ from the level of the rest. */
const levelsByAction = z.partialRecord(ActionId, Level).default({});
/** Ids of people (Slack user ids, names at the console), or `group:NAME`. */
const people = z.array(z.string().min(1));

/** Names of configured sources by signal: `metrics: [amp]`. An empty list: no source has the signal. */
const SourceNames = z.partialRecord(z.enum(routedSignals), z.array(z.string().min(1)).max(20));
export type SourceNames = z.infer<typeof SourceNames>;

/** By source, the attributes that select the service there, all of which hold. */
const Matches = z.record(
  z.string(),
  z
    .record(z.string().min(1).max(200), z.string().min(1).max(300))
    .refine((match) => Object.keys(match).length > 0 && Object.keys(match).length <= 10, 'one to ten attributes'),
);

const accountId = z.string().regex(/^\d{12}$/, 'an account id of 12 digits, in quotes');

/** A resource of AWS by its type and name: `lambda: clip-ingest`. */
const Resource = z
  .record(z.string().min(1).max(40), z.string().min(1).max(300))
  .refine((one) => Object.keys(one).length === 1, 'one type with one name, as `lambda: clip-ingest`');

const Placement = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  environment: z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
});

export const CatalogService = z
  .strictObject({
    name: z.string().min(1),
    aliases: z.array(z.string()).default([]),
    placements: z.array(Placement).default([]),
    /** Workloads of the service, as `Kind/name`; a Deployment with the service's name is assumed. */
    workloads: z.array(z.string()).default([]),
    owners: z.array(z.string()).default([]),
    /** Sources that have its data, by signal. They replace those of its clusters and the defaults. */
    sources: SourceNames.default({}),
    /** The older spelling of `sources`, with one source per signal. */
    dataSources: z.partialRecord(z.enum(routedSignals), z.string().min(1)).optional(),
    /** The service's name in a source, if it has another there: `nr-shop: { entity.name: web-player-prod }`. */
    match: Matches.default({}),
    /** The AWS account of a service without placements, and its resources there. */
    account: accountId.optional(),
    region: z.string().optional(),
    resources: z.array(Resource).max(50).default([]),
    /** `owner/name` on GitHub. */
    repository: z.string().min(1).optional(),
    /** Ids of PagerDuty services whose pages are about this service. */
    pagerduty: z.array(z.string().regex(/^P[A-Z0-9]{3,20}$/, "a PagerDuty service's id, such as PABC123")).default([]),
    /** Ids of Slack channels whose alerts are about this service. */
    channels: z.array(z.string().regex(/^[CG][A-Z0-9]{2,20}$/, "a channel's id, such as C0123")).default([]),
    /** Services it calls. */
    dependsOn: z.array(z.string()).default([]),
    /** `crawl`, `walk` or `run`; if absent, the environment's level applies. */
    level: Level.optional(),
    /** The highest level that an action can earn (docs/acting.md, "Earned levels"); if absent, the environment's. */
    maxLevel: Level.optional(),
    /** Levels of single actions; they take precedence over the service's and the environment's level. */
    actions: levelsByAction,
    /** People who may answer approval requests about the service, instead of the environment's approvers. */
    approvers: people.optional(),
    protected: z.boolean().default(false),
    /** What agents should know when they investigate the service: where to look first, what is normal for it. */
    instructions: z.string().min(1).max(1500).optional(),
  })
  .transform(({ dataSources = {}, sources, ...service }) => ({
    ...service,
    sources: {
      ...Object.fromEntries(Object.entries(dataSources).map(([signal, name]) => [signal, [name]])),
      ...sources,
    },
  }));
export type CatalogService = z.infer<typeof CatalogService>;

/** A vendor that services depend on (`dependsOn`), and the source of its status. */
const Vendor = z.strictObject({
  name: z.string().min(1).max(200),
  /** The source whose status is about it. */
  status: z.string().min(1),
  /** The components (of AWS: services, such as RDS) and regions that are used; empty: all. */
  components: z.array(z.string().min(1).max(200)).max(50).default([]),
  regions: z.array(z.string().min(1).max(100)).max(50).default([]),
  /** Hosts by which errors name it: `api.example.com`. */
  hosts: z.array(z.hostname()).max(20).default([]),
});

/** Limits on the number of actions before a person has to look. */
const Budgets = z.strictObject({
  /** Actions per hour in one environment. */
  actsPerHour: z.number().int().min(0).max(500).default(6),
  actsPerIncident: z.number().int().min(0).max(500).default(3),
  /** The same action on the same target per day; an unattended action has one fewer. */
  samePerDay: z.number().int().min(0).max(500).default(3),
  /** Affected pods per hour in one environment. */
  podsPerHour: z.number().int().min(0).default(100),
});

const Environment = z.strictObject({
  level: Level,
  /** The highest level that an action can earn; if absent, no action earns more than `level`. */
  maxLevel: Level.optional(),
  aliases: z.array(z.string()).default([]),
  /** AWS account of the environment, if it has only one. The account of a cluster or a placement takes precedence. */
  account: z.string().optional(),
  actions: levelsByAction,
  /** People who may answer approval requests in this environment, instead of the general approvers. */
  approvers: people.optional(),
  /** Number of approvals required for a high-stakes action. */
  approvalsForHighStakes: z.number().int().min(1).max(5).default(2),
  budgets: Budgets.partial().default({}),
  /** Updates to PagerDuty besides notes. */
  page: z
    .strictObject({
      /** Acknowledge the page after an approved action was done. */
      acknowledge: z.boolean().default(false),
      /** Resolve the page after verification confirmed the recovery. */
      resolve: z.boolean().default(false),
      /** Send status updates about the diagnosis and the end to those who follow the incident. */
      statusUpdates: z.boolean().default(false),
      /** What approvers may have Watchkeeper do with a page by words, after it has asked once more. */
      requests: z.array(PageRequestKind).max(6).default([]),
    })
    .default({ acknowledge: false, resolve: false, statusUpdates: false, requests: [] }),
});

const timeZone = z.string().refine(isTimeZone, 'is no time zone of the IANA database, such as Europe/Berlin');
const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, "a time of the freeze's time zone, as 2026-12-20T18:00");
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day, as 18:00');
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A period without actions: once between two times, or weekly. The end is exclusive. */
export const Freeze = z
  .strictObject({
    name: z.string().min(1).max(100),
    timeZone: timeZone.default('UTC'),
    /** Empty: all environments. */
    environments: z.array(z.string()).default([]),
    services: z.array(z.string()).default([]),
    /** Actions that remain allowed. */
    except: z.array(ActionId).default([]),
    once: z.strictObject({ from: localTime, to: localTime }).optional(),
    /** A `to` at or before `from` is on the following day. */
    weekly: z.strictObject({ days: z.array(z.enum(weekdays)).min(1), from: clockTime, to: clockTime }).optional(),
  })
  .refine(({ once, weekly }) => (once === undefined) !== (weekly === undefined), 'has either `once` or `weekly`')
  .refine(({ once }) => once === undefined || once.from < once.to, 'ends before it begins');
export type Freeze = z.infer<typeof Freeze>;

/** The evidence that a higher level needs. Without this block no level is earned or lost. */
const Promotion = z.strictObject({
  /** Cases known to have helped or not. */
  cases: z.number().int().min(1).max(1000).default(20),
  /** The lower bound of the share that helped has to be above this. */
  helped: z.number().min(0.5).max(0.99).default(0.9),
  /** Whether "don't ask me again" can be taught only where the evidence suffices. */
  teachingNeedsEvidence: z.boolean().default(true),
});
export type Promotion = z.infer<typeof Promotion>;

export const Catalog = z
  .strictObject({
    environments: z.record(z.string(), Environment),
    /** Sources of everything that neither its service nor its cluster routes. */
    defaults: SourceNames.default({}),
    clusters: z
      .array(
        z.strictObject({
          name: z.string(),
          aliases: z.array(z.string()).default([]),
          environment: z.string(),
          account: z.string().optional(),
          region: z.string().optional(),
          /** Sources of the services in it that name none of their own. */
          sources: SourceNames.default({}),
        }),
      )
      .default([]),
    services: z.array(CatalogService).default([]),
    vendors: z.array(Vendor).default([]),
    groups: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
    /** People who may decide on approvals. Empty: everybody who can reach the request. */
    approvers: people.default([]),
    approval: z
      .strictObject({
        expiresMinutes: z.number().int().min(1).max(720).default(30),
        /** Minutes until `escalateTo` and the page get a reminder; less than the time to expiry. */
        remindMinutes: z.number().int().min(1).max(719).default(10),
        escalateTo: people.default([]),
      })
      .prefault({}),
    /** Objects with these labels are never touched; `key` or `key=value`. */
    protectedLabels: z.array(z.string().min(1)).default(['watchkeeper/protected=true']),
    freezes: z.array(Freeze).default([]),
    budgets: Budgets.prefault({}),
    /** Alerts that other apps post in channels; the first matching rule applies. */
    conversation: z
      .strictObject({
        alerts: z
          .array(
            z.strictObject({
              from: z.enum(['pagerduty', 'alertmanager', 'grafana', 'new-relic', 'cloudwatch', 'other']),
              /** Name of the app as the channel shows it; if absent, any app. */
              app: z.string().min(1).optional(),
              /** Channel ids. Empty: all channels that Watchkeeper is in. */
              channels: z.array(z.string().min(1)).default([]),
              /** Text that the alert's title has to contain. */
              title: z.string().min(1).optional(),
              /** Whether such an alert is investigated without a request. */
              automatic: z.boolean().default(false),
            }),
          )
          .default([]),
      })
      .prefault({}),
    killSwitch: z.boolean().default(false),
    promotion: Promotion.optional(),
  })
  .superRefine((catalog, context) => {
    for (const group of unknownGroups(catalog)) context.addIssue(`there is no group ${group}`);
  });
export type Catalog = z.infer<typeof Catalog>;

/** The catalogue's service for a name: its own name, an alias, or one of its workloads. */
export const findService = (catalog: Pick<Catalog, 'services'>, name: string): CatalogService | undefined =>
  catalog.services.find((service) => same(service.name, name)) ??
  catalog.services.find(
    ({ aliases, workloads }) =>
      aliases.some((alias) => same(alias, name)) ||
      workloads.some((workload) => same(workload.split('/').at(-1) ?? '', name)),
  );

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export interface ServiceCatalog {
  load(): Promise<Catalog>;
}

const groupPrefix = 'group:';

function unknownGroups({
  groups,
  approvers,
  approval,
  environments,
  services,
}: {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly approvers: readonly string[];
  readonly approval: { readonly escalateTo: readonly string[] };
  readonly environments: Readonly<Record<string, { readonly approvers?: readonly string[] | undefined }>>;
  readonly services: readonly { readonly approvers?: readonly string[] | undefined }[];
}): string[] {
  const named = [
    ...approvers,
    ...approval.escalateTo,
    ...[...Object.values(environments), ...services].flatMap((one) => one.approvers ?? []),
  ];
  return named
    .filter((one) => one.startsWith(groupPrefix))
    .map((one) => one.slice(groupPrefix.length))
    .filter((name) => !Object.hasOwn(groups, name));
}

/** Resolves a list of people and groups to ids of people. */
export const idsOf = (named: readonly string[], { groups }: Pick<Catalog, 'groups'>): string[] => [
  ...new Set(
    named.flatMap((one) => (one.startsWith(groupPrefix) ? (groups[one.slice(groupPrefix.length)] ?? []) : [one])),
  ),
];

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
