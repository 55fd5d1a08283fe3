// Analyzes services of ECS: why tasks do not start or stop, and deployments that do not finish.
// Reasons of stopped tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
import type { CauseCode } from '../../causes/causes.ts';
import type { ResourceOf } from '../../model/aws-resources.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { type Analyze, found, type Scene, titleOf } from './finding.ts';

type Service = ResourceOf<'ecs'>;

export const analyzeContainers: Analyze<Service> = (service, scene) => [
  ...stoppedTasks(service, scene),
  ...lacking(service, scene),
  ...deployed(service, scene),
];

/** What a reason means, the more specific first. */
const reasons: readonly (readonly [pattern: RegExp, cause: CauseCode, words: string])[] = [
  [
    /CannotPull[\w]*[\s\S]*(?:manifest (?:unknown|for)|not ?found|does not exist)/i,
    'image-not-found',
    'cannot pull their image, which does not exist',
  ],
  [
    /CannotPull[\w]*[\s\S]*(?:toomanyrequests|rate limit)/i,
    'image-registry-rate-limit',
    'cannot pull their image, because the registry limits pulls',
  ],
  [
    /CannotPull[\w]*[\s\S]*(?:no matching manifest|exec format|platform)/i,
    'image-architecture',
    'cannot run their image on their platform',
  ],
  [
    /CannotPull[\w]*[\s\S]*(?:denied|403|unauthorized|not authorized|no basic auth)/i,
    'access-denied',
    'may not pull their image',
  ],
  [
    /CannotPull[\w]*[\s\S]*(?:timeout|no such host|dial tcp|connection refused|deadline|request canceled)/i,
    'image-registry-unreachable',
    'cannot reach the registry of their image',
  ],
  [/CannotPull/i, 'task-cannot-start', 'cannot pull their image'],
  [/exec format error/i, 'image-architecture', 'cannot run their image on their platform'],
  [
    /(?:secrets?|ssm|parameter)[\s\S]*(?:AccessDenied|not authorized)|(?:AccessDenied|not authorized)[\s\S]*(?:secrets?|ssm|parameter)/i,
    'access-denied',
    'may not read their secrets',
  ],
  [
    /ResourceInitializationError[\s\S]*(?:ResourceNotFound|can't find the specified secret|invalid parameters|does not contain json key)/i,
    'secret-missing',
    'cannot find a secret',
  ],
  [
    /ResourceInitializationError[\s\S]*(?:AccessDenied|not authorized|unable to assume)/i,
    'access-denied',
    'are refused what they need to start',
  ],
  [
    /unable to assume (?:the )?(?:service linked )?role|AccessDenied|not authorized to perform/i,
    'access-denied',
    'are refused a right',
  ],
  [/OutOfMemory|OOMKilled|memory usage/i, 'oom-killed', 'are killed because of their memory'],
  [
    /failed (?:ELB|container) health checks|failed .*health check/i,
    'targets-unhealthy',
    'are stopped because they fail their health checks',
  ],
  [
    /limit on the number of|reached (?:your|the) (?:quota|limit)|ThrottlingException|vCPU limit/i,
    'service-quota-reached',
    'meet a quota of the account',
  ],
  [/SpotInterruption|Spot (?:Task|interruption)/i, 'node-reclaimed', 'are taken back with their spot capacity'],
  [
    /insufficient (?:memory|cpu)|no container instance|RESOURCE:|Capacity is unavailable|unable to place a task/i,
    'task-cannot-start',
    'find no place',
  ],
  [/ResourceInitializationError|CannotStartContainer|CannotCreate/i, 'task-cannot-start', 'cannot start'],
];

interface Told {
  readonly at: string | undefined;
  readonly text: string;
  readonly isExit: boolean;
}

/** Everything that says why tasks stopped or were not placed, since the baseline. */
function toldBy({ stoppedTasks: tasks, events }: Service, { period }: Scene): Told[] {
  const isRecent = (at: string | undefined) => at === undefined || Date.parse(at) / 1000 >= period.baselineEnd;
  return [
    ...tasks
      .filter(({ at, reason = '' }) => isRecent(at) && !/^Scaling activity initiated/i.test(reason))
      .map(({ at, reason = '', containers }) => ({
        at,
        text: [reason, ...containers.flatMap((one) => [one.reason ?? '', exitOf(one.exitCode)])]
          .filter(Boolean)
          .join('; '),
        isExit: containers.some(({ exitCode }) => exitCode !== undefined && exitCode !== 0),
      })),
    ...events
      .filter(({ at, message }) => isRecent(at) && /unable to|failed|unhealthy|limit|was not able/i.test(message))
      .map(({ at, message }) => ({ at, text: message, isExit: false })),
  ];
}

const exitOf = (code: number | undefined): string => (code === undefined || code === 0 ? '' : `exit code ${code}`);

function stoppedTasks(service: Service, scene: Scene): FindingDraft[] {
  const told = toldBy(service, scene);
  const byCause = new Map<CauseCode, { readonly words: string; readonly all: Told[] }>();
  for (const one of told) {
    const [, cause, words] = reasons.find(([pattern]) => pattern.test(one.text)) ?? [
      undefined,
      one.isExit ? ('application-crash' as const) : undefined,
      'end by themselves',
    ];
    if (cause === undefined) continue;
    const known = byCause.get(cause) ?? { words, all: [] };
    known.all.push(one);
    byCause.set(cause, known);
  }
  // The general reason beside a specific one is the same.
  if (byCause.size > 1) byCause.delete('task-cannot-start');
  const lacks = (service.running ?? 0) < (service.desired ?? 0);
  return [...byCause].map(([cause, { words, all }]) => {
    const first = all.toSorted((a, b) => (a.at ?? '~').localeCompare(b.at ?? '~'))[0];
    return found(service, scene, {
      claim: `${titleOf(service)}: tasks ${words} (${service.running ?? '?'} of ${service.desired ?? '?'} run): ${first?.text.slice(0, 200) ?? ''}`,
      cause,
      severity: lacks ? 'critical' : 'major',
      confidence: lacks ? 0.93 : 0.75,
      onset: first?.at,
      error: first?.text,
      lines: all.slice(0, 6).map(({ at, text }) => `${at ?? ''} ${text.slice(0, 300)}`),
    });
  });
}

/** Fewer run than wanted, and nothing says why. */
function lacking(service: Service, scene: Scene): FindingDraft[] {
  const { desired = 0, running = 0, pending = 0 } = service;
  if (running >= desired || desired === 0) return [];
  return [
    found(service, scene, {
      claim: `${titleOf(service)}: ${running} of ${desired} tasks run${pending > 0 ? `, ${pending} are pending` : ''}.`,
      cause: 'pods-unavailable',
      role: 'symptom',
      severity: running === 0 ? 'critical' : 'major',
      confidence: 0.9,
      onset: toldBy(service, scene)
        .flatMap(({ at }) => at ?? [])
        .sort()[0],
      error: `${running === 0 ? 'none' : 'some'} of the tasks run`,
      lines: service.events.slice(-5).map(({ at, message }) => `${at} ${message}`),
    }),
  ];
}

function deployed(service: Service, scene: Scene): FindingDraft[] {
  const { period } = scene;
  const primary = service.deployments.find(({ status }) => status === 'PRIMARY');
  const failed = service.deployments.find(({ rollout }) => rollout === 'FAILED');
  const at = primary?.createdAt === undefined ? undefined : Date.parse(primary.createdAt) / 1000;
  const stuck = failed ?? (primary !== undefined && (primary.failedTasks ?? 0) > 0 ? primary : undefined);
  const previous = service.deployments.find((one) => one !== primary)?.taskDefinition;
  return [
    ...(stuck === undefined
      ? []
      : [
          found(service, scene, {
            claim: `${titleOf(service)}: the deployment of ${stuck.taskDefinition ?? 'its task definition'} ${stuck.rollout === 'FAILED' ? 'failed' : 'does not finish'}; ${stuck.failedTasks ?? 0} tasks failed${stuck.reason ? ` (${stuck.reason})` : ''}.`,
            cause: 'rollout-stuck',
            role: 'symptom',
            severity: 'major',
            confidence: 0.85,
            onset: stuck.createdAt,
            error: 'a deployment does not finish',
          }),
        ]),
    ...(primary === undefined || at === undefined || at < period.start || at > period.end
      ? []
      : [
          found(service, scene, {
            claim: `${titleOf(service)}: ${primary.taskDefinition ?? 'another task definition'}${previous === undefined ? '' : ` replaces ${previous}`} since ${primary.createdAt?.slice(11, 16)} UTC${primary.images[0] === undefined ? '' : ` (${primary.images[0]})`}.`,
            cause: 'code-change',
            role: 'change',
            severity: 'major',
            confidence: 0.6,
            onset: at,
          }),
        ]),
  ];
}

export const areAllTasksRunning = ({ desired, running, deployments }: Service): boolean =>
  desired !== undefined &&
  desired > 0 &&
  running === desired &&
  deployments.every(({ failedTasks = 0 }) => failedTasks === 0);
