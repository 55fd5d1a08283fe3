import { describe, expect, it } from 'vitest';
import { citedEvidence, evidenceIndex } from '../../../core/console/evidence-view.ts';
import type { Evidence } from '../../../core/model/report.ts';
import { aDiagnosis, aHypothesis, anEntry, anIncident, aTrigger } from '../../builders.ts';

const piece = (over: Partial<Evidence>): Evidence => ({
  id: 'ev-1',
  incidentId: 'inc-1',
  source: 'logs',
  query: 'q',
  excerpt: 'x',
  hash: 'h',
  ...over,
});
const titles = (evidence: readonly Evidence[]) =>
  evidenceIndex(anIncident(), evidence).runbooks.map(({ kind, title }) => `${kind} ${title}`);

describe('the evidence of an incident', () => {
  it('is that of the hypotheses first, each once', () => {
    const diagnosis = aDiagnosis({ hypotheses: [aHypothesis({ evidenceIds: ['b', 'a'] })] });
    expect(citedEvidence(diagnosis, [anEntry({ evidenceIds: ['a', 'c'] })])).toEqual(['b', 'a', 'c']);
  });

  it('shows runbooks before earlier incidents', () => {
    const past = piece({ source: 'knowledge', excerpt: 'postmortem-inc-9.md › Cause\nIt broke.' });
    const runbook = piece({ source: 'knowledge', excerpt: 'checkout.md › OOM\nRoll back.' });
    expect(titles([past, piece({}), runbook])).toEqual([
      'runbook checkout.md › OOM',
      'postmortem postmortem-inc-9.md › Cause',
    ]);
  });
});

describe('links', () => {
  it('are those of the page, its alert and the evidence, each once, http and https only', () => {
    const trigger = aTrigger({
      link: 'https://pd.example/1',
      details: {
        'annotations.runbook_url': 'https://wiki.example/checkout',
        evil: 'javascript:alert(1)',
        other: 'https://pd.example/1',
        text: 'see https://x.example',
      },
    });
    const links = evidenceIndex({ trigger }, [piece({ source: 'newrelic', link: 'https://nr.example/q' })]).links;
    expect(links.map(({ href }) => href)).toEqual([
      'https://pd.example/1',
      'https://wiki.example/checkout',
      'https://nr.example/q',
    ]);
    expect(links.map(({ name }) => name)).toEqual(expect.arrayContaining(['runbook', 'newrelic']));
  });
});
