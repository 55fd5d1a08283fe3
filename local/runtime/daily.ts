// Runs a task once a day while this process runs, and at its start if a day has passed without it. The task itself knows whether it has run today.

const hourMs = 3_600_000;

/** A failure is reported as one sentence, and the next attempt follows within the hour. */
export function daily(run: () => Promise<unknown>, onFailure: (error: unknown) => void): { close(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const look = () => {
    running = run().catch(onFailure);
  };
  const timer = setInterval(look, hourMs);
  timer.unref();
  look();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
