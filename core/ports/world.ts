// Clock, identifiers and randomness: the parts of the world that make a function impure even without a network.

export interface Clock {
  now(): Date;
}

export interface Ids {
  /** A new identifier that sorts by time (ULID). */
  next(): string;
}
