import { describe, expect, it } from 'vitest';
import { exportIncident } from '../../../core/console/export.ts';
import { incidentView } from '../../../core/console/incident-view.ts';
import { aDiagnosis, aHypothesis, anApproval, anEntry, anIncident } from '../../builders.ts';

const hostile = '<img src=x>\n# Not a heading\n- [link](javascript:x) **bold**';
const view = incidentView({
  incident: anIncident({ title: hostile, place: { service: 'billing' } }),
  timeline: [anEntry({ text: hostile })],
  diagnosis: aDiagnosis({ text: hostile, hypotheses: [aHypothesis({ summary: hostile })] }),
  approvals: [anApproval()],
  messages: [
    { key: 'k', incidentId: 'inc-1', kind: 'answer', headline: hostile, lines: [], asked: { by: 'ana', text: 'why?' } },
  ],
  members: [],
});
const evidence = [{ id: 'ev-1', incidentId: 'inc-1', source: 'logs', query: 'q', excerpt: '```\n# x', hash: 'abc' }];

describe('an incident as Markdown', () => {
  const lines = exportIncident(view, evidence, 'md').split('\n');

  it('has its sections and nothing that texts bring along', () => {
    expect(lines.filter((line) => line.startsWith('## '))).toEqual(
      ['Diagnosis', 'Requests', 'Timeline (UTC)', 'Conversation', 'Evidence'].map((name) => `## ${name}`),
    );
    expect(lines.filter((line) => /^#(?!#)/.test(line))).toHaveLength(1);
    expect(lines.join('\n')).not.toMatch(/(?<!\\)(?:<img|\]\()/);
    expect(lines.filter((line) => line.trim().startsWith('```'))).toEqual(['    ```text', '    ```']);
  });

  it('has the state, the request, the question of a person, and the evidence with its hash', () => {
    const all = lines.join('\n');
    for (const part of ['**State:**', 'Rerun CronJob', '**ana**: why?', 'SHA-256 abc', 'billing'])
      expect(all).toContain(part);
  });
});

it('an incident as JSON holds the record and its evidence', () => {
  expect(JSON.parse(exportIncident(view, evidence, 'json'))).toMatchObject({
    format: 'watchkeeper-incident/1',
    incident: { id: 'inc-1', title: hostile },
    evidence: [{ id: 'ev-1' }],
  });
});
