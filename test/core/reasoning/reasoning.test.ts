import { describe, expect, test } from 'vitest';
import type { Diagnosis, Hypothesis } from '../../../core/model/diagnosis.ts';
import type { Reasoner } from '../../../core/ports/channels.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { withModelDiagnosis } from '../../../core/reasoning/diagnosis.ts';
import { unsupportedParts } from '../../../core/reasoning/supported.ts';

const usage = { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 };
const hypothesis = (rank: number, name: string, confidence: number): Hypothesis => ({
  rank,
  entity: { kind: 'Deployment', name, namespace: 'shop', cluster: 'c1' },
  cause: 'oom-killed',
  confidence,
  summary: `${name} is out of memory`,
  why: ['12 pods OOMKilled'],
  against: [],
  evidenceIds: ['ev-1'],
  findingIds: ['kubernetes-1-1'],
});
const diagnosis = (...hypotheses: Hypothesis[]): Diagnosis => ({
  text: 'The analysis says so.',
  hypotheses,
  symptoms: [],
  blastRadius: [],
  gaps: [],
  droppedClaims: 0,
  model: 'none',
  participants: [],
  usage,
  specialists: ['kubernetes'],
});
const evidence = {
  put: () => Promise.reject(new Error('not used')),
  get: async () => undefined,
  full: async () => undefined,
};
const incidents = {} as Ports['incidents'];
const clock = { now: () => new Date(0) };
const specialistClient = { ask: () => Promise.reject(new Error('nobody was to be asked')) };
const saying = (value: { bestRank: number; reason: string; text: string }): Reasoner => ({
  reason: async ({ schema }) => ({
    kind: 'answered',
    value: schema.parse(value),
    model: 'm',
    promptVersion: 'synthesis@1',
    inputTokens: 10,
    outputTokens: 5,
    costUsd: 0.01,
    modelCalls: 1,
    toolCalls: 0,
    failed: [],
    wallMs: 3,
  }),
});
const opinion = (d: Diagnosis, reasoner: Reasoner) =>
  withModelDiagnosis('inc-1', d, { reports: [], plan: [] }, { evidence, reasoner, specialistClient, incidents, clock });

describe('a claim is supported when', () => {
  test('its numbers and names occur in the sources', () => {
    expect(unsupportedParts('12 pods of checkout-api were killed', ['checkout-api: 12 pods OOMKilled'])).toEqual([]);
  });
  test('a number that nobody measured is named', () => {
    expect(unsupportedParts('usage rose to 890 MiB', ['limit 512 MiB'])).toEqual(['890']);
  });
  test('a number that is only part of another does not count', () => {
    expect(unsupportedParts('89 pods', ['890 MiB'])).toEqual(['89']);
  });
  test('a service that nobody saw is named', () => {
    expect(unsupportedParts('payment-db is down', ['checkout-api is down'])).toEqual(['payment-db']);
  });
});

describe('a model’s opinion', () => {
  const close = diagnosis(hypothesis(1, 'checkout-api', 0.6), hypothesis(2, 'session-api', 0.5));

  test('promotes a hypothesis that is nearly as likely, and says who preferred it', async () => {
    const result = await opinion(
      close,
      saying({ bestRank: 2, reason: 'session-api began first', text: 'session-api broke.' }),
    );
    expect(result.hypotheses.map((h) => [h.rank, h.entity.name])).toEqual([
      [1, 'session-api'],
      [2, 'checkout-api'],
    ]);
    expect(result.hypotheses[0]?.why[0]).toBe('m: session-api began first');
    expect(result.text).toBe('session-api broke.');
    expect(result.model).toBe('m (synthesis@1)');
  });

  test('cannot promote one that the evidence makes unlikely, and its words for it are not used', async () => {
    const far = diagnosis(hypothesis(1, 'checkout-api', 0.9), hypothesis(2, 'session-api', 0.2));
    const result = await opinion(far, saying({ bestRank: 2, reason: 'session-api', text: 'session-api broke.' }));
    expect(result.hypotheses).toEqual(far.hypotheses);
    expect(result.text).toBe('The analysis says so.');
  });

  test('cannot promote one that the findings refute', async () => {
    const refuted = { ...hypothesis(2, 'session-api', 0.5), ruledOut: 'its traffic did not rise' };
    const given = diagnosis(hypothesis(1, 'checkout-api', 0.6), refuted);
    const result = await opinion(given, saying({ bestRank: 2, reason: 'session-api', text: 'session-api broke.' }));
    expect(result.hypotheses).toEqual(given.hypotheses);
  });

  test('that names what no evidence holds is dropped and counted', async () => {
    const result = await opinion(
      close,
      saying({ bestRank: 1, reason: 'obvious', text: 'delete database orders-db now' }),
    );
    expect(result).toMatchObject({ text: 'The analysis says so.', droppedClaims: 1 });
    expect(result.hypotheses).toEqual(close.hypotheses);
  });

  test('that cannot be had leaves the diagnosis as it was, with a gap that says so', async () => {
    const silent: Reasoner = { reason: async () => ({ kind: 'unavailable', reason: 'The model is throttled.' }) };
    const result = await opinion(close, silent);
    expect(result).toEqual({ ...close, gaps: [{ source: 'model', reason: 'The model is throttled.' }] });
  });
});
