import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Action, ActionId } from '../../../core/model/action.ts';
import type { CauseCode } from '../../../core/model/causes.ts';
import { actionOf, actionProblem, suggestedAction } from '../../../core/remediation/catalogue.ts';
import { aHypothesis, anAction, cronJob } from '../../builders.ts';

const suggested = (kind: string, cause: CauseCode, changeId?: string) =>
  suggestedAction(aHypothesis({ entity: { ...cronJob, kind }, cause, ...(changeId && { changeId }) }))?.id;

describe('the suggested action', () => {
  test.each<[string, CauseCode, string | undefined, string | undefined]>([
    ['CronJob', 'job-failed', undefined, 'rerun-cronjob'],
    ['CronJob', 'dependency-unavailable', undefined, 'rerun-cronjob'],
    ['Deployment', 'code-change', 'c-1', 'rollback-rollout'],
    ['Deployment', 'memory-leak', undefined, 'restart-rollout'],
    ['Deployment', 'application-errors', undefined, 'restart-rollout'],
    ['StatefulSet', 'database-connections-exhausted', undefined, 'restart-rollout'],
    ['Pod', 'node-not-ready', undefined, 'delete-stuck-pod'],
  ])('for a %s with %s (change: %s) is %s', (kind, cause, changeId, id) => {
    expect(suggested(kind, cause, changeId)).toBe(id);
  });
  test('takes a change back rather than restarting what it broke', () => {
    expect(suggested('Deployment', 'application-errors', 'c-1')).toBe('rollback-rollout');
  });
  test.each<[string, CauseCode, string | undefined, string]>([
    ['Deployment', 'code-change', undefined, 'no change is named that could be taken back'],
    ['CronJob', 'code-change', 'c-1', 'a CronJob has no revisions'],
    ['Job', 'job-failed', undefined, 'a Job cannot be rerun, only its CronJob'],
    ['Pod', 'memory-leak', undefined, 'a pod is not restarted for its workload'],
    ['Deployment', 'node-not-ready', undefined, 'the workload is not what is broken'],
    ['Node', 'node-not-ready', undefined, 'nothing is done to nodes'],
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
    ];
    expect(new Set(ids)).toEqual(new Set(ActionId.options));
  });
});
