import { describe, expect, test } from 'vitest';
import { answerOf } from '../../../core/diagnosis/answers.ts';
import { aContext, aFinding, aReport } from '../../builders.ts';

const context = aContext({});
const well = aReport({ summary: '3 workloads are as they should be.', findings: [] });
const answer = (title: string, findings = [] as ReturnType<typeof aFinding>[], reports = [well]) =>
  answerOf({ title }, context, findings, reports)?.text;

describe('an alert that fires by design', () => {
  test('is no incident', () => {
    expect(answer('Watchdog is firing')).toContain('no incident');
  });
  test('also where only its labels name it', () => {
    const trigger = { details: { 'alerts.0.labels.alertname': 'DeadMansSwitch' } };
    expect(answerOf({ title: 'An alert', trigger }, context, [], [well])?.text).toContain('by design');
  });
  test('a service of that name is none', () => {
    expect(answer('watchdogs-api is down')).toBeUndefined();
  });
});

describe('a question whether anything is wrong', () => {
  test('is answered by what was read', () => {
    expect(answer('Is anything wrong with till?')).toMatch(/^Everything looks healthy .*3 workloads/);
  });
  test('not while a symptom is there', () => {
    expect(answer('Is anything wrong with till?', [aFinding({ role: 'symptom' })])).toBeUndefined();
  });
  test('not where nothing was read', () => {
    const unread = { ...well, usage: { ...well.usage, bytesRead: 0 } };
    expect(answer('Is anything wrong with till?', [], [unread])).toBeUndefined();
  });
  test('and a page about a failure is no such question', () => {
    expect(answer('till is failing')).toBeUndefined();
  });
});

describe('a question that a line answers', () => {
  const line = aFinding({ role: 'context', claim: 'till wrote "Peer down" once.', answers: true });
  test('is answered by that line', () => {
    expect(answer('Did till ever report "Peer down"?', [line])).toBe('till wrote "Peer down" once.');
  });
  test('but a question for the cause is not', () => {
    expect(answer('Why does till report "Peer down"?', [line])).toBeUndefined();
  });
});
