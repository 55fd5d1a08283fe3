// What the kubelets of simulated nodes say: the status of their pods, Events and logs. It decides by the pod's own spec and by what the cluster holds,
// as a kubelet does: an image that the registry lacks, a Secret that is not there, a limit below what the program needs, a probe on a wrong port.
// Times are those of a real node, shortened.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ClusterApi } from './api.ts';
import { type Images, imageOf, isInRegistry, needOf, whyFails } from './apps.ts';
import type { Container, Pod } from './objects.ts';
import { appOf, portOf, type View, valueIn } from './view.ts';

/** A program runs this long before it ends with an error, or is killed. */
const runsMs = 1200;
/** The pauses between two starts. */
const backOffMs = (restarts: number) => Math.min(8000, 1500 * 2 ** restarts);
const keptLines = 200;

type Phase = 'new' | 'waiting' | 'running' | 'ended' | 'over';
interface Course {
  phase: Phase;
  /** The reason for the current state; a change is reported. */
  told: string;
  since: number;
  startedAt: string;
  restarts: number;
  lastState: object;
  readonly ip: string;
  readonly lines: string[];
  before: readonly string[];
  loggedAt: number;
}

export interface NodeAgent extends AsyncDisposable {
  readonly port: number;
  /** Lets the nodes look once. */
  step(api: ClusterApi, view: View, images: Images): Promise<void>;
  forget(): void;
  /** The lines of each pod so far. */
  logs(): readonly { readonly pod: string; readonly namespace: string; readonly lines: readonly string[] }[];
}

