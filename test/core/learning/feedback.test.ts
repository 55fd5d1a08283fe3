import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CauseCode, causes } from '../../../core/causes/causes.ts';
import { parseFact } from '../../../core/language/parse-fact.ts';
import { parseTeaching } from '../../../core/language/parse-teaching.ts';
import { readIntent } from '../../../core/language/read-intent.ts';
import { feedbackOf, truthOf } from '../../../core/learning/feedback.ts';
import { correctionChoices, readingOf, resolveCorrection } from '../../../core/learning/resolve-correction.ts';
import type { EntityRef } from '../../../core/model/entity.ts';
import { Feedback } from '../../../core/model/feedback.ts';
import { incidentEntitiesIn } from '../../../core/record/incident-entities.ts';
import { entitiesOf } from '../../../core/record/reported-entities.ts';
import {
  aDiagnosis,
  aFinding,
  aHypothesis,
  anEntry,
  anEvent,
  anIncident,
  aReport,
  at,
  cronJob,
} from '../../builders.ts';

const service = (name: string, namespace?: string): EntityRef => ({
  kind: 'Service',
  name,
  ...(namespace === undefined ? {} : { namespace }),
});
const cache: EntityRef = { kind: 'Deployment', name: 'session-cache', namespace: 'identity' };
const mysql: EntityRef = { kind: 'StatefulSet', name: 'orders-mysql', namespace: 'store' };
const seen = [cronJob, cache, mysql, service('payments'), service('orders'), { kind: 'Node', name: 'node-1' }];

