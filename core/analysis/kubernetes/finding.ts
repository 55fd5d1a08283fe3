// Turns an analyzer's observation into a finding: its evidence as kubectl lines, its earliest time, and its confidence.

import type { CauseCode } from '../../causes/causes.ts';
import { identityOf } from '../../fingerprint/identity.ts';
import { maskVariables } from '../../mask-variables.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { ErrorIdentity, Severity } from '../../model/report.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import { ownerOf } from '../../topology/owner.ts';
import type { Cluster } from './cluster.ts';

export interface Observation {
  readonly claim: string;
  readonly entity: EntityRef;
  readonly cause?: CauseCode | undefined;
  readonly role?: 'cause' | 'symptom' | 'context';
  /** The observation shows that the entity is well. */
  readonly well?: true;
  readonly severity?: Severity;
  readonly confidence: number;
  readonly onset?: string | undefined;
  /** Lines that show it, in the style of `kubectl`. */
  readonly lines: readonly string[];
  readonly error?: string | undefined;
  /** The full error text, if `error` only summarises it. */
  readonly exact?: string | undefined;
  /** The text does not say what failed, for example an exit code alone. */
  readonly partial?: boolean;
  /** Part of the error is missing, so it cannot be distinguished from other errors. */
  readonly cut?: boolean;
  readonly dependency?: EntityRef | undefined;
  readonly objects?: readonly unknown[];
}

/** Longest line kept, in characters. Messages have no length limit; the first characters matter. */
const maxLine = 1000;

export function observed(cluster: Cluster, observation: Observation): FindingDraft {
  const {
    claim,
    entity,
    cause,
    role = 'cause',
    severity = 'critical',
    confidence,
    onset,
    error,
    exact = error,
    partial = false,
    cut = false,
    dependency,
  } = observation;
  const lines = observation.lines.slice(0, 60).map((line) => line.slice(0, maxLine));
  return {
    claim: claim.slice(0, 390),
    entity,
    role,
    severity,
    confidence,
    ...(observation.well === undefined ? {} : { well: observation.well }),
    ...(cause === undefined ? {} : { cause }),
    ...(isTime(onset) ? { onset: toInstant(onset) } : {}),
    ...(error === undefined
      ? {}
      : {
          errorTemplate: maskVariables(error.slice(0, maxLine)),
          errorIdentity: cut ? undefined : identityIn(exact ?? error, entity, partial),
        }),
    ...(dependency === undefined ? {} : { dependency }),
    evidence: [
      {
        source: 'kubernetes',
        query: `${cluster.name}: ${entity.kind} ${entity.namespace ? `${entity.namespace}/` : ''}${entity.name}`,
        excerpt: lines.slice(0, 12).join('\n'),
        full: {
          kind: 'kubernetes',
          cluster: cluster.name,
          takenAt: cluster.takenAt,
          lines,
          objects: observation.objects?.slice(0, 6) ?? [],
        },
      },
    ],
  };
}

/**
 * Whether the kubelet may have truncated a container's last message. It keeps 4096 bytes of the file, or 2048 bytes or 80 lines of the log
 * (FallbackToLogsOnError).
 */
export const isCut = (message: string | null | undefined): boolean =>
  typeof message === 'string' && (encoder.encode(message).length >= 2048 || message.split('\n').length >= 80);
const encoder = new TextEncoder();

function identityIn(text: string, entity: EntityRef, partial: boolean): ErrorIdentity | undefined {
  const identity = identityOf(text, { workloads: [entity.name, ownerOf(entity).name] });
  return identity && partial ? { ...identity, partial } : identity;
}

/** Kubernetes' times are RFC 3339 in seconds or microseconds; Watchkeeper's end in Z. */
export const toInstant = (time: string): string => new Date(time).toISOString();

const isTime = (time: string | null | undefined): time is string =>
  typeof time === 'string' && !Number.isNaN(Date.parse(time));

/** The earliest valid time; undefined if there is none. */
export function earliest(times: readonly (string | null | undefined)[]): string | undefined {
  return times.filter(isTime).sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}

/** `3 pods`, `1 pod`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

/** ` since 12:47 UTC`; empty without a valid time. */
export const clockTime = (time: string | undefined): string =>
  isTime(time) ? ` since ${toInstant(time).slice(11, 16)} UTC` : '';
