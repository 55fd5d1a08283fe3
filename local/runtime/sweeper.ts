// Decides when the embedded runtime sweeps for incidents without a running execution: at its start, every minute, and after each failed execution.
// On AWS a schedule and Step Functions' own events do that. The function of lambdas/ does the sweep.
import { WatchkeeperError } from '../../core/errors.ts';

const everyMs = 60_000;

export interface Sweeper {
  /** Sweeps now and at each interval. */
  start(): void;
  /** Sweeps once more, if started; a request during a sweep takes effect after it. */
  soon(): void;
  close(): Promise<void>;
}

export function sweeper(sweep: () => Promise<unknown>, onTrouble: (sentence: string) => void): Sweeper {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const soon = (): void => {
    if (timer === undefined || closed) return;
    if (running !== undefined) {
      again = true;
      return;
    }
    running = sweep()
      .then(
        () => undefined,
        (error: unknown) => {
          if (closed) return;
          onTrouble(
            `Incidents that broke off could not be looked for: ${error instanceof WatchkeeperError ? error.message : String(error)}`,
          );
        },
      )
      .then(() => {
        running = undefined;
        if (!again) return;
        again = false;
        soon();
      });
  };

  return {
    start() {
      timer ??= setInterval(soon, everyMs).unref();
      soon();
    },
    soon,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
}
