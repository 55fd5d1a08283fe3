import { describe, expect, test } from 'vitest';
import { wentLive } from '../../../../core/analysis/changes/liveness.ts';
import { natureOf } from '../../../../core/analysis/changes/nature.ts';
import { outsideSigns } from '../../../../core/analysis/changes/outside.ts';
import { bareName, placeOf } from '../../../../core/analysis/changes/place.ts';
import { type ChangeQuestion, rankChanges } from '../../../../core/analysis/changes/rank.ts';
import type { Change } from '../../../../core/model/telemetry.ts';

const at = (time: string) => `2026-11-20T${time}:00Z`;
const commit = (id: string, time: string, over: Partial<Change> = {}): Change => ({
  id,
  kind: 'commit',
  at: at(time),
  commit: id,
  title: 'refactor something',
  ...over,
});
const deploy = (service: string, time: string, of: string): Change => ({
  id: `deploy-${service}-${time}`,
  kind: 'deploy',
  at: at(time),
  service,
  commit: of,
  title: `deploy ${service}`,
});
const question: ChangeQuestion = {
  service: 'cart-service',
  callees: ['stock-service'],
  callers: ['web'],
  misbehaviour: 'cart-service voucher redemption fails',
  pagedAt: at('12:00'),
  environment: 'production',
};
const first = (changes: readonly Change[], over: Partial<ChangeQuestion> = {}) =>
  rankChanges(changes, { ...question, ...over }).suspects[0];

describe('a change went live', () => {
  test('by the deploy that names its commit, with what was merged before it since the last one', () => {
    const changes = [
      commit('aaaaaaaa1', '09:00'),
      deploy('cart-service', '09:30', 'aaaaaaaa1'),
      commit('bbbbbbbb2', '10:00'),
      commit('cccccccc3', '10:30'),
      deploy('cart-service', '11:00', 'cccccccc3'),
      commit('dddddddd4', '11:30'),
    ];
    const lives = wentLive(changes, at('12:00')).map(({ change, how, at: when }) => [change.id, how, when]);
    expect(lives).toEqual([
      ['aaaaaaaa1', 'named', at('09:30')],
      ['cccccccc3', 'named', at('11:00')],
      ['bbbbbbbb2', 'carried', at('11:00')],
      ['dddddddd4', 'not-deployed', at('11:30')],
    ]);
  });

  test('only before the page', () => {
    expect(wentLive([deploy('cart-service', '12:01', 'x')], at('12:00'))).toEqual([]);
  });

  test('by itself where a deploy names a commit that nobody knows', () => {
    expect(wentLive([deploy('cart-service', '11:00', 'unknown12')], at('12:00'))).toMatchObject([{ how: 'itself' }]);
  });
});

describe('a change cannot break what runs when it', () => {
  test.each([
    ['docs/flags.md', 'documentation'],
    ['pkg/parse_test.go', 'tests'],
    ['.github/workflows/build.yml', 'build pipeline'],
    ['web/Settings.css', 'looks'],
    ['deploy/staging/tls.yaml', 'staging'],
  ])('touches %s only', (file, word) => {
    expect(natureOf(commit('a', '10:00', { files: [file] }), 'production')).toMatchObject({
      kind: 'harmless',
      why: expect.stringContaining(word),
    });
  });

  test('but the environment of the incident is not another one', () => {
    expect(natureOf(commit('a', '10:00', { files: ['deploy/production/tls.yaml'] }), 'production').kind).toBe('unread');
  });

  test('and a title alone is the author’s word, not proof', () => {
    expect(natureOf(commit('a', '10:00', { title: 'docs: words' }), undefined).kind).toBe('said-harmless');
    expect(natureOf(commit('a', '10:00', { title: 'docs: words', diff: '-a = 1\n+a = 2' }), undefined).kind).toBe(
      'behaviour',
    );
  });
});

describe('files are placed by', () => {
  test('the bare names of services', () => {
    expect(['payment-svc', 'paymentservice', 'payment-1'].map(bareName)).toEqual(['payment', 'payment', 'payment']);
  });
  test('whose folder they are in', () => {
    const of = (file: string) =>
      placeOf(commit('a', '10:00', { files: [file] }), 'cart-service', new Set(['stock-service']));
    expect(['services/cart/a.go', 'pkg/money/a.go', 'services/stock/a.go', 'ui/a.ts'].map(of)).toEqual([
      'own',
      'shared',
      'other',
      'unknown',
    ]);
  });
});

describe('the likeliest change is', () => {
  test('the one that speaks of what misbehaves, among those deployed together', () => {
    const changes = [
      commit('aaaaaaaa1', '10:00', {
        title: 'new image sizes',
        files: ['services/cart/images.go'],
        diff: '-w = 1\n+w = 2',
      }),
      commit('bbbbbbbb2', '10:10', {
        title: 'voucher rules',
        files: ['services/cart/voucher.go'],
        diff: '-if ok {\n+{',
      }),
      deploy('cart-service', '11:50', 'bbbbbbbb2'),
    ];
    expect(first(changes)).toMatchObject({ live: { change: { id: 'bbbbbbbb2' } } });
    expect(first(changes)?.why.join()).toContain('voucher');
  });

  test('the one on the service itself, not one on a stranger', () => {
    const changes = [deploy('mail-service', '11:55', 'x1'), deploy('cart-service', '11:40', 'x2')];
    expect(first(changes)?.live.service).toBe('cart-service');
  });

  test('none, when all went live long ago or elsewhere', () => {
    const { none } = rankChanges(
      [commit('aaaaaaaa1', '02:00', { files: ['README.md'] }), deploy('mail-service', '03:00', 'x1')],
      question,
    );
    expect(none).toBeGreaterThan(0.9);
  });

  test('less sure where the alert or a status feed speaks of an outside cause', () => {
    const changes = [deploy('cart-service', '11:50', 'x1')];
    expect(rankChanges(changes, { ...question, outsideSigns: 2 }).none).toBeGreaterThan(
      rankChanges(changes, question).none,
    );
  });

  test('always one of probabilities that sum to one with "none"', () => {
    const changes = Array.from({ length: 40 }, (_, n) => commit(`c${n}aaaaaaa`, '10:00', { title: `change ${n}` }));
    const { suspects, none } = rankChanges([...changes, deploy('cart-service', '11:00', 'c3aaaaaaa')], question);
    expect(suspects.reduce((sum, { confidence }) => sum + confidence, none)).toBeCloseTo(1, 9);
  });
});

describe('an outside cause is heard', () => {
  const feed = {
    provider: 'aws',
    at: at('11:40'),
    state: 'degraded' as const,
    text: 'Amazon S3: increased error rates',
  };

  test('from a status feed that speaks of what misbehaves', () => {
    expect(outsideSigns('fetches from S3 fail', [feed])).toMatchObject([{ cause: 'vendor-outage', status: feed }]);
  });
  test('but not from one that does not, or that is operational', () => {
    expect(outsideSigns('login fails', [feed])).toEqual([]);
    expect(outsideSigns('fetches from S3 fail', [{ ...feed, state: 'operational' }])).toEqual([]);
  });
  test('from the words of the alert', () => {
    expect(outsideSigns('x509: certificate has expired', []).map(({ cause }) => cause)).toEqual([
      'certificate-expired',
    ]);
  });
});
