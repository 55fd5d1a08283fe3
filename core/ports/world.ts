// Clock, identifiers and drawing: the parts of the world that make a function impure even without a network.

export interface Clock {
  now(): Date;
}

export interface Ids {
  /** A new identifier that sorts by time (ULID). */
  next(): string;
}

export interface Charts {
  /** The PNG of an SVG that `core/charts` made, at twice its size in pixels. */
  png(svg: string): Promise<Uint8Array>;
}
