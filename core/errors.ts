// Errors that say who acts on them. The message is our sentence, never a vendor's; the vendor's words stay in `cause`.
type Audience = 'caller' | 'operator' | 'us';

/** `code` is stable and what Retry and Catch match on; `name` equals it, because Step Functions reports the name. */
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

/** The input is wrong; trying again will not help. */
export class InvalidInput extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('InvalidInput', 'caller', message, options);
  }
}

/** Something outside did not answer; trying again may help. */
export class Unavailable extends WatchkeeperError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('Unavailable', 'operator', message, options);
  }
}

/** A function is about to reach its own limit of time; asking again may help. */
export class StepTimeout extends WatchkeeperError {
  constructor(message: string) {
    super('StepTimeout', 'operator', message);
  }
}

/** Configuration that cannot work. */
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
