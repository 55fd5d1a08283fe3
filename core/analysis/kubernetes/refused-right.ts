// Reads the API server's refusal of a ServiceAccount, and says which right the account lacks and where its roles leave the gap. The wording is
// that of Kubernetes' RBAC authorizer; the rules are matched as it does (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
import type { AccountRights, Grant, Rule } from '../../model/account-rights.ts';
import { formatList } from '../../wording.ts';
import { distance } from './services.ts';

export interface RefusedRight {
  readonly namespace: string;
  readonly account: string;
  readonly verb: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  /** The namespace of the request; absent at the scope of the cluster. */
  readonly within?: string | undefined;
}

const refusal =
  /User "system:serviceaccount:([a-z0-9.-]{1,253}):([a-z0-9.-]{1,253})" cannot ([a-z*]{1,40}) resource "([\w./*-]{1,253})"(?: in API group "([\w.-]{0,253})")?(?: (?:in the namespace "([a-z0-9.-]{1,253})"|at the cluster scope))?/;

/** The first refusal in the text, in plain or JSON-escaped quotes. */
export function refusedRightIn(text: string): RefusedRight | undefined {
  const [, namespace, account, verb, resource, group = '', within] = refusal.exec(text.replaceAll(/\\+"/g, '"')) ?? [];
  return namespace && account && verb && resource ? { namespace, account, verb, resource, group, within } : undefined;
}

export interface MissingRight {
  /** `ServiceAccount depot/sorter may not list pods in namespace depot: …`, without a full stop. */
  readonly sentence: string;
  /** Whether the roles that were read allow the request by now. */
  readonly grantedByNow: boolean;
}

export function missingRight(right: RefusedRight, rights: AccountRights | undefined): MissingRight {
  const group = right.group === '' ? '' : ` of API group ${right.group}`;
  const where = right.within === undefined ? 'at the cluster scope' : `in namespace ${right.within}`;
  const refused = `ServiceAccount ${right.namespace}/${right.account} may not ${right.verb} ${right.resource}${group} ${where}`;
  const gap = rights?.grants && gapOf(right, rights.grants, rights.nearBindings);
  if (gap === undefined) return { sentence: refused, grantedByNow: false };
  return { sentence: `${refused}: ${gap.sentence}`, grantedByNow: gap.grantedByNow };
}

function gapOf(right: RefusedRight, grants: readonly Grant[], nearBindings: readonly string[]): MissingRight {
  const gap = (sentence: string, grantedByNow = false) => ({ sentence, grantedByNow });
  const holds = ({ namespace }: Grant) => namespace === undefined || namespace === right.within;
  const allowing = grants.find((one) => holds(one) && one.rules?.some((rule) => allows(rule, right)));
  if (allowing) return gap(`${allowing.role} allows it by now`, true);
  const own = grants.filter(({ forAll }) => !forAll);
  if (own.length === 0)
    return gap(
      nearBindings.length === 0
        ? 'no RoleBinding or ClusterRoleBinding names this account'
        : `no binding names this account; ${nearBindings[0]}`,
    );
  const holding = own.filter(holds);
  const unread = holding.find(({ rules }) => rules === undefined);
  if (unread) return gap(`${unread.binding} refers to ${unread.role}, which is not among the roles read`);
  const elsewhere = own.find(
    ({ namespace, rules }) =>
      namespace !== undefined && namespace !== right.within && rules?.some((rule) => allows(rule, right)),
  );
  if (elsewhere)
    return gap(`${elsewhere.binding} gives it ${elsewhere.role} in namespace ${elsewhere.namespace ?? ''} only`);
  const near = holding.flatMap((grant) => gapInRole(right, grant) ?? []).sort((a, b) => a.order - b.order)[0];
  if (near) return gap(near.sentence);
  const roles = (holding.length > 0 ? holding : own).map(({ role }) => role);
  const place =
    holding.length > 0
      ? ''
      : right.within === undefined
        ? ', and none holds for the whole cluster'
        : ', and none holds there';
  return gap(
    `${formatList([...new Set(roles)], 3)} ${roles.length > 1 ? 'have' : 'has'} no rule for ${right.resource}${place}`,
  );
}

/** How nearly a role gives the right: it lacks the verb (0), the object's name (1), the API group (2), or the resource is written otherwise (3). */
function gapInRole(
  right: RefusedRight,
  { role, binding, rules = [] }: Grant,
): { readonly sentence: string; readonly order: number } | undefined {
  const bound = `${role}, which ${binding} gives it,`;
  const onResource = rules.filter((rule) => names(rule.resources, right.resource) || subresource(rule, right));
  const inGroup = onResource.filter((rule) => names(rule.groups, right.group));
  const withVerb = inGroup.filter((rule) => names(rule.verbs, right.verb));
  const [named] = withVerb.filter(({ objects }) => (objects ?? []).length > 0);
  if (named)
    return {
      sentence: `${bound} allows ${right.verb} on ${right.resource} only for ${formatList([...(named.objects ?? [])], 3)}`,
      order: 1,
    };
  const verbs = [...new Set(inGroup.flatMap((rule) => rule.verbs))];
  if (verbs.length > 0)
    return {
      sentence: `${bound} allows ${formatList(verbs, 6)} on ${right.resource}, but ${right.verb} is missing`,
      order: 0,
    };
  const groups = [...new Set(onResource.flatMap((rule) => rule.groups))].map((group) => group || '""');
  if (groups.length > 0)
    return {
      sentence: `${bound} names ${right.resource} in API group ${formatList(groups, 3)}, not ${right.group || '""'}`,
      order: 2,
    };
  const similar = rules
    .filter((rule) => names(rule.verbs, right.verb))
    .flatMap(({ resources }) => resources)
    .find((one) => isSimilar(one, right.resource));
  return similar === undefined
    ? undefined
    : { sentence: `${bound} names ${similar}, and has no rule for ${right.resource}`, order: 3 };
}

const names = (list: readonly string[], name: string): boolean => list.includes(name) || list.includes('*');

/** `*\/scale` names the subresource of every resource. */
const subresource = ({ resources }: Rule, { resource }: RefusedRight): boolean =>
  resource.includes('/') && resources.includes(`*/${resource.split('/').slice(1).join('/')}`);

/** A rule for named objects does not allow lists or other objects; the message does not always hold the name, so it counts as no right. */
const allows = (rule: Rule, right: RefusedRight): boolean =>
  names(rule.groups, right.group) &&
  (names(rule.resources, right.resource) || subresource(rule, right)) &&
  names(rule.verbs, right.verb) &&
  (rule.objects ?? []).length === 0;

/** Singular for plural, the resource without its subresource, or one or two letters wrong. */
export const isSimilar = (one: string, other: string): boolean =>
  one !== other &&
  (one.split('/')[0] === other.split('/')[0] ||
    distance(one, other) <= (Math.min(one.length, other.length) > 5 ? 2 : 1));
