import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CauseCode } from '../../../core/causes/causes.ts';
import { Action, ActionId } from '../../../core/model/action.ts';
import { actionOf, actionProblem, inverseOf, suggestedAction } from '../../../core/remediation/catalogue.ts';
import { aHypothesis, anAction, cronJob } from '../../builders.ts';

const suggested = (kind: string, cause: CauseCode, changeId?: string) =>
  suggestedAction(aHypothesis({ entity: { ...cronJob, kind }, cause, ...(changeId && { changeId }) }))?.id;

/** Actions that mend no cause by themselves: only plans hold them. */
const ofPlans = ['enable-autoscaler', 'drain-node', 'restart-in-batches'] as const;
type Suggested = Exclude<ActionId, (typeof ofPlans)[number]>;

const kindOf: Readonly<Record<Suggested, readonly [kind: string, cause: CauseCode, change?: string]>> = {
  'rerun-cronjob': ['CronJob', 'job-failed'],
  'rerun-job': ['Job', 'job-failed'],
  'restart-rollout': ['Deployment', 'memory-leak'],
  'rollback-rollout': ['Deployment', 'code-change', 'c-1'],
  'delete-stuck-pod': ['Pod', 'node-kubelet'],
  'scale-workload': ['Deployment', 'traffic-surge'],
  'raise-memory-limit': ['Deployment', 'oom-killed'],
  'cordon-node': ['Node', 'node-not-ready'],
  'uncordon-node': ['Node', 'scheduling-node-cordoned'],
  'retry-execution': ['Execution', 'job-failed'],
  'purge-cdn-key': ['SurrogateKey', 'cdn-cached-error'],
};

function actionFor(id: Suggested, parameters: object): Action {
  const [kind, cause, change] = kindOf[id];
  const hypothesis = aHypothesis({ entity: { ...cronJob, kind }, cause, ...(change && { changeId: change }) });
  const entry = suggestedAction(hypothesis);
  if (entry?.id !== id) throw new Error(`${id} is not suggested for ${cause} of a ${kind}.`);
  return actionOf(
    entry,
    { ...cronJob, kind },
    { incidentId: 'inc-1', evidenceIds: [] },
    parameters as Action['parameters'],
  );
}

describe('the suggested action', () => {
  test.each<[string, CauseCode, string | undefined, string | undefined]>([
    ['CronJob', 'job-failed', undefined, 'rerun-cronjob'],
    ['CronJob', 'dependency-unavailable', undefined, 'rerun-cronjob'],
    ['Deployment', 'code-change', 'c-1', 'rollback-rollout'],
    ['Deployment', 'memory-leak', undefined, 'restart-rollout'],
    ['Deployment', 'application-errors', undefined, 'restart-rollout'],
    ['StatefulSet', 'database-connections-exhausted', undefined, 'restart-rollout'],
    ['Pod', 'node-not-ready', undefined, 'delete-stuck-pod'],
    ['Job', 'job-failed', undefined, 'rerun-job'],
    ['Deployment', 'oom-killed', undefined, 'raise-memory-limit'],
    ['Deployment', 'oom-killed', 'c-1', 'rollback-rollout'],
    ['Deployment', 'traffic-surge', undefined, 'scale-workload'],
    ['Node', 'node-not-ready', undefined, 'cordon-node'],
    ['Node', 'scheduling-node-cordoned', undefined, 'uncordon-node'],
  ])('for a %s with %s (change: %s) is %s', (kind, cause, changeId, id) => {
    expect(suggested(kind, cause, changeId)).toBe(id);
  });
  test('takes a change back rather than restarting what it broke', () => {
    expect(suggested('Deployment', 'application-errors', 'c-1')).toBe('rollback-rollout');
  });
  test.each<[string, CauseCode, string | undefined, string]>([
    ['Deployment', 'code-change', undefined, 'no change is named that could be taken back'],
    ['CronJob', 'code-change', 'c-1', 'a CronJob has no revisions'],
    ['Pod', 'memory-leak', undefined, 'a pod is not restarted for its workload'],
    ['Deployment', 'node-not-ready', undefined, 'the workload is not what is broken'],
    ['DaemonSet', 'traffic-surge', undefined, 'a DaemonSet has as many pods as there are nodes'],
    ['Service', 'dependency-unavailable', undefined, 'a Service is not something that runs'],
    ['CronJob', 'unknown', undefined, 'nobody knows why'],
    ['cronjob', 'job-failed', undefined, 'kinds are written as Kubernetes writes them'],
  ])('for a %s with %s (change: %s) is none: %s', (kind, cause, changeId) => {
    expect(suggested(kind, cause, changeId)).toBeUndefined();
  });
});

