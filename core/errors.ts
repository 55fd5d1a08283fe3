// Error classes that say who has to act. The message is our own sentence; the vendor's error stays in `cause`.
type Audience = 'caller' | 'operator' | 'us';

/** `code` is stable: Retry and Catch match on it. `name` equals `code`, because Step Functions reports the name. */
export class WatchkeeperError extends Error {
  readonly code: string;
  readonly audience: Audience;

  constructor(code: string, audience: Audience, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = code;
    this.audience = audience;
  }
}

/** The input is wrong; a retry will not help. */
export class InvalidInput extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('InvalidInput', 'caller', message, options);
  }
}

/** An outside system did not answer; a retry may help. */
export class Unavailable extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('Unavailable', 'operator', message, options);
  }
}

/** A function is about to reach its own time limit; a retry may help. */
export class StepTimeout extends WatchkeeperError {
  constructor(message: string) {
    super('StepTimeout', 'operator', message);
  }
}

/** The configuration cannot work. */
export class Misconfigured extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('Misconfigured', 'operator', message, options);
  }
}

/** A state that our own code should have made impossible. */
export class Impossible extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('Impossible', 'us', message, options);
  }
}
