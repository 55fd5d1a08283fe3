// Ports that answer from a tape: the same question gets the recorded answers in their recorded order. A question that the tape lacks is a gap and is
// counted. A replay contacts no outside system and changes nothing.
import { Unavailable } from '../errors.ts';
import type { LogRecord } from '../model/telemetry.ts';
import type { Catalog, ServiceCatalog } from '../ports/catalog.ts';
import type { Pager } from '../ports/channels.ts';
import { eachSignal } from '../ports/signals.ts';
import type { Executor, Source, Targets, Telemetry } from '../ports/telemetry.ts';
import { redactJson } from '../redaction/redact.ts';
import {
  dryRun,
  execution,
  knowledgeSearch,
  observation,
  offeredTools,
  type Question,
  targetAround,
  targetLook,
  toolCall,
} from './questions.ts';
import { keyOf, type TapedCall } from './tape.ts';

export interface ReplaySource {
  /** The next answer to the first of these forms that the tape has; after the last answer, that one again. */
  answer(port: string, ...forms: readonly [unknown, ...unknown[]]): TapedCall['answer'] | undefined;
  has(port: string): boolean;
  /** The questions that the tape lacks. */
  readonly misses: readonly string[];
  /** The number of calls used at least once, and the number of all calls. */
  used(): { readonly used: number; readonly of: number };
}

export function replaySourceOf(calls: readonly TapedCall[]): ReplaySource {
  const queues = Map.groupBy(calls, ({ port, asked }) => keyOf(port, asked));
  const places = new Map<string, number>();
  const misses: string[] = [];
  const used = new Set<TapedCall>();
  return {
    answer(port, ...forms) {
      // Recorded questions are redacted, so this question has to be, too.
      const keys = forms.map((form) => keyOf(port, redactJson(JSON.parse(JSON.stringify(form ?? null)))));
      const key = keys.find((one) => queues.has(one)) ?? keys[0] ?? '';
      const queue = queues.get(key);
      const place = places.get(key) ?? 0;
      const call = queue?.[Math.min(place, queue.length - 1)];
      if (call === undefined) {
        misses.push(key.slice(0, 300));
        return undefined;
      }
      places.set(key, place + 1);
      used.add(call);
      return call.answer;
    },
    has: (port) => calls.some((call) => call.port === port),
    misses,
    used: () => ({ used: used.size, of: calls.length }),
  };
}

/** The recorded answer. The caller's type applies, because the same port wrote the tape. */
function given<T>(answer: Exclude<TapedCall['answer'], { kind: 'stream' }>): T {
  if (answer.kind === 'thrown') throw new Unavailable(answer.message);
  return answer.value as T;
}

const replayed =
  (source: ReplaySource) =>
  <Args extends readonly unknown[], Answer>({ port, formsOf, missing }: Question<Args, Answer>) =>
  async (...args: Args): Promise<Answer> => {
    const answer = source.answer(port, ...formsOf(...args));
    return answer === undefined || answer.kind === 'stream' ? missing() : given(answer);
  };

export function replayedTelemetry(source: ReplaySource): Telemetry {
  const answered = replayed(source);
  return {
    ...eachSignal((signal) => ({ observe: answered(observation(signal)) })),
    logs: replayedLogs(source),
    knowledge: { search: answered(knowledgeSearch), add: async () => undefined },
    ...(source.has(offeredTools.port) && {
      servers: { offered: answered(offeredTools), call: answered(toolCall) },
    }),
  };
}

function replayedLogs(source: ReplaySource): Source<'logs'> {
  const { port, formsOf, missing } = observation('logs');
  return {
    async observe(scope, query) {
      const answer = source.answer(port, ...formsOf(scope, query));
      if (answer === undefined) return missing();
      if (answer.kind !== 'stream') return given(answer);
      const { head, records } = answer;
      return { ...head, data: streamed(records as readonly LogRecord[]) };
    },
  };
}

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}

export const replayedTargets = (source: ReplaySource): Targets => ({
  look: replayed(source)(targetLook),
  around: replayed(source)(targetAround),
});

/** A replay carries out no action. */
export const replayedExecutor = (source: ReplaySource): Executor => ({
  dryRun: replayed(source)(dryRun),
  execute: async () => execution.missing(),
});

const nothingSent = {
  kind: 'gap',
  gap: { source: 'pagerduty', reason: 'This is a replay: no message is sent.' },
} as const;

const alertsNotOnTape = {
  kind: 'gap',
  gap: { source: 'pagerduty', reason: 'The tape does not contain this query.' },
} as const;

export const replayedPager = (source: ReplaySource): Pager => ({
  async alerts() {
    const answer = source.answer('pager.alerts', {});
    return answer === undefined || answer.kind === 'stream' ? alertsNotOnTape : given(answer);
  },
  note: async () => nothingSent,
  mark: async () => nothingSent,
  statusUpdate: async () => nothingSent,
});

export const replayedCatalog = (source: ReplaySource): ServiceCatalog => ({
  async load() {
    const answer = source.answer('catalog.load', {});
    if (answer === undefined || answer.kind === 'stream') throw new Unavailable('The tape holds no catalogue.');
    return given<Catalog>(answer);
  },
});
