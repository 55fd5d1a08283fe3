// The acting side of a connector: it carries out approved actions. The observing side is a Source (core/ports/telemetry.ts).
import type { Executor, Targets } from './telemetry.ts';

export interface Actor {
  /** Carries out the actions that belong to this kind of system. */
  readonly executor: Executor;
  /** The clusters that this actor acts in, and the reader of targets there; absent for a system without clusters. */
  readonly clusters?: { readonly names: readonly string[]; readonly targets: Targets } | undefined;
}
