// Manages the task tokens of waiting tasks. A token is answered at most once, and an answer in progress takes precedence over an expiry. Tokens live
// in this process only: after a restart the function is called again with a new token, and the old one is invalid.
import type { Answer } from './journal.ts';

export interface Waiter {
  readonly answered: Promise<Answer>;
  /** Accepts no more answers. Resolves to the answer that arrived in time, if there is one. */
  close(): Promise<Answer | undefined>;
}

export interface Waiting {
  /** `record` resolves when the answer is on disk; only then does the sender learn that it counts. */
  register(token: string, record: (answer: Answer) => Promise<void>): Waiter;
  answer(token: string, answer: Answer): Promise<'answered' | 'gone'>;
}

type Give = (answer: Answer) => Promise<'answered' | 'gone'>;

export function waiting(): Waiting {
  const givers = new Map<string, Give>();
  return {
    register(token, record) {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      let giving: Promise<Answer | undefined> | undefined;
      givers.set(token, async (answer) => {
        if (giving !== undefined) return 'gone';
        const recorded = record(answer);
        giving = recorded.then(
          () => answer,
          () => undefined,
        );
        try {
          await recorded;
        } catch (error) {
          giving = undefined;
          throw error;
        }
        resolve(answer);
        return 'answered';
      });
      return {
        answered: promise,
        close() {
          givers.delete(token);
          return giving ?? Promise.resolve(undefined);
        },
      };
    },
    answer: async (token, answer) => (await givers.get(token)?.(answer)) ?? 'gone',
  };
}
