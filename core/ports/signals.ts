// The table of all signals. Code that is the same for every source (not configured, deferral, merging, recording, replay) is written once over this
// table.
import type { Signal, Source, Sources } from './telemetry.ts';

interface SignalRow {
  /** The signal's name in gaps. */
  readonly label: string;
  /** The signal's name on tapes. It never changes, because tapes outlive versions. */
  readonly tape: string;
  /** Whether the answer depends on the window. */
  readonly windowed: boolean;
  /** The signal by which the service catalogue routes it; absent, its own. */
  readonly routedAs?: Signal;
}

export const signals: Readonly<Record<Signal, SignalRow>> = {
  kubernetes: { label: 'kubernetes', tape: 'kubernetes.snapshots', windowed: false },
  metrics: { label: 'metrics', tape: 'metrics.series', windowed: true },
  queries: { label: 'metric queries', tape: 'metrics.queries', windowed: true, routedAs: 'metrics' },
  logs: { label: 'logs', tape: 'logs.records', windowed: true },
  changes: { label: 'changes', tape: 'changes.changes', windowed: true },
  calls: { label: 'call graph', tape: 'topology.dependencies', windowed: false },
  traces: { label: 'traces', tape: 'traces.spans', windowed: true },
  alerts: { label: 'alerts', tape: 'alerts.alerts', windowed: true },
  status: { label: 'vendor status', tape: 'status.feeds', windowed: true },
  executions: { label: 'executions', tape: 'managed.executions', windowed: false },
  edge: { label: 'cdn', tape: 'managed.edge', windowed: false },
  security: { label: 'security findings', tape: 'security.findings', windowed: true },
  cdn: { label: 'cdn statistics', tape: 'managed.cdn', windowed: true },
  resources: { label: 'AWS resources', tape: 'resources.sets', windowed: true },
};

export const signalNames = Object.keys(signals).filter((name): name is Signal => Object.hasOwn(signals, name));

/** The signals that the service catalogue can route. */
export const routedSignals = signalNames.filter((name) => signals[name].routedAs === undefined);

/** Makes a source for each signal with the same function. */
export const eachSignal = (make: <S extends Signal>(signal: S) => Source<S>): Sources => ({
  kubernetes: make('kubernetes'),
  metrics: make('metrics'),
  queries: make('queries'),
  logs: make('logs'),
  changes: make('changes'),
  calls: make('calls'),
  traces: make('traces'),
  alerts: make('alerts'),
  status: make('status'),
  executions: make('executions'),
  edge: make('edge'),
  security: make('security'),
  cdn: make('cdn'),
  resources: make('resources'),
});
