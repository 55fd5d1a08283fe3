// Clock, identifiers and image rendering: inputs that would make a function impure even without a network.

export interface Clock {
  now(): Date;
}

export interface Ids {
  /** A new identifier that sorts by time (ULID). */
  next(): string;
}

export interface Charts {
  /** Renders an SVG of `core/charts` as PNG, at twice its size in pixels. */
  png(svg: string): Promise<Uint8Array>;
}
