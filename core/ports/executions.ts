// Reads the state of our own workflow executions by name. (Executions of other workflows are a signal: core/ports/telemetry.ts.)

/**
 * `succeeded` and `failed` are final. `absent`: no execution of this name is known; it may have started a moment ago. `unknown`: the state could not
 * be read; callers never treat this as an end.
 */
export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'absent' | 'unknown';

export interface Executions {
  /** Never throws. */
  state(name: string): Promise<ExecutionState>;
  /** Names of executions known to run, read in one call. An execution that is missing here may still run. Never throws. */
  running(): Promise<ReadonlySet<string>>;
}
