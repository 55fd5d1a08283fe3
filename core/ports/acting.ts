// What a connector does on behalf of an approved action, beside what it observes.
import type { Executor, Targets } from './telemetry.ts';

export interface Actor {
  /** Carries out the actions that belong to this kind of system. */
  readonly executor: Executor;
  /** The clusters that it acts in, and what looks at targets there; absent of what has no clusters. */
  readonly clusters?: { readonly names: readonly string[]; readonly targets: Targets } | undefined;
}
