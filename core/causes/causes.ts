// The controlled vocabulary of root causes. A cause code makes diagnoses countable, preferences exact and scoreboards possible.
// Adding one is adding an entry and its test; the codes are ours, data sets are mapped in dojo/vocabularies/.
import * as z from 'zod';

export const CauseGroup = z.enum([
  'image',
  'scheduling',
  'quota',
  'probe',
  'resources',
  'configuration',
  'dependency',
  'network',
  'node',
  'change',
  'traffic',
  'certificate',
  'vendor',
  'data',
  'job',
  'unknown',
]);
export type CauseGroup = z.infer<typeof CauseGroup>;

export interface Cause {
  readonly group: CauseGroup;
  readonly title: string;
  /** What one would see if it is this. */
  readonly confirms: string;
  /** What one would see if it is not. */
  readonly rulesOut: string;
}

const cause = (group: CauseGroup, title: string, confirms: string, rulesOut: string): Cause => ({
  group,
  title,
  confirms,
  rulesOut,
});

/** A first table; each entry is one line of what an experienced engineer would look for. */
export const causes = {
  'image-not-found': cause(
    'image',
    'Image or tag does not exist',
    'ErrImagePull with "not found" or "manifest unknown"',
    'the same image runs elsewhere',
  ),
  'image-registry-unreachable': cause(
    'image',
    'Image registry cannot be reached',
    'pull fails with "no such host", refused or timeout',
    'other images of the registry are pulled',
  ),
  'image-pull-throttled': cause(
    'image',
    'Image registry limits the pulls',
    'pull fails with "toomanyrequests", 429 or "pull QPS exceeded"',
    'other nodes pull from the registry',
  ),
  'image-pull-secret-missing': cause(
    'image',
    'Pull secret missing or wrong',
    'pull fails with "unauthorized" or FailedToRetrieveImagePullSecret',
    'pull fails with "not found" and anonymous pulls work',
  ),
  'scheduling-node-selector': cause(
    'scheduling',
    'No node matches the node selector',
    "FailedScheduling: didn't match node selector",
    'a ready node carries the labels',
  ),
  'scheduling-node-affinity': cause(
    'scheduling',
    'No node matches the node affinity',
    "FailedScheduling: didn't match node affinity",
    'a ready node satisfies the affinity',
  ),
  'scheduling-pod-anti-affinity': cause(
    'scheduling',
    'Pod anti-affinity leaves no node',
    "FailedScheduling: didn't match pod anti-affinity rules",
    'a node without a matching pod is free',
  ),
  'scheduling-taint': cause(
    'scheduling',
    'A taint is not tolerated',
    'FailedScheduling: had untolerated taint',
    'the pod tolerates the taint',
  ),
  'scheduling-node-cordoned': cause(
    'scheduling',
    'Node is cordoned',
    'node unschedulable while the pod needs that node',
    'other schedulable nodes fit',
  ),
  'scheduling-insufficient-cpu': cause(
    'scheduling',
    'Requests more CPU than any node has free',
    'FailedScheduling: Insufficient cpu',
    'a node has the requested CPU free',
  ),
  'scheduling-insufficient-memory': cause(
    'scheduling',
    'Requests more memory than any node has free',
    'FailedScheduling: Insufficient memory',
    'a node has the requested memory free',
  ),
  'volume-storage-class': cause(
    'scheduling',
    'Volume claim names a storage class that cannot provide it',
    'claim pending, storage class missing or different from the volume',
    'the claim is bound',
  ),
  'volume-access-mode': cause(
    'scheduling',
    'Volume claim asks for an access mode no volume offers',
    'claim pending, access modes differ',
    'the claim is bound',
  ),
  'volume-capacity': cause(
    'scheduling',
    'Volume claim asks for more than any volume has',
    'claim pending, no volume large enough',
    'the claim is bound',
  ),
  'volume-selector': cause(
    'scheduling',
    'Volume claim selector matches no volume',
    'claim pending, selector labels on no volume',
    'the claim is bound',
  ),
  'volume-claimed-by-another': cause(
    'scheduling',
    'Volume is bound to another claim',
    'claim pending, the volume has a claimRef to another claim',
    'the volume is available',
  ),
  'quota-cpu': cause(
    'quota',
    'Namespace CPU quota exceeded',
    'FailedCreate: exceeded quota on cpu',
    'used is below hard',
  ),
  'quota-memory': cause(
    'quota',
    'Namespace memory quota exceeded',
    'FailedCreate: exceeded quota on memory',
    'used is below hard',
  ),
  'quota-pods': cause(
    'quota',
    'Namespace pod quota exceeded',
    'FailedCreate: exceeded quota on pods',
    'used is below hard',
  ),
  'quota-services': cause(
    'quota',
    'Namespace service quota exceeded',
    'service creation refused by quota',
    'used is below hard',
  ),
  'quota-storage': cause(
    'quota',
    'Namespace storage quota exceeded',
    'claim creation refused by quota',
    'used is below hard',
  ),
  'service-account-missing': cause(
    'configuration',
    'Service account does not exist',
    'FailedCreate: serviceaccount not found',
    'the account exists',
  ),
  'admission-refused': cause(
    'configuration',
    'An admission webhook or policy refuses the pods',
    'FailedCreate: denied the request',
    'pods are created',
  ),
  'secret-missing': cause(
    'configuration',
    'A Secret, ConfigMap or key that the pod needs is missing',
    'CreateContainerConfigError or FailedMount: not found',
    'the object and key exist',
  ),
  'volume-permission-denied': cause(
    'configuration',
    'The process may not use its volume',
    'permission denied on a mounted path',
    'the process writes there',
  ),
  'command-invalid': cause(
    'configuration',
    'Container command cannot be run',
    'RunContainerError or StartError: executable not found',
    'the container starts',
  ),
  'environment-address': cause(
    'configuration',
    'An environment variable points to the wrong host or port',
    'the address in it names no Service or no port of it',
    'the address resolves to a Service port',
  ),
  'port-conflict': cause(
    'configuration',
    'Two containers of a pod want the same port',
    'address already in use in the same pod',
    'all ports differ',
  ),
  'replicas-zero': cause(
    'configuration',
    'Scaled to zero replicas',
    'spec.replicas is 0 while callers need it',
    'pods exist',
  ),
  'service-selector': cause(
    'configuration',
    'Service selector matches no pod of its workload',
    'no endpoints while matching pods are ready',
    'endpoints exist',
  ),
  'service-port': cause(
    'configuration',
    'Service port does not lead to a listening port',
    'targetPort is no container port',
    'targetPort is a container port',
  ),
  'service-protocol': cause(
    'configuration',
    'Service protocol differs from the application',
    'UDP where the application listens on TCP, or the reverse',
    'protocols agree',
  ),
  'route-wrong-backend': cause(
    'configuration',
    'Ingress or gateway routes to the wrong backend',
    'route names a missing or other Service or port',
    'the backend is the right one',
  ),
  'liveness-probe': cause(
    'probe',
    'Liveness probe is misconfigured',
    'Unhealthy: Liveness probe failed and the container is killed while the application answers',
    'the application itself is sick',
  ),
  'liveness-probe-port': cause(
    'probe',
    'Liveness probe asks the wrong port',
    'probe port is not a port of the container',
    'ports agree',
  ),
  'liveness-probe-protocol': cause(
    'probe',
    'Liveness probe speaks the wrong protocol',
    'HTTP probe on a gRPC or TCP port, or the reverse',
    'protocols agree',
  ),
  'liveness-probe-timing': cause(
    'probe',
    'Liveness probe is too impatient',
    'killed within initialDelay+period×threshold while still starting',
    'fails long after start',
  ),
  'readiness-probe': cause(
    'probe',
    'Readiness probe is misconfigured',
    'running, never ready, and the application answers',
    'the application itself is sick',
  ),
  'readiness-probe-port': cause(
    'probe',
    'Readiness probe asks the wrong port',
    'probe port is not a port of the container',
    'ports agree',
  ),
  'readiness-probe-protocol': cause(
    'probe',
    'Readiness probe speaks the wrong protocol',
    'HTTP probe on a gRPC or TCP port, or the reverse',
    'protocols agree',
  ),
  'oom-killed': cause(
    'resources',
    'Killed because it used more memory than its limit',
    'last termination OOMKilled, exit code 137',
    'exit code of the application',
  ),
  'cpu-throttled': cause(
    'resources',
    'CPU-starved by its limit',
    'throttled seconds rise, usage at the limit',
    'usage is below the limit',
  ),
  'cpu-overload': cause(
    'resources',
    'CPU is overloaded',
    'CPU use jumps in the entity itself before its latency does',
    'CPU use is as before',
  ),
  'memory-leak': cause(
    'resources',
    'Memory grows without end',
    'memory rises steadily until it is killed',
    'memory is flat',
  ),
  'disk-full': cause('resources', 'No space left on a volume', 'ENOSPC in the logs', 'space is free'),
  'hpa-at-limit': cause(
    'resources',
    'Autoscaler is at its maximum',
    'currentReplicas = maxReplicas and ScalingLimited',
    'room to scale',
  ),
  'application-crash': cause(
    'dependency',
    'The application crashes on its own',
    'non-zero exit with an error of its own in the log',
    'killed from outside',
  ),
  'application-errors': cause(
    'dependency',
    'The service itself returns errors',
    'error ratio rises first at this service, with no failing callee',
    'a callee fails earlier',
  ),
  'dependency-unavailable': cause(
    'dependency',
    'A service it calls does not answer',
    'refused, timeout or unavailable towards one callee',
    'the callee answers',
  ),
  'database-credentials': cause(
    'dependency',
    'Database refuses the credentials',
    'access denied or password authentication failed',
    'logins work',
  ),
  'database-port': cause(
    'dependency',
    'Database is asked on the wrong port',
    'refused on a port the database does not listen on',
    'the port is right',
  ),
  'database-read-only': cause('dependency', 'Database is read-only', 'read-only errors on writes', 'writes work'),
  'database-connections-exhausted': cause(
    'dependency',
    'Database has no connections left',
    'too many connections, pool exhausted',
    'connections are free',
  ),
  'dns-failure': cause(
    'network',
    'Names do not resolve',
    'no such host, NXDOMAIN, temporary failure in name resolution',
    'names resolve',
  ),
  'network-delay': cause(
    'network',
    'Network latency to a pod',
    'latency of all calls to the pod rises with no CPU cause',
    'only some calls slow',
  ),
  'network-policy': cause(
    'network',
    'A network policy blocks the traffic',
    'timeouts, and a policy that selects the pod without allowing the caller',
    'no policy selects it',
  ),
  'mesh-route': cause(
    'configuration',
    'A mesh route leads to a subset that is not there',
    'a route names a subset that no DestinationRule defines or no pod belongs to',
    'the subset has ready pods',
  ),
  'mesh-fault-injection': cause(
    'configuration',
    'The mesh injects faults',
    'a route aborts or delays a share of the calls on purpose',
    'no fault is configured',
  ),
  'mesh-mutual-tls': cause(
    'network',
    'The two sides do not agree on mutual TLS',
    'strict mutual TLS at the server, and a caller without it',
    'both have a proxy, or plain text is allowed',
  ),
  'mesh-authorization': cause(
    'network',
    'A mesh policy denies the calls',
    'an authorization policy that selects the server allows nobody or denies everybody',
    'the caller is allowed',
  ),
  'mesh-proxy': cause(
    'network',
    'The sidecar proxy is not ready',
    'the proxy container is not ready while the application is',
    'the proxy is ready',
  ),
  'disruption-budget': cause(
    'scheduling',
    'A disruption budget lets no pod go',
    'evictions are refused because the budget allows no disruption',
    'the budget allows one',
  ),
  'node-not-ready': cause('node', 'Node is not ready', 'node condition Ready is not True', 'node is ready'),
  'node-kubelet': cause('node', 'Kubelet is down', 'Kubelet stopped posting node status', 'the kubelet posts'),
  'node-container-runtime': cause(
    'node',
    'Container runtime is down',
    'container runtime is down, PLEG is not healthy',
    'the runtime answers',
  ),
  'node-kube-proxy': cause(
    'node',
    'kube-proxy is down on a node',
    'service addresses fail from one node only',
    'services answer from all nodes',
  ),
  'node-pressure': cause(
    'node',
    'Node under memory, disk or PID pressure',
    'pressure condition True, evictions',
    'no pressure',
  ),
  'node-network-delay': cause(
    'node',
    'Network latency of one node',
    'everything on one node slow',
    'other nodes are slow too',
  ),
  'node-network-loss': cause('node', 'Packet loss on one node', 'timeouts and retransmissions on one node', 'no loss'),
  'scheduler-down': cause('node', 'Scheduler is down', 'pods pending with no scheduling event', 'pods are scheduled'),
  'code-change': cause(
    'change',
    'A code change broke it',
    'onset follows the rollout of a diff that touches what misbehaves',
    'onset precedes the change',
  ),
  'config-change': cause(
    'change',
    'A configuration change broke it',
    'onset follows the change of a key that governs what misbehaves',
    'onset precedes the change',
  ),
  'flag-change': cause(
    'change',
    'A feature flag broke it',
    'onset follows the flip, and ends with its reversal',
    'onset precedes the flip',
  ),
  'infrastructure-change': cause(
    'change',
    'An infrastructure change broke it',
    'onset follows the change of what it runs on',
    'onset precedes the change',
  ),
  'rollout-stuck': cause('change', 'A rollout does not finish', 'ProgressDeadlineExceeded', 'rollout complete'),
  'job-failed': cause(
    'job',
    'A Job failed',
    'BackoffLimitExceeded with an error that a rerun may not repeat',
    'the Job succeeded',
  ),
  'job-deadline': cause('job', 'A Job ran past its deadline', 'DeadlineExceeded', 'finished in time'),
  'cronjob-suspended': cause(
    'job',
    'A CronJob is suspended',
    'spec.suspend is true and runs are missed',
    'not suspended',
  ),
  'traffic-surge': cause(
    'traffic',
    'More traffic than it was built for',
    'requests per second rise before saturation and errors',
    'traffic is as usual',
  ),
  'traffic-drop': cause(
    'traffic',
    'Traffic stops arriving',
    'requests per second fall while the service is healthy',
    'the service fails first',
  ),
  'certificate-expired': cause(
    'certificate',
    'A certificate expired',
    'certificate has expired, x509',
    'certificate is valid',
  ),
  'vendor-outage': cause(
    'vendor',
    'A vendor has an outage',
    "vendor's status feed and errors towards it alone",
    'vendor is operational',
  ),
  'cdn-cached-error': cause(
    'vendor',
    'The CDN answers an error out of its cache',
    'a cache hit with a status from 400 on, while what is behind answers well',
    'the error is passed on from behind',
  ),
  'data-growth': cause(
    'data',
    'Data outgrew what reads it',
    'slow queries or sizes grow with no change',
    'size is as before',
  ),
  'data-invalid': cause(
    'data',
    'Input the code cannot read',
    'parse or constraint errors on particular records',
    'all records fail',
  ),
  unknown: cause('unknown', 'Not known', 'nothing found explains the symptom', '—'),
} as const satisfies Record<string, Cause>;

export type CauseCode = keyof typeof causes;
export const CauseCode = z.enum(Object.keys(causes) as [CauseCode, ...CauseCode[]]);
