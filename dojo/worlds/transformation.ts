// Defines a transformation: a change of a recording that must not change the answer, and what it promises about the answer. Also the facts about a
// recording that several transformations ask for. Pure.
import { at, isObject, type Json, type JsonObject, listOf, textAt, textsIn } from './json.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';

export type Outcome =
  /**
   * `leaves`: `same` if the truth can still be told. `less` if the only evidence of it may be gone; then "not known" and an answer that is stated
   * below 50 % pass, too.
   */
  | { readonly kind: 'applied'; readonly recording: Recording; readonly leaves: 'same' | 'less' }
  | { readonly kind: 'does-not-apply'; readonly because: string };

export interface Transformation {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** Of the transformations with the same word, a world takes one at most. */
  readonly oneOf?: string;
  readonly apply: (recording: Recording, random: Random) => Outcome;
}

export const applied = (recording: Recording, leaves: 'same' | 'less' = 'same'): Outcome => ({
  kind: 'applied',
  recording,
  leaves,
});
export const doesNotApply = (because: string): Outcome => ({ kind: 'does-not-apply', because });

export const minute = 60_000;
export const instant = (ms: number): string => new Date(ms).toISOString();
export const nowOf = ({ about }: Recording): number => Date.parse(about.now);

export const objectsOf = ({ kubernetes }: Recording): readonly JsonObject[] => [...kubernetes.values()].flat();
export const nameOf = (object: JsonObject): string => textAt(object, 'metadata', 'name') ?? '';
export const namespaceOf = (object: JsonObject): string | undefined => textAt(object, 'metadata', 'namespace');

/** The same recording with other objects in each cluster. */
export const withObjects = (
  recording: Recording,
  edit: (objects: readonly JsonObject[], cluster: string) => readonly JsonObject[],
): Recording => ({
  ...recording,
  kubernetes: new Map([...recording.kubernetes].map(([cluster, objects]) => [cluster, edit(objects, cluster)])),
});

export const workloadKinds: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob']);

/** Names of workloads and services, as any of the recording's sources gives them; sorted. */
export function servicesOf({ dependencies, signals, logs, changes, ...recording }: Recording): readonly string[] {
  const objects = objectsOf({ dependencies, signals, logs, changes, ...recording });
  return [
    ...new Set([
      ...(dependencies ?? []).flatMap(({ from, to }) => [from, to]),
      ...(signals ?? []).flatMap(({ entity }) => (servicelike.has(entity.kind) ? [entity.name] : [])),
      ...(logs ?? []).flatMap(({ labels }) => labels.service ?? []),
      ...(changes ?? []).flatMap(({ service }) => service ?? []),
      ...objects.flatMap((object) => {
        const kind = textAt(object, 'kind') ?? '';
        return workloadKinds.has(kind) || kind === 'Service' ? [nameOf(object)] : [];
      }),
    ]),
  ].sort();
}
export const servicelike: ReadonlySet<string> = new Set([...workloadKinds, 'Service', 'App', 'Application']);

/** The texts of the page that people and the intake read. */
export const detailsOf = (alert: Json): JsonObject => {
  const details = at(alert, 'event', 'data', 'body', 'details');
  return isObject(details) ? details : {};
};
export const titleOf = (alert: Json): string => textAt(alert, 'event', 'data', 'title') ?? '';

/** The service that the page names, if it names one that the recording has. */
export function pagedService(recording: Recording): string | undefined {
  const names = new Set(servicesOf(recording));
  const details = [...textsIn(detailsOf(recording.alert))];
  const named = (key: string) => details.find((one) => one.key === key && names.has(one.text))?.text;
  const words = titleOf(recording.alert).split(/[^A-Za-z0-9_.-]+/);
  return (
    named('service') ??
    named('deployment') ??
    named('entity') ??
    words.map((word) => word.replace(/[.:]+$/, '')).find((word) => names.has(word))
  );
}

export function pagedNamespace(recording: Recording): string | undefined {
  const labelled = [...textsIn(detailsOf(recording.alert))].find(({ key }) => key === 'namespace')?.text;
  const service = pagedService(recording);
  const home = objectsOf(recording).find(
    (object) => workloadKinds.has(textAt(object, 'kind') ?? '') && nameOf(object) === service,
  );
  return labelled ?? (home && namespaceOf(home)) ?? recording.about.namespace;
}

const warns = (object: JsonObject): boolean =>
  textAt(object, 'kind') === 'Event' && textAt(object, 'type') === 'Warning';
/** The Warning events that name the true entity or something that is called after it (its pods, its ReplicaSets). */
export function warningsAboutTruth(recording: Recording): readonly JsonObject[] {
  const { entity } = recording.expected.rootCause;
  return objectsOf(recording).filter(
    (object) =>
      warns(object) &&
      (textAt(object, 'involvedObject', 'name')?.startsWith(entity.name) ||
        (entity.kind === 'Namespace' && namespaceOf(object) === entity.name)),
  );
}

/** Whether something but Events shows a fault of the true entity: an unready pod with a reason, or a line of its log at warning or above. */
export function isShownBesideEvents(recording: Recording): boolean {
  const { name } = recording.expected.rootCause.entity;
  const inLog = (recording.logs ?? []).some(
    ({ labels, message }) =>
      [labels.service, labels.pod, labels.node].some((label) => label?.startsWith(name)) &&
      (/^(?:warn|error|fatal|crit)/i.test(labels.level ?? '') || /\b(?:WARN|ERROR|FATAL|panic)\b/.test(message)),
  );
  const inStatus = objectsOf(recording).some(
    (object) =>
      textAt(object, 'kind') === 'Pod' &&
      nameOf(object).startsWith(name) &&
      [...textsIn(at(object, 'status') ?? null)].some(({ key, text }) => key === 'message' && text.length > 12),
  );
  return inLog || inStatus;
}

/** Whether the truth can be told without the call graph: the page names it, another service's log names it, or its own objects are not well. */
export function isShownWithoutCalls(recording: Recording): boolean {
  const { name } = recording.expected.rootCause.entity;
  const paged = pagedService(recording);
  if (paged === name) return true;
  if ((recording.logs ?? []).some(({ labels, message }) => labels.service !== name && message.includes(name)))
    return true;
  return objectsOf(recording).some(
    (object) =>
      textAt(object, 'kind') === 'Pod' &&
      nameOf(object).startsWith(name) &&
      listOf(at(object, 'status', 'containerStatuses')).some((status) => at(status, 'ready') === false),
  );
}
