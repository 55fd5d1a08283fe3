import { describe, expect, test } from 'vitest';
import type { Diagnosis, Hypothesis } from '../../../core/model/diagnosis.ts';
import type { Evidence, Finding, Report } from '../../../core/model/report.ts';
import type { Reasoner } from '../../../core/ports/channels.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { withModelDiagnosis } from '../../../core/reasoning/diagnosis.ts';
import type { OwnHypothesis } from '../../../core/reasoning/outputs.ts';

const usage = { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 };
const place = { namespace: 'museum', cluster: 'c1' };
const hypothesis = (over: Partial<Hypothesis> = {}): Hypothesis => ({
  rank: 1,
  entity: { kind: 'Deployment', name: 'ticket-desk', ...place },
  cause: 'oom-killed',
  confidence: 0.9,
  summary: 'ticket-desk is out of memory',
  why: [],
  against: [],
  evidenceIds: ['ev-analysis'],
  findingIds: ['kubernetes-1-1'],
  ...over,
});
const unknown = hypothesis({ cause: 'unknown', confidence: 0.2, summary: 'not known' });
const diagnosisOf = (...hypotheses: Hypothesis[]): Diagnosis => ({
  text: 'The analysis says so.',
  hypotheses,
  symptoms: [],
  firstFailing: 'ticket-desk',
  blastRadius: ['gate'],
  gaps: [],
  droppedClaims: 0,
  model: 'none',
  participants: [],
  usage,
  specialists: ['kubernetes'],
});
const finding = (over: Partial<Finding> = {}): Finding => ({
  id: 'logs-1-1',
  specialist: 'logs',
  claim: 'turnstile-sync logs "firmware checksum 4411 refused"',
  entity: { kind: 'Deployment', name: 'turnstile-sync', ...place },
  role: 'symptom',
  severity: 'major',
  confidence: 0.6,
  evidenceIds: ['ev-log'],
  ...over,
});
const reportOf = (...findings: Finding[]): Report => ({
  specialist: 'logs',
  round: 1,
  summary: 'Errors.',
  findings,
  gaps: [],
  usage,
  by: 'analysis',
  droppedClaims: 0,
});
const texts: Readonly<Record<string, string>> = {
  'ev-log': 'turnstile-sync-7d4b9c6f5-x2x9k firmware checksum 4411 refused by device',
  'ev-none': 'query {app="gate"}: 0 lines',
  'ev-against': 'ticket-desk memory 120 MiB of 512 MiB, flat',
  'ev-analysis': 'ticket-desk OOMKilled',
};
const evidence = {
  put: () => Promise.reject(new Error('not used')),
  get: async (incidentId: string, id: string): Promise<Evidence | undefined> => {
    const excerpt = incidentId === 'inc-1' ? texts[id] : undefined;
    return excerpt === undefined ? undefined : { id, incidentId, source: 'logs', query: 'q', excerpt, hash: 'h' };
  },
  full: async () => undefined,
};
const own = (over: Partial<OwnHypothesis> = {}): OwnHypothesis => ({
  entity: { kind: 'Deployment', name: 'turnstile-sync' },
  cause: 'Firmware refused',
  summary: { claim: 'turnstile-sync refuses firmware checksum 4411.', evidenceIds: ['ev-log'] },
  lookedFor: [{ question: 'Does gate log the same?', result: 'nothing-found', evidenceIds: ['ev-none'] }],
  ...over,
});
const answering = (value: OwnHypothesis | undefined): Reasoner => ({
  reason: async ({ schema }) => ({
    kind: 'answered',
    value: schema.parse({ bestRank: 1, reason: 'It is first.', text: 'It broke.', own: value }),
    model: 'm',
    promptVersion: 'synthesis@5',
    ...usage,
    failed: [],
  }),
});
const diagnosed = (
  diagnosis: Diagnosis,
  value: OwnHypothesis | undefined,
  { reports = [reportOf(finding())], incidentId = 'inc-1' }: { reports?: Report[]; incidentId?: string } = {},
) =>
  withModelDiagnosis(
    incidentId,
    diagnosis,
    { reports, plan: [] },
    {
      evidence,
      reasoner: answering(value),
      specialistClient: { ask: () => Promise.reject(new Error('nobody was to be asked')) },
      incidents: {} as Ports['incidents'],
      clock: { now: () => new Date(0) },
    },
  );
const first = ({ hypotheses }: Diagnosis) => hypotheses[0];

