// Checks that rule out an action although its cause fits, judged by the findings and the current Kubernetes objects. This file defines the form
// of a check, the parts that checks share, and the checks that several actions share. A check of a single action is in that action's own file.
// Pure.
import * as z from 'zod';
import type { Obstacle } from '../causes/cause.ts';
import { type CauseCode, causeCodes, causes } from '../causes/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import { sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import type { KubernetesObject } from '../model/telemetry.ts';

/** The facts that a check judges an action by. */
export interface Seen {
  readonly hypothesis: Hypothesis;
  /** The findings of all reports of the incident. */
  readonly findings: readonly Finding[];
  /** The current target; undefined if nobody could read it. */
  readonly target: KubernetesObject | undefined;
  /** The objects around the target, including its pods. */
  readonly around: readonly KubernetesObject[];
}

export interface Check {
  /** Kebab case: `no-room-for-pods`. */
  readonly code: string;
  /** One sentence for people. */
  readonly why: string;
  readonly holds: (seen: Seen) => boolean;
}

/** The least confidence of a finding that can rule out an action, 0 to 1. */
export const sure = 0.5;

/** For a pod, findings about its workload count too. */
const isAbout = ({ entity }: Finding, { hypothesis }: Seen): boolean =>
  sameWorkload(entity, hypothesis.entity) ||
  (hypothesis.entity.kind === 'Pod' &&
    hypothesis.entity.name.startsWith(`${entity.name}-`) &&
    sameWorkload({ ...entity, name: hypothesis.entity.name }, hypothesis.entity));

/** Whether the hypothesis or a finding of any specialist names one of these causes for the target. */
export const hasCause = (seen: Seen, among: ReadonlySet<CauseCode>): boolean =>
  among.has(seen.hypothesis.cause) ||
  seen.findings.some(
    (one) => one.cause !== undefined && among.has(one.cause) && one.confidence >= sure && isAbout(one, seen),
  );

/** The causes whose entries list the obstacle. */
export const causesWith = (obstacle: Obstacle): ReadonlySet<CauseCode> =>
  new Set(causeCodes.filter((code) => causes[code].obstacles.includes(obstacle)));

const ofDependencies = causesWith('lies-in-dependency');

/** Findings about the target that point to another component, which the target calls. */
const dependencyFailures = (seen: Seen): readonly Finding[] =>
  seen.findings.filter(
    (one) =>
      one.dependency !== undefined &&
      (one.role === 'symptom' || one.role === 'cause') &&
      one.confidence >= sure &&
      isAbout(one, seen) &&
      !sameWorkload(one.dependency, one.entity),
  );

export const liesInDependency = (seen: Seen): boolean =>
  hasCause(seen, ofDependencies) || dependencyFailures(seen).length > 0;

const lasting = causesWith('next-run-meets-it');

/** Error texts of databases, runtimes and shells that describe a fault in the request itself, which another run would repeat. */
const lastingError =
  /\b(?:column|relation|table|view|function|schema|database|role|sequence|field|attribute|key)\b.{0,80}\b(?:does not exist|doesn't exist|not found|is unknown)\b|\bunknown (?:column|table|database|command|flag|option)\b|\bno such (?:column|table|file or directory|command)\b|\bundefined (?:column|table|variable|method|function|reference)\b|\bsyntax error\b|\binvalid (?:input syntax|column|argument|configuration|json|value)\b|\bSQLSTATE\W{0,3}(?:22|23|42)|\bduplicate (?:key|entry)\b|\bviolates .{0,60}constraint\b|\b(?:permission|access) denied\b|\bunauthorized\b|\bforbidden\b|\b(?:ModuleNotFound|Import|Name|Type|Key|Attribute|Syntax|Reference)Error\b|\b(?:NullPointer|ClassNotFound|IllegalArgument|NumberFormat)Exception\b|\bNoSuchMethodError\b|\bcannot find module\b|\bcommand not found\b|\bexecutable file not found\b|\bexec format error\b|\bcertificate has expired\b/i;
/** Error texts of transient faults: another run may succeed. */
const passingError =
  /\btime[d ]?-?out\b|\btimed out\b|\breset\b|\brefused\b|\bunavailable\b|\bdeadlock\b|\btry again\b|\btoo many (?:connections|requests)\b|\bbroken pipe\b|\beof\b|\b(?:429|502|503|504)\b/i;

const wouldRepeat = (seen: Seen): boolean => {
  if (hasCause(seen, lasting)) return true;
  const text = seen.hypothesis.errorTemplate ?? '';
  return lastingError.test(text) && !passingError.test(text);
};

const remaining = causesWith('new-pods-meet-it');
const noRoom = causesWith('no-room-for-pods');

/** Whether an annotation of the job, under any domain, forbids to run it again. */
const forbidsRerun = ({ target }: Seen): boolean =>
  Object.entries(target?.metadata.annotations ?? {}).some(
    ([key, value]) =>
      /(?:^|\/)(?:idempotent|rerunnable|re-runnable|repeatable|safe-to-(?:rerun|retry)|rerun|retry)$/i.test(key) &&
      /^(?:false|no|never|forbidden|off|manual)$/i.test(value.trim()),
  );

const Paused = z.looseObject({ spec: z.looseObject({ paused: z.literal(true) }) });

const isDown = causesWith('is-down');

export const causeInDependency: Check = {
  code: 'cause-in-dependency',
  why: 'It fails towards something that it depends on, and that is not mended by new pods of its own.',
  holds: liesInDependency,
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
  why: 'A dependency of the target is down, so another run would fail as well.',
  holds: (seen) =>
    dependencyFailures(seen).some(({ dependency: towards }) =>
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
export const causeWouldRemain: Check = {
  code: 'cause-would-remain',
  why: 'New pods of the same revision have the same fault.',
  holds: (seen) => hasCause(seen, remaining),
};
export const noRoomForPods: Check = {
  code: 'no-room-for-pods',
  why: 'There is no room for new pods of it, by quota or on the nodes.',
  holds: (seen) => hasCause(seen, noRoom),
};
export const notRepeatable: Check = {
  code: 'not-repeatable',
  why: 'An annotation of the target forbids another run.',
  holds: forbidsRerun,
};
export const rolloutPaused: Check = {
  code: 'rollout-paused',
  why: 'Its rollout is paused, so somebody or something is in the middle of one.',
  holds: ({ target }) => Paused.safeParse(target).success,
};
