// The signals there are, as a table. Whatever holds for every source (what is said where none is configured, deferral, merging, recording,
// replay) is written once over it.
import type { Signal, Source, Sources } from './telemetry.ts';

interface SignalRow {
  /** How gaps name it. */
  readonly label: string;
  /** Its name on tapes. Tapes outlive versions, so it stays. */
  readonly tape: string;
  /** Whether the answer depends on the window. */
  readonly windowed: boolean;
}

export const signals: Readonly<Record<Signal, SignalRow>> = {
  kubernetes: { label: 'kubernetes', tape: 'kubernetes.snapshots', windowed: false },
  metrics: { label: 'metrics', tape: 'metrics.series', windowed: true },
  logs: { label: 'logs', tape: 'logs.records', windowed: true },
  changes: { label: 'changes', tape: 'changes.changes', windowed: true },
  calls: { label: 'call graph', tape: 'topology.dependencies', windowed: false },
  alerts: { label: 'alerts', tape: 'alerts.alerts', windowed: true },
  status: { label: 'vendor status', tape: 'status.feeds', windowed: true },
  executions: { label: 'executions', tape: 'managed.executions', windowed: false },
  edge: { label: 'cdn', tape: 'managed.edge', windowed: false },
};

/** A source for each signal, each made in the same way. */
export const eachSignal = (make: <S extends Signal>(signal: S) => Source<S>): Sources => ({
  kubernetes: make('kubernetes'),
  metrics: make('metrics'),
  logs: make('logs'),
  changes: make('changes'),
  calls: make('calls'),
  alerts: make('alerts'),
  status: make('status'),
  executions: make('executions'),
  edge: make('edge'),
});
