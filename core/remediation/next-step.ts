// What happens next, in one sentence, for people: said from the decision and from nothing else, so that no words ask for one thing while the
// question asks for another. What a person would do where nothing is done here is told by the group of the cause, without what was ruled out.

import { causes } from '../causes/causes.ts';
import type { ActionId, Decision } from '../model/action.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import { actionNamed } from './actions/index.ts';

/** `ruledOut`: the actions that would fit the cause and cannot mend this. */
export function nextStepOf(decision: Decision, hypothesis: Hypothesis, ruledOut: readonly ActionId[]): string {
  switch (decision.kind) {
    case 'ask':
      return `Next: ${lower(decision.action.title)}, once ${decision.approvers === 1 ? 'a person approves' : `${decision.approvers} people approve`} it.`;
    case 'act':
      return `Next: ${lower(decision.action.title)}, as it was taught.`;
    case 'refuse':
      return decision.action === undefined
        ? `${adviceFor(hypothesis, ruledOut)}.`
        : `It is for a person to decide on this: ${lower(decision.action.title)}.`;
    case 'report':
      return `${adviceFor(hypothesis, ruledOut)}.`;
  }
}

const lower = (title: string): string => title.charAt(0).toLowerCase() + title.slice(1);

function adviceFor(hypothesis: Hypothesis, ruledOut: readonly ActionId[]): string {
  const { entity, cause, changeId } = hypothesis;
  const it = `${entity.kind} ${entity.name}`;
  const can = (id: ActionId): boolean => {
    const entry = actionNamed(id);
    return (
      !ruledOut.includes(id) && entry !== undefined && entry.kinds.includes(entity.kind) && entry.mends.includes(cause)
    );
  };
  const orBack = can('rollback-rollout') ? ', or roll it back' : '';
  if (changeId !== undefined && !ruledOut.includes('rollback-rollout'))
    return `Take change ${shortId(changeId)} back on ${it}, and watch whether it recovers`;
  if (changeId !== undefined)
    return `Correct ${it} by a new change: going back from ${shortId(changeId)} does not help here`;
  switch (causes[cause].group) {
    case 'image':
      return cause === 'image-pull-throttled'
        ? `Wait for the registry's limit to pass or pull with credentials that have a higher one, and look who else pulls`
        : `Correct the image, its registry or its pull secret of ${it}${orBack}`;
    case 'scheduling':
      return `Make the placement rules or requests of ${it} fit a node that is ready, or make such a node`;
    case 'quota':
      return `Raise the quota of ${it} or free what uses it up`;
    case 'probe':
      return `Correct the probe of ${it}${orBack}`;
    case 'resources':
      return ruledOut.includes('raise-memory-limit')
        ? `Move ${it} to where there is room for it, or find what it uses so much for`
        : `Give ${it} what it lacks${orBack}`;
    case 'configuration':
      return `Correct the configuration of ${it}${orBack}`;
    case 'dependency':
      return dependencyAdvice(hypothesis, ruledOut, it);
    case 'network':
      return `Check network and name resolution of ${it} from inside the cluster`;
    case 'node':
      return `Move work away from ${it} and repair or replace it`;
    case 'change':
      return ruledOut.includes('rollback-rollout')
        ? `Correct ${it} by a new change: going back does not help here`
        : `Take the latest change of ${it} back, and watch whether it recovers`;
    case 'traffic':
      return ruledOut.includes('scale-workload')
        ? `Find where the traffic of ${it} comes from, and limit it: more of it does not help here`
        : `Find where the traffic of ${it} comes from, and scale or limit it`;
    case 'certificate':
      return `Renew the certificate that ${it} uses`;
    case 'vendor':
      if (cause === 'cdn-cached-error')
        return `Have the CDN forget what it keeps under ${it}, and look why it was kept`;
      return `Nothing here is to be rolled back: fail over or degrade ${it}, and follow the vendor's status`;
    case 'data':
      return `Look at the data that ${it} reads, and at its size`;
    case 'job':
      return `Mend what the error of ${it} names; it is run again after that`;
    case 'unknown':
      return `Look at ${it} by hand`;
  }
}

function dependencyAdvice({ cause }: Hypothesis, ruledOut: readonly ActionId[], it: string): string {
  const elsewhere =
    cause === 'dependency-unavailable' || cause.startsWith('database') || ruledOut.includes('restart-rollout');
  return elsewhere
    ? `Look at what ${it} depends on, with the owner of it`
    : `Look at the error of ${it} and at what is new in it`;
}

const shortId = (id: string): string => (/^[0-9a-f]{12,}$/.test(id) ? id.slice(0, 10) : id);
