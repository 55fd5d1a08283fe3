import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { TimelineEvent } from '../../core/model/timeline.ts';
import { summaryOf } from '../../core/record/action-summary.ts';
import { lineIn, runBatch, verdictOf, verdictOfPlans } from '../../dojo/faults/batch.ts';
import { startCluster } from '../../dojo/faults/cluster.ts';
import { scheduleOf } from '../../dojo/faults/schedule.ts';
import { anAction } from '../builders.ts';

const { twinMs: _, dies: __, plan: ___, ...drawn } = scheduleOf(1);
const schedule = { ...drawn, crashes: [], calls: [] };
const action = summaryOf(anAction());
const done: TimelineEvent = { type: 'ActionFinished', action, result: { kind: 'done', detail: 'A Job was made.' } };
const refused: TimelineEvent = {
  type: 'ActionRefused',
  action,
  changed: false,
  why: 'The kill switch is on.',
  policies: [],
};
const told = {
  seed: 1,
  incidentId: 'inc-1',
  status: 'closed',
  approved: true,
  actions: [done],
  execution: 'running',
};
const made = { seed: 1, incidentId: 'inc-1', job: 'job-1', during: [] };
const kinds = (...[jobs, incidents]: [Parameters<typeof verdictOf>[1], Parameters<typeof verdictOf>[2]]) =>
  verdictOf([schedule], jobs, incidents).map(({ kind }) => kind);

describe('what the harness calls', () => {
  test('right is done once, and told', () => {
    expect(kinds([made], [told])).toEqual([]);
    expect(kinds([], [{ ...told, approved: false, actions: [] }])).toEqual([]);
    expect(kinds([], [{ ...told, actions: [refused] }])).toEqual([]);
  });
  test('double is two Jobs of one incident, one beside another for one cause, or one that nobody approved', () => {
    expect(kinds([made, { ...made, job: 'job-2' }], [told])).toEqual(['double']);
    expect(kinds([{ ...made, during: ['job-0'] }], [told])).toEqual(['double']);
    expect(kinds([made], [{ ...told, approved: false }])).toEqual(['double']);
  });
  test('lost is what was approved and came to nothing without a word, and what is told otherwise than it was', () => {
    expect(kinds([], [{ ...told, actions: [] }])).toEqual(['lost']);
    expect(kinds([], [told])).toEqual(['lost']);
    expect(kinds([made], [{ ...told, actions: [{ ...refused, uncertain: true }] }])).toEqual([]);
    expect(kinds([made], [{ ...told, actions: [refused] }])).toEqual(['lost']);
  });
  test('endless is an incident that is still open, or that is not there', () => {
    expect(kinds([made], [{ ...told, status: 'acting' }])).toEqual(['endless']);
    expect(kinds([], [])).toEqual(['endless']);
  });
  test('a zombie is an incident that is open and whose execution is over', () => {
    expect(kinds([made], [{ ...told, status: 'acting', execution: 'failed' }])).toEqual(['zombie']);
  });
});

describe('what the harness calls of a plan', () => {
  const rolledBack = {
    seed: 1,
    incidentId: 'inc-1',
    what: 'patched',
    object: 'Deployment/search-api-s1',
    detail: 'image "x:1"',
  } as const;
  const stopped: TimelineEvent = {
    type: 'PlanMoved',
    plan: 'rollback-then-autoscaler',
    title: 'Roll it back and enable its autoscaler again',
    approvalId: 'ap-1',
    to: 'stopped',
    halfDone: true,
    text: 'The plan is half done.',
  };
  const kindsOf = (
    ...[changed, incidents]: [Parameters<typeof verdictOfPlans>[1], Parameters<typeof verdictOfPlans>[2]]
  ) => verdictOfPlans([schedule], changed, incidents).map(({ kind }) => kind);
  test('right is half done and told', () => {
    expect(kindsOf([rolledBack], [{ ...told, actions: [stopped] }])).toEqual([]);
  });
  test('double is the same change twice, one that is no step, or one that nobody approved', () => {
    expect(kindsOf([rolledBack, rolledBack], [{ ...told, actions: [stopped] }])).toContain('double');
    expect(kindsOf([{ ...rolledBack, object: 'Deployment/other' }], [{ ...told, actions: [stopped] }])).toContain(
      'double',
    );
    expect(kindsOf([rolledBack], [{ ...told, approved: false, actions: [stopped] }])).toContain('double');
  });
  test('lost is half done in silence, and said to be done', () => {
    expect(kindsOf([rolledBack], [{ ...told, actions: [] }])).toEqual(['lost']);
    expect(kindsOf([rolledBack], [{ ...told, actions: [{ ...stopped, to: 'finished' }] }])).toEqual(['lost']);
  });
});

