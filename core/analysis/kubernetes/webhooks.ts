// Finds admission webhooks that do not answer. The API server then refuses every object that it has to ask the webhook about, so the fault is the
// webhook's and not that of the workload whose pods cannot be created.

import * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { isServedBy } from '../../selectors.ts';
import { type Cluster, replicasOf } from './cluster.ts';
import { firstTimeOf, lastTimeOf } from './event-times.ts';
import { clockTime, earliest, observed } from './finding.ts';
import type { Workload } from './objects.ts';

export interface FailedCall {
  readonly webhook: string;
  readonly service: string;
  readonly namespace: string;
  /** The API server's reason: no endpoints, a refusal, a timeout, a certificate. */
  readonly why: string;
}

const failedCall =
  /failed calling webhook "(?<webhook>[^"]+)".*?https?:\/\/(?<service>[a-z0-9-]+)\.(?<namespace>[a-z0-9-]+)\.svc[^\s"]*"?: (?<why>.+)$/s;

/** The failed call that a message of the API server reports; undefined if it reports none, or a refusal by a webhook that answers. */
export function failedCallIn(message: string): FailedCall | undefined {
  const { webhook, service, namespace, why } = failedCall.exec(message)?.groups ?? {};
  return webhook && service && namespace && why ? { webhook, service, namespace, why } : undefined;
}

/** The workload behind the webhook's Service; the Service itself if none is known. */
export function webhookEntity(
  cluster: Cluster,
  { service, namespace }: Pick<FailedCall, 'service' | 'namespace'>,
): EntityRef {
  const behind = workloadBehind(cluster, service, namespace);
  return behind ? cluster.entityOf(behind) : { kind: 'Service', name: service, namespace, cluster: cluster.name };
}

/** An event older than this shows no failure of now, in milliseconds. */
const lately = 30 * 60_000;

interface Call extends FailedCall {
  readonly refused: string;
  readonly at: string | undefined;
  readonly line: string;
}

export function webhooks(cluster: Cluster): FindingDraft[] {
  const calls = [...callsInEvents(cluster), ...callsInConditions(cluster)];
  const groups = Map.groupBy(calls, ({ service, namespace }) => `${namespace}/${service}`);
  return [...groups.values(), ...unasked(cluster, new Set(groups.keys()))].map((group) =>
    webhookFinding(cluster, group),
  );
}

function callsInEvents(cluster: Cluster): Call[] {
  return cluster.events.flatMap((event) => {
    const call = failedCallIn(event.message ?? '');
    const age = Date.parse(cluster.takenAt) - Date.parse(lastTimeOf(event) ?? '');
    if (!call || age > lately) return [];
    const { kind, name } = event.involvedObject;
    return [
      {
        ...call,
        refused: `${kind} ${name}`,
        at: firstTimeOf(event),
        line: `Event ${event.reason} on ${kind} ${name}: ${event.message}`,
      },
    ];
  });
}

function callsInConditions(cluster: Cluster): Call[] {
  return [...cluster.workloads, ...cluster.replicaSets].flatMap(({ kind, metadata: { name }, status }) => {
    const condition = (status?.conditions ?? []).find(
      ({ type, status: is }) => type === 'ReplicaFailure' && is === 'True',
    );
    const call = failedCallIn(condition?.message ?? '');
    if (!call || !condition) return [];
    return [
      {
        ...call,
        refused: `${kind} ${name}`,
        at: condition.lastTransitionTime ?? undefined,
        line: `${kind} ${name}: ReplicaFailure: ${condition.message}`,
      },
    ];
  });
}

const expired = /certificate has expired|certificate is not yet valid/i;
/** The API server does not trust the webhook's certificate: another authority signed it, or it is for another name. */
const untrusted = /signed by unknown authority|certificate is valid for|not (?:valid|trusted)|unknown certificate/i;

