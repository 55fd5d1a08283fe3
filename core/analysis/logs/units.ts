// Finds stopped system units in a node's journal. It reads systemd's own messages (`systemctl status`, "Stopped …"); the last message counts.
// Messages of the units themselves are ordinary log lines.
import type { CauseCode } from '../../causes/causes.ts';
import type { LogRecord } from '../../model/telemetry.ts';

export interface StoppedUnit {
  readonly node: string;
  readonly unit: string;
  readonly cluster: string | undefined;
  /** What a stop of this unit breaks; undefined for units that the catalogue does not know. */
  readonly cause: CauseCode | undefined;
  /** The journal lines that show the stop, as written. */
  readonly lines: readonly string[];
  /** UTC instant of the stop, if the journal says how long ago it was. */
  readonly since: string | undefined;
  readonly failed: boolean;
}

const causes: ReadonlyMap<string, CauseCode> = new Map(
  Object.entries({
    kubelet: 'node-kubelet',
    k3s: 'node-kubelet',
    containerd: 'node-container-runtime',
    crio: 'node-container-runtime',
    'cri-o': 'node-container-runtime',
    docker: 'node-container-runtime',
    'kube-proxy': 'node-kube-proxy',
    'kube-scheduler': 'scheduler-down',
  } as const),
);

const active = /^\s*Active: (active|activating|reloading|inactive|failed|deactivating) /;
const ago = /; (?:(\d+) ?days? ?)?(?:(\d+)h ?)?(?:(\d+)min ?)?(?:(\d+)s )?ago$/;
const stopped = /systemd\[1\]: (?:Stopped |[\w@.-]+\.service: (?:Deactivated successfully|Failed with result))/;
const started = /systemd\[1\]: (?:Started |Starting )/;

interface State {
  readonly labels: LogRecord['labels'];
  up: boolean;
  failed: boolean;
  lines: string[];
  since: string | undefined;
}

export class UnitStates {
  readonly #states = new Map<string, State>();

  push({ labels, message, timestamp, source }: LogRecord): void {
    if (source !== 'journald' || labels.node === undefined || labels.unit === undefined) return;
    const status = active.exec(message);
    const isStop = !status && stopped.test(message);
    if (!status && !isStop && !started.test(message)) return;
    const key = `${labels.cluster ?? ''}/${labels.node}/${labels.unit}`;
    const up = status ? !['inactive', 'failed', 'deactivating'].includes(status[1] ?? '') : !isStop;
    const before = this.#states.get(key);
    const state: State = before?.up === up ? before : { labels, up, failed: false, lines: [], since: undefined };
    state.failed ||= status?.[1] === 'failed' || message.includes('Failed with result');
    state.since ??= status ? sinceOf(message, timestamp) : undefined;
    if (state.lines.length < 5) state.lines.push(message.trim());
    this.#states.set(key, state);
  }

  stopped(): StoppedUnit[] {
    return [...this.#states.values()]
      .filter(({ up }) => !up)
      .map(({ labels, lines, since, failed }) => ({
        node: labels.node ?? '',
        unit: labels.unit ?? '',
        cluster: labels.cluster,
        cause: causes.get((labels.unit ?? '').replace(/\.service$/, '')),
        lines,
        since,
        failed,
      }));
  }
}

/** Someone asked for the status at `askedAt`, so "2min 5s ago" needs no knowledge of the node's time zone. */
function sinceOf(message: string, at: string): string | undefined {
  const match = ago.exec(message.trim());
  if (!match) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return new Date(Date.parse(at) - ms).toISOString();
}
