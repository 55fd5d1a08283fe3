// Adding an action is one file, its line in the table and in the list of ids, its connector's case and its policy group.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { ActionId } from '../../../core/model/action.ts';
import { actionNamed, actions } from '../../../core/remediation/actions/index.ts';
import { executorOf } from '../../../core/remediation/routed.ts';
import type { Story } from '../../fixtures/actions/story.ts';

describe('an action that was added', () => {
  let story: Story;
  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['test/fixtures/actions/story.ts']);
    story = JSON.parse(stdout);
  });

  test('touches the two lists, one connector and the policies', () => {
    expect(story.filesTouched).toEqual([
      'core/action-ids.ts',
      'core/remediation/actions/index.ts',
      'connectors/kubernetes/executor.ts',
      'policies/watchkeeper.cedarschema',
    ]);
  });
  test('is offered for its cause and target, planned, and counted', () => {
    expect(story).toMatchObject({
      known: true,
      offered: 'restart-connector',
      problem: 'none',
      plan: 'planned',
      impact: { pods: 1, callers: ['web'] },
    });
  });
  test('is approved and taught by its own words', () => {
    expect(story).toMatchObject({
      approvedBy: ['reconnect it', 'approve the reconnect of orders-bridge'],
      taught: ['restart-connector'],
    });
  });
  test('is judged by the policies of its stakes, at a level of its own where the catalogue sets one', () => {
    expect(story).toMatchObject({ policies: ['walk-safe-actions'], atItsOwnLevel: ['deny-by-default'] });
  });
  test('is carried out by the executor that it names', () => {
    expect(story.carriedOut).toEqual({ kind: 'done', detail: 'It was restarted.' });
  });
});

describe('an action that was not added', () => {
  test('is nowhere', () => {
    expect(ActionId.safeParse('restart-connector').success).toBe(false);
    expect(actionNamed('restart-connector')).toBeUndefined();
  });
  test('has no place in an executor, and an executor without a case for one of its actions does not compile', async () => {
    // @ts-expect-error: purge-cdn-key has no case.
    const executor = executorOf<'fastly'>({});
    const action = { incidentId: 'inc-1', target: { kind: 'Job', name: 'a' }, parameters: {}, idempotencyKey: 'k' };
    expect(await executor.execute({ ...action, id: 'restart-connector' })).toMatchObject({ kind: 'refused' });
  });
});

test('each id has one definition', () => {
  expect(actions.map(({ id }) => id).toSorted()).toEqual(ActionId.options.toSorted());
});

test('the documentation lists each action', async () => {
  const [, section = ''] = (await readFile('docs/acting.md', 'utf8')).split(/^## /m);
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const ids = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, id]) => id));
  expect(ids.toSorted()).toEqual(ActionId.options.toSorted());
});
