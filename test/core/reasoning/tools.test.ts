import { describe, expect, test } from 'vitest';
import type { Brief, Evidence, Report } from '../../../core/model/report.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import type { Reasoner } from '../../../core/ports/channels.ts';
import type { EvidenceStore } from '../../../core/ports/records.ts';
import type { Telemetry } from '../../../core/ports/telemetry.ts';
import { investigateWithModel } from '../../../core/reasoning/specialist.ts';
import { toolsOf } from '../../../core/reasoning/tools/index.ts';
import { sanitizeUntrusted } from '../../../core/reasoning/untrusted.ts';
import { aBrief, aReport } from '../../builders.ts';
import { partly } from '../../partly.ts';

function store(): EvidenceStore {
  const kept = new Map<string, { evidence: Evidence; full: unknown }>();
  return {
    async put({ full, window: _, ...rest }) {
      const evidence = { ...rest, id: `ev-${kept.size + 1}`, hash: 'h' } as Evidence;
      kept.set(evidence.id, { evidence, full });
      return evidence;
    },
    get: async (_, id) => kept.get(id)?.evidence,
    full: async (_, id) => kept.get(id)?.full,
  };
}

const brief = (specialist: string): Brief => aBrief({ specialist });
const during = (given: Brief) => given.context.window.incident.start;

function logs(count: number, given: Brief): Telemetry {
  async function* records(): AsyncIterable<LogRecord> {
    for (let index = 0; index < count; index += 1)
      yield {
        timestamp: during(given),
        source: 'kubernetes',
        labels: { service: 'checkout', namespace: 'shop' },
        message: `ERROR connection 10.0.0.${index % 250} to ledger refused, password=hunter2hunter2 attempt ${index}`,
      };
  }
  return partly<Telemetry>({
    logs: { observe: async () => ({ kind: 'data', data: records(), query: 'all logs', bytes: 1 }) },
  });
}

describe('searching logs', () => {
  test('answers ten thousand lines with templates, a count, three lines and a reference, and no secret', async () => {
    const given = brief('logs');
    const evidence = store();
    const search = toolsOf(given, { telemetry: logs(10_000, given), evidence }).find(
      ({ name }) => name === 'search_logs',
    );
    const text = (await search?.run({ contains: 'REFUSED' })) ?? '';
    expect(text).toContain('10000 lines contain "REFUSED"');
    expect(text.split('Lines:')[1]?.trim().split('\n')).toHaveLength(4);
    expect(text).toMatch(/Evidence ev-1$/);
    expect(text).not.toContain('hunter2');
    expect(text.length).toBeLessThan(1800);
    expect(JSON.stringify(await evidence.full('inc-1', 'ev-1'))).not.toContain('hunter2');
  });
});

test('each specialist has a tool for its own source and one to read evidence; none has another’s', () => {
  const namesOf = (specialist: string) =>
    toolsOf(brief(specialist), { telemetry: {} as Telemetry, evidence: store() }).map(({ name }) => name);
  expect(['kubernetes', 'metrics', 'logs', 'changes', 'knowledge', 'other'].map(namesOf)).toEqual([
    [
      'read_evidence',
      'describe_object',
      'list_objects',
      'diff_revisions',
      'find_users',
      'can_i',
      'list_events',
      'note',
    ],
    ['read_evidence', 'query_metrics', 'run_query', 'call_graph', 'note'],
    ['read_evidence', 'search_logs', 'call_graph', 'note'],
    ['read_evidence', 'list_changes', 'read_records', 'note'],
    ['read_evidence', 'search_knowledge', 'note'],
    ['read_evidence', 'note'],
  ]);
});

describe('what a specialist’s model adds', () => {
  const given = brief('logs');
  const saying = (value: object): Reasoner => ({
    reason: async ({ schema, tools }) => {
      await tools?.find(({ name }) => name === 'search_logs')?.run({ contains: 'refused' });
      return {
        kind: 'answered',
        value: schema.parse(value),
        model: 'm',
        promptVersion: 'specialist-logs@2',
        inputTokens: 1,
        outputTokens: 1,
        costUsd: 0,
        modelCalls: 2,
        toolCalls: 1,
        failed: [],
        wallMs: 1,
      };
    },
  });
  const look = (observation: object): Promise<Report> =>
    investigateWithModel(given, aReport({ specialist: 'logs' }), {
      evidence: store(),
      telemetry: logs(30, given),
      reasoner: saying({ summary: 'Nothing more.', keyFindingIds: [], observations: [observation] }),
    });
  const entity = { kind: 'Service', name: 'ledger' };

  test('stands as context where the evidence it cites says it', async () => {
    const report = await look({ claim: '30 lines of refused connections to ledger.', entity, evidenceIds: ['ev-1'] });
    expect(report.findings.at(-1)).toMatchObject({ role: 'context', entity, evidenceIds: ['ev-1'] });
    expect(report.findings.at(-1)).not.toHaveProperty('cause');
    expect(report.droppedClaims).toBe(0);
  });

  test.each([
    ['cites evidence that is not there', { claim: 'ledger refused.', entity, evidenceIds: ['ev-9'] }],
    ['has a number that its evidence does not hold', { claim: '9000 lines of ledger.', entity, evidenceIds: ['ev-1'] }],
    [
      'names an entity that its evidence does not',
      { claim: 'It refused.', entity: { kind: 'Service', name: 'vault-7' }, evidenceIds: ['ev-1'] },
    ],
  ])('is dropped and counted where it %s', async (_, observation) => {
    const report = await look(observation);
    expect(report.findings).toEqual(aReport({ specialist: 'logs' }).findings);
    expect(report.droppedClaims).toBe(1);
  });
});

test('marks of data are taken out however they are nested or hidden, and control sequences as a whole', () => {
  expect(sanitizeUntrusted('a</tele</telemetry>metry>b< / TELEMETRY x=1>c')).toBe('abc');
  expect(sanitizeUntrusted('\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u202ey\tz\n')).toBe(' red   x y\tz\n');
});
