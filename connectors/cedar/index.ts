// The Policies port on Cedar. The caller passes the texts and the WebAssembly module as values; the composition root decides where to read them, so
// that the same code runs from node_modules and from a bundle.
import { createHash } from 'node:crypto';
import * as cedar from '@cedar-policy/cedar-wasm/web';
import { Misconfigured } from '../../core/errors.ts';
import type { Policies, PolicyAnswer, PolicyRequest, PolicyRule } from '../../core/ports/channels.ts';

interface CedarSources {
  /** Cedar schema, in its human-readable syntax. */
  readonly schema: string;
  /** Policy texts by file name. */
  readonly policies: Readonly<Record<string, string>>;
  /** Bytes of `@cedar-policy/cedar-wasm/web/cedar_wasm_bg.wasm`. */
  readonly wasm: Uint8Array<ArrayBuffer>;
}

const namespace = 'Watchkeeper';
const principalType = { person: 'Person', preference: 'Preference', watchkeeper: 'System' } as const;
/** The rule that a decision names if an action or a context is outside Cedar's schema. */
const outside = 'outside-the-catalogue';
const byDefault = 'deny-by-default';

let loaded = false;

/** @throws Misconfigured when a policy does not parse, lacks `@id` or `@says` (a forbid also `@change`), or does not fit the schema. */
export function cedarPolicies({ schema, policies, wasm }: CedarSources): Policies {
  if (!loaded) {
    cedar.initSync({ module: wasm });
    loaded = true;
  }
  const rules = Object.entries(policies)
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([file, text]) => rulesOf(file, text));
  const texts = textsById(rules);
  const version = createHash('sha256')
    .update(JSON.stringify([schema, texts]))
    .digest('hex')
    .slice(0, 12);
  const checked = cedar.validate({
    schema,
    policies: { staticPolicies: texts },
    validationSettings: { mode: 'strict' },
  });
  if (checked.type === 'failure') throw new Misconfigured(`The policies cannot be read: ${messages(checked.errors)}`);
  if (checked.validationErrors.length > 0) {
    const wrong = checked.validationErrors.map((e) => `${e.policyId}: ${e.error.message}`);
    throw new Misconfigured(`The policies do not fit their schema: ${wrong.join('; ')}`);
  }
  // The engine parses the policies once and keeps them under the version, because an explanation evaluates hundreds of requests.
  cedar.preparseSchema(version, schema);
  cedar.preparsePolicySet(version, { staticPolicies: texts });

  return {
    version,
    rules: () => rules,
    async authorize(request) {
      const answer = cedar.statefulIsAuthorized({
        ...cedarRequest(request),
        preparsedSchemaName: version,
        preparsedPolicySetId: version,
        validateRequest: true,
      });
      // If the schema does not know an action or a context, the request is denied and the decision says so.
      if (answer.type === 'failure') {
        return {
          allowed: false,
          policies: [outside],
          why: `Forbidden by policy ${outside}: No policy knows an action ${JSON.stringify(request.action)} on such facts.`,
        };
      }
      const { decision, diagnostics } = answer.response;
      const ids = [...diagnostics.reason].sort();
      const allowed = decision === 'allow' && diagnostics.errors.length === 0;
      return { allowed, policies: ids.length > 0 ? ids : [byDefault], why: sentence(allowed, ids, rules) };
    },
  };
}

function sentence(allowed: boolean, ids: readonly string[], rules: readonly PolicyRule[]): PolicyAnswer['why'] {
  if (allowed) return `Allowed by policy ${ids.join(', ')}.`;
  if (ids.length === 0) return 'No policy permits it at this level.';
  const explanationOf = (id: string) => rules.find((rule) => rule.id === id)?.explanation ?? '';
  return ids.map((id, n) => `${n === 0 ? 'Forbidden' : 'Also'} by policy ${id}: ${explanationOf(id)}`).join(' ');
}

function cedarRequest({ actor, action, target, context }: PolicyRequest) {
  const resource = {
    type: `${namespace}::Target`,
    id: `${target.cluster}/${target.namespace}/${target.kind}/${target.name}`,
  };
  return {
    principal: { type: `${namespace}::${principalType[actor.kind]}`, id: actor.id },
    action: { type: `${namespace}::Action`, id: action },
    resource,
    context: { ...context },
    entities: [{ uid: resource, attrs: { ...target }, parents: [] }],
  };
}

/** The policies of one file by their `@id`, so that a person finds the policy that a decision names. */
function rulesOf(file: string, text: string): PolicyRule[] {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw new Misconfigured(`${file} is not Cedar: ${messages(parts.errors)}`);
  return parts.policies.map((policy) => {
    const json = cedar.policyToJson(policy);
    const { id, says, change } = (json.type === 'success' ? json.json.annotations : undefined) ?? {};
    if (json.type !== 'success' || typeof id !== 'string') throw new Misconfigured(`A policy in ${file} has no @id.`);
    const { effect } = json.json;
    if (typeof says !== 'string') throw new Misconfigured(`The policy ${id} in ${file} has no @says.`);
    if (effect === 'forbid' && typeof change !== 'string')
      throw new Misconfigured(`The policy ${id} in ${file} forbids and has no @change.`);
    return { id, effect, explanation: says, ...(typeof change === 'string' ? { change } : {}), file, text: policy };
  });
}

function textsById(rules: readonly PolicyRule[]): Record<string, string> {
  const texts = new Map<string, string>();
  for (const { id, file, text } of rules) {
    if (texts.has(id)) throw new Misconfigured(`The policy ${id} in ${file} is there twice.`);
    texts.set(id, text);
  }
  return Object.fromEntries(texts);
}

const messages = (errors: readonly { readonly message: string }[]): string => errors.map((e) => e.message).join('; ');
