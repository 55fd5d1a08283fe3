// The security specialist: what explains a page, and what does not.
import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { SecurityFinding } from '../../../core/model/security.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import { security } from '../../../core/specialists/security/index.ts';
import { investigateSecurity } from '../../../core/specialists/security/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aTrigger, at } from '../../builders.ts';

const known = (value: string) => ({ value, source: 'catalogue', confidence: 0.9, alternatives: [] });
const context = aContext({ service: known('web'), namespace: known('shop') });
const miner = (over: Partial<SecurityFinding> = {}): SecurityFinding => ({
  id: 'gd1',
  from: 'guardduty',
  kind: 'threat',
  type: 'CryptoCurrency:Runtime/BitcoinTool.B',
  title: 'A miner runs.',
  severity: 'high',
  at: at('02:05:00'),
  lastAt: at('02:40:00'),
  service: 'web',
  resource: { kind: 'Workload', name: 'web' },
  ...over,
});

async function reported(findings: readonly SecurityFinding[], title = 'web: CPU utilisation above 95 %') {
  const asked: (readonly string[])[] = [];
  const report = await investigateSecurity(aBrief({ specialist: 'security', context, trigger: aTrigger({ title }) }), {
    telemetry: {
      ...noTelemetry,
      security: {
        observe: async (_, { instances }) => {
          asked.push(instances);
          return { kind: 'data', data: findings, query: 'guardduty', bytes: 10 };
        },
      },
    },
    evidence: diskEvidence(memoryDisk()),
    clock: { now: () => new Date(at('02:48:00')) },
  });
  return { ...report, asked };
}

describe('a threat', () => {
  test('whose effect is what the page reports can be the cause', async () => {
    expect((await reported([miner()])).findings).toMatchObject([
      { entity: { kind: 'Service', name: 'web' }, role: 'cause', cause: 'security-threat', onset: at('02:05:00') },
    ]);
  });
  test.each<[string, Partial<SecurityFinding>, string?]>([
    ['on a page about something else', {}, 'web: error ratio above 5 %'],
    ['of another kind', { type: 'Recon:EC2/PortProbeUnprotectedPort' }],
    ['that was seen last week', { at: '2026-11-10T00:00:00.000Z', lastAt: '2026-11-10T01:00:00.000Z' }],
    ['of low severity', { severity: 'low' }],
    ['that began after the page', { at: at('04:00:00'), lastAt: at('04:00:00') }],
  ])('%s is context', async (_, over, title) => {
    expect((await reported([miner(over)], title)).findings).toMatchObject([{ role: 'context', severity: 'info' }]);
  });
});

test('a weakness is never a cause, however grave', async () => {
  const cve = miner({ from: 'inspector', kind: 'weakness', type: 'CVE-2026-1', severity: 'critical', count: 12 });
  const { findings, summary } = await reported([cve]);
  expect(findings).toMatchObject([{ role: 'context', claim: expect.stringContaining('explains no outage by itself') }]);
  expect(summary).toContain('none of them explains the page');
});

test('instances of the page are asked about', async () => {
  expect((await reported([], 'CPU of i-0abc12345 above 95 %')).asked).toEqual([['i-0abc12345']]);
});

test('it is asked only where the catalogue names a source of it', () => {
  expect(security.applies(context, aTrigger())).toBe(false);
  expect(security.applies({ ...context, sources: { security: ['sec'] } }, aTrigger())).toBe(true);
});
