// Task tokens that somebody waits for. A token is answered at most once, and an answer that was begun wins over an expiry.
// Tokens live in this process only: after a restart the function is called again with a new one, and the old one is gone.
import type { Answer } from './journal.ts';

export interface Waiter {
  readonly answered: Promise<Answer>;
  /** No more answers from here on. Resolves to the answer that made it, if one did. */
  close(): Promise<Answer | undefined>;
}

export interface Waiting {
  /** `record` has the answer on the disk when it resolves; only then the sender is told that it counts. */
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
