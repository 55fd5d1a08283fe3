// Runs long investigations in the background, each with a state of its own: it reports that it is alive, and gives its end to the waiting execution.
import type { LongJob } from '../../model/long-investigation.ts';
import type { Ports } from '../../ports/index.ts';
import { investigateLong, type LongPorts } from './investigate.ts';

/** The state machine waits three times as long for a sign of life. */
export const heartbeatMs = 30_000;
/** How often, and how long apart, the end is told, if the workflow does not take it. */
const tellings = 5;
const betweenMs = 2000;

export type SessionPorts = LongPorts & Pick<Ports, 'workflow' | 'heartbeats'>;

export interface LongSessions {
  /** Begins one and returns; a session at work takes over the new task token. */
  start(job: LongJob): 'started' | 'running';
  /** Aborts one; nothing is told to its execution. */
  stop(session: string): void;
  /** Sessions at work. */
  running(): number;
  /** Aborts all and waits for them. */
  close(): Promise<void>;
}

interface Session {
  taskToken: string;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export function longSessions(
  ports: SessionPorts,
  {
    everyMs = heartbeatMs,
    onTrouble = () => undefined,
  }: { readonly everyMs?: number; readonly onTrouble?: (error: unknown) => void } = {},
): LongSessions {
  const sessions = new Map<string, Session>();

  async function run(job: LongJob, abort: AbortController): Promise<void> {
    const session = () => sessions.get(job.session);
    const beat = async () => {
      const token = session()?.taskToken;
      if (token === undefined) return;
      // An execution that does not wait any more needs no answer. A new token may have come meanwhile.
      if ((await ports.heartbeats.send(token)) === 'gone' && session()?.taskToken === token) abort.abort();
    };
    const beating = setInterval(() => void beat().catch(onTrouble), everyMs);
    try {
      const outcome = await investigateLong(job, ports, abort.signal);
      for (let telling = 1; !abort.signal.aborted; telling += 1) {
        const told = await ports.workflow.resume(session()?.taskToken ?? job.taskToken, outcome).catch((error) => {
          onTrouble(error);
          return telling === tellings ? ('gone' as const) : undefined;
        });
        if (told !== undefined) return;
        await new Promise((resolve) => setTimeout(resolve, betweenMs));
      }
    } finally {
      clearInterval(beating);
    }
  }

  return {
    start(job) {
      const known = sessions.get(job.session);
      if (known !== undefined) {
        known.taskToken = job.taskToken;
        return 'running';
      }
      const abort = new AbortController();
      const done = Promise.resolve()
        .then(() => run(job, abort))
        .catch(onTrouble)
        .finally(() => sessions.delete(job.session));
      sessions.set(job.session, { taskToken: job.taskToken, abort, done });
      return 'started';
    },
    stop(session) {
      sessions.get(session)?.abort.abort();
    },
    running: () => sessions.size,
    async close() {
      const all = [...sessions.values()];
      for (const { abort } of all) abort.abort();
      await Promise.allSettled(all.map(({ done }) => done));
    },
  };
}
