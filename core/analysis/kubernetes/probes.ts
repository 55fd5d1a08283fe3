// Finds probes that fail although the application may be well: the wrong port, the wrong protocol, or too little time before the
// probe counts. If a correct probe fails, the application is unwell, and the finding is a symptom.
import * as z from 'zod';
import type { CauseCode } from '../../causes/causes.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { Cluster } from './cluster.ts';
import { clockTime, count, earliest, observed } from './finding.ts';
import { type Container, type KubernetesEvent, type Pod, type Probe, probe as probeSchema } from './objects.ts';
import { revisionsOf } from './rollouts.ts';

type Which = 'liveness' | 'readiness';

export function probes(cluster: Cluster): FindingDraft[] {
  const failing = cluster.pods.flatMap((pod) =>
    (['liveness', 'readiness'] as const).flatMap((which) => {
      const events = cluster
        .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
        .filter(
          (event) => event.reason === 'Unhealthy' && new RegExp(`^${which} probe`, 'i').test(event.message ?? ''),
        );
      const container = containerOf(pod, which);
      const probe = container && originalProbe(pod, container, which);
      const fails =
        events.length > 0
          ? matters(pod, which, events, cluster.takenAt)
          : container !== undefined && failsWithoutEvent(pod, container, which, cluster.takenAt);
      return container && probe && fails ? [{ pod, which, events, container, probe }] : [];
    }),
  );
  const groups = Map.groupBy(failing, ({ pod, which }) => {
    const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return `${owner.kind}/${owner.namespace}/${owner.name}/${which}`;
  });
  return [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((a, b) => b.events.length - a.events.length);
    if (!first) return [];
    const { pod, which, container, probe, events } = first;
    const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    const judged = moreImpatient(cluster, first) ?? judge(pod, which, probe, container, events);
    if (events.length === 0 && !judged.misconfigured) return [];
    const onset = earliest(group.flatMap((one) => one.events.map((event) => event.firstTimestamp)));
    return [
      observed(cluster, {
        claim: `${count(group.length, 'pod')} of ${entity.kind} ${entity.name}: the ${which} probe fails${clockTime(onset)}; ${judged.problem}.`,
        entity,
        cause: judged.cause,
        role: judged.misconfigured ? 'cause' : 'symptom',
        severity: judged.misconfigured ? 'critical' : 'major',
        confidence: events.length === 0 ? judged.confidence - 0.1 : judged.confidence,
        onset,
        lines: group.flatMap((one) => [
          ...one.events
            .slice(0, 2)
            .map((event) => `Pod ${one.pod.metadata.name}: ${event.message} (${event.count ?? 1} times)`),
          `container ${one.container.name}: ports ${one.container.ports.map((port) => port.containerPort).join(', ') || 'none'}; ${which} probe ${describeProbe(one.probe)}`,
        ]),
        error: events[0]?.message ?? `${which} probe failed`,
      }),
    ];
  });
}

function containerOf(pod: Pod, which: Which): Container | undefined {
  const with_ = pod.spec.containers.filter((container) =>
    which === 'liveness' ? container.livenessProbe : container.readinessProbe,
  );
  return (
    with_.find((container) =>
      pod.status.containerStatuses.some((status) => status.name === container.name && !status.ready),
    ) ?? with_[0]
  );
}

interface Failing {
  readonly pod: Pod;
  readonly which: Which;
  readonly events: readonly KubernetesEvent[];
  readonly container: Container;
  readonly probe: Probe;
}

/** Share of the earlier patience from which a probe counts as more impatient. */
const lessPatient = 0.75;

/**
 * A liveness probe that waits for less time than in the revision before, and kills the container while nothing listens yet. That the same container
 * came up with the earlier probe shows that it only needs longer.
 */