describe('an action that came in as a value', () => {
  const problem = (over: object) => actionProblem(Action.parse({ ...anAction(), ...over }), 'inc-1');
  const made = (() => {
    const entry = suggestedAction(aHypothesis());
    if (!entry) throw new Error('There is an action for a failed Job.');
    return (target: Action['target'], incidentId: string) =>
      actionOf(entry, target, { incidentId, evidenceIds: ['ev-1'] });
  })();
  const plain = made(cronJob, 'inc-1');

  test('is the catalogue’s where it made it', () => {
    expect(actionProblem(plain, 'inc-1')).toBeUndefined();
  });
  test.each<[string, object, RegExp]>([
    ['another action', { id: 'restart-rollout' }, /restart-rollout is not for a CronJob/],
    ['a kind it is not for', { target: { ...cronJob, kind: 'Namespace' } }, /not for a Namespace/],
    ['a kind of another case', { target: { ...cronJob, kind: 'cronjob' } }, /not for a cronjob/],
    ['parameters', { parameters: { command: 'rm -rf /' } }, /parameters of rerun-cronjob do not fit/],
    ['a parameter with an innocent name', { parameters: { dryRun: true } }, /do not fit/],
    ['another name', { target: { ...cronJob, name: 'payroll' } }, /another incident or another target/],
    ['another namespace', { target: { ...cronJob, namespace: 'payroll' } }, /another target/],
    ['another cluster', { target: { ...cronJob, cluster: 'backend-2' } }, /another target/],
    ["another incident's key", { idempotencyKey: made(cronJob, 'inc-2').idempotencyKey }, /another incident/],
    ['no key', { idempotencyKey: '' }, /another incident/],
    ['a key of its own', { idempotencyKey: `${plain.idempotencyKey}:again` }, /another incident/],
    ['a title that asks for something else', { title: 'Look at the logs' }, /its title is "Rerun CronJob/],
    ['the claim that it can be taken back', { reversible: true }, /its reversible is "false"/],
    ['a radius made small', { blastRadius: 'Nobody.' }, /its blastRadius is/],
    ['no time to settle', { settleSeconds: 0 }, /its settleSeconds is "60"/],
    ['another question to verify by', { verify: 'Is it Friday?' }, /its verify is/],
  ])('is not, with %s', (_, over, why) => {
    expect(problem({ ...plain, ...over })).toMatch(why);
  });
  test('is not, when no such action exists', () => {
    for (const id of ['delete-namespace', 'constructor', '__proto__', '']) {
      expect(Action.safeParse({ ...plain, id }).success).toBe(false);
      expect(actionProblem({ ...plain, id: id as ActionId }, 'inc-1')).toMatch(/catalogue has no action/);
    }
  });
  test('has only the evidence that an action can carry, and texts that fit the schema', () => {
    const name = 'a'.repeat(253);
    const target = { kind: 'CronJob', name, namespace: name, cluster: name };
    const entry = suggestedAction(aHypothesis());
    const action = entry && actionOf(entry, target, { incidentId: 'i', evidenceIds: Array(20).fill('ev') });
    expect(action?.evidenceIds).toHaveLength(8);
    expect(Action.safeParse(action).success).toBe(true);
    expect(action && actionProblem(action, 'i')).toBeUndefined();
  });

  test.each<[Suggested, object, RegExp]>([
    ['scale-workload', { from: 4, to: 6 }, /Scale .* back from 6 to 4 replicas/],
    ['raise-memory-limit', { container: 'main', from: '128Mi', to: '256Mi' }, /Restore .* from 256Mi to 128Mi/],
    ['cordon-node', {}, /Uncordon/],
    ['uncordon-node', {}, /Cordon/],
    ['rollback-rollout', { fromRevision: 7 }, /forward again to revision 7/],
  ])('%s has an inverse, which is an action of the catalogue with a key of its own', (id, parameters, title) => {
    const action = actionFor(id, parameters);
    const inverse = inverseOf(action, 'inc-1');
    expect(inverse?.title).toMatch(title);
    expect(inverse && actionProblem(inverse, 'inc-1')).toBeUndefined();
    expect(inverse?.idempotencyKey).not.toBe(action.idempotencyKey);
    expect(inverse?.target).toEqual(action.target);
    expect(action.inverse).toMatchObject({ kind: 'action', title: inverse?.title });
  });
  test.each<[Suggested]>([['rerun-cronjob'], ['rerun-job'], ['restart-rollout'], ['delete-stuck-pod']])(
    '%s cannot be taken back, and says why',
    (id) => {
      const action = actionFor(id, {});
      expect(inverseOf(action, 'inc-1')).toBeUndefined();
      expect(action.inverse).toMatchObject({ kind: 'none', why: expect.stringMatching(/.{20,}/) });
    },
  );
  test('is not, with another way back than the catalogue’s', () => {
    const action = actionFor('scale-workload', { from: 4, to: 6 });
    const inverse = { ...action.inverse, parameters: { from: 6, to: 1, undo: true } } as Action['inverse'];
    expect(actionProblem({ ...action, inverse }, 'inc-1')).toMatch(/takes the action back otherwise/);
  });
  test.each<[Suggested, object]>([
    ['scale-workload', { from: 1, to: 0 }],
    ['scale-workload', { from: 1, to: 2.5 }],
    ['raise-memory-limit', { container: 'main', from: '1Mi', to: '$(reboot)' }],
    ['rollback-rollout', { toRevision: -1 }],
    ['cordon-node', { force: true }],
  ])('%s is not, with the parameters %o', (id, parameters) => {
    expect(actionProblem(actionFor(id, parameters), 'inc-1')).toMatch(/parameters of .* do not fit/);
  });

  const word = fc.string({ minLength: 1, maxLength: 20 });
  const target = fc.record({ kind: fc.constant('CronJob'), name: word, namespace: word, cluster: word });
  test('is right for the incident and target it was made for, and for no other', () => {
    fc.assert(
      fc.property(target, target, word, word, (one, other, incident, another) => {
        const action = made(one, incident);
        expect(actionProblem(action, incident)).toBeUndefined();
        if (another !== incident) expect(actionProblem(action, another)).toBeDefined();
        if (JSON.stringify(one) !== JSON.stringify(other))
          expect(actionProblem({ ...action, target: other }, incident)).toBeDefined();
      }),
    );
  });
  test('names for each id in the catalogue something that the model knows', () => {
    const ids = [
      suggested('CronJob', 'job-failed'),
      suggested('Deployment', 'code-change', 'c'),
      suggested('Deployment', 'memory-leak'),
      suggested('Pod', 'node-kubelet'),
      suggested('Job', 'job-failed'),
      suggested('Deployment', 'traffic-surge'),
      suggested('Deployment', 'oom-killed'),
      suggested('Node', 'node-not-ready'),
      suggested('Node', 'scheduling-node-cordoned'),
      suggested('Execution', 'job-failed'),
      suggested('SurrogateKey', 'cdn-cached-error'),
    ];
    expect(new Set([...ids, ...ofPlans])).toEqual(new Set(ActionId.options));
  });
});