describe('a cause that only the model holds', () => {
  test('leads if the analysis knows none, with its evidence and its name on it', async () => {
    const result = await diagnosed(diagnosisOf(unknown), own());
    expect(first(result)).toMatchObject({
      rank: 1,
      entity: { kind: 'Deployment', name: 'turnstile-sync', ...place },
      cause: 'other',
      confidence: 0.5,
      evidenceIds: ['ev-log'],
      findingIds: ['logs-1-1'],
      proposal: { by: 'm (synthesis@5)', causeName: 'Firmware refused', calibration: 'not-calibrated' },
    });
    expect(result).toMatchObject({ opinions: { first: 'model', rule: 'analysis-unknown' }, blastRadius: [] });
    expect(result.firstFailing).toBeUndefined();
    expect(result.text).toContain('turnstile-sync');
  });

  test('stays behind a sure analysis without evidence against it', async () => {
    const result = await diagnosed(diagnosisOf(hypothesis()), own());
    expect(result.hypotheses.map(({ entity }) => entity.name)).toEqual(['ticket-desk', 'turnstile-sync']);
    expect(result.opinions).toMatchObject({ first: 'analysis', rule: 'analysis-sure' });
    expect(result.text).toMatch(/^The analysis says so\./);
  });

  const against = { claim: 'ticket-desk used 120 MiB of 512 MiB.', evidenceIds: ['ev-against'] };
  const healthy = finding({
    id: 'metrics-1-1',
    specialist: 'metrics',
    claim: 'memory of ticket-desk did not move.',
    entity: { kind: 'Deployment', name: 'ticket-desk', ...place },
    role: 'context',
    well: true,
    evidenceIds: ['ev-against'],
  });
  test('does not pass a sure analysis by evidence against it that no rule reads as healthy', async () => {
    const result = await diagnosed(diagnosisOf(hypothesis()), own({ against }));
    expect(first(result)?.entity.name).toBe('ticket-desk');
  });
  test('passes a sure analysis where the analysis itself shows the first entity to be well', async () => {
    const reports = [reportOf(finding(), healthy)];
    const result = await diagnosed(diagnosisOf(hypothesis()), own({ against }), { reports });
    expect(first(result)?.entity.name).toBe('turnstile-sync');
    expect(result.opinions?.rule).toBe('contradicted');
    expect(result.hypotheses[1]?.confidence).toBeLessThanOrEqual(0.5);
  });
  test.each([
    ['rests on the same evidence', { ...against, claim: 'ticket-desk OOMKilled', evidenceIds: ['ev-analysis'] }],
    ['has a number that its evidence lacks', { ...against, claim: 'ticket-desk used 99 MiB.' }],
    ['does not name the first entity', { claim: 'firmware checksum 4411', evidenceIds: ['ev-log'] }],
  ])('does not pass by evidence that %s', async (_, wrong) => {
    const result = await diagnosed(diagnosisOf(hypothesis()), own({ against: wrong }));
    expect(first(result)?.entity.name).toBe('ticket-desk');
  });
  test('does not pass a sure analysis if only a model saw its entity', async () => {
    const seen = finding({ byModel: {}, role: 'context' });
    const result = await diagnosed(diagnosisOf(hypothesis()), own({ against }), { reports: [reportOf(seen, healthy)] });
    expect(first(result)?.entity.name).toBe('ticket-desk');
  });
  test('blames no change that the analysis does not know or has weighed out', async () => {
    const change = (confidence: number) =>
      finding({ id: 'changes-1-1', role: 'change', changeId: 'c-1', confidence, evidenceIds: ['ev-log'] });
    const blame = own({ cause: 'code-change' });
    for (const reports of [[reportOf(finding())], [reportOf(finding(), change(0.1))]])
      expect((await diagnosed(diagnosisOf(unknown), blame, { reports })).droppedClaims).toBe(1);
    const known = await diagnosed(diagnosisOf(unknown), blame, { reports: [reportOf(finding(), change(0.6))] });
    expect(first(known)).toMatchObject({ cause: 'code-change', entity: { name: 'turnstile-sync' } });
  });
  test('is not first if the model itself found something against it', async () => {
    const lookedFor = [{ question: 'Is it old?', result: 'contradicts' as const, evidenceIds: ['ev-none'] }];
    const result = await diagnosed(diagnosisOf(hypothesis()), own({ against, lookedFor }));
    expect(first(result)?.entity.name).toBe('ticket-desk');
  });
});

