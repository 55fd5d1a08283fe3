// Defers ports that need a load first (of a recording or a secret): each call waits for the load, which happens once.

import { Unavailable } from '../core/errors.ts';
import type { Memory, Reasoner, SystemQuestions } from '../core/ports/channels.ts';
import type { Costs } from '../core/ports/costs.ts';
import type { LongRunner } from '../core/ports/long-investigations.ts';
import { eachSignal } from '../core/ports/signals.ts';
import type { Executor, KnowledgeBase, Sources, Targets, Telemetry } from '../core/ports/telemetry.ts';

type Load<T> = () => Promise<T>;

/** Loads at the first call, and again if the value is older than `maxAgeMs`; after a failure the next call loads again. */
export function kept<T>(read: Load<T>, maxAgeMs = Number.POSITIVE_INFINITY): Load<T> {
  let reading: { readonly value: Promise<T>; readonly startedAt: number } | undefined;
  return () => {
    if (reading && performance.now() - reading.startedAt < maxAgeMs) return reading.value;
    const value = read().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    reading = { value, startedAt: performance.now() };
    return value;
  };
}

export const deferredKnowledge = (load: Load<KnowledgeBase>): KnowledgeBase => ({
  search: async (query) => (await load()).search(query),
  add: async (document) => (await load()).add(document),
});

export const deferredSources = (load: Load<Sources>): Sources =>
  eachSignal((signal) => ({ observe: async (scope, query) => (await load())[signal].observe(scope, query) }));

export const deferredTelemetry = (load: Load<Telemetry>): Telemetry => ({
  ...deferredSources(load),
  knowledge: deferredKnowledge(async () => (await load()).knowledge),
  servers: {
    offered: async (...args) => (await load()).servers?.offered(...args) ?? { tools: [], gaps: [] },
    call: async (...args) => {
      const { servers } = await load();
      if (servers === undefined) throw new Unavailable('No MCP server is configured.');
      return servers.call(...args);
    },
  },
});

export const deferredCosts = (load: Load<Costs>): Costs => ({
  accounts: async () => (await load()).accounts(),
  costs: async (query) => (await load()).costs(query),
});

export const deferredMemory = (load: Load<Memory>): Memory => ({
  remember: async (...args) => (await load()).remember(...args),
  utterances: async (by) => (await load()).utterances(by),
  recall: async (query) => (await load()).recall(query),
  teach: async (fact) => (await load()).teach(fact),
  facts: async (service) => (await load()).facts(service),
  forget: async (statement) => (await load()).forget(statement),
});

export const deferredLongRunner = (seconds: number, load: Load<LongRunner>): LongRunner => ({
  seconds,
  start: async (job) => (await load()).start(job),
  stop: async (session) => (await load()).stop(session),
});

export const deferredSystemQuestions = (load: Load<SystemQuestions>): SystemQuestions => ({
  ask: async (request) => (await load()).ask(request),
});

export const deferredExecutor = (load: Load<Executor>): Executor => ({
  dryRun: async (...args) => (await load()).dryRun(...args),
  execute: async (...args) => (await load()).execute(...args),
});

export const deferredTargets = (load: Load<Targets>): Targets => ({
  look: async (...args) => (await load()).look(...args),
  around: async (...args) => (await load()).around(...args),
});

export const deferredReasoner = (load: Load<Reasoner>): Reasoner => ({
  reason: async (request) => (await load()).reason(request),
});
