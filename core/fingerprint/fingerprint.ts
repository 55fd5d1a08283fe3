// Computes the fingerprint of an exact error from cause, workload, environment and the identity of the error text (core/fingerprint/identity.ts). New
// pod names, timestamps and ids do not change it; another workload, environment, cause or error text does.

import type { CauseCode } from '../causes/causes.ts';
import { sha256 } from '../hash.ts';
import { maskVariables } from '../mask-variables.ts';
import type { Preference } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Catalog } from '../ports/catalog.ts';
import { ownerOf } from '../topology/owner.ts';
import { environmentOf, locate } from '../topology/placement.ts';
import { canonicalError } from './canonical.ts';
import { recipe } from './identity.ts';
import { readable } from './marks.ts';

export interface FingerprintParts {
  readonly cause: CauseCode;
  /** `Kind/namespace/name` of the workload, without its cluster: a job fails the same way in every cluster of an environment. */
  readonly workload: string;
  readonly environment: string;
  /** Digest of the error's identity. */
  readonly errorDigest: string;
}

/** The recipe's prefix and 32 hex digits of the SHA-256 of the parts. */
export function fingerprintOf({ cause, workload, environment, errorDigest }: FingerprintParts): string {
  return `${recipe}-${sha256(JSON.stringify([cause, workload, environment, errorDigest])).slice(0, 32)}`;
}

/** Whether the preference was taught with the present recipe. A preference of another recipe matches nothing. */
export const isOfThisRecipe = ({ fingerprint }: Pick<Preference, 'fingerprint'>): boolean =>
  fingerprint.startsWith(`${recipe}-`);

/** `Kind/namespace/name`, without the cluster; the varying part of a pod's, Job's or execution's name is marked. */
export const workloadOf = (entity: EntityRef): string => `${entity.kind}/${entity.namespace ?? '-'}/${nameOf(entity)}`;

function nameOf(entity: EntityRef): string {
  if (entity.kind === 'Execution') return readable(canonicalError(entity.name));
  const owner = ownerOf(entity);
  // The ordinal identifies the pod of a StatefulSet, so it stays.
  return owner.kind === entity.kind || owner.kind === 'StatefulSet' ? entity.name : `${owner.name}-<${owner.kind}>`;
}

/** The fingerprint of a hypothesis; undefined if it has no error text to tell this error from others. */
export function fingerprintOfHypothesis(
  hypothesis: Pick<Hypothesis, 'cause' | 'entity' | 'errorIdentity' | 'proposal'>,
  environment: string | undefined,
): string | undefined {
  const { cause, entity, errorIdentity, proposal } = hypothesis;
  if (!errorIdentity || !environment || proposal) return undefined;
  return fingerprintOf({ cause, workload: workloadOf(entity), environment, errorDigest: errorIdentity.digest });
}

export interface ExactError {
  readonly fingerprint: string;
  readonly describes: FingerprintParts & { readonly errorTemplate: string };
}

/** The exact error of a hypothesis, located by the catalogue; or what is missing to tell it from others. */
export function exactErrorOf(
  hypothesis: Hypothesis,
  context: Context,
  catalog: Catalog,
): ExactError | { readonly missing: string } {
  const { cause, errorIdentity, proposal } = hypothesis;
  if (proposal !== undefined) return { missing: 'only a model holds this hypothesis' };
  const entity = locate(hypothesis.entity, context);
  const environment = environmentOf(entity, context, catalog);
  if (environment === undefined) return { missing: 'its environment is not known' };
  if (errorIdentity === undefined) return { missing: 'there is no error text that would tell this error from others' };
  const parts = { cause, workload: workloadOf(entity), environment, errorDigest: errorIdentity.digest };
  return { fingerprint: fingerprintOf(parts), describes: { ...parts, errorTemplate: errorIdentity.text } };
}

/**
 * The fingerprint under the previous recipe, which could confuse different errors. It only serves to tell people which preferences they have to teach
 * again.
 */
export function formerFingerprintOf(hypothesis: Hypothesis, context: Context, catalog: Catalog): string | undefined {
  const { cause, errorTemplate } = hypothesis;
  const entity = locate(hypothesis.entity, context);
  const environment = environmentOf(entity, context, catalog);
  if (environment === undefined || !errorTemplate) return undefined;
  const workload = `${entity.kind}/${entity.namespace ?? '-'}/${maskVariables(entity.name)}`;
  const parts = [cause, workload, environment, maskVariables(errorTemplate)];
  return `wk2-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
}
