// When the embedded runtime looks for incidents that nobody works on any more: at its start, every minute, and whenever an execution failed.
// On AWS a schedule and Step Functions' own events do that. What is done then is the function's business.
import { WatchkeeperError } from '../../core/errors.ts';

const everyMs = 60_000;

export interface Sweeper {
  /** Sweeps now and from now on. */
  start(): void;
  /** Once more, if it was started; one that is asked for while another is under way follows it. */
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
