import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CauseCode } from '../../../core/causes/causes.ts';
import { fingerprintOf } from '../../../core/fingerprint/fingerprint.ts';
import { identityOf } from '../../../core/fingerprint/identity.ts';
import { historyOf, matchOf, matchWords } from '../../../core/learning/matching.ts';
import { ActionId } from '../../../core/model/action.ts';
import type { IncidentError } from '../../../core/model/incident.ts';
import { anIncident, aPreference, at } from '../../builders.ts';

// "This exact error", by properties: what varies between two nights never makes another error, and what makes another error always does.

const safe = 'bcdfghjklmnpqrstvwxz2456789';
const letters = (alphabet: string, length: number) =>
  fc.array(fc.constantFrom(...alphabet), { minLength: length, maxLength: length }).map((chars) => chars.join(''));
const word = fc.constantFrom(
  'ledger',
  'api',
  'connection',
  'refused',
  'timed-out',
  'while',
  'writing',
  'invoice',
  'reset',
  'caller',
  'upstream',
  'pool',
  'exhausted',
  'column',
  'missing',
);

/** What is another in each night, as logs print it. */
const varying = {
  pod: fc.tuple(letters(safe, 9), letters(safe, 5)).map(([hash, end]) => `nightly-${hash}-${end}`),
  job: fc
    .tuple(fc.integer({ min: 25_000_000, max: 39_999_999 }), letters(safe, 5))
    .map(([minutes, end]) => `nightly-${minutes}-${end}`),
  time: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  clock: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2039-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(11, 23)),
  uuid: fc.uuid(),
  hex: fc
    .tuple(letters('0123456789', 4), letters('abcdef', 4), letters('0123456789abcdef', 8))
    .map((parts) => parts.join('')),
  count: fc.integer({ min: 2, max: 9_999_999 }).map((count) => `${count} attempts`),
  request: fc.nat(9_999_999).map((number) => `request_id=req-${number}`),
  source: fc.integer({ min: 32_768, max: 60_999 }).map((port) => `10.1.2.3:${port}->10.0.0.1:5432`),
  process: fc.integer({ min: 1, max: 99_999 }).map((pid) => `(pid ${pid})`),
  duration: fc.tuple(fc.nat(99_999), fc.constantFrom('ms', 's', 'm')).map(([value, unit]) => `${value}${unit}`),
  share: fc.nat(100).map((value) => `${value}%`),
  pointer: fc.integer({ min: 0x1_0000_0000, max: 0x7fff_ffff_ffff }).map((value) => `0x${value.toString(16)}`),
} as const;
type Kind = keyof typeof varying;

/** A text of words and slots, and the same text twice with other things in its slots. */
const twice = fc
  .array(
    fc.oneof(
      word.map((text) => ({ text })),
      fc.constantFrom(...(Object.keys(varying) as Kind[])).map((kind) => ({ kind })),
    ),
    {
      minLength: 3,
      maxLength: 10,
    },
  )
  .chain((pieces) => {
    const filled = () =>
      fc
        .tuple(...pieces.map((piece) => ('text' in piece ? fc.constant(piece.text) : varying[piece.kind])))
        .map((all) => all.join(' '));
    return fc.tuple(filled(), filled());
  });

interface Told {
  readonly cause: CauseCode;
  readonly workload: string;
  readonly environment: string;
  readonly errorTemplate: string;
}
const parts: fc.Arbitrary<Told> = fc.record({
  cause: fc.constantFrom(...CauseCode.options),
  workload: fc
    .tuple(fc.constantFrom('CronJob', 'Deployment', 'Pod'), word, word)
    .map(([kind, a, b]) => `${kind}/${a}/${b}`),
  environment: fc.constantFrom('production', 'staging', 'test'),
  errorTemplate: fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
});
const digestOf = (text: string): string => identityOf(text, { workloads: ['nightly'] })?.digest ?? '';
const printOf = ({ errorTemplate, ...told }: Told): string =>
  fingerprintOf({ ...told, errorDigest: digestOf(errorTemplate) });
const describesOf = (told: Told) => ({ ...told, errorDigest: digestOf(told.errorTemplate) });
const errorOf = (told: Told, actionId: ActionId): IncidentError => ({
  fingerprint: printOf(told),
  describes: describesOf(told),
  actionId,
});
const taughtFor = (told: Told, actionId: ActionId) =>
  aPreference({ fingerprint: printOf(told), describes: describesOf(told), actionId });