export async function startNodeAgent(dir: string): Promise<NodeAgent> {
  const courses = new Map<string, Course>();
  const names = new Map<string, { readonly namespace: string; readonly pod: string }>();
  let addresses = 0;
  const nextAddress = () => {
    addresses += 1;
    return `10.244.${Math.floor(addresses / 250) % 250}.${(addresses % 250) + 2}`;
  };
  const server = await logServer(dir, (namespace, pod, previous) => {
    const [uid] = [...names].findLast(([, one]) => one.namespace === namespace && one.pod === pod) ?? [];
    const course = uid === undefined ? undefined : courses.get(uid);
    return previous ? course?.before : course?.lines;
  });
  return {
    port: (server.address() as AddressInfo).port,
    async step(api, view, images) {
      const ready = new Set(
        view.nodes
          .filter(({ metadata }) => metadata.annotations?.['kwok.x-k8s.io/node'] === 'kwok')
          .map(({ metadata }) => metadata.name),
      );
      const own = view.pods.filter(({ spec }) => spec.nodeName !== undefined && ready.has(spec.nodeName));
      await Promise.all(
        own.map(async (pod) => {
          const { uid = '', namespace = '', name, deletionTimestamp } = pod.metadata;
          const path = `api/v1/namespaces/${namespace}/pods/${name}`;
          if (deletionTimestamp !== undefined) {
            await api.call('DELETE', `${path}?gracePeriodSeconds=0`).catch(() => undefined);
            return;
          }
          const course = courses.get(uid) ?? begin(nextAddress());
          courses.set(uid, course);
          names.set(uid, { namespace, pod: name });
          const said = advance(course, pod, view, images);
          if (said.status !== undefined)
            await api.call('PATCH', `${path}/status`, { status: said.status }).catch(() => undefined);
          for (const event of said.events) await tell(api, pod, event).catch(() => undefined);
        }),
      );
    },
    forget() {
      courses.clear();
      names.clear();
    },
    logs: () =>
      [...courses].flatMap(([uid, { lines, before }]) => {
        const name = names.get(uid);
        return name === undefined ? [] : [{ ...name, lines: [...before, ...lines] }];
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const begin = (ip: string): Course => ({
  phase: 'new',
  told: '',
  since: Date.now(),
  startedAt: '',
  restarts: 0,
  lastState: {},
  ip,
  lines: [],
  before: [],
  loggedAt: 0,
});

interface Event {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
interface Said {
  readonly status?: object;
  readonly events: readonly Event[];
}
const warning = (reason: string, message: string): Event => ({ type: 'Warning', reason, message });
const normal = (reason: string, message: string): Event => ({ type: 'Normal', reason, message });

const now = () => new Date().toISOString().replace(/\.\d+/, '');
const nothing: Said = { events: [] };

/** One look of the kubelet at one pod. */
function advance(course: Course, pod: Pod, view: View, images: Images): Said {
  const [container] = pod.spec.containers;
  if (container === undefined || course.phase === 'over') return nothing;
  if (course.phase === 'running') return whileRunning(course, pod, container, view, images);
  if (course.phase === 'ended' && Date.now() - course.since < backOffMs(course.restarts)) return nothing;
  const hindered = whyNotStarted(pod, container, view, images);
  if (hindered !== undefined) return hinder(course, pod, container, hindered);
  return launch(course, pod, container, view, images);
}

interface Hindrance {
  readonly reason: string;
  readonly message: string;
  readonly afterwards?: string;
  readonly events: readonly Event[];
}

function whyNotStarted(pod: Pod, { image }: Container, view: View, images: Images): Hindrance | undefined {
  for (const { name, secret, configMap } of pod.spec.volumes ?? []) {
    const [kind, wanted, all] =
      secret === undefined
        ? ['configmap', configMap?.name, view.configMaps]
        : ['secret', secret.secretName, view.secrets];
    if (wanted === undefined || typeof all === 'string' || all.some(({ metadata }) => metadata.name === wanted))
      continue;
    const why = `MountVolume.SetUp failed for volume "${name}" : ${kind} "${wanted}" not found`;
    return { reason: 'ContainerCreating', message: '', events: [warning('FailedMount', why)] };
  }
  if (!isInRegistry(image, images)) {
    const why = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    const failed = `rpc error: code = NotFound desc = ${why}`;
    return {
      reason: 'ErrImagePull',
      message: failed,
      afterwards: 'ImagePullBackOff',
      events: [
        normal('Pulling', `Pulling image "${image}"`),
        warning('Failed', `Failed to pull image "${image}": ${failed}`),
        warning('Failed', 'Error: ErrImagePull'),
      ],
    };
  }
  const lacking = whatIsLacking(pod, view);
  if (lacking === undefined) return undefined;
  return { reason: 'CreateContainerConfigError', message: lacking, events: [warning('Failed', `Error: ${lacking}`)] };
}

function whatIsLacking(pod: Pod, view: View): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const { valueFrom } of pod.spec.containers[0]?.env ?? []) {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
    const [kind, ref, all] = secret
      ? (['secret', secret, view.secrets] as const)
      : (['configmap', map, view.configMaps] as const);
    if (ref === undefined || ref.optional === true) continue;
    if (!all.some(({ metadata }) => metadata.name === ref.name)) return `${kind} "${ref.name}" not found`;
    if (valueIn(all, ref) === undefined)
      return `couldn't find key ${ref.key} in ${kind === 'secret' ? 'Secret' : 'ConfigMap'} ${namespace}/${ref.name}`;
  }
  return undefined;
}

function hinder(course: Course, pod: Pod, container: Container, why: Hindrance): Said {
  const backsOff = why.afterwards !== undefined && course.told === why.reason;
  const reason = backsOff ? (why.afterwards ?? why.reason) : why.reason;
  if (course.told === reason || (course.told === why.afterwards && why.afterwards !== undefined)) return nothing;
  course.told = reason;
  course.phase = 'waiting';
  const message = backsOff ? `Back-off pulling image "${container.image}": ${why.reason}: ${why.message}` : why.message;
  const events = backsOff
    ? [normal('BackOff', `Back-off pulling image "${container.image}"`), warning('Failed', `Error: ${reason}`)]
    : why.events;
  const waiting = { reason, ...(message === '' ? {} : { message }) };
  return { status: statusOf(course, pod, container, { state: { waiting }, ready: false, phase: 'Pending' }), events };
}

function launch(course: Course, pod: Pod, container: Container, view: View, images: Images): Said {
  const [command] = container.command ?? [];
  course.before = course.lines.splice(0);
  course.startedAt = now();
  if (command !== undefined && !command.startsWith('/app')) {
    const why = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${command}": stat ${command}: no such file or directory: unknown`;
    return end(course, pod, container, 'StartError', 128, why, [warning('Failed', `Error: ${why}`)]);
  }
  course.phase = 'running';
  course.told = 'started';
  course.since = Date.now();
  course.loggedAt = 0;
  course.lines.push(line('info', `starting ${appOf(pod)}`), line('info', `listening on :${portOf(pod, view)}`));
  const isReady =
    !isJob(pod) &&
    whyProbeFails(container.readinessProbe, pod, view, images) === undefined &&
    endsBy(pod, container, images) === undefined;
  return {
    status: statusOf(course, pod, container, {
      state: { running: { startedAt: course.startedAt } },
      ready: isReady,
      phase: 'Running',
    }),
    events: [
      normal('Pulled', `Container image "${container.image}" already present on machine`),
      normal('Created', `Created container: ${container.name}`),
      normal('Started', `Started container ${container.name}`),
    ],
  };
}

interface Ending {
  readonly reason: string;
  readonly code: number;
  readonly says?: string;
}

/** How a program of this image ends by itself, or is ended by the kernel. */
function endsBy(pod: Pod, container: Container, images: Images): Ending | undefined {
  const limit = mebibytes(container.resources?.limits?.memory);
  if (limit !== undefined && needOf(container.image, images) > limit) return { reason: 'OOMKilled', code: 137 };
  const exits = images[imageOf(pod)]?.exits;
  return exits === undefined ? undefined : { reason: 'Error', code: exits.code, says: exits.says };
}

const units: Readonly<Record<string, number>> = { Ki: 1 / 1024, Mi: 1, Gi: 1024 };
function mebibytes(quantity: string | undefined): number | undefined {
  const [, amount, unit = ''] = /^(\d+)([KMG]i)?$/.exec(quantity ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (units[unit] ?? 1 / (1024 * 1024));
}

const isJob = ({ metadata }: Pod): boolean => metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;

function whileRunning(course: Course, pod: Pod, container: Container, view: View, images: Images): Said {
  const ran = Date.now() - course.since;
  const fails = whyFails(pod, view, images);
  if (isJob(pod)) return runJob(course, pod, container, fails, ran);
  const ending = endsBy(pod, container, images);
  if (ending !== undefined && ran >= runsMs) {
    if (ending.says !== undefined) course.lines.push(line('error', ending.says));
    return end(course, pod, container, ending.reason, ending.code, '', []);
  }
  log(course, pod, fails);
  const unlive = whyProbeFails(container.livenessProbe, pod, view, images);
  if (unlive !== undefined && ran >= runsMs * 2) {
    const events = [
      warning('Unhealthy', `Liveness probe failed: ${unlive}`),
      normal('Killing', `Container ${container.name} failed liveness probe, will be restarted`),
    ];
    return course.restarts < 2
      ? restart(course, pod, container, view, images, events)
      : end(course, pod, container, 'Error', 2, '', events);
  }
  const unready = whyProbeFails(container.readinessProbe, pod, view, images);
  const isReady = unready === undefined && ending === undefined;
  const told = isReady ? 'ready' : `not ready: ${unready ?? ''}`;
  if (course.told === told) return nothing;
  course.told = told;
  return {
    status: statusOf(course, pod, container, {
      state: { running: { startedAt: course.startedAt } },
      ready: isReady,
      phase: 'Running',
    }),
    events: unready === undefined ? [] : [warning('Unhealthy', `Readiness probe failed: ${unready}`)],
  };
}

function restart(
  course: Course,
  pod: Pod,
  container: Container,
  view: View,
  images: Images,
  events: readonly Event[],
): Said {
  course.lastState = terminated(course, 'Error', 2, '');
  course.restarts += 1;
  const said = launch(course, pod, container, view, images);
  return { ...said, events: [...events, ...said.events] };
}

function end(
  course: Course,
  pod: Pod,
  container: Container,
  reason: string,
  code: number,
  message: string,
  events: readonly Event[],
): Said {
  course.lastState = terminated(course, reason, code, message);
  course.restarts += 1;
  course.phase = 'ended';
  course.since = Date.now();
  course.told = 'ended';
  const name = `${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`;
  const why = `back-off 20s restarting failed container=${container.name} pod=${name}`;
  const waiting = { reason: 'CrashLoopBackOff', message: why };
  return {
    status: statusOf(course, pod, container, { state: { waiting }, ready: false, phase: 'Running' }),
    events: [...events, warning('BackOff', `Back-off restarting failed container ${container.name} in pod ${name}`)],
  };
}

const terminated = ({ startedAt }: Course, reason: string, exitCode: number, message: string) => ({
  terminated: { reason, exitCode, startedAt, finishedAt: now(), ...(message === '' ? {} : { message }) },
});

function runJob(course: Course, pod: Pod, container: Container, fails: string | undefined, ran: number): Said {
  if (ran < runsMs) return nothing;
  if (fails !== undefined) course.lines.push(stamped(fails));
  course.lines.push(fails === undefined ? line('info', 'done') : line('error', 'giving up'));
  course.phase = 'over';
  const code = fails === undefined ? 0 : 1;
  const reason = fails === undefined ? 'Completed' : 'Error';
  const phase = fails === undefined ? 'Succeeded' : 'Failed';
  return {
    status: statusOf(course, pod, container, { state: terminated(course, reason, code, ''), ready: false, phase }),
    events: [],
  };
}

/** A program answers its probes on its own port at /healthz, whatever becomes of its requests. */
function whyProbeFails(probe: Container['readinessProbe'], pod: Pod, view: View, _images: Images): string | undefined {
  const asked = probe?.httpGet;
  if (asked === undefined) return undefined;
  const address = `${pod.status?.podIP ?? '10.244.0.2'}:${asked.port}`;
  const url = `http://${address}${asked.path ?? '/'}`;
  if (Number(asked.port) !== portOf(pod, view)) return `Get "${url}": dial tcp ${address}: connect: connection refused`;
  return asked.path === '/healthz' ? undefined : 'HTTP probe failed with statuscode: 404';
}

function log(course: Course, pod: Pod, fails: string | undefined): void {
  if (Date.now() - course.loggedAt < 1000) return;
  course.loggedAt = Date.now();
  course.lines.push(fails === undefined ? line('info', `${appOf(pod)} served requests`) : stamped(fails));
  if (course.lines.length > keptLines) course.lines.splice(0, course.lines.length - keptLines);
}

const line = (level: string, text: string) => stamped(`level=${level} msg="${text}"`);
const stamped = (text: string) => `${new Date().toISOString()} ${text}`;

function statusOf(
  course: Course,
  pod: Pod,
  container: Container,
  { state, ready, phase }: { readonly state: object; readonly ready: boolean; readonly phase: string },
): object {
  const at = now();
  const status = ready ? 'True' : 'False';
  const why =
    phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : phase === 'Failed'
        ? { reason: 'PodFailed' }
        : { reason: 'ContainersNotReady', message: `containers with unready status: [${container.name}]` };
  const conditions = [
    { type: 'Initialized', status: 'True', lastTransitionTime: at },
    ...['Ready', 'ContainersReady'].map((type) => ({
      type,
      status,
      lastTransitionTime: at,
      ...(ready ? { reason: null, message: null } : why),
    })),
  ];
  const containerStatuses = [
    {
      name: container.name,
      image: container.image,
      imageID: phase === 'Pending' ? '' : `${container.image}@sha256:${'0'.repeat(64)}`,
      ready,
      started: phase === 'Running' && course.phase === 'running',
      restartCount: course.restarts,
      lastState: course.lastState,
      state,
    },
  ];
  const startTime = pod.status?.startTime ?? at;
  return {
    phase,
    conditions,
    containerStatuses,
    hostIP: '127.0.0.1',
    podIP: course.ip,
    podIPs: [{ ip: course.ip }],
    startTime,
  };
}

/** One Event for each pod and message; a repetition counts. */
async function tell(api: ClusterApi, pod: Pod, { type, reason, message }: Event): Promise<void> {
  const { namespace = '', name, uid } = pod.metadata;
  const container = pod.spec.containers[0]?.name ?? 'main';
  const key = `${name}.${hash(`${reason} ${message}`)}`;
  const path = `api/v1/namespaces/${namespace}/events`;
  const at = now();
  const known = await api.find(`${path}/${key}`);
  if (known !== undefined) {
    await api.call('PATCH', `${path}/${key}`, { count: Number(known.count ?? 1) + 1, lastTimestamp: at });
    return;
  }
  const involvedObject = {
    kind: 'Pod',
    apiVersion: 'v1',
    namespace,
    name,
    uid,
    fieldPath: `spec.containers{${container}}`,
  };
  const source = { component: 'kubelet', host: pod.spec.nodeName };
  await api.call('POST', path, {
    metadata: { name: key },
    involvedObject,
    reason,
    message,
    type,
    source,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
  });
}

function hash(text: string): string {
  let value = 5381;
  for (const character of text) value = (Math.imul(value, 33) ^ (character.codePointAt(0) ?? 0)) >>> 0;
  return value.toString(16);
}

/** Answers the API server's requests for logs, as a kubelet does. */
async function logServer(
  dir: string,
  linesOf: (namespace: string, pod: string, previous: boolean) => readonly string[] | undefined,
): Promise<Server> {
  const [key, cert] = [join(dir, 'kubelet.key'), join(dir, 'kubelet.crt')];
  const subject = ['-subj', '/CN=dojo', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://kubelet');
    const [, what, namespace = '', pod = ''] = url.pathname.split('/');
    const lines = linesOf(namespace, pod, url.searchParams.get('previous') === 'true');
    if (what !== 'containerLogs' || lines === undefined) {
      response.writeHead(404).end('not found');
      return;
    }
    const since = Date.now() - Number(url.searchParams.get('sinceSeconds') ?? '86400') * 1000;
    const tail = Number(url.searchParams.get('tailLines') ?? '10000');
    const withTimes = url.searchParams.get('timestamps') === 'true';
    const asked = lines.filter((one) => Date.parse(one.slice(0, 24)) >= since).slice(-tail);
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(asked.map((one) => `${withTimes ? one : one.slice(25)}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
