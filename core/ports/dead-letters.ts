// What failed to the last try while nobody waited for it, and the ways to give it again to what it was meant for.

/** One message of a queue. Its content is as it came: hostile until it was read. */
export interface Letter {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DeadLetters {
  /** Some that wait; none where there are no more for now. What is not removed is given again later. @throws Unavailable */
  receive(): Promise<readonly Letter[]>;
  /** For good. @throws Unavailable */
  remove(letter: Letter): Promise<void>;
}

export interface Redelivery {
  /** Calls a function and waits. `failed`: it answered with an error, named by its code. @throws Unavailable */
  invoke(
    functionArn: string,
    payload: unknown,
  ): Promise<{ readonly kind: 'done' } | { readonly kind: 'failed'; readonly code: string }>;
  /** Starts an execution; one of that name that was started before is not started again. @throws Unavailable */
  start(stateMachineArn: string, name: string, input: unknown): Promise<'started' | 'exists'>;
}