function moreImpatient(cluster: Cluster, { pod, which, events, container, probe }: Failing): Judged | undefined {
  if (which !== 'liveness' || container.startupProbe) return undefined;
  const owner = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
  const workload = cluster.workloads.find(
    ({ kind, metadata }) =>
      kind === owner.kind && metadata.name === owner.name && metadata.namespace === owner.namespace,
  );
  const earlier = workload && revisionsOf(cluster, workload)[1];
  const probeBefore = earlier?.spec.template.spec.containers.find(({ name }) => name === container.name)?.livenessProbe;
  if (!probeBefore) return undefined;
  const [now, then] = [patience(probe), patience(probeBefore)];
  const isSilent = events.length > 0 && events.every(({ message }) => /connection refused/i.test(message ?? ''));
  const samePort = portOf(probe, container) === portOf(probeBefore, container);
  return now <= lessPatient * then && isSilent && samePort && killedAtOnce(pod, container, now)
    ? {
        cause: 'liveness-probe-timing',
        problem: `it kills the container ${now} s after its start, and the revision before gave it ${then} s`,
        misconfigured: true,
        confidence: 0.88,
      }
    : undefined;
}

/** Whether the last run ended as soon as the probe allows; the kill itself takes up to half a minute. */
function killedAtOnce(pod: Pod, { name }: Container, seconds: number): boolean {
  const status = pod.status.containerStatuses.find((one) => one.name === name);
  const ended = status?.lastState?.terminated ?? status?.state?.terminated;
  const lived = (Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '')) / 1000;
  return killed.has(ended?.exitCode ?? 0) && lived <= seconds + 35;
}

/** A few failures during a pod's start are normal. A pod that is ready and has not restarted recently is well. */
function matters(pod: Pod, which: Which, events: readonly KubernetesEvent[], takenAt: string): boolean {
  const ready = pod.status.containerStatuses.length > 0 && pod.status.containerStatuses.every((status) => status.ready);
  if (!ready) return true;
  if (which === 'readiness') return false;
  const last = events
    .map((event) => event.lastTimestamp ?? '')
    .sort()
    .at(-1);
  const restarts = pod.status.containerStatuses.some((status) => status.restartCount > 0);
  return restarts && last !== undefined && last !== '' && Date.parse(takenAt) - Date.parse(last) < 15 * 60_000;
}

/** Exit codes of a kill by signal, as the kubelet does it. */
const killed: ReadonlySet<number> = new Set([137, 143]);

/**
 * Whether the probe fails without an event. Kubernetes keeps events for an hour.
 * A running container that is not ready fails its readiness probe. A container that is killed repeatedly fails its liveness probe, or something
 * else. Such a failure counts only if `judge` finds the probe itself misconfigured.
 */
function failsWithoutEvent(pod: Pod, container: Container, which: Which, takenAt: string): boolean {
  const status = pod.status.containerStatuses.find((one) => one.name === container.name);
  if (!status || pod.metadata.deletionTimestamp) return false;
  const startedAt = status.state?.running?.startedAt;
  if (which === 'readiness') {
    const grace = container.readinessProbe ? patience(container.readinessProbe) + 30 : 60;
    return !status.ready && typeof startedAt === 'string' && Date.parse(takenAt) - Date.parse(startedAt) > grace * 1000;
  }
  const ended = status.lastState?.terminated;
  return status.restartCount > 0 && ended?.reason !== 'OOMKilled' && killed.has(ended?.exitCode ?? 0);
}

interface Judged {
  readonly cause: CauseCode;
  readonly problem: string;
  readonly misconfigured: boolean;
  readonly confidence: number;
}

/** A mesh answers the probes at its own port and asks the application itself; the proxy's environment keeps the original probes. */
const originalsIn = 'ISTIO_KUBE_APP_PROBERS';
const isRewritten = ({ httpGet }: Probe): boolean => /^\/app-health\//.test(httpGet?.path ?? '');

