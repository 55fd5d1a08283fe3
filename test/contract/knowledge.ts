// What every knowledge base has to hold: the same suite for the local index and for Bedrock. `open` gives an empty one.
import { beforeEach, describe, expect, test } from 'vitest';
import { tagQuery } from '../../core/analysis/knowledge/lookup.ts';
import type { KnowledgeBase, KnowledgeDocument, KnowledgeQuery } from '../../core/ports/telemetry.ts';

export const document = (name: string, over: Partial<KnowledgeDocument> = {}): KnowledgeDocument => ({
  name,
  title: name.replace('.md', ''),
  tags: [],
  markdown: '## Meaning\n\nNothing in particular.',
  ...over,
});
const invoices = document('invoices.md', {
  title: 'Nightly invoices',
  service: 'billing',
  tags: ['runbook'],
  markdown:
    '## Meaning\n\nThe run of a night is missing.\n\n## Mitigation\n\nOnce ledger-api answers again, rerun the job.',
});
const recurs = 'recurs:KubeJobFailed:CronJob/billing/nightly-invoices:production';
const past = document('postmortem-inc-1.md', {
  title: 'Postmortem draft: invoices failed',
  service: 'billing',
  tags: ['postmortem', 'draft', recurs],
  markdown: '## Cause\n\nledger-api was away.\n\n## What was tried\n\nA rerun; it helped.',
});

export function knowledgeContract(open: () => Promise<KnowledgeBase>): void {
  describe('a knowledge base', () => {
    let base: KnowledgeBase;
    beforeEach(async () => {
      base = await open();
    });
    const search = async (text: string, over: Partial<KnowledgeQuery> = {}) => {
      const found = await base.search({ scope: { incidentId: 'inc-9' }, text, limit: 10, ...over });
      if (found.kind === 'gap') throw new Error(found.gap.reason);
      return found.data;
    };

    test('quotes the section that speaks of it, with the document, and says why', async () => {
      await base.add(invoices);
      await base.add(document('other.md'));
      const [hit] = await search('ledger-api rerun job');
      expect(hit).toMatchObject({ document: 'invoices.md', title: 'Nightly invoices', heading: 'Mitigation' });
      expect(hit?.excerpt).toBe('Once ledger-api answers again, rerun the job.');
      expect(hit?.why).toMatch(/ledger|rerun|job/);
      expect(hit?.score).toBeGreaterThan(0);
    });

    test('puts what was written for the service first, and drafts behind what people wrote', async () => {
      const text = { markdown: '## Timeouts\n\nRaise the pool of connections.' };
      await base.add(document('a-mail.md', { ...text, service: 'mail' }));
      await base.add(document('b-draft.md', { markdown: `${text.markdown}\n`, service: 'cart', tags: ['draft'] }));
      await base.add(document('c-cart.md', { markdown: `${text.markdown} At once.`, service: 'Cart' }));
      const hits = await search('raise pool connections', { service: 'cart' });
      expect(hits[0]).toMatchObject({ document: 'c-cart.md' });
      expect(hits[0]?.why).toMatch(/written for cart/i);
    });

    test('finds only what is of the type that is asked for', async () => {
      await base.add(invoices);
      await base.add(past);
      const names = async (type?: 'runbook' | 'postmortem') =>
        (await search('ledger-api rerun', { type })).map((hit) => hit.document).toSorted();
      expect(await names('runbook')).toEqual(['invoices.md']);
      expect(await names('postmortem')).toEqual(['postmortem-inc-1.md']);
      expect(await names()).toEqual(['invoices.md', 'postmortem-inc-1.md']);
    });

    test('gives every section of what is tagged, the latest first, and nothing that is not', async () => {
      await base.add(invoices);
      await base.add(past);
      await base.add({ ...past, name: 'postmortem-inc-2.md', markdown: '## Cause\n\nThe disk was full.' });
      const hits = await search(tagQuery([recurs, 'recurs:another']), { type: 'postmortem' });
      expect(hits.map((hit) => `${hit.document} ${hit.heading}`)).toEqual([
        'postmortem-inc-2.md Cause',
        'postmortem-inc-1.md Cause',
        'postmortem-inc-1.md What was tried',
      ]);
      expect(new Set(hits.map(({ why }) => why))).toEqual(new Set([`tagged ${recurs}`]));
      expect(await search(tagQuery(['recurs:another']))).toEqual([]);
    });

    test('what is added again replaces what was there', async () => {
      await base.add(invoices);
      await base.add({ ...invoices, markdown: '## Mitigation\n\nCall the ledger team.' });
      const hits = await search('ledger');
      expect(hits.map(({ excerpt }) => excerpt)).toEqual(['Call the ledger team.']);
    });

    test('gives no more than asked for, and nothing for nothing', async () => {
      for (let index = 0; index < 5; index++)
        await base.add(document(`page-${index}.md`, { markdown: `## Page ${index}\n\nThe ledger of page ${index}.` }));
      expect(await search('ledger page', { limit: 2 })).toHaveLength(2);
      expect(await search('   ')).toEqual([]);
    });
  });
}
