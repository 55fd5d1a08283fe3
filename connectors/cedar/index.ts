// The Policies port on Cedar. Texts and the WebAssembly module come in as values: where they are read from is the composition root's
// business, so that the same code runs from node_modules and from a bundle.
import * as cedar from '@cedar-policy/cedar-wasm/web';
import { Misconfigured } from '../../core/errors.ts';
import type { Policies, PolicyRequest } from '../../core/ports/channels.ts';

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

let loaded = false;

/** @throws Misconfigured when a policy does not parse, has no `@id`, or does not fit the schema. */
export function cedarPolicies({ schema, policies, wasm }: CedarSources): Policies {
  if (!loaded) {
    cedar.initSync({ module: wasm });
    loaded = true;
  }
  const byId = Object.assign({}, ...Object.entries(policies).map(([file, text]) => policiesById(file, text)));
  const checked = cedar.validate({
    schema,
    policies: { staticPolicies: byId },
    validationSettings: { mode: 'strict' },
  });
  if (checked.type === 'failure') throw new Misconfigured(`The policies cannot be read: ${messages(checked.errors)}`);
  if (checked.validationErrors.length > 0) {
    const wrong = checked.validationErrors.map((e) => `${e.policyId}: ${e.error.message}`);
    throw new Misconfigured(`The policies do not fit their schema: ${wrong.join('; ')}`);
  }

  return {
    async authorize(request) {
      const answer = cedar.isAuthorized({
        ...cedarRequest(request),
        schema,
        validateRequest: true,
        policies: { staticPolicies: byId },
      });
      // An action or a context that the schema does not know is denied, and says so.
      if (answer.type === 'failure') {
        return {
          allowed: false,
          policies: ['unknown-request'],
          why: `No policy knows this request (${request.action}).`,
        };
      }
      const { decision, diagnostics } = answer.response;
      const ids = [...diagnostics.reason].sort();
      const allowed = decision === 'allow' && diagnostics.errors.length === 0;
      return { allowed, policies: ids.length > 0 ? ids : ['deny-by-default'], why: sentence(allowed, ids) };
    },
  };
}

const sentence = (allowed: boolean, ids: readonly string[]): string => {
  if (allowed) return `Allowed by policy ${ids.join(', ')}.`;
  return ids.length > 0 ? `Forbidden by policy ${ids.join(', ')}.` : 'No policy permits it at this level.';
};

function cedarRequest({ actor, action, target, context }: PolicyRequest) {
  const resource = {
    type: `${namespace}::Workload`,
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

/** Policies of one file by their `@id`: what a decision names is what a person finds in the file. */
function policiesById(file: string, text: string): Record<string, string> {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') throw new Misconfigured(`${file} is not Cedar: ${messages(parts.errors)}`);
  return Object.fromEntries(
    parts.policies.map((policy) => {
      const json = cedar.policyToJson(policy);
      const id = json.type === 'success' ? json.json.annotations?.id : undefined;
      if (typeof id !== 'string') throw new Misconfigured(`A policy in ${file} has no @id.`);
      return [id, policy];
    }),
  );
}

const messages = (errors: readonly { readonly message: string }[]): string => errors.map((e) => e.message).join('; ');
