// Ports that record every question and answer on a tape. The caller gets each answer unchanged; the tape gets it without its secrets.
import type { ServiceCatalog } from '../ports/catalog.ts';
import type { Pager } from '../ports/channels.ts';
import type { IncidentStore } from '../ports/records.ts';
import { eachSignal } from '../ports/signals.ts';
import type { Executor, Observed, Source, Sources, Targets, Telemetry } from '../ports/telemetry.ts';
import type { Clock } from '../ports/world.ts';
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
import type { Tape, TapedCall } from './tape.ts';

/** Limit on the stored records of one stream; beyond it the tape marks the stream as incomplete. */
const maxRecords = 200_000;

interface RecorderOptions {
  readonly tape: Pick<Tape, 'add'>;
  readonly clock: Clock;
  /** Receives a sentence about each call that could not be recorded. */
  readonly onTrouble: (sentence: string) => void;
  /** Whether an answer waits until it is stored; needed if the process may stop right after its answer. */
  readonly waits?: boolean;
}

export type Recorder = ReturnType<typeof recorder>;

export function recorder({ tape, clock, onTrouble, waits = false }: RecorderOptions) {
  const pending = new Set<Promise<void>>();
  /** Notes that belong to every incident, and the tapes that have each of them. */
  const notes = new Map<string, unknown>();
  const noted = new Map<string, Set<string>>();

  async function keep(incidentId: string, call: Omit<TapedCall, 'redacted'>): Promise<void> {
    const known = noted.get(incidentId) ?? new Set();
    noted.set(incidentId, known);
    for (const [port, value] of notes) {
      if (known.has(port)) continue;
      known.add(port);
      write(incidentId, { port, asked: {}, at: call.at, wallMs: 0, answer: { kind: 'value', value } });
    }
    const written = write(incidentId, call);
    // By default the investigation continues while the call is written.
    if (waits) await written;
  }

  function write(incidentId: string, call: Omit<TapedCall, 'redacted'>): Promise<void> {
    const text = JSON.stringify({ asked: call.asked, answer: call.answer });
    const clean = redactJson(JSON.parse(text)) as Pick<TapedCall, 'asked' | 'answer'>;
    const written = tape
      .add(incidentId, { ...call, ...clean, redacted: JSON.stringify(clean) !== text })
      .catch(() => onTrouble(`A call of ${call.port} could not be recorded.`))
      .finally(() => pending.delete(written));
    pending.add(written);
    return written;
  }

  async function recordCall<T>(incidentId: string, port: string, asked: unknown, call: () => Promise<T>): Promise<T> {
    const begun = clock.now();
    const base = () => ({
      port,
      asked,
      at: begun.toISOString(),
      wallMs: clock.now().getTime() - begun.getTime(),
    });
    try {
      const value = await call();
      await keep(incidentId, { ...base(), answer: { kind: 'value', value: value ?? null } });
      return value;
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      await keep(incidentId, { ...base(), answer: { kind: 'thrown', name, message } });
      throw error;
    }
  }

  return {
    recordCall,
    keep,
    /** Adds a note to every tape from now on, once per tape. A note answers a question that was not asked for one incident. */
    note: (port: string, value: unknown) => void notes.set(port, value),
    now: () => clock.now(),
    /** Resolves when all calls so far are stored, or have failed to be. */
    async flush(): Promise<void> {
      await Promise.all(pending);
    },
  };
}

/** Calls the port and records the question and the answer. */
const recorded =
  (record: Recorder) =>
  <Args extends readonly unknown[], Answer>(
    { port, incidentOf, formsOf }: Question<Args, Answer>,
    call: (...asked: Args) => Promise<Answer>,
  ) =>
  (...args: Args): Promise<Answer> =>
    record.recordCall(incidentOf(...args), port, formsOf(...args)[0], () => call(...args));