describe('the stronger model', () => {
  const by = (answers: Readonly<Record<'first' | 'strong', object | undefined>>) => {
    const asked: string[] = [];
    const reasoner: Reasoner = {
      reason: async ({ schema, strong }) => {
        const which = strong ? 'strong' : 'first';
        asked.push(which);
        const value = answers[which];
        return value === undefined
          ? { kind: 'unavailable', reason: 'no model configured' }
          : {
              kind: 'answered',
              value: schema.parse({ bestRank: 1, reason: 'It is first.', text: `By ${which}.`, ...value }),
              model: which,
              promptVersion: 'synthesis@6',
              ...usage,
              inputTokens: 10,
              modelCalls: 1,
              failed: [],
            };
      },
    };
    const ports = {
      evidence,
      reasoner,
      specialistClient: { ask: () => Promise.reject(new Error('nobody was to be asked')) },
      incidents: {} as Ports['incidents'],
      clock: { now: () => new Date(0) },
    };
    const diagnose = (diagnosis: Diagnosis) =>
      withModelDiagnosis('inc-1', diagnosis, { reports: [reportOf(finding())], plan: [] }, ports);
    return { asked, diagnose };
  };
  test('is asked if the analysis and the first model are unsure; both are counted', async () => {
    const { asked, diagnose } = by({ first: { sure: false }, strong: { own: own() } });
    const result = await diagnose(diagnosisOf(unknown));
    expect(asked).toEqual(['first', 'strong']);
    expect(first(result)?.proposal?.by).toBe('strong (synthesis@6)');
    expect(result.usage).toMatchObject({ inputTokens: 20, modelCalls: 2 });
  });
  test.each([
    ['the first model is sure', unknown, true],
    ['the analysis is sure', hypothesis(), false],
  ])('is not asked if %s', async (_, leading, sure) => {
    const { asked, diagnose } = by({ first: { sure }, strong: {} });
    await diagnose(diagnosisOf(leading));
    expect(asked).toEqual(['first']);
  });
  test('is not missed where none is configured', async () => {
    const result = await by({ first: { sure: false }, strong: undefined }).diagnose(diagnosisOf(unknown));
    expect(result.gaps).toEqual([]);
    expect(result.model).toBe('first (synthesis@6)');
  });
});

describe('a lie is dropped and counted:', () => {
  test.each<[string, OwnHypothesis]>([
    ['evidence that does not exist', own({ summary: { claim: 'turnstile-sync broke.', evidenceIds: ['ev-made-up'] } })],
    [
      'a search without evidence',
      own({ lookedFor: [{ question: 'Is it old?', result: 'nothing-found', evidenceIds: ['ev-9'] }] }),
    ],
    ['an entity that nothing names', own({ entity: { kind: 'Deployment', name: 'gift-shop' } })],
    [
      'an entity of another namespace',
      own({ entity: { kind: 'Deployment', name: 'turnstile-sync', namespace: 'zoo' } }),
    ],
    [
      'a number that nobody measured',
      own({ summary: { claim: 'turnstile-sync lost 77 packets.', evidenceIds: ['ev-log'] } }),
    ],
    ['evidence about something else', own({ summary: { claim: 'It broke.', evidenceIds: ['ev-against'] } })],
    ['no cause at all', own({ cause: 'unknown' })],
  ])('%s', async (_, lie) => {
    const result = await diagnosed(diagnosisOf(unknown), lie);
    expect(first(result)?.cause).toBe('unknown');
    expect(result.droppedClaims).toBe(1);
    expect(result.opinions).toBeUndefined();
  });
  test('evidence of another incident', async () => {
    const result = await diagnosed(diagnosisOf(unknown), own(), { incidentId: 'inc-2' });
    expect(first(result)?.cause).toBe('unknown');
    expect(result.droppedClaims).toBe(1);
  });
  test('what the findings refute', async () => {
    const refuted = hypothesis({
      rank: 2,
      entity: { kind: 'Deployment', name: 'turnstile-sync', ...place },
      cause: 'memory-leak',
      confidence: 0.1,
      ruledOut: 'its memory is flat',
    });
    const result = await diagnosed(diagnosisOf(unknown, refuted), own({ cause: 'memory-leak' }));
    expect(first(result)?.cause).toBe('unknown');
    expect(result.droppedClaims).toBe(1);
  });
});

test('what the analysis holds already is no addition', async () => {
  const same = hypothesis({
    rank: 2,
    entity: { kind: 'Deployment', name: 'turnstile-sync', ...place },
    cause: 'application-crash',
    confidence: 0.8,
  });
  const result = await diagnosed(diagnosisOf(hypothesis(), same), own({ cause: 'application-crash' }));
  expect(first(result)).toMatchObject({ entity: { name: 'turnstile-sync' }, confidence: 0.8 });
  expect(first(result)?.proposal).toBeUndefined();
});

test('the suspicion of a specialist’s agent leads if the coordinator adds nothing and the analysis knows no cause', async () => {
  const suspected = finding({
    role: 'context',
    byModel: { cause: 'other', causeName: 'Firmware refused' },
    claim: 'turnstile-sync refuses checksum 4411.',
  });
  const result = await diagnosed(diagnosisOf(unknown), undefined, { reports: [reportOf(suspected)] });
  expect(first(result)).toMatchObject({ cause: 'other', entity: { name: 'turnstile-sync' } });
});

test('names: an entity is not the prefix of another', async () => {
  const lie = own({
    entity: { kind: 'Deployment', name: 'ticket' },
    summary: { claim: 'It broke.', evidenceIds: ['ev-against'] },
  });
  const other = finding({ entity: { kind: 'Deployment', name: 'ticket', ...place } });
  expect(first(await diagnosed(diagnosisOf(unknown), lie, { reports: [reportOf(other)] }))?.cause).toBe('unknown');
});