/** A webhook that answers, with a certificate that the API server refuses. */
function certificateFinding(cluster: Cluster, calls: readonly [Call, ...Call[]]): FindingDraft | undefined {
  const [first] = calls;
  const isExpired = expired.test(first.why);
  if (!isExpired && !untrusted.test(first.why)) return undefined;
  const onset = earliest(calls.map(({ at }) => at));
  const configuration = configurationOf(cluster, first.webhook);
  const refused = [...new Set(calls.map((call) => call.refused))].slice(0, 3).join(', ');
  const entity = isExpired || configuration === undefined ? webhookEntity(cluster, first) : configuration;
  return observed(cluster, {
    claim: isExpired
      ? `The certificate of webhook ${first.webhook} is not valid now${clockTime(onset)} (${first.why.slice(0, 140)}), so that ${refused} cannot be created.`
      : `The API server does not trust the certificate of webhook ${first.webhook}${clockTime(onset)}: its caBundle does not fit (${first.why.slice(0, 120)}), so that ${refused} cannot be created.`,
    entity,
    cause: isExpired ? 'certificate-expired' : 'certificate-invalid',
    confidence: 0.93,
    onset,
    lines: calls.slice(0, 3).map(({ line }) => line),
    error: `failed calling webhook ${first.webhook}: ${first.why}`,
  });
}

function configurationOf(cluster: Cluster, webhook: string): EntityRef | undefined {
  const found = cluster.items.find(
    (item) =>
      isConfiguration.test(item.kind) &&
      Configuration.safeParse(item).data?.webhooks.some(({ name }) => name === webhook),
  );
  return found && { kind: found.kind, name: found.metadata.name, cluster: cluster.name };
}

/** The validity of a certificate in DER: two times, the second of which is its end (RFC 5280, 4.1.2.5). */
const validity = /(?:\d{14}|\d{12})Z.{2}(?:(\d{14})|(\d{12}))Z/s;

/** When the newest certificate of the bundle ends, epoch milliseconds; undefined if it is missing or no bundle of certificates. */
function endOf(caBundle: string | null | undefined): number | undefined {
  const pem = binaryOf(caBundle ?? '').slice(0, 200_000);
  const ends = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\w+/=\s]{1,20000})-----END CERTIFICATE-----/g)]
    .slice(0, 20)
    .flatMap(([, body = '']) => {
      const [, long, short] = validity.exec(binaryOf(body)) ?? [];
      // Two digits of a year from 50 on are of the last century.
      const digits = long ?? (short && `${Number(short.slice(0, 2)) >= 50 ? '19' : '20'}${short}`);
      const [year, month, day, hour, minute, second] = digits?.match(/^\d{4}|\d{2}/g) ?? [];
      const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return Number.isNaN(ms) ? [] : [ms];
    });
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Empty if the text is no base64. */
function binaryOf(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}

function webhookFinding(cluster: Cluster, calls: readonly Call[]): FindingDraft {
  const [first, ...others] = calls as readonly [Call, ...Call[]];
  const certificate = certificateFinding(cluster, [first, ...others]);
  if (certificate) return certificate;
  const entity = webhookEntity(cluster, first);
  const workload = workloadBehind(cluster, first.service, first.namespace);
  const replicas = workload && replicasOf(workload);
  const down = replicas !== undefined && replicas.available === 0 && replicas.desired > 0;
  const onset = earliest(calls.map(({ at }) => at));
  const refused = [...new Set(calls.map((call) => call.refused))];
  const crash = down ? lastEndOf(cluster, entity) : undefined;
  return observed(cluster, {
    claim: `Webhook ${first.webhook} does not answer${clockTime(onset)} (${first.why.slice(0, 120)}), so that pods of ${refused.slice(0, 3).join(', ')} cannot be created${down ? `; ${entity.name} has none of its pods available` : ''}.`,
    entity,
    cause: 'admission-webhook-unavailable',
    confidence: down || /no endpoints/i.test(first.why) ? 0.95 : 0.88,
    onset,
    lines: [...calls.slice(0, 3).map(({ line }) => line), ...(crash ? [crash] : [])],
    error: `failed calling webhook ${first.webhook}: ${first.why}`,
  });
}