export function tapedTelemetry(telemetry: Telemetry, record: Recorder): Telemetry {
  const { knowledge, servers } = telemetry;
  const sources: Sources = telemetry;
  const recordCalls = recorded(record);
  return {
    ...eachSignal((signal) => ({
      observe: recordCalls(observation(signal), (scope, query) => sources[signal].observe(scope, query)),
    })),
    logs: tapedLogs(telemetry.logs, record),
    knowledge: {
      search: recordCalls(knowledgeSearch, (...args) => knowledge.search(...args)),
      add: (document) => knowledge.add(document),
    },
    ...(servers && {
      servers: {
        offered: recordCalls(offeredTools, (...args) => servers.offered(...args)),
        call: recordCalls(toolCall, (...args) => servers.call(...args)),
      },
    }),
  };
}

/** Records a stream after it was read. */
function tapedLogs(logs: Source<'logs'>, record: Recorder): Source<'logs'> {
  const question = observation('logs');
  return {
    async observe(scope, query) {
      const begun = record.now();
      const observed = await logs.observe(scope, query);
      const [asked] = question.formsOf(scope, query);
      const { incidentId } = scope;
      if (observed.kind === 'gap') return record.recordCall(incidentId, question.port, asked, async () => observed);
      return { ...observed, data: recordedStream(observed, record, { incidentId, port: question.port, asked, begun }) };
    },
  };
}

/** Passes the records on, and stores them when the reader has finished. */
async function* recordedStream<T>(
  { data, ...head }: Extract<Observed<AsyncIterable<T>>, { kind: 'data' }>,
  record: Recorder,
  { incidentId, begun, ...call }: { incidentId: string; port: string; asked: unknown; begun: Date },
): AsyncGenerator<T> {
  const records: T[] = [];
  let whole = false;
  let beyond = false;
  try {
    for await (const one of data) {
      if (records.length < maxRecords) records.push(one);
      else beyond = true;
      yield one;
    }
    whole = !beyond;
  } finally {
    await record.keep(incidentId, {
      ...call,
      at: begun.toISOString(),
      wallMs: record.now().getTime() - begun.getTime(),
      answer: { kind: 'stream', head, records, whole },
    });
  }
}

export const tapedTargets = (targets: Targets, record: Recorder): Targets => ({
  look: recorded(record)(targetLook, (...args) => targets.look(...args)),
  around: recorded(record)(targetAround, (...args) => targets.around(...args)),
});

export const tapedExecutor = (executor: Executor, record: Recorder): Executor => ({
  dryRun: recorded(record)(dryRun, (...args) => executor.dryRun(...args)),
  execute: recorded(record)(execution, (...args) => executor.execute(...args)),
});

/** A page has only its source id, so the incident is looked up. */
export const tapedPager = (pager: Pager, incidents: Pick<IncidentStore, 'findBySource'>, record: Recorder): Pager => ({
  ...pager,
  async alerts(sourceId) {
    const incident = await incidents.findBySource(sourceId);
    const call = () => pager.alerts(sourceId);
    return incident === undefined ? call() : record.recordCall(incident.id, 'pager.alerts', {}, call);
  },
});

/** Records the catalogue for every incident from now on. */
export const tapedCatalog = (catalog: ServiceCatalog, record: Recorder): ServiceCatalog => ({
  async load() {
    const loaded = await catalog.load();
    record.note('catalog.load', loaded);
    return loaded;
  },
});

/** Records the beginning and the end of a tape: the incident as it was opened, and each diagnosis. */
export function tapedIncidents(incidents: IncidentStore, record: Recorder): IncidentStore {
  return {
    ...incidents,
    async open(incident) {
      const opened = await incidents.open(incident);
      if (opened.kind === 'opened') {
        await record.recordCall(opened.incident.id, 'incident', {}, async () => opened.incident);
      }
      return opened;
    },
    async saveDiagnosis(incidentId, diagnosis) {
      await record.recordCall(incidentId, 'diagnosis', {}, async () => diagnosis);
      await incidents.saveDiagnosis(incidentId, diagnosis);
    },
  };
}
