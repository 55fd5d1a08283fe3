import { beforeEach, describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { Unavailable } from '../../../core/errors.ts';
import type { Decision } from '../../../core/model/action.ts';
import { Message } from '../../../core/model/message.ts';
import { Failed } from '../../../core/model/workflow.ts';
import { reportFailure } from '../../../core/operations/report-failure.ts';
import type { Catalog } from '../../../core/ports/catalog.ts';
import { report } from '../../../core/reporting/report.ts';
import { confidenceWords } from '../../../core/wording.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import {
  aContext,
  aDiagnosis,
  aFinding,
  aHypothesis,
  anAction,
  anAsk,
  anIncident,
  aReport,
  aTrigger,
  cronJob,
} from '../../builders.ts';
import { testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog } from '../remediation/world.ts';

const open = storesForTests();
const clock = testClock();

type Ports = Parameters<typeof report>[1] & Parameters<typeof reportFailure>[1];
let ports: Ports;
let said: Message[];
/** The message that is updated in place. */
let watched: Message[];
let notes: string[];
let updates: string[];
let catalog: Catalog;
beforeEach(async () => {
  said = [];
  watched = [];
  notes = [];
  updates = [];
  catalog = aCatalog();
  const { incidents, approvals, ledger } = await open(clock);
  ports = {
    incidents,
    approvals,
    ledger,
    evidence: diskEvidence(memoryDisk()),
    catalog: { load: async () => catalog },
    clock,
    chat: {
      publish: async (message) => void (message.kind === 'opened' ? watched : said).push(Message.parse(message)),
    },
    pager: {
      alerts: async () => ({ kind: 'data', alerts: [] }),
      mark: async () => ({ kind: 'written' }),
      statusUpdate: async (_, text) => {
        updates.push(text);
        return { kind: 'written' };
      },
      note: async (_, text) => {
        notes.push(text);
        return { kind: 'written' };
      },
    },
  };
  await ports.incidents.open(anIncident());
});
const timeline = async () => (await ports.incidents.timeline('inc-1')).map(({ kind, text }) => `${kind}: ${text}`);
const chatDown = { publish: async () => Promise.reject(new Unavailable('down')) };
const pagerDown = () => ({
  ...ports.pager,
  note: async () => ({ kind: 'gap', gap: { source: 'pagerduty', reason: 'No token.' } }) as const,
});

const ask: Decision = anAsk({
  why: 'Permitted by walk-safe-actions. A person has to approve.',
  policies: ['walk-safe-actions'],
});
const decided = ({
  decision = ask,
  diagnosis = aDiagnosis(),
  trigger = aTrigger(),
  context = aContext(),
}: {
  decision?: Decision;
  diagnosis?: ReturnType<typeof aDiagnosis>;
  trigger?: ReturnType<typeof aTrigger>;
  context?: ReturnType<typeof aContext>;
} = {}) => ({
  trigger,
  execution: 'execution-1',
  opening: { kind: 'opened' } as const,
  incident: anIncident({ trigger }),
  context,
  plan: [],
  round: 1,
  priorReports: [],
  reports: [aReport()],
  diagnosis,
  synthesis: { kind: 'concluded' } as const,
  decision,
});
const lines = () => [...(said[0]?.lines ?? []), ...(said[0]?.small ?? [])].join('\n');