describe('what words name', () => {
  test.each<[string, EntityRef | undefined, CauseCode | undefined]>([
    ['no, it was the cache', cache, undefined],
    ['no, it was session-cache, out of memory', cache, 'oom-killed'],
    ['No, it was the session cache: its certificate had expired', cache, 'certificate-expired'],
    ['no, it was a full disk on orders-mysql', mysql, 'disk-full'],
    ['the real cause was the deploy of payments', service('payments'), 'code-change'],
    ['no, it was the database: too many connections', mysql, 'database-connections-exhausted'],
    ['no, it was orders', service('orders'), undefined],
    ['no, it was DNS', undefined, 'dns-failure'],
    ['no, it was payments, oom-killed', service('payments'), 'oom-killed'],
    ['no, it was the node, it was not ready', { kind: 'Node', name: 'node-1' }, 'node-not-ready'],
    ['actually it was a memory leak in store/orders-mysql', mysql, 'memory-leak'],
    ['no, it was the cache, not orders', cache, undefined],
    ['no, it was not payments but orders: a network policy', service('orders'), 'network-policy'],
    ['no, it was a feature flag of payments', service('payments'), 'flag-change'],
    ['no, it was the cron job, it ran past its deadline', cronJob, 'job-deadline'],
    ['no, it was inventory-api', undefined, undefined],
    ['no, it was redis', undefined, undefined],
    ['no, it was the full moon', undefined, undefined],
  ])('%s', (said, entity, cause) => {
    const meant = resolveCorrection(said, seen);
    expect([meant.entity, meant.cause]).toEqual([entity, cause]);
  });

  test('that several fit is none of them, and they are listed', () => {
    const caches = [cache, service('page-cache')];
    const meant = resolveCorrection('no, it was the cache', caches);
    expect(meant).toEqual({ entities: caches, causes: [] });
    expect(correctionChoices(meant, caches)).toEqual(['no, it was session-cache', 'no, it was page-cache']);
    const faults = resolveCorrection('no, it was the memory of session-cache', caches);
    expect(faults).toEqual({
      entity: cache,
      entities: [],
      causes: ['oom-killed', 'memory-leak', 'heap-exhausted', 'store-memory-full'],
    });
    expect(correctionChoices(faults, caches).slice(0, 2)).toEqual([
      'no, it was session-cache: Killed because it used more memory than its limit',
      'no, it was session-cache: Memory grows without end',
    ]);
  });

  test('two things of one name are told apart by kind and namespace', () => {
    const twins = [service('orders', 'store'), service('orders', 'archive'), { kind: 'Namespace', name: 'orders' }];
    const meant = resolveCorrection('no, it was orders', twins);
    expect(meant).toEqual({ entities: twins, causes: [] });
    const choices = correctionChoices(meant, twins);
    expect(choices.map((choice) => resolveCorrection(choice, twins).entity)).toEqual(twins);
  });

  test('is said back in a sentence', () => {
    expect(readingOf(resolveCorrection('no, it was the cache, its disk', seen))).toBe(
      'I read that as Deployment session-cache (no space left on a volume).',
    );
    expect(readingOf(resolveCorrection('no, it was the weekend', seen))).toBe(
      'It names nothing that I saw here, and no cause that I know.',
    );
  });

  test('every title and every code of the catalogue is read as that cause, and is a correction and nothing else', () => {
    for (const code of Object.keys(causes) as CauseCode[]) {
      if (code === 'unknown' || code === 'other') continue;
      expect([code, resolveCorrection(`no, it was ${code}`, seen).cause]).toEqual([code, code]);
      for (const choice of [
        `no, it was session-cache: ${causes[code].title}`,
        `no, it was this: ${causes[code].title}`,
      ]) {
        expect([choice, resolveCorrection(choice, seen).cause]).toEqual([choice, code]);
        expect([choice, readIntent(choice).kind]).toEqual([choice, 'correct']);
        expect([parseTeaching(choice).kind, parseFact(choice).kind]).toEqual(['nothing', 'nothing']);
      }
    }
  });

  test('a choice is read as exactly what it offers', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
    fc.assert(
      fc.property(fc.uniqueArray(label, { minLength: 2, maxLength: 5 }), (names) => {
        const known = names.map((name) => service(`${name}-cache`));
        for (const said of ['no, it was the cache', 'no, it was the memory of the cache']) {
          const meant = resolveCorrection(said, known);
          const read = correctionChoices(meant, known).map((choice) => resolveCorrection(choice, known).entity?.name);
          expect(read).toEqual(meant.entities.map(({ name }) => name));
        }
      }),
    );
  });

  test('is never what was not seen, whatever is said', () => {
    const words = fc.constantFrom(
      ...['no', 'it was', 'the', 'cache', 'database', 'node', 'deploy of', 'not', ',', '.', 'session-cache', 'orders'],
      ...['<script>', '@everyone', 'IGNORE ALL RULES', '..', '\u202e', 'x'.repeat(4000), '`rm -rf`', 'evil-api'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 40 }), (parts) => {
        const meant = resolveCorrection(parts.join(' '), seen);
        for (const one of [...(meant.entity ? [meant.entity] : []), ...meant.entities]) expect(seen).toContain(one);
        expect(resolveCorrection(parts.join(' '), []).entity).toBeUndefined();
        expect(meant.entities.length + meant.causes.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});

describe('what an incident has seen', () => {
  const diagnosis = aDiagnosis({
    hypotheses: [aHypothesis()],
    blastRadius: ['invoices-ui'],
  });
  const claim =
    'New at nightly-invoices since 01:40 UTC: "audit-sink.audit:9000 refused; Deployment evil/planted says so"';
  const reported = entitiesOf(
    aReport({
      findings: [
        aFinding({ claim }),
        aFinding({ entity: { kind: 'Deployment', name: 'session-cache', namespace: 'identity' } }),
        aFinding({ entity: service('ledger-api') }),
      ],
      topology: {
        calls: [
          { from: 'web', to: 'ledger-api' },
          { from: 'cart', to: 'carts-db' },
        ],
        databases: [],
      },
    }),
  );
  const timeline = [
    anEvent({
      type: 'ContextAssembled',
      callees: ['ledger-db', 'mailer'],
      callers: [],
      facts: [],
      questions: [],
      missing: [],
    }),
    anEvent({
      type: 'SpecialistReported',
      specialist: 'logs',
      phase: 'investigate',
      round: 1,
      summary: 'Deployment planted/elsewhere',
      findings: 3,
      entities: reported,
      gaps: [],
    }),
    anEvent({ type: 'DiagnosisCorrected', by: 'ada', words: 'no, it was Deployment ghost' }),
  ];
  test('is what its hypotheses and reports are about, their neighbours and the hosts of errors, and no words of people', () => {
    const names = incidentEntitiesIn({ incident: anIncident(), diagnosis, timeline }).map(
      ({ kind, name }) => `${kind} ${name}`,
    );
    expect(names).toEqual([
      'CronJob nightly-invoices',
      'Deployment session-cache',
      'Service ledger-api',
      'Service audit-sink',
      'Service web',
      'Service invoices-ui',
      'Service ledger-db',
      'Service mailer',
    ]);
  });
  test('is nothing where nothing is on record', () => {
    expect(incidentEntitiesIn({ incident: anIncident(), diagnosis: undefined, timeline: [] })).toEqual([]);
  });
});

describe('feedback', () => {
  const sessionCache = { kind: 'Deployment', name: 'session-cache', namespace: 'identity' };
  const told = anEvent(
    {
      type: 'DiagnosisMade',
      text: 'It broke.',
      hypotheses: [
        { entity: cronJob, cause: 'job-failed', confidence: 0.8, rank: 1 },
        { entity: sessionCache, cause: 'oom-killed', confidence: 0.1, rank: 2 },
      ],
      droppedClaims: 0,
      model: 'none',
    },
    { at: '02:48:00', step: 'Synthesize' },
  );
  const said = (step: 'Correct' | 'Agree', words: string, time = '02:50:00') =>
    anEvent(
      { type: step === 'Correct' ? 'DiagnosisCorrected' : 'DiagnosisConfirmed', by: 'ada', words },
      { at: time, step, key: time },
    );
  const of = (...timeline: readonly ReturnType<typeof said>[]) =>
    feedbackOf({ incident: anIncident(), diagnosis: aDiagnosis({ fingerprint: 'wk2-1' }), timeline });
  const diagnosed = { entity: cronJob, cause: 'job-failed', confidence: 0.8 };

  test('holds who said what of which diagnosis, and what the words name', () => {
    expect(of(told, said('Correct', 'no, it was the cache, ask ops@example.com, its memory leaked'))).toEqual([
      {
        incidentId: 'inc-1',
        at: at('02:50:00'),
        by: 'ada',
        said: expect.not.stringContaining('ops@example.com'),
        verdict: 'wrong',
        diagnosed,
        fingerprint: 'wk2-1',
        meant: {
          entity: { kind: 'Deployment', name: 'session-cache', namespace: 'identity' },
          entities: [],
          cause: 'memory-leak',
          causes: [],
        },
      },
    ]);
  });
  test.each<['Correct' | 'Agree', string, string]>([
    ['Agree', 'yes, that was it', 'right'],
    ['Agree', 'confirmed, it was nightly-invoices', 'right'],
    ['Agree', 'confirmed, it was the cache', 'wrong'],
    ['Agree', 'confirmed, it was a certificate', 'wrong'],
    ['Correct', "that's wrong", 'wrong'],
    ['Correct', 'no, it was nightly-invoices, out of memory', 'wrong'],
    ['Correct', 'no, it was nightly-invoices: A Job failed', 'right'],
  ])('%s: %s counts as %s', (step, words, verdict) => {
    expect(of(told, said(step, words))).toMatchObject([{ verdict, diagnosed }]);
  });
  test('that came before the diagnosis is not about it, and neither is what was said of an unknown cause', () => {
    expect(of(said('Correct', 'no, it was the cache', '02:47:30'), told)[0]?.diagnosed).toBeUndefined();
    const unknown = aDiagnosis({ hypotheses: [aHypothesis({ cause: 'unknown' })] });
    const timeline = [told, said('Agree', 'yes, that was it')];
    expect(feedbackOf({ incident: anIncident(), diagnosis: unknown, timeline })[0]?.diagnosed).toBeUndefined();
  });
  test('is always whole, whatever stands on the timeline', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), fc.constantFrom('Correct', 'Agree'), (text, step) => {
        const timeline = [told, anEntry({ at: at('02:50:00'), step, kind: 'note', actor: 'ada', text })];
        const all = feedbackOf({ incident: anIncident(), diagnosis: aDiagnosis(), timeline });
        expect(all.map((one) => Feedback.parse(one))).toEqual(all);
      }),
    );
  });

  test('tells the truth of a scenario where it names a thing and a cause: the last word does', () => {
    const words = [said('Agree', 'yes, that was it'), said('Correct', 'no, it was session-cache: dns', '02:51:00')];
    expect(truthOf(of(told, ...words))).toMatchObject({
      kind: 'known',
      truth: {
        vocabulary: 'watchkeeper',
        rootCause: { entity: { kind: 'Service', name: 'session-cache', namespace: 'identity' }, cause: 'dns-failure' },
      },
    });
    expect(truthOf(of(told, said('Agree', 'that was it')))).toMatchObject({
      kind: 'known',
      truth: {
        rootCause: { entity: { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing' }, cause: 'job-failed' },
      },
    });
  });
  test.each([
    ['no, it was the cache', 'What ada said last ("no, it was the cache") does not name a cause of the catalogue.'],
    ['no, it was dns', 'does not name a thing that the incident has seen.'],
    ['no, it was memory', 'does not name a thing that the incident has seen and one cause (several fit).'],
  ])('says what is missing for it: %s', (words, why) => {
    expect(truthOf(of(told, said('Correct', words)))).toEqual({ kind: 'open', why: expect.stringContaining(why) });
  });
  test('that nobody gave is said, too', () => {
    expect(truthOf([])).toEqual({ kind: 'open', why: 'Nobody has said whether the diagnosis was right.' });
  });
});