describe('what was taught', () => {
  test('matches with new pod names, times, ids, counts, sizes, processes and source ports', () => {
    fc.assert(
      fc.property(parts, twice, (one, [then, now]) => {
        const taught = taughtFor({ ...one, errorTemplate: then }, 'rerun-cronjob');
        expect(matchOf(taught, errorOf({ ...one, errorTemplate: now }, 'rerun-cronjob'))).toEqual({ kind: 'matches' });
      }),
      { numRuns: 1000 },
    );
  });
  test.each(['cause', 'workload', 'environment', 'errorTemplate'] as const)('never matches another %s', (part) => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        fc.pre(one[part] !== other[part]);
        const seen = { ...one, [part]: other[part] };
        expect(printOf(seen)).not.toBe(printOf(one));
        expect(matchOf(taughtFor(one, 'rerun-cronjob'), errorOf(seen, 'rerun-cronjob')).kind).toBe('differs');
      }),
      { numRuns: 1000 },
    );
  });
  test('never matches another action', () => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...ActionId.options), fc.constantFrom(...ActionId.options), (one, a, b) => {
        fc.pre(a !== b);
        expect(matchOf(taughtFor(one, a), errorOf(one, b))).toEqual({
          kind: 'differs',
          in: [{ part: 'action', taught: a, seen: b }],
        });
      }),
    );
  });
  test('never matches what moves words from one part to the next', () => {
    const one = {
      cause: 'job-failed',
      workload: 'CronJob/a/b',
      environment: 'production',
      errorTemplate: 'x',
    } as const;
    expect(printOf({ ...one, workload: 'CronJob/a', environment: 'b/production' })).not.toBe(printOf(one));
  });
  test('never matches another status, exit code or port: they say what it is', () => {
    const one = { cause: 'job-failed', workload: 'CronJob/a/b', environment: 'production' } as const;
    for (const [a, b] of [
      ['status 500', 'status 503'],
      ['exit code 1', 'exit code 137'],
      ['ledger-api:8443 refused', 'ledger-api:5432 refused'],
      ['errno 104', 'errno 111'],
    ] as const)
      expect(printOf({ ...one, errorTemplate: a })).not.toBe(printOf({ ...one, errorTemplate: b }));
  });
});

describe('the history of a preference', () => {
  const preference = aPreference();
  const error = (over: Partial<IncidentError['describes']> = {}): IncidentError =>
    errorOf({ ...preference.describes, ...over }, 'rerun-cronjob');
  const taught = taughtFor(preference.describes, 'rerun-cronjob');
  const past = (id: string, over?: Partial<IncidentError['describes']>) =>
    anIncident({ id, openedAt: at('01:00:00'), error: error(over) });

  test('has what it would have matched, what nearly did and why not, and leaves out the rest', () => {
    const incidents = [
      past('same'),
      past('other-environment', { environment: 'staging' }),
      past('other-words', { errorTemplate: 'column "tax_region" does not exist' }),
      past('quite-another', { environment: 'staging', cause: 'job-deadline' }),
      past('inc-1'),
      anIncident({ id: 'no-error' }),
    ];
    expect(historyOf(taught, incidents).map(({ incidentId, matches, why }) => [incidentId, matches, why])).toEqual([
      [
        'same',
        true,
        'Cause, workload, environment, error text and action are the same; only what is known to vary may differ.',
      ],
      ['other-environment', false, 'the environment is staging, taught was production'],
      [
        'other-words',
        false,
        'the error text is column "tax_region" does not exist, taught was ledger-api:8443 connection reset',
      ],
    ]);
  });
  test('has nothing of what was told by another recipe, whatever the parts say', () => {
    const older = { ...taught, fingerprint: 'wk2-old' };
    expect(matchOf(older, error())).toEqual({ kind: 'older' });
    expect(matchOf(taught, { ...error(), fingerprint: 'wk2-old' })).toEqual({ kind: 'older' });
    expect(historyOf(older, [past('same')])).toEqual([]);
  });
  test('says so where two texts are the same as far as they are shown', () => {
    const shown = { ...error(), fingerprint: 'wk3-other', describes: { ...error().describes, errorDigest: 'other' } };
    expect(matchWords(matchOf(taught, shown))).toBe('the error text differs beyond what is shown of it');
  });
});