describe('the report', () => {
  test('says what broke, how sure that is, from what, and what is going to happen', async () => {
    await report(decided(), ports);
    expect(said).toMatchObject([
      { kind: 'diagnosis', headline: expect.stringMatching(/: CronJob nightly-invoices \(likely\)$/) },
    ]);
    expect(said[0]).toMatchObject({
      lines: [
        'CronJob nightly-invoices failed. ledger-api reset the connection. Rerun it.',
        'I ask before I act: Rerun CronJob billing/nightly-invoices in backend-1?',
      ],
      facts: [
        { name: 'Confidence', value: 'Likely (80 %)' },
        { name: 'Affected', value: 'billing' },
      ],
      small: ['No model took part; this is the analysis alone. Decided by walk-safe-actions.'],
    });
    expect(await timeline()).toEqual([]);
  });

  test('says what is behind the numbers that it cites', async () => {
    const put = (source: string, excerpt: string) =>
      ports.evidence.put({ incidentId: 'inc-1', source, query: 'q', excerpt, full: excerpt });
    const pieces = [await put('kubernetes', 'Job failed\nexit code 1'), await put('logs', '3 times:\n\nFATAL aborted')];
    const hypothesis = aHypothesis({ evidenceIds: [pieces[0]?.id ?? '', 'gone', pieces[1]?.id ?? ''] });
    await report(decided({ diagnosis: aDiagnosis({ hypotheses: [hypothesis] }) }), ports);
    expect(said[0]?.small?.[0]).toBe(
      'Evidence: [1] kubernetes: Job failed exit code 1 · [3] logs: 3 times: FATAL aborted',
    );
  });

  test('stays three sentences and what is done, however much was found', async () => {
    const many = aDiagnosis({ hypotheses: Array.from({ length: 5 }, (_, n) => aHypothesis({ rank: n + 1 })) });
    await report(decided({ diagnosis: many }), ports);
    expect(said[0]?.lines).toHaveLength(2);
  });

  test.each([
    [false, []],
    [
      true,
      [
        'CronJob nightly-invoices failed is being worked on. Likely: a job failed (CronJob nightly-invoices). Affected: billing.',
      ],
    ],
  ])('tells those who follow the page where the catalogue says %s', async (statusUpdates, told) => {
    catalog = aCatalog({ environments: { production: { level: 'walk', page: { statusUpdates } } } });
    await report(decided(), ports);
    expect(updates).toEqual(told);
    expect(await timeline()).toEqual(told.map((text) => `note: The subscribers of the page received: ${text}`));
  });

  test('tells nobody who follows where the catalogue cannot be read, and fails nothing', async () => {
    ports = { ...ports, catalog: { load: async () => Promise.reject(new Unavailable('down')) } };
    expect(await report(decided(), ports)).toEqual({});
    expect(updates).toEqual([]);
  });

  test('shows the metric that moved, of what the first hypothesis blames before all others', async () => {
    const series = (name: string) => ({
      kind: 'series',
      series: {
        source: 'prometheus',
        entity: { ...cronJob, kind: 'Service', name },
        signal: 'error_ratio',
        unit: 'ratio',
        points: [
          [Date.parse('2026-11-20T02:00:00Z') / 1000, 0.01],
          [Date.parse('2026-11-20T02:01:00Z') / 1000, 0.4],
        ],
      },
      onset: '2026-11-20T02:01:00.000Z',
    });
    const put = (name: string) =>
      ports.evidence.put({ incidentId: 'inc-1', source: 'prometheus', query: name, excerpt: name, full: series(name) });
    const [other, blamed] = [await put('other-api'), await put('ledger-api')];
    const signal = { name: 'error_ratio', before: 0.01, during: 0.4, unit: 'ratio' };
    const findings = [
      aFinding({ id: 'metrics-1-1', signal, evidenceIds: [other.id] }),
      aFinding({ id: 'metrics-1-2', signal, evidenceIds: ['gone', blamed.id] }),
    ];
    const diagnosis = aDiagnosis({ hypotheses: [aHypothesis({ findingIds: ['metrics-1-2'] })] });
    await report({ ...decided({ diagnosis }), reports: [aReport({ findings })] }, ports);
    expect(said[0]?.chart).toMatch(/^<svg.*ledger-api.*moved 02:01 UTC/s);
  });

  test('goes with the first message of the incident, which says what came of it and fails nothing', async () => {
    const nothing: Decision = { kind: 'report', why: 'Not sure enough.', policies: [] };
    await report(decided({ decision: nothing }), ports);
    expect(watched.map(({ key }) => key)).toEqual(['opened-inc-1']);
    let posts = 0;
    const onceOnly = async () => {
      posts += 1;
      if (posts > 1) throw new Unavailable('down');
    };
    expect(await report(decided({ decision: nothing }), { ...ports, chat: { publish: onceOnly } })).toEqual({});
    // A question tells it itself.
    watched = [];
    await report(decided(), ports);
    expect(watched).toEqual([]);
  });

  test('shows competing hypotheses, gaps, what was left out, what is open, and the model', async () => {
    const diagnosis = aDiagnosis({
      hypotheses: [aHypothesis({ against: ['It ran yesterday.'] }), aHypothesis({ rank: 2, confidence: 0.3 })],
      gaps: [
        { source: 'metrics', reason: 'No source for metrics is configured.' },
        { source: 'knowledge', reason: 'No runbook or past incident describes this.', nothingFound: true },
      ],
      droppedClaims: 2,
      symptoms: ['invoice-api answers 503.'],
      model: 'claude',
    });
    await report(decided({ diagnosis, context: aContext({ questions: ['Which cluster is meant?'] }) }), ports);
    expect(lines()).toContain('Less likely: CronJob nightly-invoices, a job failed (a guess).');
    expect(lines()).toContain('Not known: metrics (No source for metrics is configured).');
    expect(lines()).toContain('Claims left out because they have no evidence: 2.');
    expect(lines()).toMatch(
      /A model took part: claude\. All models together: \d+ calls, [\d,]+ tokens, \d\.\d{4} USD\./,
    );
  });

  test.each<[string, Decision, string]>([
    [
      'only reports',
      { kind: 'report', why: 'Not sure enough.', policies: [] },
      'Nothing is going to be done. Not sure enough.',
    ],
    [
      'acts',
      { kind: 'act', why: 'Taught by ana.', policies: ['walk-safe-actions'], action: anAction(), preferenceId: 'p-1' },
      'Going to act without asking: Rerun CronJob billing/nightly-invoices in backend-1. Taught by ana.',
    ],
    [
      'refuses',
      { kind: 'refuse', why: 'The kill switch is on.', policies: ['kill-switch'], action: anAction() },
      'Refused: Rerun CronJob billing/nightly-invoices in backend-1. The kill switch is on.',
    ],
  ])('that %s says why, and by which policies', async (_, decision, line) => {
    await report(decided({ decision }), ports);
    expect(said[0]?.lines[1]).toBe(line);
    for (const policy of decision.policies) expect(said[0]?.small?.at(-1)).toContain(policy);
  });

  test('of what nobody could say about the place asks only where no cause was found', async () => {
    const context = aContext({ questions: ['Which cluster is meant?'] });
    await report(decided({ context }), ports);
    await report(decided({ context, diagnosis: aDiagnosis({ hypotheses: [] }) }), ports);
    expect(said.map(({ small }) => small?.includes('Open: Which cluster is meant?'))).toEqual([false, true]);
  });

  test('without a cause says that there is none yet', async () => {
    await report(decided({ diagnosis: aDiagnosis({ hypotheses: [] }) }), ports);
    expect(said[0]?.headline).toBe('No cause found yet: CronJob nightly-invoices failed');
  });

  test('is a note on the page too, with the decision in it however long the rest is', async () => {
    const long = aDiagnosis({
      hypotheses: Array.from({ length: 5 }, () => aHypothesis({ summary: 'x '.repeat(250) })),
    });
    await report(decided({ diagnosis: long }), ports);
    expect(notes[0]?.length).toBeLessThanOrEqual(2000);
    expect(notes[0]).toContain('I ask before I act: Rerun');
  });

  test('of a mention goes to its thread, and there is no page to note it on', async () => {
    const trigger = aTrigger({ kind: 'mention', slack: { channel: 'C1', threadTs: '1.2', user: 'U1' } });
    await report(decided({ trigger }), ports);
    expect(said[0]?.slack).toEqual({ channel: 'C1', threadTs: '1.2' });
    expect(notes).toEqual([]);
  });

  test('of the longest diagnosis fits the message', async () => {
    const diagnosis = aDiagnosis({
      text: 't'.repeat(1500),
      hypotheses: Array.from({ length: 5 }, (_, n) =>
        aHypothesis({
          rank: n + 1,
          summary: 's'.repeat(500),
          evidenceIds: Array.from({ length: 12 }, () => 'e'.repeat(64)),
        }),
      ),
      gaps: Array.from({ length: 30 }, () => ({ source: 's'.repeat(50), reason: 'r'.repeat(300) })),
      symptoms: Array.from({ length: 10 }, () => 'y'.repeat(400)),
    });
    await report(
      decided({ diagnosis, context: aContext({ questions: Array.from({ length: 40 }, () => 'q') }) }),
      ports,
    );
    expect(said).toHaveLength(1);
  });
});