/** The probe that the application gets; undefined if the mesh rewrote it and does not tell the original. */
function originalProbe(pod: Pod, container: Container, which: Which): Probe | undefined {
  const probe = which === 'liveness' ? container.livenessProbe : container.readinessProbe;
  if (!probe || !isRewritten(probe)) return probe ?? undefined;
  const originals = [...pod.spec.containers, ...pod.spec.initContainers]
    .flatMap(({ env }) => env)
    .find(({ name }) => name === originalsIn)?.value;
  const kept = Originals.safeParse(parsed(originals ?? '')).data?.[probe.httpGet?.path ?? ''];
  return kept ? { ...kept, ...timesOf(probe) } : undefined;
}

const timesOf = ({ initialDelaySeconds, periodSeconds, timeoutSeconds, failureThreshold }: Probe) => ({
  initialDelaySeconds,
  periodSeconds,
  timeoutSeconds,
  failureThreshold,
});
const Originals = z.record(z.string(), probeSchema.unwrap().unwrap());

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Messages about an answer in the probe's own protocol. */
const answered = /statuscode|NOT_SERVING|responded with/i;

function judge(pod: Pod, which: Which, probe: Probe, container: Container, events: readonly KubernetesEvent[]): Judged {
  const text = events.map((event) => event.message ?? '').join('\n');
  const misconfigured = (cause: CauseCode, problem: string, confidence = 0.92): Judged => ({
    cause,
    problem,
    misconfigured: true,
    confidence,
  });
  const probedPort = portOf(probe, container);
  const ports = container.ports.map((port) => port.containerPort);
  if (probedPort !== undefined && ports.length > 0 && !ports.includes(probedPort)) {
    return misconfigured(`${which}-probe-port`, `it asks port ${probedPort}, the container has ${ports.join(', ')}`);
  }
  const named = portNameOf(probe);
  if (named !== undefined && probedPort === undefined) {
    return misconfigured(`${which}-probe-port`, `it asks port ${named}, and the container has no port of that name`);
  }
  const counterpart = which === 'liveness' ? 'readiness' : 'liveness';
  const other = originalProbe(pod, container, counterpart);
  const otherWorks = other !== undefined && works(pod, container, counterpart);
  if (
    probedPort !== undefined &&
    otherWorks &&
    portOf(other, container) !== undefined &&
    portOf(other, container) !== probedPort &&
    /connection refused/i.test(text)
  ) {
    return misconfigured(
      `${which}-probe-port`,
      `it asks port ${probedPort}, where nobody listens, and the ${counterpart} probe is answered at ${portOf(other, container)}`,
      0.85,
    );
  }
  if (wrongProtocol(probe, text)) {
    return misconfigured(`${which}-probe-protocol`, `it uses ${protocolOf(probe)}, and the port uses another protocol`);
  }
  const seconds = patience(probe);
  const kinder = container.readinessProbe ? patience(container.readinessProbe) : 30;
  if (which === 'liveness' && (seconds <= 5 || seconds * 3 <= kinder) && killedEarly(pod, container, seconds)) {
    return misconfigured('liveness-probe-timing', `it kills the container after ${seconds} s`, 0.9);
  }
  // An answer shows that both speak the same protocol.
  const disagrees =
    other !== undefined &&
    probedPort === portOf(other, container) &&
    protocolOf(probe) !== protocolOf(other) &&
    protocolOf(probe) !== 'TCP' &&
    !answered.test(text) &&
    (events.length === 0 ||
      protocolOf(probe) === 'gRPC' ||
      protocolOf(probe) === 'HTTPS' ||
      protocolOf(other) === 'gRPC');
  if ((disagrees && otherWorks) || againstPortName(probe, container, text)) {
    return misconfigured(`${which}-probe-protocol`, `it uses ${protocolOf(probe)}, and the port uses another protocol`);
  }
  // Two protocols that exclude each other on one port: one of the probes is wrong, and this one fails. Without events, the kills of the container
  // show that liveness fails; plain HTTP beside TCP is common and proves nothing.
  const killsWithoutWord = which === 'liveness' && events.length === 0 && /^(?:gRPC|HTTPS)$/.test(protocolOf(probe));
  if (
    disagrees &&
    protocolOf(other) !== 'a command' &&
    (killsWithoutWord || /failed to connect service|context deadline|preface|EOF/i.test(text))
  ) {
    return misconfigured(
      `${which}-probe-protocol`,
      `it speaks ${protocolOf(probe)}, and the ${counterpart} probe speaks ${protocolOf(other)} to the same port`,
      protocolOf(other) === 'TCP' ? 0.75 : 0.88,
    );
  }
  return {
    cause: `${which}-probe`,
    problem: 'it asks the right port, so the application itself may be sick',
    misconfigured: false,
    confidence: 0.5,
  };
}

