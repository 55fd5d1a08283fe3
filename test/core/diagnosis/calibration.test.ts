import { describe, expect, test } from 'vitest';
import { earnedConfidence, fitted } from '../../../core/diagnosis/calibration.ts';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import { features, type Support } from '../../../core/diagnosis/support.ts';
import type { Finding } from '../../../core/model/report.ts';
import { familyOut, fitWeights } from '../../../dojo/families/fit.ts';
import { aContext, aFinding, anIncident, aReport } from '../../builders.ts';

const support = (over: Partial<Support> = {}): Support => ({
  odds: 2,
  strongest: 0.9,
  shown: 0,
  logged: 0,
  measured: 0,
  symptomOnly: 0,
  notRoot: 0,
  changeOnly: 0,
  leftOpen: 0,
  ...over,
});
const finding = (over: Partial<Finding>): Finding =>
  aFinding({
    entity: { kind: 'Deployment', name: 'till', namespace: 'depot', cluster: 'c1' },
    severity: 'critical',
    confidence: 0.8,
    role: 'cause',
    ...over,
  });
const diagnosed = (...findings: Finding[]) =>
  diagnose({
    incident: anIncident(),
    context: aContext({ service: undefined, workload: undefined }),
    reports: [aReport({ specialist: 'kubernetes', findings })],
    supported: { findings, evidence: new Map(), changes: new Map(), dropped: 0, gaps: [] },
    dependencies: [],
  });

describe('the stated confidence', () => {
  test('is higher for what the cluster shows than for what metrics suggest, and lowest for symptoms', () => {
    const [shown, measured, symptom] = [{ shown: 1 }, { measured: 1 }, { symptomOnly: 1, notRoot: 1 }].map((one) =>
      earnedConfidence(support(one)),
    );
    expect(shown).toBeGreaterThan(measured!);
    expect(measured).toBeGreaterThan(symptom!);
  });
  test('falls with each feature that makes support thin, and rises with none of them', () => {
    for (const thin of ['measured', 'symptomOnly', 'notRoot', 'leftOpen'] as const)
      expect(fitted.of[thin]).toBeLessThan(0);
    for (const firm of ['odds', 'strongest', 'shown', 'logged'] as const) expect(fitted.of[firm]).toBeGreaterThan(0);
  });
  test('is below the share among the hypotheses where one weak symptom has no rival', () => {
    const weak = diagnosed(finding({ specialist: 'metrics', role: 'symptom', cause: 'network-delay' }));
    const [first] = weak.diagnosis.hypotheses;
    expect(first?.confidence).toBeLessThan(weak.ranked[0]!.confidence / 1.5);
  });
  test('of a state that is only guessed is no higher than the guess', () => {
    const guess = finding({ specialist: 'kubernetes', cause: 'image-not-found', confidence: 0.2 });
    const shown = finding({ specialist: 'kubernetes', cause: 'image-not-found', confidence: 0.95 });
    expect(diagnosed(guess).diagnosis.hypotheses[0]?.confidence).toBeLessThanOrEqual(0.2);
    expect(diagnosed(shown).diagnosis.hypotheses[0]?.confidence).toBeGreaterThan(0.3);
  });
  test('keeps the order of the hypotheses', () => {
    const { diagnosis } = diagnosed(
      finding({ id: 'a', specialist: 'metrics', role: 'symptom', cause: 'network-delay' }),
      finding({
        id: 'b',
        specialist: 'logs',
        cause: 'disk-full',
        confidence: 0.5,
        entity: { kind: 'Deployment', name: 'b' },
      }),
    );
    const stated = diagnosis.hypotheses.map(({ confidence }) => confidence);
    expect(stated).toEqual(stated.toSorted((a, b) => b - a));
  });
});

describe('a change of something that the whole cluster depends on', () => {
  const preempted = finding({
    id: 'a',
    specialist: 'kubernetes',
    cause: 'preempted',
    confidence: 0.94,
    onset: '2026-11-20T02:50:00.000Z',
    claim: '2 pods of Deployment till had to make room for pods of Job sweep, which have priority class rush.',
  });
  const change = (name: string, at: string) =>
    finding({
      id: 'b',
      specialist: 'changes',
      cause: 'infrastructure-change',
      role: 'change',
      confidence: 0.2,
      changeId: `c1/-/PriorityClass/${name}`,
      onset: `2026-11-20T${at}:00.000Z`,
      entity: { kind: 'PriorityClass', name, cluster: 'c1' },
      claim: `PriorityClass ${name} was created.`,
    });
  const changeOf = (...findings: Finding[]) => {
    const [first] = diagnosed(...findings).diagnosis.hypotheses;
    return [first?.cause, first?.changeId];
  };
  test('is the change behind the state whose evidence names it', () => {
    expect(changeOf(preempted, change('rush', '02:40'))).toEqual(['preempted', 'c1/-/PriorityClass/rush']);
  });
  test('is one that a person describes, if its title is about the state', () => {
    const told = (title: string): Finding => ({
      ...change('rush', '02:40'),
      changeId: 'ops-7',
      entity: { kind: 'Service', name: 'cluster' },
      claim: `Configuration change ops-7 "${title}" at 02:40: nothing in particular points to it.`,
    });
    expect(changeOf(preempted, told('introduce priority classes'))).toEqual(['preempted', 'ops-7']);
    expect(changeOf(preempted, told('raise the log level of the ingress'))).toEqual(['preempted', undefined]);
  });
  test('is none of one that came later, or has another name', () => {
    expect(changeOf(preempted, change('rush', '02:58'))).toEqual(['preempted', undefined]);
    expect(changeOf(preempted, change('rus', '02:40'))).toEqual(['preempted', undefined]);
  });
});

describe('the fit', () => {
  const examples = (family: string, right: boolean, over: Partial<Support>, count: number) =>
    Array.from({ length: count }, () => ({ family, right, support: support(over), plain: 0.95, weight: 1 }));
  const data = [
    ...examples('a', true, { shown: 1 }, 40),
    ...examples('b', true, { shown: 1 }, 40),
    ...examples('a', false, { measured: 1 }, 30),
    ...examples('b', true, { measured: 1 }, 10),
  ];
  test('finds how often each kind of support was right', () => {
    const weights = fitWeights(data);
    expect(earnedConfidence(support({ shown: 1 }), weights)).toBeGreaterThan(0.85);
    expect(earnedConfidence(support({ measured: 1 }), weights)).toBeCloseTo(0.25, 0);
    expect(Object.keys(weights.of)).toEqual([...features]);
  });
  test('states a family by the others alone', () => {
    const ofA = familyOut(data).find(({ example }) => example.family === 'b' && example.support.measured === 1);
    expect(ofA?.confidence).toBeLessThan(0.5);
  });
});
