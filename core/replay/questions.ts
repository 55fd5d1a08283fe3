// Defines the questions on a tape, each once: its stored form, and its answer if the tape lacks it. The recorder and the replay are each one wrapper
// over this table.
import { Unavailable } from '../errors.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Gap } from '../model/report.ts';
import type { Scope } from '../model/scope.ts';
import { signals } from '../ports/signals.ts';
import {
  type AnswerOf,
  aroundKinds,
  type Executor,
  type ExecutorAction,
  type KnowledgeBase,
  type Observed,
  type QueryOf,
  type Signal,
  type Targets,
  type ToolServers,
} from '../ports/telemetry.ts';

export interface Question<Args extends readonly unknown[], Answer> {
  readonly port: string;
  incidentOf(...args: Args): string;
  /** The stored form of the question, without the incident id, so that a replay asks the same. The other forms occur on tapes of older versions. */
  formsOf(...args: Args): readonly [unknown, ...unknown[]];
  /** The answer if the tape lacks the question; it may throw. */
  missing(): Answer;
}

const notOnTape = (source: string): { readonly kind: 'gap'; readonly gap: Gap } => ({
  kind: 'gap',
  gap: { source, reason: 'The tape does not contain this query.' },
});

/** On older tapes a scope has only an environment, or nothing. */
export const observation = <S extends Signal>(signal: S): Question<[Scope, QueryOf<S>], Observed<AnswerOf<S>>> => ({
  port: `telemetry.${signals[signal].tape}`,
  incidentOf: ({ incidentId }) => incidentId,
  formsOf({ incidentId: _, window, ...scope }, query) {
    const rest = { ...(signals[signal].windowed ? { window } : {}), ...query };
    const { environment } = scope;
    return [
      { scope, ...rest },
      // Before the queries of some signals had fields.
      { scope, ...(signals[signal].windowed ? { window } : {}) },
      { scope: { environment }, ...rest },
      { scope: {}, ...rest },
    ];
  },
  missing: () => notOnTape(signals[signal].label),
});

type Call<Port, Name extends keyof Port> = Port[Name] extends (...args: infer Args) => Promise<infer Answer>
  ? Question<Args, Answer>
  : never;

export const knowledgeSearch: Call<KnowledgeBase, 'search'> = {
  port: 'telemetry.knowledge.search',
  incidentOf: ({ scope }) => scope.incidentId,
  formsOf: ({ scope: _, ...query }) => [
    { scope: {}, query },
    { scope: { service: query.service }, query },
  ],
  missing: () => notOnTape('knowledge'),
};

export const offeredTools: Call<ToolServers, 'offered'> = {
  port: 'telemetry.servers.offered',
  incidentOf: (_, { incidentId }) => incidentId,
  formsOf: (specialist) => [{ scope: {}, specialist }],
  missing: () => ({ tools: [], gaps: [] }),
};

export const toolCall: Call<ToolServers, 'call'> = {
  port: 'telemetry.servers.call',
  incidentOf: (_tool, _input, { incidentId }) => incidentId,
  formsOf: (tool, input) => [{ scope: {}, tool, input }],
  missing: () => {
    throw new Unavailable('The tape does not contain this call.');
  },
};

const aboutTarget = {
  incidentOf: (_: EntityRef, { incidentId }: Pick<Scope, 'incidentId'>) => incidentId,
  formsOf: (target: EntityRef): readonly [unknown] => [{ target }],
};

export const targetLook: Call<Targets, 'look'> = {
  ...aboutTarget,
  port: 'targets.look',
  missing: () => ({ kind: 'unseen', why: 'The tape does not contain a snapshot of the target.' }),
};

export const targetAround: Call<Targets, 'around'> = {
  ...aboutTarget,
  port: 'targets.around',
  missing: () => ({ objects: [], without: aroundKinds }),
};

const aboutAction = {
  incidentOf: ({ incidentId }: ExecutorAction) => incidentId,
  formsOf: ({ id, target, parameters }: ExecutorAction): readonly [unknown] => [{ id, target, parameters }],
};

export const dryRun: Call<Executor, 'dryRun'> = {
  ...aboutAction,
  port: 'executor.dryRun',
  missing: () => ({ kind: 'refused', why: 'The tape does not contain this dry run.' }),
};

export const execution: Call<Executor, 'execute'> = {
  ...aboutAction,
  port: 'executor.execute',
  missing: () => ({ kind: 'refused', why: 'This is a replay: no action runs.' }),
};