/** The probe's protocol. A TCP check passes whatever protocol the port uses. */
const protocolOf = ({ grpc, httpGet, tcpSocket }: Probe): string =>
  grpc ? 'gRPC' : httpGet ? (httpGet.scheme ?? 'HTTP') : tcpSocket ? 'TCP' : 'a command';

/** Whether the container's other probe passes. */
function works(pod: Pod, container: Container, which: Which): boolean {
  const status = pod.status.containerStatuses.find((one) => one.name === container.name);
  return which === 'readiness' ? status?.ready === true : status?.restartCount === 0;
}

/** Seconds a container may fail before the probe counts. */
const patience = (probe: Probe): number =>
  (probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3);

/**
 * Whether the container's last run was so short that it may never have been up; an unknown duration counts as yes. The kill itself takes up to a
 * minute.
 */
function killedEarly(pod: Pod, container: Container, seconds: number): boolean {
  if (container.startupProbe) return false;
  const status = pod.status.containerStatuses.find((one) => one.name === container.name);
  const ended = status?.lastState?.terminated ?? status?.state?.terminated;
  const lived = (Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '')) / 1000;
  return Number.isNaN(lived) || lived <= 3 * seconds + 60;
}

/** Matches the kubelet prober's messages for a protocol mismatch. An end of file or a timeout only shows that the application is unwell. */
function wrongProtocol(probe: Probe, text: string): boolean {
  if (probe.grpc) return /unimplemented|does not implement|preface|frame too large/i.test(text);
  if (!probe.httpGet) return false;
  return /malformed HTTP|transport connection broken|server gave HTTP response to HTTPS|first record does not look like/i.test(
    text,
  );
}

/** Whether the name of the port states another protocol than the probe speaks, and nothing in the answers speaks against it. */
function againstPortName(probe: Probe, container: Container, text: string): boolean {
  const name = container.ports.find(({ containerPort }) => containerPort === portOf(probe, container))?.name ?? '';
  if (answered.test(text) || /connection refused/i.test(text)) return false;
  return probe.grpc
    ? /^http(?!2|s?-?grpc)/.test(name)
    : probe.httpGet
      ? /^(?:grpc|mysql|redis|amqp|postgres|mongo)\b/.test(name)
      : false;
}

function portNameOf(probe: Probe): string | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
  return typeof port === 'string' ? port : undefined;
}

function portOf(probe: Probe, container: Container): number | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (typeof port === 'number' || port === undefined) return port;
  return (
    container.ports.find((one) => one.name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined)
  );
}

function describeProbe(probe: Probe): string {
  const { httpGet, tcpSocket, grpc, exec } = probe;
  const what = httpGet
    ? `${httpGet.scheme ?? 'HTTP'} GET :${httpGet.port}${httpGet.path ?? ''}`
    : tcpSocket
      ? `TCP :${tcpSocket.port}`
      : grpc
        ? `gRPC :${grpc.port}`
        : `exec ${exec?.command?.join(' ') ?? ''}`;
  return `${what}, delay ${probe.initialDelaySeconds ?? 0} s, period ${probe.periodSeconds ?? 10} s, timeout ${probe.timeoutSeconds ?? 1} s, threshold ${probe.failureThreshold ?? 3}`;
}
