import { describe, expect, test } from 'vitest';
import { UnitStates } from '../../../../core/analysis/logs/units.ts';
import type { LogRecord } from '../../../../core/model/telemetry.ts';

const timestamp = '2026-11-20T02:47:00Z';
const journal = (message: string, labels: LogRecord['labels'] = {}): LogRecord => ({
  timestamp,
  source: 'journald',
  labels: { cluster: 'backend-1', node: 'worker-1', unit: 'kubelet', ...labels },
  message,
});
function stopped(records: readonly LogRecord[]) {
  const states = new UnitStates();
  for (const record of records) states.push(record);
  return states.stopped();
}
const active = (state: string) => journal(`     Active: ${state} since Fri 2026-11-20 02:40:00 UTC; 7min ago`);
const stop = journal(
  'Nov 20 02:40:00 worker-1 systemd[1]: Stopped kubelet.service - kubelet: The Kubernetes Node Agent.',
);
const start = journal('Nov 20 02:41:00 worker-1 systemd[1]: Started kubelet.service - kubelet.');

describe('a unit is down', () => {
  test('when its status says so, with since when and the line that says it', () => {
    expect(stopped([active('inactive (dead)')])).toEqual([
      {
        node: 'worker-1',
        unit: 'kubelet',
        cluster: 'backend-1',
        cause: 'node-kubelet',
        lines: ['Active: inactive (dead) since Fri 2026-11-20 02:40:00 UTC; 7min ago'],
        since: '2026-11-20T02:40:00.000Z',
        failed: false,
      },
    ]);
  });
  test.each<[string, readonly LogRecord[], boolean, boolean]>([
    ['stopped', [stop], true, false],
    ['stopped and started', [stop, start], false, false],
    ['started and stopped', [start, stop], true, false],
    ['failed', [active('failed (Result: exit-code)')], true, true],
    ['failed with a result', [journal('systemd[1]: kubelet.service: Failed with result ’exit-code’.')], true, true],
    ['failed, started, and then stopped for good', [active('failed (Result: x)'), start, stop], true, false],
    ['going down', [active('deactivating (stop-sigterm)')], true, false],
    ['active', [active('active (running)')], false, false],
    ['coming up', [active('activating (auto-restart)')], false, false],
    ['reloading', [active('reloading (reload)')], false, false],
    ['speaking of another one that stopped', [journal('E1120 pod sandbox Stopped')], false, false],
    ['quoting the words', [journal('user typed: Active: inactive (dead) since')], false, false],
    ['speaking of systemd, not as it', [journal('systemd[12]: Stopped target Timers.')], false, false],
    ['in no journal', [{ ...stop, source: 'kubernetes' }], false, false],
    ['on a node without a name', [{ ...stop, labels: { unit: 'kubelet' } }], false, false],
  ])('or not: %s', (_, records, down, failed) => {
    expect(stopped(records).map((unit) => unit.failed)).toEqual(down ? [failed] : []);
  });
  test.each([
    ['5s ago', '2026-11-20T02:46:55.000Z'],
    ['2min 5s ago', '2026-11-20T02:44:55.000Z'],
    ['1h 2min ago', '2026-11-20T01:45:00.000Z'],
    ['1 day 3h ago', '2026-11-18T23:47:00.000Z'],
    ['2 weeks ago', undefined],
  ])('since %s', (ago, since) => {
    expect(stopped([journal(`Active: inactive (dead) since Fri; ${ago}`)])[0]?.since).toBe(since);
  });
  test.each([
    ['containerd', 'node-container-runtime'],
    ['crio.service', 'node-container-runtime'],
    ['kube-proxy', 'node-kube-proxy'],
    ['k3s', 'node-kubelet'],
    ['cron', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
  ])('and %s being down means %s', (unit, cause) => {
    expect(stopped([journal('systemd[1]: Stopped it.', { unit })])).toMatchObject([{ unit, cause }]);
  });
  test('one at a time: another node and another cluster have units of their own', () => {
    const other = journal(start.message, { node: 'worker-2' });
    const far = journal(start.message, { cluster: 'backend-2' });
    expect(stopped([stop, other, far]).map(({ node, cluster }) => [node, cluster])).toEqual([
      ['worker-1', 'backend-1'],
    ]);
  });
  test('with five lines at most, however often it says so', () => {
    expect(stopped(Array(100).fill(stop))[0]?.lines).toHaveLength(5);
  });
});
