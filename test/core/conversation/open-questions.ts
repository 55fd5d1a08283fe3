// One question for each action of the catalogue, and for those that take one back, as it waits for an answer.
import type { Open } from '../../../core/conversation/open-question.ts';
import type { Action, ActionId } from '../../../core/model/action.ts';
import { anAction, anApproval } from '../../builders.ts';

export const open = (
  name: string,
  id: ActionId,
  target: Partial<Action['target']>,
  parameters: Action['parameters'] = {},
): Open => ({
  approval: anApproval({
    id: `inc-1-${name}`,
    question: `${name}?`,
    action: anAction({
      id,
      parameters,
      target: { kind: 'Deployment', name: 'checkout', namespace: 'shop', cluster: 'backend-1', ...target },
    }),
  }),
  environments: ['production', 'prod'],
});
export const questions = {
  rerun: open('rerun', 'rerun-cronjob', { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing' }),
  rollback: open('rollback', 'rollback-rollout', {}, { fromRevision: 7 }),
  forward: open('forward', 'rollback-rollout', {}, { toRevision: 7, undo: true }),
  restart: open('restart', 'restart-rollout', { name: 'web' }),
  pod: open('pod', 'delete-stuck-pod', { kind: 'Pod', name: 'web-7d4b9-x2x' }),
  job: open('job', 'rerun-job', { kind: 'Job', name: 'backfill' }),
  scale: open('scale', 'scale-workload', { name: 'search' }, { from: 4, to: 6 }),
  unscale: open('unscale', 'scale-workload', { name: 'search' }, { from: 6, to: 4, undo: true }),
  memory: open('memory', 'raise-memory-limit', {}, { container: 'main', from: '128Mi', to: '256Mi' }),
  cordon: open('cordon', 'cordon-node', { kind: 'Node', name: 'node-7', namespace: '' }),
  uncordon: open('uncordon', 'uncordon-node', { kind: 'Node', name: 'node-7', namespace: '' }),
  execution: open('execution', 'retry-execution', { kind: 'Execution', name: '2026-11-19-eu', namespace: 'export' }),
  purge: open('purge', 'purge-cdn-key', { kind: 'SurrogateKey', name: 'artist-4711', namespace: 'www.example.com' }),
} as const satisfies Readonly<Record<string, Open>>;

export type QuestionName = keyof typeof questions;
