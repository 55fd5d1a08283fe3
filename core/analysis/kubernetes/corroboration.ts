// Finds evidence that an odd address in an environment variable is a real problem: a recent revision set it, or a message complains about the host.
import type { Cluster } from './cluster.ts';
import type { Container, Workload } from './objects.ts';
import { revisionsOf } from './rollouts.ts';

export interface Corroboration {
  readonly confidence: number;
  /** Lines that show it, in the style of `kubectl`. */
  readonly lines: readonly string[];
}

/** Age up to which a revision counts as recent, milliseconds. */
const lately = 2 * 3600_000;

/** Undefined if only the variable itself mentions the host. `name` may list several variables, as `A and B`. */
export function corroboration(
  cluster: Cluster,
  workload: Workload,
  container: Container,
  { name, host }: { readonly name: string; readonly host: string },
): Corroboration | undefined {
  return (
    name
      .split(' and ')
      .map((variable) => newlySet(cluster, workload, container, variable))
      .find((one) => one !== undefined) ?? complained(cluster, workload, host)
  );
}

/** Whether the newest revision is recent and set the variable to this value. */
function newlySet(
  cluster: Cluster,
  workload: Workload,
  container: Container,
  variable: string,
): Corroboration | undefined {
  const [newest, before] = revisionsOf(cluster, workload);
  const age = Date.parse(cluster.takenAt) - Date.parse(newest?.metadata.creationTimestamp ?? '');
  if (!newest || !before || !(age < lately)) return undefined;
  const valueIn = (one: Workload) =>
    one.spec.template.spec.containers
      .find(({ name }) => name === container.name)
      ?.env.find(({ name }) => name === variable)?.value ?? '(not set)';
  const [was, is] = [valueIn(before), valueIn(newest)];
  return was === is
    ? undefined
    : {
        confidence: 0.85,
        lines: [
          `ReplicaSet ${newest.metadata.name} (${newest.metadata.creationTimestamp}): ${variable}: ${was} → ${is}`,
        ],
      };
}

/** Whether the workload's pods, or events about them, name the host in an error. */
function complained(cluster: Cluster, workload: Workload, host: string): Corroboration | undefined {
  const names = (text: string | null | undefined) =>
    (text ?? '')
      .toLowerCase()
      .split(/[^a-z0-9-]+/)
      .includes(host.toLowerCase());
  const lines = cluster.podsOf(workloadRef(workload)).flatMap((pod) => [
    ...pod.status.containerStatuses.flatMap(({ name, state, lastState }) =>
      [state?.terminated?.message, lastState?.terminated?.message, state?.waiting?.message]
        .filter(names)
        .map((message) => `Pod ${pod.metadata.name}: container ${name}: ${message}`),
    ),
    ...cluster
      .eventsOf('Pod', pod.metadata.name, pod.metadata.namespace)
      .filter(({ type, message }) => type === 'Warning' && names(message))
      .map(({ reason, message }) => `Pod ${pod.metadata.name}: ${reason}: ${message}`),
  ]);
  return lines.length === 0 ? undefined : { confidence: 0.85, lines: lines.slice(0, 3) };
}

const workloadRef = ({ kind, metadata: { name, namespace } }: Workload) => ({
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
