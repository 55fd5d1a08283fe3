// What rules an action out though its cause fits: checks over what was found and what is there now. Each is data on an entry of the catalogue
// (entries.ts), so that a question is asked only for what can mend, and the words say why something else is not. Pure.
import * as z from 'zod';
import { pullThrottled } from '../analysis/kubernetes/images.ts';
import type { CauseCode } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import { sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import type { KubernetesObject } from '../model/telemetry.ts';

/** What was seen when the action is judged. */
export interface Seen {
  readonly hypothesis: Hypothesis;
  /** Of all reports of the incident. */
  readonly findings: readonly Finding[];
  /** The target as it is now; undefined where nobody could look. */
  readonly target: KubernetesObject | undefined;
  /** What is around it, pods among them. */
  readonly around: readonly KubernetesObject[];
}

export interface Check {
  readonly code:
    | 'registry-refuses'
    | 'only-one-revision'
    | 'cause-in-dependency'
    | 'same-revision-comes-back'
    | 'change-is-the-cause'
    | 'error-would-repeat'
    | 'dependency-still-down';
  /** For people, a sentence. */
  readonly why: string;
  readonly holds: (seen: Seen) => boolean;
}

/** Less sure than this, a finding rules nothing out. */
const sure = 0.5;

const isAbout = ({ entity }: Finding, { hypothesis }: Seen): boolean => sameWorkload(entity, hypothesis.entity);

/** A cause that was found in the target itself, by the hypothesis or by any specialist. */
const hasCause = (seen: Seen, among: ReadonlySet<CauseCode>): boolean =>
  among.has(seen.hypothesis.cause) ||
  seen.findings.some(
    (one) => one.cause !== undefined && among.has(one.cause) && one.confidence >= sure && isAbout(one, seen),
  );

const causesOf = (...codes: readonly CauseCode[]): ReadonlySet<CauseCode> => new Set(codes);

const refusedByRegistry = causesOf('image-pull-throttled', 'image-registry-unreachable');

const Waiting = z.looseObject({ waiting: z.looseObject({ message: z.string().nullish() }).nullish() }).nullish();
const Pod = z.looseObject({
  status: z.looseObject({ containerStatuses: z.array(z.looseObject({ state: Waiting })).nullish() }).nullish(),
});
const pullsThrottled = ({ target, around }: Seen): boolean =>
  around.some(({ kind, metadata, ...pod }) => {
    if (kind !== 'Pod' || !metadata.name.startsWith(`${target?.metadata.name}-`)) return false;
    const statuses = Pod.safeParse(pod).data?.status?.containerStatuses ?? [];
    return statuses.some(({ state }) => pullThrottled.test(state?.waiting?.message ?? ''));
  });

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** Found in the target, but to be mended where it points to. */
const ofDependencies = causesOf(
  'dependency-unavailable',
  'database-credentials',
  'database-port',
  'database-read-only',
  'dns-failure',
  'network-policy',
);

/** Something of the target's trouble points to another thing that it calls. */
const failsTowards = (seen: Seen): readonly Finding[] =>
  seen.findings.filter(
    (one) =>
      one.towards !== undefined &&
      (one.role === 'symptom' || one.role === 'cause') &&
      one.confidence >= sure &&
      isAbout(one, seen) &&
      !sameWorkload(one.towards, one.entity),
  );

/** What a run meets again, however often it is run. */
const lasting = causesOf(
  'data-invalid',
  'database-credentials',
  'database-port',
  'database-read-only',
  'secret-missing',
  'service-account-missing',
  'command-invalid',
  'environment-address',
  'volume-permission-denied',
  'image-not-found',
  'image-pull-secret-missing',
  'admission-refused',
  'oom-killed',
  'disk-full',
  'quota-cpu',
  'quota-memory',
  'quota-pods',
  'certificate-expired',
  'code-change',
  'config-change',
  'cronjob-suspended',
);

/** Texts of databases, runtimes and shells that name what is wrong with what was asked, and not with the moment. */
const lastingError =
  /\b(?:column|relation|table|view|function|schema|database|role|sequence|field|attribute|key)\b.{0,80}\b(?:does not exist|doesn't exist|not found|is unknown)\b|\bunknown (?:column|table|database|command|flag|option)\b|\bno such (?:column|table|file or directory|command)\b|\bundefined (?:column|table|variable|method|function|reference)\b|\bsyntax error\b|\binvalid (?:input syntax|column|argument|configuration|json|value)\b|\bSQLSTATE\W{0,3}(?:22|23|42)|\bduplicate (?:key|entry)\b|\bviolates .{0,60}constraint\b|\b(?:permission|access) denied\b|\bunauthorized\b|\bforbidden\b|\b(?:ModuleNotFound|Import|Name|Type|Key|Attribute|Syntax|Reference)Error\b|\b(?:NullPointer|ClassNotFound|IllegalArgument|NumberFormat)Exception\b|\bNoSuchMethodError\b|\bcannot find module\b|\bcommand not found\b|\bexecutable file not found\b|\bexec format error\b|\bcertificate has expired\b/i;
/** Of the moment: another run may not meet it. */
const passingError =
  /\btime[d ]?-?out\b|\btimed out\b|\breset\b|\brefused\b|\bunavailable\b|\bdeadlock\b|\btry again\b|\btoo many (?:connections|requests)\b|\bbroken pipe\b|\beof\b|\b(?:429|502|503|504)\b/i;

const wouldRepeat = (seen: Seen): boolean => {
  if (hasCause(seen, lasting)) return true;
  const text = seen.hypothesis.errorTemplate ?? '';
  return lastingError.test(text) && !passingError.test(text);
};

/** What is down, in itself and now. */
const isDown = causesOf(
  'replicas-zero',
  'application-crash',
  'oom-killed',
  'image-not-found',
  'image-pull-throttled',
  'disk-full',
  'service-selector',
  'node-not-ready',
);

export const registryRefuses: Check = {
  code: 'registry-refuses',
  why: 'The registry gives no image at the moment, and it would have to give one for the earlier revision, too.',
  holds: (seen) => hasCause(seen, refusedByRegistry) || pullsThrottled(seen),
};
export const onlyOneRevision: Check = {
  code: 'only-one-revision',
  why: 'There is only one revision of it, and none before that to go back to.',
  holds: ({ target }) => target?.kind === 'Deployment' && target.metadata.annotations?.[revisionAnnotation] === '1',
};
export const causeInDependency: Check = {
  code: 'cause-in-dependency',
  why: 'It fails towards something that it depends on, and that is not mended by new pods of its own.',
  holds: (seen) => hasCause(seen, ofDependencies) || failsTowards(seen).length > 0,
};
export const sameRevisionComesBack: Check = {
  code: 'same-revision-comes-back',
  why: 'A change is what broke it, and a restart brings the same revision back.',
  holds: ({ hypothesis }) => hypothesis.changeId !== undefined && hypothesis.cause === 'application-errors',
};
export const changeIsTheCause: Check = {
  code: 'change-is-the-cause',
  why: 'A change is what broke it, and another run has the same change in it.',
  holds: ({ hypothesis }) => hypothesis.changeId !== undefined,
};
export const errorWouldRepeat: Check = {
  code: 'error-would-repeat',
  why: 'Its error is none that passes: another run would meet it again.',
  holds: wouldRepeat,
};
export const dependencyStillDown: Check = {
  code: 'dependency-still-down',
  why: 'What it calls is down itself, so another run would fail, too.',
  holds: (seen) =>
    failsTowards(seen).some(({ towards }) =>
      seen.findings.some(
        (one) =>
          towards !== undefined &&
          one.role === 'cause' &&
          one.cause !== undefined &&
          isDown.has(one.cause) &&
          one.confidence >= sure &&
          sameWorkload(one.entity, towards),
      ),
    ),
};
