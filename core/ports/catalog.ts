// The service catalogue: what the platform team knows about its services (config/catalog.yaml).
import * as z from 'zod';
import { ActionId, Level } from '../model/action.ts';

/** How far to go with one action, where that is less or more than what the rest may. */
const levelsByAction = z.partialRecord(ActionId, Level).default({});
/** Ids of people (Slack user ids, names at the console), or `group:NAME`. */
const people = z.array(z.string().min(1));

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
    /** Workloads that belong to it, as `Kind/name`; a Deployment of the service's name is assumed. */
    workloads: z.array(z.string()).default([]),
    owners: z.array(z.string()).default([]),
    /** Which sources have its data, by the signal: `metrics: [amp]`, `logs: [newrelic, kubernetes]`. */
    sources: z.record(z.string(), z.array(z.string().min(1))).default({}),
    /** The older spelling of `sources`, with one source a signal. */
    dataSources: z.record(z.string(), z.string()).optional(),
    /** Services it calls. */
    dependsOn: z.array(z.string()).default([]),
    /** `crawl`, `walk` or `run`; the environment's level applies where absent. */
    level: Level.optional(),
    /** Levels of single actions; they win over both. */
    actions: levelsByAction,
    /** Who may answer questions about it, in place of the environment's. */
    approvers: people.optional(),
    protected: z.boolean().default(false),
  })
  .transform(({ dataSources = {}, sources, ...service }) => ({
    ...service,
    sources: {
      ...Object.fromEntries(Object.entries(dataSources).map(([signal, name]) => [signal, [name]])),
      ...sources,
    },
  }));
export type CatalogService = z.infer<typeof CatalogService>;

/** How much may be done before a person has to look. */
const Budgets = z.strictObject({
  /** Actions within an hour, in one environment. */
  actsPerHour: z.number().int().min(0).max(500).default(6),
  actsPerIncident: z.number().int().min(0).max(500).default(3),
  /** The same action on the same target within a day; unattended one fewer. */
  samePerDay: z.number().int().min(0).max(500).default(3),
  /** Pods affected within an hour, in one environment. */
  podsPerHour: z.number().int().min(0).default(100),
});

const Environment = z.strictObject({
  level: Level,
  aliases: z.array(z.string()).default([]),
  /** Of AWS, where all of it runs in one; a cluster's or a placement's own goes before it. */
  account: z.string().optional(),
  actions: levelsByAction,
  /** Who may answer questions there, in place of all the others. */
  approvers: people.optional(),
  /** How many people it takes for what is high stakes. */
  approvalsForHighStakes: z.number().int().min(1).max(5).default(2),
  budgets: Budgets.partial().default({}),
  /** What PagerDuty is told besides notes. */
  page: z
    .strictObject({
      /** Once what a person approved was done: somebody has it. */
      acknowledge: z.boolean().default(false),
      /** Once verification said that it recovered. */
      resolve: z.boolean().default(false),
      /** Those who follow the incident are told what was found and how it ended. */
      statusUpdates: z.boolean().default(false),
    })
    .default({ acknowledge: false, resolve: false, statusUpdates: false }),
});

const timeZone = z.string().refine(isTimeZone, 'is no time zone of the IANA database, such as Europe/Berlin');
const localTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, "a time of the freeze's time zone, as 2026-12-20T18:00");
const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day, as 18:00');
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** When nothing is done: once from a time to another, or each week. Ends are not in it. */
export const Freeze = z
  .strictObject({
    name: z.string().min(1).max(100),
    timeZone: timeZone.default('UTC'),
    /** Empty: all of them. */
    environments: z.array(z.string()).default([]),
    services: z.array(z.string()).default([]),
    /** Actions that may be done all the same. */
    except: z.array(ActionId).default([]),
    once: z.strictObject({ from: localTime, to: localTime }).optional(),
    /** `to` at or before `from` is on the day after. */
    weekly: z.strictObject({ days: z.array(z.enum(weekdays)).min(1), from: clockTime, to: clockTime }).optional(),
  })
  .refine(({ once, weekly }) => (once === undefined) !== (weekly === undefined), 'has either `once` or `weekly`')
  .refine(({ once }) => once === undefined || once.from < once.to, 'ends before it begins');
export type Freeze = z.infer<typeof Freeze>;

export const Catalog = z
  .strictObject({
    environments: z.record(z.string(), Environment),
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
    groups: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
    /** Approvals: who may decide. Empty: everybody who can reach the question. */
    approvers: people.default([]),
    approval: z
      .strictObject({
        expiresMinutes: z.number().int().min(1).max(720).default(30),
        /** When those of `escalateTo` and the page are told that it still waits; before it expires. */
        remindMinutes: z.number().int().min(1).max(719).default(10),
        escalateTo: people.default([]),
      })
      .prefault({}),
    /** Labels of objects that are never touched, as `key` or `key=value`. */
    protectedLabels: z.array(z.string().min(1)).default(['watchkeeper/protected=true']),
    freezes: z.array(Freeze).default([]),
    budgets: Budgets.prefault({}),
    /** Alerts that other apps post in channels; the first rule that fits counts. */
    conversation: z
      .strictObject({
        alerts: z
          .array(
            z.strictObject({
              from: z.enum(['pagerduty', 'alertmanager', 'grafana', 'new-relic', 'cloudwatch', 'other']),
              /** Name of the app as the channel shows it; any, where absent. */
              app: z.string().min(1).optional(),
              /** Ids; all that Watchkeeper is in, where empty. */
              channels: z.array(z.string().min(1)).default([]),
              /** Text that the alert's title has to contain. */
              title: z.string().min(1).optional(),
              /** Whether such an alert is investigated without anybody asking. */
              automatic: z.boolean().default(false),
            }),
          )
          .default([]),
      })
      .prefault({}),
    killSwitch: z.boolean().default(false),
  })
  .superRefine((catalog, context) => {
    for (const group of unknownGroups(catalog)) context.addIssue(`there is no group ${group}`);
  });
export type Catalog = z.infer<typeof Catalog>;

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

/** Ids of people behind a list that may name groups. */
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
