import { describe, expect, test } from 'vitest';
import { sessionOf } from '../../../core/conversation/session.ts';
import type { Utterance } from '../../../core/model/utterance.ts';

const said = (over: object): Utterance =>
  ({
    eventId: 'e1',
    at: '2026-11-20T02:50:00.000Z',
    kind: 'words',
    how: 'mention',
    by: 'U1',
    text: 'why?',
    place: { channel: 'C1', threadTs: '1.0' },
    ...over,
  }) as Utterance;

describe('a session', () => {
  const thread = sessionOf(said({}));
  test('is 33 to 256 characters that the service takes', () => {
    expect(thread).toMatch(/^[0-9a-f]{64}$/);
  });
  test('is the same for whoever says what in one thread, for reactions there too', () => {
    expect(sessionOf(said({ eventId: 'e2', by: 'U2', text: 'status', ts: '1.5' }))).toBe(thread);
    expect(
      sessionOf(said({ kind: 'reaction', verdict: 'approve', ts: '1.7', place: { channel: 'C1', threadTs: '1.0' } })),
    ).toBe(thread);
  });
  test('begins with the message that begins a thread', () => {
    expect(sessionOf(said({ place: { channel: 'C1' }, ts: '1.0' }))).toBe(thread);
  });
  test('is another in another thread, channel or incident', () => {
    const others = [
      said({ place: { channel: 'C1', threadTs: '2.0' } }),
      said({ place: { channel: 'C2', threadTs: '1.0' } }),
      said({ place: undefined, incidentId: 'inc-1' }),
      said({ place: undefined, incidentId: 'inc-2' }),
      said({ place: undefined }),
    ].map(sessionOf);
    expect(new Set([thread, ...others]).size).toBe(6);
  });
});
