import { describe, expect, test } from 'vitest';
import type { Incident } from '../../../core/model/incident.ts';
import { isUnsettled, statusViewOf } from '../../../core/reporting/status-view.ts';
import { incidentLine } from '../../../local/mcp/words.ts';
import { endLine, timelineLine } from '../../../local/terminal/words.ts';
import { anEntry, anIncident } from '../../builders.ts';

const closed = (over: Partial<Incident>): Incident =>
  anIncident({ status: 'closed', outcome: 'needs-person', ...over });
const style = {
  plain: (text: string) => text,
  bold: (text: string) => text,
  dim: (text: string) => text,
  red: (text: string) => `<red>${text}</red>`,
  green: (text: string) => `<green>${text}</green>`,
  yellow: (text: string) => `<yellow>${text}</yellow>`,
  cyan: (text: string) => text,
};

describe('what did not demonstrably recover', () => {
  const bad = (['not-recovered', 'made-worse', 'unknown', undefined] as const).map((verified) =>
    closed(verified === undefined ? {} : { verified }),
  );
  test.each(bad)('is nowhere green, closed, over or done (%#)', (incident) => {
    const standing = statusViewOf(incident);
    expect(standing.tone).toBe('bad');
    for (const said of [standing.text, endLine(incident, style), incidentLine(incident)])
      expect(said).not.toMatch(/green|closed|over\b|done|✅/i);
    expect(endLine(incident, style)).toMatch(/<red>(?:Not|Made|Recovery)/);
    expect(isUnsettled(incident)).toBe(true);
  });
  test('says who has it: who took the page, else who approved, else that nobody has', () => {
    expect(statusViewOf(closed({ heldBy: { by: 'ana', as: 'page' } })).has).toBe(
      'ana owns it, after acknowledging the page.',
    );
    expect(statusViewOf(closed({ heldBy: { by: 'ben', as: 'approver' } })).has).toBe(
      'ben owns it, after approving the action.',
    );
    expect(statusViewOf(closed({})).has).toBe('Nobody owns it yet: escalate.');
    expect(statusViewOf(anIncident({ status: 'failed' })).has).toBe('Nobody owns it yet: escalate.');
    expect(incidentLine(closed({ verified: 'not-recovered' }))).toContain(
      'Not recovered (Nobody owns it yet: escalate.)',
    );
  });
  test('is told in red in the terminal, and what recovered in green, by the value and not by the words', () => {
    const entry = (tone: 'good' | 'bad' | undefined) =>
      timelineLine(anEntry({ kind: 'verification', text: 'Recovered', ...(tone && { tone }) }), 0, 100, style);
    expect(entry('good')).toContain('<green>verification');
    expect(entry('bad')).toContain('<red>verification');
    expect(entry(undefined)).toContain('<yellow>verification');
    expect(timelineLine(anEntry({ kind: 'action', text: 'Done' }), 0, 100, style)).not.toContain('green');
  });
});

test('what recovered is good, and nobody has to have it', () => {
  const recovered = closed({ outcome: 'recovered', verified: 'recovered' });
  expect(statusViewOf(recovered)).toEqual({ text: 'Recovered', tone: 'good' });
  expect(endLine(recovered, style)).toContain('<green>Recovered');
  expect(isUnsettled(recovered)).toBe(false);
});
test('where nothing was done that is said, and who has it as long as the page is not resolved', () => {
  const nothing = closed({ outcome: 'nothing-done' });
  expect(statusViewOf(nothing)).toEqual({ text: 'Nothing done', has: 'Nobody owns it yet: escalate.' });
  expect(statusViewOf({ ...nothing, pageStatus: 'resolved' })).toEqual({ text: 'Nothing done' });
});

test('names the owners of the service where nobody owns the problem', () => {
  const incident = anIncident({ status: 'failed', place: { service: 'checkout', owners: ['team-shop', 'ana'] } });
  expect(statusViewOf(incident).has).toBe(
    'Nobody owns it yet: escalate to team-shop and ana (owners of checkout in the catalogue).',
  );
});