describe('a surface that cannot be reached', () => {
  test('is a gap in the timeline as long as there is another', async () => {
    await report(decided(), { ...ports, chat: chatDown });
    await report(decided(), { ...ports, pager: pagerDown() });
    expect(await timeline()).toEqual([
      'gap: The thread did not receive the message.',
      'gap: The page got no note: No token.',
    ]);
    expect(notes).toHaveLength(1);
    expect(said).toHaveLength(1);
  });

  test('fails the step when it was the only one, so that it is tried again', async () => {
    await expect(report(decided(), { ...ports, chat: chatDown, pager: pagerDown() })).rejects.toThrow(Unavailable);
    const mention = decided({ trigger: aTrigger({ kind: 'mention' }) });
    await expect(report(mention, { ...ports, chat: chatDown })).rejects.toThrow(Unavailable);
  });
});

describe('a failure', () => {
  const failed = (over: Record<string, unknown> = {}) =>
    Failed.parse({
      ...decided(),
      failure: { Error: 'Unavailable', Cause: '{"errorMessage":"ECONNREFUSED 10.0.0.1"}' },
      ...over,
    });

  test('is told with what was found until then, in our words', async () => {
    await reportFailure(failed(), ports);
    expect(said).toMatchObject([
      {
        kind: 'failure',
        headline: 'The investigation broke off: CronJob nightly-invoices failed',
        lines: [
          'Something that is needed could not be reached, also after trying again.',
          'Please take over.',
          'Findings until then: CronJob nightly-invoices failed. ledger-api reset the connection. Rerun it.',
        ],
      },
    ]);
    expect(JSON.stringify([said, notes, await timeline()])).not.toContain('ECONNREFUSED');
    expect((await ports.incidents.get('inc-1'))?.status).toBe('failed');
    expect(notes).toHaveLength(1);
  });

  test('before the diagnosis tells what the specialists had', async () => {
    await reportFailure(failed({ diagnosis: undefined }), ports);
    expect(lines()).toContain('kubernetes: One Job failed.');
  });

  test('before anything was found says so', async () => {
    await reportFailure(failed({ diagnosis: undefined, reports: undefined, priorReports: undefined }), ports);
    expect(lines()).toContain('Nothing had been found until then.');
  });

  test('of the opening itself is told too', async () => {
    expect(
      await reportFailure(failed({ incident: undefined, diagnosis: undefined, reports: undefined }), ports),
    ).toEqual({
      reported: true,
    });
    expect(said).toHaveLength(1);
  });

  test.each(['States.Timeout', 'Misconfigured', 'constructor', undefined])(
    'with the code %s is a sentence',
    async (code) => {
      await reportFailure(failed({ failure: { Error: code, Cause: 'vendor text' } }), ports);
      expect(said[0]?.lines[0]).toMatch(/^[A-Z].+\.$/);
      expect(lines()).not.toContain('vendor text');
    },
  );

  test('that nobody could be told is on record and is tried again', async () => {
    await expect(reportFailure(failed(), { ...ports, chat: chatDown, pager: pagerDown() })).rejects.toThrow(
      Unavailable,
    );
    // Whoever sweeps what nobody works on tries to tell people again.
    expect((await ports.incidents.get('inc-1'))?.status).toBe('investigating');
    expect((await timeline())[0]).toContain('The thread did not receive the message.');
  });
});

test.each([
  [1, 'very likely'],
  [0.7, 'likely'],
  [0.5, 'possible'],
  [0.1, 'a guess'],
])('confidence %d is %s', (confidence, words) => {
  expect(confidenceWords(confidence)).toBe(words);
});
