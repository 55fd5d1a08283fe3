// Executions of our own workflow, asked by their names. (Other people's executions are sources: core/ports/telemetry.ts.)

/**
 * `succeeded` and `failed` are over. `absent`: nothing by this name is known, which one that began a moment ago may be too. `unknown`: it
 * could not be learned, and never counts as an end.
 */
export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'absent' | 'unknown';

export interface Executions {
  /** Never throws. */
  state(name: string): Promise<ExecutionState>;
  /** Names that are known to run, asked at once; one that is not among them may run all the same. Never throws. */
  running(): Promise<ReadonlySet<string>>;
}