describe('a process that is killed', () => {
  test('while it sends a call did not make that call, and the cluster goes on', async () => {
    const cluster = await startCluster([schedule]);
    try {
      const { port, host } = new URL(cluster.url);
      const path = '/apis/batch/v1/namespaces/billing/jobs';
      const socket = connect(Number(port), host.split(':')[0] ?? '');
      await once(socket, 'connect');
      socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\n{"metadata":`);
      await sleep(50);
      socket.destroy();
      await sleep(50);
      expect(cluster.made).toEqual([]);
      expect(cluster.broken).toBeUndefined();
      const job = { metadata: { name: 'nightly-invoices-s1-a' } };
      const { status } = await fetch(`${cluster.url}${path}`, { method: 'POST', body: JSON.stringify(job) });
      expect(status).toBe(201);
    } finally {
      await cluster.close();
    }
  });
  test('while it writes a line leaves half of it, which is no report', () => {
    expect(lineIn('{"held":1}', true)).toEqual({ held: 1 });
    expect(lineIn('{"hel', true)).toBeUndefined();
    expect(() => lineIn('{"hel', false)).toThrow('is no report: {"hel');
  });
});

test('a seed is the same trouble again', () => {
  expect(scheduleOf(17)).toEqual(scheduleOf(17));
  expect(new Set([1, 2, 3, 4, 5].map((seed) => JSON.stringify(scheduleOf(seed)))).size).toBe(5);
});

describe('what is broken on purpose is seen', { timeout: 120_000 }, () => {
  const approvedBy = [{ by: 'ana', verdict: 'approve' as const, afterMs: 0 }];
  const lostAnswer = { ...schedule, calls: ['lost-answer' as const], answers: approvedBy };
  const unavailable = { ...schedule, calls: ['unavailable' as const], answers: approvedBy };
  const kindsOf = async (...batch: Parameters<typeof runBatch>) => (await runBatch(...batch)).map(({ kind }) => kind);

  test('done twice, where a second try has another key', async () => {
    expect(await kindsOf([lostAnswer], 'new-key-each-try')).toContain('double');
  });
  test('lost, where a call that failed is said to be done', async () => {
    expect(await kindsOf([unavailable], 'swallowed-failure')).toContain('lost');
  });
  test('endless, where nobody ever verifies', async () => {
    expect(await kindsOf([lostAnswer], 'never-verified', 4000)).toEqual(['endless']);
  });
  test('a zombie, where nobody looks for what was left', async () => {
    expect(await kindsOf([{ ...lostAnswer, dies: 'verify' }], 'never-swept', 30_000)).toEqual(['zombie']);
    expect(await kindsOf([{ ...lostAnswer, dies: 'verify' }])).toEqual([]);
  });
  test('lost, where a step that failed is said to be done', async () => {
    const plan = { answers: [] };
    expect(await kindsOf([{ ...unavailable, plan }], 'swallowed-failure')).toContain('lost');
    expect(
      await runBatch([
        { ...lostAnswer, plan },
        { ...unavailable, seed: 2, plan: { answers: ['take-back'], withdrawnAfter: 1 } },
      ]),
    ).toEqual([]);
  });
  test('and nothing is seen where nothing is broken', async () => {
    expect(await runBatch([lostAnswer, { ...unavailable, seed: 2 }])).toEqual([]);
  });
});
