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
      const keys = forms.map((asked) => keyOf(port, redactJson(JSON.parse(JSON.stringify(asked ?? null)))));
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
  (deck: ReplaySource) =>
  <Asked extends readonly unknown[], Answer>({ port, formsOf, missing }: Question<Asked, Answer>) =>
  async (...asked: Asked): Promise<Answer> => {
    const answer = deck.answer(port, ...formsOf(...asked));
    return answer === undefined || answer.kind === 'stream' ? missing() : given(answer);
  };

export function replayedTelemetry(deck: ReplaySource): Telemetry {
  const answered = replayed(deck);
  return {
    ...eachSignal((signal) => ({ observe: answered(observation(signal)) })),
    logs: replayedLogs(deck),
    knowledge: { search: answered(knowledgeSearch), add: async () => undefined },
    ...(deck.has(offeredTools.port) && {
      servers: { offered: answered(offeredTools), call: answered(toolCall) },
    }),
  };
}

function replayedLogs(deck: ReplaySource): Source<'logs'> {
  const { port, formsOf, missing } = observation('logs');
  return {
    async observe(scope, query) {
      const answer = deck.answer(port, ...formsOf(scope, query));
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

export const replayedTargets = (deck: ReplaySource): Targets => ({
  look: replayed(deck)(targetLook),
  around: replayed(deck)(targetAround),
});

/** A replay carries out no action. */
export const replayedExecutor = (deck: ReplaySource): Executor => ({
  dryRun: replayed(deck)(dryRun),
  execute: async () => execution.missing(),
});

const nobodyIsTold = {
  kind: 'gap',
  gap: { source: 'pagerduty', reason: 'This is a replay: nobody is told.' },
} as const;

const alertsNotOnTape = {
  kind: 'gap',
  gap: { source: 'pagerduty', reason: 'The tape does not hold this question.' },
} as const;

export const replayedPager = (deck: ReplaySource): Pager => ({
  async alerts() {
    const answer = deck.answer('pager.alerts', {});
    return answer === undefined || answer.kind === 'stream' ? alertsNotOnTape : given(answer);
  },
  note: async () => nobodyIsTold,
  mark: async () => nobodyIsTold,
  statusUpdate: async () => nobodyIsTold,
});

export const replayedCatalog = (deck: ReplaySource): ServiceCatalog => ({
  async load() {
    const answer = deck.answer('catalog.load', {});
    if (answer === undefined || answer.kind === 'stream') throw new Unavailable('The tape holds no catalogue.');
    return given<Catalog>(answer);
  },
});
