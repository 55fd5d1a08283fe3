import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../../../core/causes/causes.ts';
import type { Diagnosis, Hypothesis } from '../../../core/model/diagnosis.ts';
import type { EntityRef } from '../../../core/model/entity.ts';
import { PageFacts } from '../../../core/model/storm.ts';
import { explainsPage } from '../../../core/storms/covers.ts';

const minutes = (after: number): string => new Date(Date.UTC(2026, 6, 1, 12, 0) + after * 60_000).toISOString();

const page = (given: Partial<PageFacts> & Pick<PageFacts, 'incidentId'>): PageFacts =>
  PageFacts.parse({
    openedAt: minutes(3),
    symptom: 'errors',
    cluster: 'prod-eu',
    environment: 'production',
    namespace: 'shop',
    ...given,
  });

const hypothesis = (
  entity: Partial<EntityRef> & Pick<EntityRef, 'name'>,
  cause: CauseCode,
  given: Partial<Hypothesis> = {},
): Hypothesis => ({
  rank: 1,
  entity: { kind: 'Deployment', namespace: 'shop', cluster: 'prod-eu', ...entity },
  cause,
  confidence: 0.85,
  summary: '',
  why: [],
  against: [],
  evidenceIds: ['ev-1'],
  findingIds: [],
  onset: minutes(0),
  ...given,
});

