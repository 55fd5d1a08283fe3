// Explains why the policies would allow or refuse an action, without doing it: the policies that decide, the facts that they use, and the
// smallest changes of facts that would allow it. It finds the changes by asking the same policies again.
import type { Policies, PolicyAnswer, PolicyRequest, PolicyRule } from '../ports/channels.ts';
import type { PolicyContext } from './authorization.ts';

export interface Supposed {
  readonly actor: PolicyRequest['actor'];
  readonly action: string;
  readonly target: PolicyRequest['target'];
  readonly facts: PolicyContext;
}

export interface Explanation {
  readonly answer: PolicyAnswer;
  /** The text of the policies that decided. */
  readonly rules: readonly PolicyRule[];
  /** Each way lists the changes that together allow the action. Empty if the action is allowed already, or no changes allow it. */
  readonly ways: readonly (readonly string[])[];
}

/** The largest number of changes in one way; a longer list helps nobody. */
const maxChanges = 4;

export async function explain(supposed: Supposed, policies: Policies): Promise<Explanation> {
  const answer = await evaluate(supposed, policies);
  const rules = policies.rules().filter(({ id }) => answer.policies.includes(id));
  return { answer, rules, ways: answer.allowed ? [] : await waysOf(supposed, policies) };
}

const evaluate = ({ actor, action, target, facts }: Supposed, policies: Policies): Promise<PolicyAnswer> =>
  policies.authorize({ actor, action, target, context: { ...facts } });

interface Change {
  /** Changes with the same value exclude each other. */
  readonly about: string;
  readonly text: string;
  readonly apply: (supposed: Supposed) => Supposed;
}

/** The smallest sets of changes that allow the action. */
async function waysOf(supposed: Supposed, policies: Policies): Promise<string[][]> {
  const changes = changesFor(supposed);
  for (let size = 1; size <= Math.min(maxChanges, changes.length); size += 1) {
    const ways: string[][] = [];
    for (const set of setsOf(changes, size)) {
      const changed = set.reduce((one, change) => change.apply(one), supposed);
      if ((await evaluate(changed, policies)).allowed) ways.push(set.map(({ text }) => text));
    }
    if (ways.length > 0) return ways;
  }
  return [];
}

/** The facts that can change; the kinds of targets and actions cannot. */
function changesFor({ actor, facts }: Supposed): Change[] {
  const fact = (about: string, text: string, other: Partial<PolicyContext>): Change => ({
    about,
    text,
    apply: (supposed) => ({ ...supposed, facts: { ...supposed.facts, ...other } }),
  });
  const levels = { crawl: ['walk', 'run'], walk: ['run'], run: [] } as const;
  return [
    ...when(facts.killSwitch, fact('switch', 'the kill switch is taken off', { killSwitch: false })),
    ...when(facts.frozen, fact('freeze', 'the freeze ends', { frozen: false })),
    ...when(facts.protected, fact('protected', 'the owner takes the protection away', { protected: false })),
    ...when(
      !facts.seenInEvidence,
      fact('evidence', 'a finding of the incident names the target', { seenInEvidence: true }),
    ),
    ...when(facts.modelOnly, fact('model', 'the analysis finds the cause, too', { modelOnly: false })),
    ...when(
      facts.anotherActed,
      fact('another', 'what the other incident did is known to be over, and this is looked at anew', {
        anotherActed: false,
      }),
    ),
    ...when(
      !facts.environmentKnown,
      fact('environment', 'the catalogue places the target', { environmentKnown: true }),
    ),
    ...levels[facts.level].map((level) => fact('level', `the level is ${level}`, { level })),
    ...when(actor.kind !== 'person', {
      about: 'actor',
      text: 'a person approves',
      apply: (supposed) => ({
        ...supposed,
        actor: { kind: 'person', id: 'somebody' },
        facts: { ...supposed.facts, approvals: supposed.facts.approvalsNeeded },
      }),
    }),
    ...when(
      actor.kind === 'person' && facts.approvals < facts.approvalsNeeded,
      fact('approvals', `${facts.approvalsNeeded} people approve`, { approvals: facts.approvalsNeeded }),
    ),
    ...when(
      facts.requesterApproved,
      fact('requester', 'somebody else than who asked for it approves', { requesterApproved: false }),
    ),
    ...when(facts.sameInDay > 0, fact('same', 'a day passes without the same being done again', { sameInDay: 0 })),
    ...when(facts.actsInHour > 0, fact('hour', 'an hour passes without another action', { actsInHour: 0 })),
    ...when(facts.actsInIncident > 0, fact('incident', 'it is another incident', { actsInIncident: 0 })),
    ...when(facts.podsInHour > 1, fact('pods', 'fewer pods are affected', { podsInHour: 1 })),
  ];
}

const when = (holds: boolean, change: Change): Change[] => (holds ? [change] : []);

function* setsOf(changes: readonly Change[], size: number): Generator<Change[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (const [index, change] of changes.entries())
    for (const rest of setsOf(changes.slice(index + 1), size - 1))
      if (!rest.some(({ about }) => about === change.about)) yield [change, ...rest];
}
