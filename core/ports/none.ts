// Ports that are not configured. A source among them answers with a gap, so that an investigation names what it could not read.
import type { Threads, UserDirectory } from './channels.ts';
import type { Costs } from './costs.ts';
import type { AuditAnchors } from './records.ts';
import { eachSignal, signals } from './signals.ts';
import type { Executor, Sources, Targets, Telemetry } from './telemetry.ts';

export const noSources: Sources = eachSignal((signal) => ({
  observe: async () => ({
    kind: 'gap',
    gap: {
      source: signals[signal].label,
      reason: `No source for ${signals[signal].label} is configured.`,
      notConfigured: true,
    },
  }),
}));

export const noTelemetry: Telemetry = {
  ...noSources,
  knowledge: {
    search: async () => ({
      kind: 'gap',
      gap: { source: 'knowledge', reason: 'No source for knowledge is configured.' },
    }),
    add: async () => undefined,
  },
};

const unread = async () => ({ kind: 'gap', gap: { source: 'chat', reason: 'No chat is configured.' } }) as const;

export const noThreads: Threads = { read: unread, message: unread };

const cannotAct = async () => ({ kind: 'refused', why: 'No cluster is configured to act on.' }) as const;

export const noExecutor: Executor = { dryRun: cannotAct, execute: cannotAct };

export const noTargets: Targets = {
  look: async () => ({ kind: 'unseen', why: 'No cluster is configured.' }),
  around: async () => ({ objects: [], without: ['Pod', 'Node'] }),
};

const noCost = async () =>
  ({ kind: 'gap', gap: { source: 'cost', reason: 'No source of costs is configured.' } }) as const;

export const noCosts: Costs = { accounts: noCost, costs: noCost };

/** For installations without an external anchor store for the audit log. */
export const noAnchors: AuditAnchors = {
  add: async () => undefined,
  last: async () => undefined,
  all: async () => [],
};

/** A directory that knows no users. */
export const noUserDirectory: UserDirectory = {
  origin: async () => ({ teams: [] }),
  who: async () => 'unknown',
};