const diagnosis = (hypotheses: Hypothesis[], given: Partial<Diagnosis> = {}): Diagnosis => ({
  text: '',
  hypotheses,
  symptoms: [],
  blastRadius: [],
  gaps: [],
  droppedClaims: 0,
  model: 'none',
  participants: [],
  usage: { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  specialists: [],
  ...given,
});

const payments = page({ incidentId: 'a', service: 'payments' });
const checkout = page({ incidentId: 'b', service: 'checkout', callees: { payments: 1 } });
const exhausted = diagnosis([hypothesis({ name: 'payments' }, 'database-connections-exhausted')]);
const verdict = (...given: Parameters<typeof explainsPage>): string => {
  const coverage = explainsPage(...given);
  return coverage.kind === 'covered' ? `covered: ${coverage.because.kind}` : coverage.why;
};

describe('covers', () => {
  it('joins a caller of what fails, and says by which call', () => {
    expect(explainsPage(exhausted, payments, checkout)).toEqual({
      kind: 'covered',
      because: { kind: 'calls', caller: 'checkout', callee: 'payments' },
      cause: { kind: 'Deployment', name: 'payments', namespace: 'shop', cluster: 'prod-eu' },
    });
  });

  it.each([
    ['an unknown cause', diagnosis([hypothesis({ name: 'payments' }, 'unknown')]), checkout, 'cause-unknown'],
    [
      'a cause that is not sure',
      diagnosis([hypothesis({ name: 'payments' }, 'oom-killed', { confidence: 0.5 })]),
      checkout,
      'cause-unknown',
    ],
    [
      'a cause that is sure by what somebody taught only',
      diagnosis([hypothesis({ name: 'payments' }, 'oom-killed', { seenConfidence: 0.4 })]),
      checkout,
      'cause-unknown',
    ],
    [
      'a rival that is about as likely',
      diagnosis([
        hypothesis({ name: 'payments' }, 'application-errors', { confidence: 0.62 }),
        hypothesis({ name: 'ledger' }, 'oom-killed', { confidence: 0.35 }),
      ]),
      checkout,
      'cause-in-doubt',
    ],
    [
      'a rival about the very service of the page',
      diagnosis([
        hypothesis({ name: 'payments' }, 'application-errors'),
        hypothesis({ name: 'checkout' }, 'config-change', { confidence: 0.12 }),
      ]),
      checkout,
      'cause-in-doubt',
    ],
    ['a page of another service', exhausted, page({ incidentId: 'b', service: 'search' }), 'not-related'],
    ['a page that began before', exhausted, { ...checkout, firedAt: minutes(-10) }, 'began-before-the-cause'],
    ['a page hours later', exhausted, { ...checkout, openedAt: minutes(300) }, 'long-after-the-cause'],
    ['another environment', exhausted, { ...checkout, environment: 'staging', cluster: 'stage-eu' }, 'other-place'],
    ['another cluster', exhausted, { ...checkout, cluster: 'prod-us' }, 'other-place'],
    ['a place that nobody knows', exhausted, { ...checkout, cluster: undefined }, 'place-unknown'],
    ['a certificate of a caller', exhausted, { ...checkout, symptom: 'certificate' as const }, 'symptom-does-not-fit'],
    ['a full disk of a caller', exhausted, { ...checkout, symptom: 'storage' as const }, 'symptom-does-not-fit'],
    [
      'a second alert of the page that the cause does not bring about',
      exhausted,
      { ...checkout, furtherSymptoms: ['crash' as const] },
      'symptom-does-not-fit',
    ],
  ])('leaves apart %s', (_, given, member, why) => {
    expect(verdict(given, payments, member)).toBe(why);
  });

  it('leaves apart a caller that changed just before, and one that has trouble of its own', () => {
    const changes = [{ id: 'deploy-7', at: minutes(1), service: 'checkout' }];
    expect(verdict(exhausted, payments, checkout, { changes })).toBe('own-change');
    const crash = page({ incidentId: 'c', service: 'checkout', symptom: 'crash' });
    expect(verdict(exhausted, payments, checkout, { pages: [crash] })).toBe('own-trouble');
    const elsewhere = [{ id: 'deploy-7', at: minutes(1), service: 'search' }];
    expect(verdict(exhausted, payments, checkout, { changes: elsewhere })).toBe('covered: calls');
  });

  it('asks for a sign that callers fail where a cause may leave a service answering', () => {
    const image = diagnosis([hypothesis({ name: 'payments' }, 'image-not-found')]);
    const notReady = { ...payments, symptom: 'unavailable' as const };
    expect(verdict(image, notReady, checkout)).toBe('cause-elsewhere');
    expect(verdict({ ...image, blastRadius: ['checkout'] }, notReady, checkout)).toBe('covered: calls');
    expect(verdict(image, page({ incidentId: 'd', service: 'web', callees: { payments: 1 } }), checkout)).toBe(
      'covered: calls',
    );
  });

  it('crosses clusters only where the catalogue places the callee elsewhere', () => {
    const crossing = { ...checkout, cluster: 'prod-us', crossing: { payments: ['prod-eu'] } };
    expect(verdict(exhausted, payments, crossing)).toBe('covered: calls');
    expect(verdict(exhausted, payments, { ...crossing, environment: 'staging' })).toBe('other-place');
  });

  it('joins what runs on a dead node, by its label or because its pods were seen there', () => {
    const dead = diagnosis([hypothesis({ kind: 'Node', name: 'node-7' }, 'node-kubelet')], {
      affected: [{ kind: 'Deployment', name: 'search', namespace: 'shop', cluster: 'prod-eu' }],
    });
    const node = page({ incidentId: 'n', symptom: 'node-down', node: 'node-7' });
    const search = page({ incidentId: 's', service: 'search', symptom: 'unavailable' });
    expect(verdict(dead, node, search)).toBe('covered: same-node');
    expect(verdict(dead, node, { ...search, namespace: 'other' })).toBe('not-related');
    expect(verdict(dead, node, { ...search, node: 'node-8' })).toBe('cause-elsewhere');
    expect(verdict(dead, node, { ...search, service: 'cart', node: 'node-7' })).toBe('covered: same-node');
    expect(verdict(dead, node, { ...search, symptom: 'certificate' })).toBe('symptom-does-not-fit');
  });

  it('does not take a run for the service that it belongs to', () => {
    const bad = diagnosis([hypothesis({ name: 'payments' }, 'code-change')]);
    const report = page({
      incidentId: 'r',
      service: 'payments',
      symptom: 'job-failed',
      workload: { kind: 'CronJob', name: 'payments-report', namespace: 'shop', cluster: 'prod-eu' },
    });
    expect(verdict(bad, payments, report)).toBe('not-related');
  });
});
