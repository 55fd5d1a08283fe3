import { describe, expect, test } from 'vitest';
import { Message } from '../../../core/model/message.ts';
import { progressOf, publishProgressOften } from '../../../core/reporting/progress.ts';
import { aDiagnosis, aHypothesis, anEntry, anIncident, at } from '../../builders.ts';
import { testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const incident = anIncident({ title: 'KubeJobFailed' });
const found = (actor: string, text: string, kind: 'finding' | 'gap' = 'finding') =>
  anEntry({ id: `${actor}-${text}`, step: 'Investigate', actor, kind, text, at: at('02:48:00') });
const context = anEntry({ id: 'c', step: 'AssembleContext', kind: 'context', text: 'This is about service billing.' });

describe('the one message that people watch', () => {
  test('replaces the first one, and has a line a specialist while they look', () => {
    const message = progressOf(
      incident,
      [context, found('logs', '445 lines read.'), found('metrics', 'No source.', 'gap'), found('logs', 'Read again.')],
      undefined,
    );
    expect(message).toMatchObject({ key: 'opened-inc-1', headline: 'Investigating: KubeJobFailed', tone: 'working' });
    expect(message.small).toEqual(['This is about service billing.']);
    expect(message.lines).toEqual([
      'Logs: Read again.',
      'Metrics could not learn something: No source.',
      'Others may still be at work.',
    ]);
  });
  test('says where it is, and what of that is not known', () => {
    const placed = { ...incident, place: { service: 'billing', cluster: 'backend-1' } };
    expect(progressOf(placed, [], undefined).facts).toEqual([
      { name: 'Service', value: 'billing' },
      { name: 'Cluster', value: 'backend-1' },
      { name: 'Environment', value: 'not known' },
      { name: 'Namespace', value: 'not known' },
    ]);
    const serverless = { service: 'clip-ingest', account: '111122223333', serverless: true } as const;
    expect(progressOf({ ...incident, place: serverless }, [], undefined).facts).toEqual([
      { name: 'Service', value: 'clip-ingest' },
      { name: 'Environment', value: 'not known' },
      { name: 'Account', value: '111122223333' },
      { name: 'Region', value: 'not known' },
    ]);
    expect(progressOf(incident, [], undefined).facts).toBeUndefined();
  });
  test('says that they are on their way before any has spoken', () => {
    expect(progressOf(incident, [], undefined).lines).toEqual(['The specialists are on their way.']);
  });
  test('says what came of it afterwards, and what was done', () => {
    const done = [
      anEntry({ id: 'a', step: 'Remediate', kind: 'action', text: 'Done: Rerun.' }),
      anEntry({ id: 'v', step: 'Verify', kind: 'verification', text: 'Recovered.' }),
    ];
    const message = progressOf(
      { ...incident, status: 'closed', outcome: 'recovered' },
      [context, found('logs', 'x'), found('changes', 'y'), ...done],
      aDiagnosis(),
    );
    expect(message).toMatchObject({ headline: 'Recovered: KubeJobFailed', tone: 'good' });
    expect(message.lines).toEqual(['The Job failed because ledger-api reset the connection.', 'Recovered.']);
    expect(message.small).toEqual(['This is about service billing.', 'Logs, changes have looked.']);
  });
  test.each([
    ['needs-person', 'Recovery unknown: KubeJobFailed', 'bad'],
    ['nothing-done', 'Nothing done: KubeJobFailed', undefined],
    [undefined, 'Investigated: KubeJobFailed', undefined],
  ] as const)('that ended with %s is %s', (outcome, headline, tone) => {
    const ended = { ...incident, status: 'closed' as const, ...(outcome && { outcome }) };
    expect(progressOf(ended, [], aDiagnosis())).toMatchObject({ headline });
    expect(progressOf(ended, [], aDiagnosis()).tone).toBe(tone);
  });
  test('says that people have the page, or are done with it', () => {
    expect(progressOf({ ...incident, pageStatus: 'acknowledged' }, [], undefined).small).toEqual([
      'The page is acknowledged.',
    ]);
  });
  test('is not looked into any more once there is a diagnosis', () => {
    expect(progressOf(incident, [context], aDiagnosis()).headline).toBe('Investigated: KubeJobFailed');
    expect(progressOf({ ...incident, status: 'awaiting-approval' }, [context], aDiagnosis()).headline).toBe(
      'Waiting for an answer: KubeJobFailed',
    );
  });
  test('does not name a cause where there is none', () => {
    const unknown = aDiagnosis({ hypotheses: [aHypothesis({ cause: 'unknown', summary: 'x' })] });
    expect(progressOf(incident, [found('logs', 'x')], unknown).lines.join(' ')).toContain(
      'Watchkeeper found no cause.',
    );
  });
  test('stays within what a message may hold, whatever was read', () => {
    const long = 'x'.repeat(5000);
    const many = Array.from({ length: 12 }, (_, n) => found(`specialist-${n}`, long));
    const message = progressOf({ ...incident, title: long }, [{ ...context, text: long }, ...many], undefined);
    expect(Message.safeParse(message).success).toBe(true);
  });
});

describe('while specialists report', () => {
  const open = storesForTests();
  const clock = testClock();
  const place = async () => {
    const { incidents, seen } = await open(clock);
    await incidents.open(incident);
    const said: Message[] = [];
    return { incidents, seen, clock, said, chat: { publish: async (message: Message) => void said.push(message) } };
  };

  test('those that come close together are told once, with all of them', async () => {
    const ports = await place();
    const pauses: (() => void)[] = [];
    const pause = () => new Promise<void>((resolve) => pauses.push(resolve));
    await ports.incidents.append(found('logs', '445 lines read.'));
    const first = publishProgressOften('inc-1', ports, pause);
    await expect.poll(() => pauses.length).toBe(1);
    await ports.incidents.append(found('metrics', 'Errors rose.'));
    await publishProgressOften('inc-1', ports, pause);
    expect(ports.said).toEqual([]);
    pauses[0]?.();
    await first;
    expect(ports.said.map(({ lines }) => lines)).toEqual([
      ['Logs: 445 lines read.', 'Metrics: Errors rose.', 'Others may still be at work.'],
    ]);
  });

  test('later ones are told again, and none once there is a diagnosis', async () => {
    const ports = await place();
    const tell = () => publishProgressOften('inc-1', ports, async () => undefined);
    clock.set('02:47:00');
    await tell();
    clock.set('02:47:10');
    await tell();
    expect(ports.said).toHaveLength(2);
    await ports.incidents.saveDiagnosis('inc-1', aDiagnosis());
    clock.set('02:47:20');
    await tell();
    expect(ports.said).toHaveLength(2);
  });
});