const isConfiguration = /^(?:Mutating|Validating)WebhookConfiguration$/;
const Configuration = z.looseObject({
  webhooks: z
    .array(
      z.looseObject({
        name: z.string(),
        failurePolicy: z.string().nullish(),
        clientConfig: z.looseObject({
          service: z.looseObject({ name: z.string(), namespace: z.string() }).nullish(),
          caBundle: z.string().nullish().catch(undefined),
        }),
      }),
    )
    .nullish()
    .transform((v) => v ?? []),
});

/** Webhooks without a ready pod, if some object has no pods and no recorded reason: events last an hour. */
function unasked(cluster: Cluster, known: ReadonlySet<string>): (readonly Call[])[] {
  const lacking = withoutPods(cluster);
  if (lacking.length === 0) return [];
  return cluster.items
    .filter(({ kind }) => isConfiguration.test(kind))
    .flatMap((item) => Configuration.safeParse(item).data?.webhooks ?? [])
    .flatMap(({ name: webhook, failurePolicy, clientConfig: { service, caBundle } }) => {
      if (!service || failurePolicy === 'Ignore' || known.has(`${service.namespace}/${service.name}`)) return [];
      const end = endOf(caBundle);
      if (end !== undefined && end < Date.parse(cluster.takenAt)) {
        const why = `tls: the authority in its caBundle: certificate has expired on ${new Date(end).toISOString()}`;
        return [
          lacking.map((refused) => ({
            webhook,
            service: service.name,
            namespace: service.namespace,
            why,
            refused,
            at: undefined,
            line: `${refused}: no pod was created; webhook ${webhook}: ${why}`,
          })),
        ];
      }
      const workload = workloadBehind(cluster, service.name, service.namespace);
      if (!workload || replicasOf(workload).available > 0 || replicasOf(workload).desired === 0) return [];
      const { name, namespace } = service;
      return [
        lacking.map((refused) => ({
          webhook,
          service: name,
          namespace,
          why: 'no pod of it is available',
          refused,
          at: undefined,
          line: `${refused}: no pod was created; Service ${name} of webhook ${webhook} has no available pod`,
        })),
      ];
    });
}

/** Jobs and ReplicaSets that want pods, have none, and do not say why. */
function withoutPods(cluster: Cluster): string[] {
  const owned = new Set(
    cluster.pods.flatMap(({ metadata }) =>
      metadata.ownerReferences.map(({ kind, name }) => `${kind}/${metadata.namespace ?? ''}/${name}`),
    ),
  );
  const empty = (
    kind: string,
    { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
  ) => !owned.has(`${kind}/${namespace ?? ''}/${name}`);
  return [
    ...cluster.jobs
      .filter(
        ({ metadata, status }) =>
          !status?.succeeded && !status?.failed && !status?.completionTime && empty('Job', metadata),
      )
      .map(({ metadata: { name } }) => `Job ${name}`),
    ...cluster.replicaSets
      .filter(({ metadata, spec, status }) => {
        const hasMessage = (status?.conditions ?? []).some(({ type, message }) => type === 'ReplicaFailure' && message);
        return (spec.replicas ?? 0) > 0 && !hasMessage && empty('ReplicaSet', metadata);
      })
      .map(({ metadata: { name } }) => `ReplicaSet ${name}`),
  ];
}

function workloadBehind(cluster: Cluster, name: string, namespace: string): Workload | undefined {
  const service = cluster.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  const inNamespace = cluster.workloads.filter(({ metadata }) => metadata.namespace === namespace);
  return (
    inNamespace.find(({ spec }) => isServedBy(service?.spec.selector, spec.template.metadata?.labels)) ??
    inNamespace.find(({ metadata }) => metadata.name === name)
  );
}

function lastEndOf(cluster: Cluster, entity: EntityRef): string | undefined {
  return cluster
    .podsOf(entity)
    .flatMap(({ metadata, status }) =>
      status.containerStatuses.flatMap(({ name, state, lastState }) => {
        const ended = state?.terminated ?? lastState?.terminated;
        return ended
          ? [
              `Pod ${metadata.name}: container ${name}: exit code ${ended.exitCode}${ended.message ? `: ${ended.message}` : ''}`,
            ]
          : [];
      }),
    )
    .at(0);
}
