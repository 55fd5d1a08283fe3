// Dead letters: messages whose asynchronous processing failed on its last retry, and the ways to process them again.

/** One message of a queue, as it was received. Treat its content as hostile until it is parsed. */
export interface Letter {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface DeadLetters {
  /** Returns some waiting messages; empty if there are none for now. A message that is not removed is delivered again later. @throws Unavailable */
  receive(): Promise<readonly Letter[]>;
  /** Deletes the message permanently. @throws Unavailable */
  remove(letter: Letter): Promise<void>;
}

export interface Redelivery {
  /** Calls a function and waits for it. `failed`: the function returned an error, named by its code. @throws Unavailable */
  invoke(
    functionArn: string,
    payload: unknown,
  ): Promise<{ readonly kind: 'done' } | { readonly kind: 'failed'; readonly code: string }>;
  /** Starts an execution. An execution name that was used before is not started again. @throws Unavailable */
  start(stateMachineArn: string, name: string, input: unknown): Promise<'started' | 'exists'>;
}
