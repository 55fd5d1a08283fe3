// "This exact error": cause, workload, environment and the masked error text. Survives new pod names, timestamps and ids; another
// workload, environment, cause or error text is another error.
import { maskVariables } from '../analysis/text/mask.ts';
import { sha256 } from '../hash.ts';
import type { CauseCode } from '../model/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Catalog } from '../ports/catalog.ts';
import { environmentOf, locate } from '../remediation/guard.ts';

export interface FingerprintParts {
  readonly cause: CauseCode;
  /** `Kind/namespace/name` of the workload, without its cluster: the same job fails the same way wherever it runs in an environment. */
  readonly workload: string;
  readonly environment: string;
  readonly errorTemplate: string;
}

/** `wk2-` and 32 hex digits of the SHA-256 of the parts; the prefix names the recipe, so that a new one cannot match old teachings. */
export function fingerprintOf(parts: FingerprintParts): string {
  const { cause, workload, environment, errorTemplate } = parts;
  return `wk2-${sha256(JSON.stringify([cause, workload, environment, maskVariables(errorTemplate)])).slice(0, 32)}`;
}

/** `Kind/namespace/name`, without the cluster; what varies in the name of a pod or a Job is masked. */
export const workloadOf = (entity: EntityRef): string =>
  `${entity.kind}/${entity.namespace ?? '-'}/${maskVariables(entity.name)}`;

/** The fingerprint of what a hypothesis says, or undefined where no error text tells this error from others. */
export function fingerprintOfHypothesis(
  hypothesis: { readonly cause: CauseCode; readonly entity: EntityRef; readonly errorTemplate?: string | undefined },
  environment: string | undefined,
): string | undefined {
  const { cause, entity, errorTemplate } = hypothesis;
  if (!errorTemplate || !environment) return undefined;
  return fingerprintOf({ cause, workload: workloadOf(entity), environment, errorTemplate });
}

export interface ExactError {
  readonly fingerprint: string;
  readonly describes: FingerprintParts;
}

/** The error of a hypothesis at the place where the catalogue puts it, or what is missing that would tell it from others. */
export function exactErrorOf(
  hypothesis: Hypothesis,
  context: Context,
  catalog: Catalog,
): ExactError | { readonly missing: string } {
  const entity = locate(hypothesis.entity, context);
  const environment = environmentOf(entity, context, catalog);
  const fingerprint = fingerprintOfHypothesis({ ...hypothesis, entity }, environment);
  if (environment === undefined) return { missing: 'its environment is not known' };
  if (fingerprint === undefined || !hypothesis.errorTemplate)
    return { missing: 'there is no error text that would tell this error from others' };
  return {
    fingerprint,
    describes: {
      cause: hypothesis.cause,
      workload: workloadOf(entity),
      environment,
      errorTemplate: hypothesis.errorTemplate,
    },
  };
}
