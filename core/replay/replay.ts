// Ports that answer from a tape: the same question gets the same answer, in the order in which it got them then. What the tape does not hold
// is a gap, and counted; nothing is asked of the world and nothing is done to it.
import { Unavailable } from '../errors.ts';
import type { Gap } from '../model/report.ts';
import type { LogRecord } from '../model/telemetry.ts';
import type { Catalog, ServiceCatalog } from '../ports/catalog.ts';
import type { Pager } from '../ports/channels.ts';
import { eachSignal, signals } from '../ports/signals.ts';
import type { Executor, Targets, Telemetry, ToolServers } from '../ports/telemetry.ts';
import { aroundKinds } from '../ports/telemetry.ts';
import { redactJson } from '../redaction/redact.ts';
import { type TapedQuestion, taped } from './record.ts';
import { keyOf, type TapedCall } from './tape.ts';

export interface ReplaySource {
  /** The next answer to the first of these forms of a question that is on the tape; the last one again when they are used up. */
  answer(port: string, ...forms: readonly [unknown, ...unknown[]]): TapedCall['answer'] | undefined;
  has(port: string): boolean;
  /** What was asked and is not on the tape. */
  readonly misses: readonly string[];
  /** Calls that were used at least once, and how many there are. */
  used(): { readonly used: number; readonly of: number };
}

export function replaySourceOf(calls: readonly TapedCall[]): ReplaySource {
  const queues = Map.groupBy(calls, ({ port, asked }) => keyOf(port, asked));
  const places = new Map<string, number>();
  const misses: string[] = [];
  const used = new Set<TapedCall>();
  return {
    answer(port, ...forms) {
      // Questions were redacted before they were kept.
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

const notOnTape = (source: string): { readonly kind: 'gap'; readonly gap: Gap } => ({
  kind: 'gap',
  gap: { source, reason: 'The tape does not hold this question.' },
});

/** What was answered, typed by who asks: the tape was written by the same port. */
function given<T>(answer: Exclude<TapedCall['answer'], { kind: 'stream' }>): T {
  if (answer.kind === 'thrown') throw new Unavailable(answer.message);
  return answer.value as T;
}

export function replayedTelemetry(deck: ReplaySource): Telemetry {
  return {
    ...eachSignal((signal) => ({
      async observe(scope, query) {
        const answer = answerTo(deck, taped(signal, scope, query));
        if (answer === undefined || answer.kind === 'stream') return notOnTape(signals[signal].label);
        return given(answer);
      },
    })),
    logs: {
      async observe(scope, query) {
        const answer = answerTo(deck, taped('logs', scope, query));
        if (answer === undefined) return notOnTape('logs');
        if (answer.kind !== 'stream') return given(answer);
        const { head, records } = answer;
        return { ...head, data: streamed(records as readonly LogRecord[]) };
      },
    },
    knowledge: {
      async search({ scope: _, ...query }) {
        const port = 'telemetry.knowledge.search';
        const answer = answerTo(deck, { port, asked: { scope: { service: query.service }, query } });
        return answer === undefined || answer.kind === 'stream' ? notOnTape('knowledge') : given(answer);
      },
      add: async () => undefined,
    },
    ...(deck.has('telemetry.servers.offered') && { servers: replayedServers(deck) }),
  };
}

/** Tapes that were recorded before scopes had a place hold the same question with the environment alone, or with nothing. */
const answerTo = (deck: ReplaySource, { port, asked }: TapedQuestion): TapedCall['answer'] | undefined =>
  deck.answer(port, asked, { ...asked, scope: { environment: asked.scope.environment } }, { ...asked, scope: {} });

const replayedServers = (deck: ReplaySource): ToolServers => ({
  async offered(specialist) {
    const answer = deck.answer('telemetry.servers.offered', { scope: {}, specialist });
    return answer === undefined || answer.kind === 'stream' ? { tools: [], gaps: [] } : given(answer);
  },
  async call(tool, input) {
    const answer = deck.answer('telemetry.servers.call', { scope: {}, tool, input });
    if (answer === undefined || answer.kind === 'stream') throw new Unavailable('The tape does not hold this call.');
    return given(answer);
  },
});

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}

export const replayedTargets = (deck: ReplaySource): Targets => ({
  async look(target) {
    const answer = deck.answer('targets.look', { target });
    return answer === undefined || answer.kind === 'stream'
      ? { kind: 'unseen', why: 'The tape does not hold a look at it.' }
      : given(answer);
  },
  async around(target) {
    const answer = deck.answer('targets.around', { target });
    return answer === undefined || answer.kind === 'stream' ? { objects: [], without: aroundKinds } : given(answer);
  },
});

/** Nothing is done while a tape is replayed. */
export const replayedExecutor = (deck: ReplaySource): Executor => ({
  async dryRun({ id, target, parameters }) {
    const answer = deck.answer('executor.dryRun', { id, target, parameters });
    return answer === undefined || answer.kind === 'stream'
      ? { kind: 'refused', why: 'The tape does not hold this dry run.' }
      : given(answer);
  },
  execute: async () => ({ kind: 'refused', why: 'This is a replay: nothing is done.' }),
});

const nobodyIsTold = {
  kind: 'gap',
  gap: { source: 'pagerduty', reason: 'This is a replay: nobody is told.' },
} as const;

export const replayedPager = (deck: ReplaySource): Pager => ({
  async alerts() {
    const answer = deck.answer('pager.alerts', {});
    return answer === undefined || answer.kind === 'stream' ? notOnTape('pagerduty') : given(answer);
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
