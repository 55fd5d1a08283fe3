// What every memory has to hold: the same suite for the files of one machine and for AgentCore Memory. `open` gives an empty memory and a
// way to open the same one again, as the next process would.
import { beforeEach, describe, expect, test } from 'vitest';
import { type FactStatement, factId, type ServiceFact } from '../../core/model/fact.ts';
import type { Memory } from '../../core/ports/channels.ts';
import { at } from '../builders.ts';

export interface OpenedMemory {
  readonly memory: Memory;
  reopen(): Memory;
}

export const aFact = (says: FactStatement, over: Partial<ServiceFact> = {}): ServiceFact => ({
  id: factId(says),
  statement: says,
  taughtBy: 'ada',
  taughtAt: at('02:50:00'),
  ...over,
});

export const calls = (service: string, to: string): FactStatement => ({ kind: 'talks-to', service, to });

export function memoryContract(open: () => Promise<OpenedMemory>): void {
  describe('memory', () => {
    let memory: Memory;
    let reopen: () => Memory;
    beforeEach(async () => {
      ({ memory, reopen } = await open());
    });

    test('a call is found under both of its ends, and by the next process', async () => {
      const fact = aFact({ ...calls('artist-api', 'session-cache'), cluster: 'b' } as FactStatement, {
        incidentId: 'inc-1',
      });
      await memory.teach(fact);
      expect(await reopen().facts('artist-api')).toEqual([fact]);
      expect(await reopen().facts('session-cache')).toEqual([fact]);
      expect(await reopen().facts('artist')).toEqual([]);
      expect(await reopen().facts('artist-api-2')).toEqual([]);
    });

    test('facts of every kind come back as they were taught, oldest first', async () => {
      const facts = [
        aFact({ kind: 'owned-by', service: 'cart.v2', owner: 'Team Füllhorn' }, { taughtAt: at('02:50:00') }),
        aFact({ kind: 'runs-in', service: 'cart.v2', what: 'namespace', place: 'shop' }, { taughtAt: at('02:51:00') }),
        aFact(
          { kind: 'note', service: 'cart.v2', text: 'is slow for "10 min" after a restart — that is fine' },
          { taughtAt: at('02:52:00'), taughtBy: '@ben (on call)' },
        ),
      ];
      for (const fact of facts.toReversed()) await memory.teach(fact);
      expect(await reopen().facts('cart.v2')).toEqual(facts);
      expect(await memory.facts('cart-v2')).toEqual([]);
    });

    test('taught twice it is there once, with the word of whoever was first', async () => {
      const fact = aFact(calls('a', 'b'));
      await memory.teach(fact);
      await memory.teach({ ...fact, taughtBy: 'ben', taughtAt: at('03:00:00') });
      expect(await memory.facts('a')).toEqual([fact]);
      expect(await memory.facts('b')).toEqual([fact]);
    });

    test('forgotten it is gone from both ends, and only it', async () => {
      const other = aFact(calls('a', 'c'));
      await memory.teach(aFact(calls('a', 'b')));
      await memory.teach(other);
      await memory.forget(calls('a', 'b'));
      await memory.forget(calls('a', 'b'));
      expect(await reopen().facts('a')).toEqual([other]);
      expect(await reopen().facts('b')).toEqual([]);
      await memory.teach(aFact(calls('a', 'b')));
      expect(await reopen().facts('b')).toHaveLength(1);
    });

    test('more facts than one page has are all found', async () => {
      for (let index = 0; index < 25; index++) await memory.teach(aFact(calls('hub', `spoke-${index}`)));
      expect(await memory.facts('hub')).toHaveLength(25);
    });

    test('what somebody said is listed for this incident and person, in order, with what it taught', async () => {
      const said = (text: string, time: string, over = {}) => ({
        incidentId: 'inc-1',
        actor: 'ada',
        at: at(time),
        text,
        ...over,
      });
      const first = said('why?', '02:50:00');
      const second = said('remember that a talks to b', '02:51:00', { about: 'a/wkf-0123456789abcdef0123' });
      await memory.remember(first, 'conversation');
      await memory.remember(second, 'conversation');
      await memory.remember(second, 'conversation');
      await memory.remember(said('status', '02:52:00', { actor: 'ben' }), 'conversation');
      await memory.remember(said('status', '02:53:00', { incidentId: 'inc-2' }), 'conversation');
      expect(await reopen().utterances({ incidentId: 'inc-1', actor: 'ada' })).toEqual([first, second]);
      expect(await reopen().utterances({ incidentId: 'inc-3', actor: 'ada' })).toEqual([]);
    });

    test('what people say is not recalled as something learned', async () => {
      await memory.remember(
        { incidentId: 'inc-1', actor: 'ada', at: at('02:50:00'), text: 'nightly-invoices is cursed' },
        'conversation',
      );
      expect(await reopen().recall({ text: 'nightly-invoices', limit: 5 })).toEqual([]);
    });
  });
}
