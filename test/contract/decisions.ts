// The book of acts, the switches and the audit: what every implementation has to hold.
import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../connectors/dynamodb/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { AuditEntry } from '../../core/model/audit.ts';
import { AuditLink } from '../../core/model/audit-chain.ts';
import type { Act } from '../../core/ports/records.ts';
import { beforeTheFirst, hashOfLink } from '../../core/record/audit/chain.ts';
import { at } from '../builders.ts';
import { type OpenStores, parallel, testClock } from './records.ts';

export function decisionContracts(open: OpenStores): void {
  let stores: DynamoStores;
  beforeEach(async () => {
    stores = await open(testClock());
  });

  describe('acts', () => {
    const act = (key: string, over: Partial<Act> = {}): Act => ({
      key,
      at: at('03:00:00'),
      incidentId: 'inc-1',
      actionId: 'restart-rollout',
      targetKey: 'c/n/Deployment/x',
      pods: 3,
      ...over,
    });
    const fewerThan = (limit: number) => async (recent: readonly Act[]) => ({ allowed: recent.length < limit });

    test('are there once they were allowed, each environment for itself', async () => {
      expect(await stores.acts.enter('production', act('a'), fewerThan(3))).toEqual({ allowed: true });
      expect(await stores.acts.recent('production', new Date(at('03:10:00')))).toEqual([act('a')]);
      expect(await stores.acts.recent('staging', new Date(at('03:10:00')))).toEqual([]);
    });
    test('are not there when they were refused', async () => {
      expect(await stores.acts.enter('production', act('a'), fewerThan(0))).toEqual({ allowed: false });
      expect(await stores.acts.recent('production', new Date(at('03:10:00')))).toEqual([]);
    });
    test('of one key count once, and are judged without themselves', async () => {
      await stores.acts.enter('production', act('a'), fewerThan(1));
      expect(await stores.acts.enter('production', act('a', { at: at('03:05:00') }), fewerThan(1))).toEqual({
        allowed: true,
      });
      expect(await stores.acts.recent('production', new Date(at('03:10:00')))).toEqual([act('a')]);
    });
    test('of many at once as many are allowed as the budget says', async () => {
      const answers = await parallel(15, (n) => stores.acts.enter('production', act(`a-${n}`), fewerThan(4)));
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(4);
      expect(await stores.acts.recent('production', new Date(at('03:10:00')))).toHaveLength(4);
    });
    test('are forgotten after a day', async () => {
      await stores.acts.enter('production', act('a'), fewerThan(9));
      expect(await stores.acts.recent('production', new Date('2026-11-21T03:00:00Z'))).toEqual([]);
    });
  });

  describe('the kill switch', () => {
    test('is as it was last thrown', async () => {
      expect(await stores.controls.killSwitch()).toBeUndefined();
      const on = { on: true, by: 'ana', at: at('03:00:00'), why: 'a migration' };
      await stores.controls.setKillSwitch(on);
      expect(await stores.controls.killSwitch()).toEqual(on);
      await stores.controls.setKillSwitch({ ...on, on: false });
      expect(await stores.controls.killSwitch()).toMatchObject({ on: false });
    });
  });

  describe('the audit', () => {
    const entry = (id: string, over: Partial<AuditEntry> = {}): AuditEntry => ({
      id,
      at: at('03:00:00'),
      actor: { kind: 'person', id: 'ana' },
      kind: 'answer',
      outcome: 'approve',
      text: 'Approved.',
      policies: [],
      evidenceIds: [],
      ...over,
    });
    const day = { since: at('00:00:00'), until: '2026-11-21T00:00:00.000Z' };

    test('never changes what is there: the same id again is the first line', async () => {
      await stores.audit.append(entry('one'));
      await stores.audit.append(entry('one', { outcome: 'reject', text: 'Forged.' }));
      await parallel(10, (n) => stores.audit.append(entry('one', { text: `Forged ${n}.` })));
      expect(await stores.audit.list(day)).toEqual([entry('one')]);
      expect(await stores.audit.links('no-incident')).toHaveLength(1);
    });
    test('is one chain an incident without a gap or a fork, however many write to it at once', async () => {
      await parallel(20, (n) => stores.audit.append(entry(`line-${n % 10}`, { incidentId: `inc-${n % 2}` })));
      await stores.audit.append(entry('apart'));
      const { chains } = await stores.audit.contents(day);
      expect(chains).toEqual(['incident:inc-0', 'incident:inc-1', 'no-incident']);
      for (const chain of chains) {
        const links = await stores.audit.links(chain);
        const parsed = links.map(({ item }) => AuditLink.parse(item));
        expect(links.map(({ place }) => place)).toEqual(parsed.map((_, index) => index + 1));
        expect(parsed.map(({ previous }) => previous)).toEqual([
          beforeTheFirst,
          ...parsed.slice(0, -1).map(({ hash }) => hash),
        ]);
        expect(parsed.map(hashOfLink)).toEqual(parsed.map(({ hash }) => hash));
        expect(await stores.audit.head(chain)).toEqual({ chain, sequence: links.length, hash: parsed.at(-1)?.hash });
      }
      // Each of ten lines was written twice, five in each incident; and one apart.
      expect(await stores.audit.list(day)).toHaveLength(11);
    });
    test('lists a span, oldest first, over days', async () => {
      const late = entry('late', { at: '2026-11-21T00:00:00.000Z' });
      const early = entry('early', { at: '2026-11-19T23:59:59.000Z' });
      for (const one of [late, entry('b', { at: at('05:00:00') }), entry('a'), early]) await stores.audit.append(one);
      expect((await stores.audit.list(day)).map(({ id }) => id)).toEqual(['a', 'b']);
      const all = { since: '2026-11-19T00:00:00.000Z', until: '2026-11-22T00:00:00.000Z' };
      expect((await stores.audit.list(all)).map(({ id }) => id)).toEqual(['early', 'a', 'b', 'late']);
      expect(await stores.audit.list({ since: all.until, until: all.since })).toEqual([]);
    });
    test('is asked for two years at most', async () => {
      await expect(stores.audit.list({ since: '2000-01-01', until: '2026-01-01' })).rejects.toThrow(InvalidInput);
    });
    test('offers nothing that would change a line', () => {
      expect(Object.keys(stores.audit).sort()).toEqual(['append', 'contents', 'head', 'links', 'list']);
    });
  });
}
