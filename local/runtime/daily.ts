// What is to be done once a day while this process runs, and at its start where a day has passed without it. What is done says itself whether
// it was done today.

const hourMs = 3_600_000;

/** A failure is told in a sentence, and tried again within the hour. */
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
