import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sectionsOf } from '../../../core/analysis/knowledge/sections.ts';
import { type CauseCode, causes } from '../../../core/causes/causes.ts';
import { teachingOf } from '../../../core/learning/teach.ts';
import type { Approval } from '../../../core/model/action.ts';
import type { PageUpdate } from '../../../core/model/events.ts';
import type { Evidence } from '../../../core/model/report.ts';
import type { TimelineEntry } from '../../../core/model/timeline.ts';
import { postmortem } from '../../../core/postmortem/document.ts';
import { movedIn } from '../../../core/postmortem/moved.ts';
import { Material, type PostmortemRecord } from '../../../core/postmortem/record.ts';
import { span } from '../../../core/postmortem/times.ts';
import {
  aContext,
  aDiagnosis,
  aFinding,
  aHypothesis,
  anAction,
  anApproval,
  anEntry,
  anEvent,
  anIncident,
  aPreference,
  aReport,
  aTrigger,
  at,
  cronJob,
} from '../../builders.ts';

const evidence = (over: Partial<Evidence> = {}): Evidence => ({
  id: 'ev-1',
  incidentId: 'inc-1',
  source: 'logs',
  query: '{service="nightly-invoices"}',
  window: { start: at('02:30:00'), end: at('02:47:00') },
  excerpt: '3 times since 02:31:\nFATAL ledger-api:8443 connection reset',
  hash: 'a1b2',
  ...over,
});

const entry = (
  time: string,
  step: string,
  kind: TimelineEntry['kind'],
  text: string,
  over: Partial<TimelineEntry> = {},
) => anEntry({ id: `inc-1:${step}:${kind}`, at: at(time), step, kind, text, ...over });

const changed = (time: string, status: PageUpdate['status'], by: string | undefined = 'Ana Ruiz'): TimelineEntry =>
  anEvent(
    { type: 'PageChanged', eventId: `e-${time}`, status, at: at(time), ...(by === undefined ? {} : { by }) },
    { at: time, step: 'PageUpdate', key: `e-${time}` },
  );
const corrected = (by: string, words: string) =>
  anEvent({ type: 'DiagnosisCorrected', by, words }, { at: '03:20:00', step: 'Correct', key: `${by}:${words}` });

const approvedBy = (by: string): Approval => ({
  ...anApproval(),
  approvedBy: [{ by, at: at('02:52:10') }],
  state: 'decided',
  verdict: 'approve-and-remember',
  decidedBy: by,
  decidedAt: at('02:52:10'),
});

const acted = entry(
  '02:52:12',
  'Remediate',
  'action',
  'Done: Rerun CronJob billing/nightly-invoices in backend-1. A Job was made.',
  {
    id: 'inc-1:Remediate:action:inc-1-rerun-cronjob',
  },
);
const knowledge = entry('02:47:20', 'Investigate', 'finding', '"Nightly invoices" fits best.', {
  id: 'inc-1:Investigate:finding:knowledge:1',
  actor: 'knowledge',
  evidenceIds: ['ev-k'],
});

/** Approved, done, recovered; corrected afterwards, and the page resolved by a person. */
const record = (over: Partial<PostmortemRecord> = {}, material: Partial<Material> = {}): PostmortemRecord => ({
  incident: anIncident({
    status: 'closed',
    pageStatus: 'resolved',
    trigger: aTrigger({ sourceService: 'Billing', details: { 'firing.labels.alertname': 'KubeJobFailed' } }),
  }),
  diagnosis: aDiagnosis({
    text: 'CronJob billing/nightly-invoices is what broke [evidence 1]. ledger-api reset the connection [evidence 1, 2].',
    hypotheses: [
      aHypothesis({
        onset: at('02:31:00'),
        evidenceIds: ['ev-1', 'ev-gone'],
        against: ['Another run went well.'],
        changeId: 'c0ffee1',
      }),
      aHypothesis({ rank: 2, cause: 'node-not-ready', summary: 'Node n1: a node is not ready.', confidence: 0.12 }),
    ],
    symptoms: ['error ratio of billing rose.'],
    blastRadius: ['billing', 'ledger-ui'],
    gaps: [{ source: 'fastly', reason: 'No token is configured.' }],
  }),
  timeline: [
    anEntry(),
    knowledge,
    entry('02:47:22', 'Synthesize', 'diagnosis', 'CronJob nightly-invoices failed. Confidence 80 %.'),
    entry(
      '02:47:25',
      'AwaitApproval',
      'question',
      'Rerun CronJob billing/nightly-invoices in backend-1? Starts one more Job.',
    ),
    changed('02:50:00', 'acknowledged'),
    entry(
      '02:52:10',
      'AwaitApproval',
      'approval',
      'Rerun CronJob billing/nightly-invoices in backend-1? approved by ana.',
      {
        actor: 'ana',
      },
    ),
    acted,
    entry('02:54:00', 'Verify', 'verification', 'Recovered: the new Job succeeded.'),
    anEvent(
      { type: 'PreferenceTaught', by: 'ana', how: 'with-approval', preference: teachingOf(aPreference()) },
      { at: '02:54:01', step: 'Learn', key: '1' },
    ),
    entry('02:54:02', 'Learn', 'learned', 'A postmortem draft is in the knowledge base.', {
      id: 'inc-1:Learn:learned:postmortem',
    }),
    changed('03:10:00', 'resolved'),
    corrected('Ben', 'no, it was the ledger migration'),
  ],
  approvals: [{ ...approvedBy('ana'), requestedAt: at('02:47:25') }],
  material: {
    context: aContext({ questions: ['Which region is meant?'] }),
    remediation: { kind: 'done', detail: 'A Job was made.', startedAt: at('02:52:11'), finishedAt: at('02:52:12') },
    verification: { kind: 'recovered', text: 'Recovered: the new Job succeeded.', evidenceIds: [] },
    tookBack: false,
    moved: [{ of: 'Service billing', name: 'error_ratio', unit: '1', before: 0.002, during: 0.31, after: 0.003 }],
    ...material,
  },
  evidence: new Map(
    [
      evidence(),
      evidence({ id: 'ev-k', source: 'knowledge', excerpt: 'invoices.md › KubeJobFailed\nRerun the job.' }),
    ].map((one) => [one.id, one]),
  ),
  change: {
    id: 'c0ffee1',
    kind: 'commit',
    at: at('02:20:00'),
    service: 'ledger-api',
    author: 'jon',
    title: 'migrate the ledger',
  },
  ...over,
});

const section = (markdown: string, heading: string): string =>
  sectionsOf('', markdown).find((one) => one.heading.endsWith(heading))?.markdown ?? '';

test('a draft is what somebody would hand in', async () => {
  await expect(postmortem(record())).toMatchFileSnapshot('postmortem.md');
});

describe('it says', () => {
  const without = (...steps: string[]) => record().timeline.filter(({ step }) => !steps.includes(step));

  test('what people say before what was worked out, at the top, in the summary and at the cause', () => {
    const markdown = postmortem(record());
    for (const heading of ['Corrections by people', 'Summary', 'Root cause'])
      expect(section(markdown, heading)).toMatch(/^(?:- )?Ben says: no, it was the ledger migration/);
    expect(postmortem(record({ timeline: without('Correct') }))).not.toContain('Corrections by people');
  });

  test('that it is over when the page was resolved, where nothing was verified', () => {
    const ended = record(
      { timeline: without('Verify'), approvals: [] },
      { verification: undefined, remediation: undefined },
    );
    const markdown = postmortem(ended);
    expect(markdown).toContain(
      'Status: draft; resolved at 2026-11-20 03:10:00 UTC by Ana Ruiz, according to the page.',
    );
    expect(section(markdown, 'Impact')).toContain('- For: 39 min\n');
  });

  test('that it is not over, where neither says so', () => {
    const open = record(
      { incident: anIncident({ status: 'closed' }), timeline: without('PageUpdate') },
      { verification: { kind: 'not-recovered', text: 'Still failing.', evidenceIds: [] } },
    );
    const markdown = postmortem(open);
    expect(markdown).toContain('Status: draft; not resolved, as far as is on record (the page is triggered).');
    expect(section(markdown, 'Impact')).toContain('- Until: not known; the page is triggered\n- For: not known');
    expect(section(markdown, 'What was tried')).toContain('in backend-1: done, not recovered.');
    expect(section(markdown, 'Follow-ups')).toContain('- [ ] Find a remedy');
  });

  test('not that what paged is over, because what was taken back is', () => {
    const back = { ...approvedBy('ben'), id: 'inc-1-back', action: anAction({ title: 'Take it back' }) };
    const timeline = [
      ...without('PageUpdate', 'Correct', 'Learn'),
      entry('02:56:00', 'Remediate', 'action', 'Done: Take it back.', { id: 'inc-1:Remediate:action:inc-1-back' }),
      entry('02:58:00', 'Verify', 'verification', 'Recovered.', { id: 'inc-1:Verify:verification:taken-back' }),
    ];
    const incident = anIncident({ status: 'closed' });
    const approvals = [...record().approvals, back];
    const markdown = postmortem(record({ incident, timeline, approvals }, { tookBack: true }));
    expect(markdown).toContain('Status: draft; not resolved');
    expect(section(markdown, 'What was tried')).toMatch(
      /in backend-1: done, made worse\.[\s\S]*Take it back: done, recovered\./,
    );
  });

  test('not that taking a half-done plan back was an approval', () => {
    const back = { ...approvedBy('ben'), id: 'inc-1-half', verdict: 'take-back', approvedBy: [] } as Approval;
    const markdown = postmortem(record({ approvals: [back] }));
    expect(markdown).toContain('ben said to take it back');
    expect(markdown).not.toContain('Approved by ben');
  });

  test.each<[string, Approval, string]>([
    [
      'rejected',
      { ...approvedBy('ana'), verdict: 'reject', approvedBy: [] } as Approval,
      'rejected, not done.\n  - Asked at 2026-11-20 02:48:00 UTC. Rejected by ana at 2026-11-20 02:52:10 UTC, 4 min 10 s later.',
    ],
    [
      'not answered',
      { ...anApproval(), state: 'expired' },
      'not answered, not done.\n  - Asked at 2026-11-20 02:48:00 UTC. Nobody answered until 2026-11-20 03:18:00 UTC.',
    ],
  ])('that an action was %s, and by whom', (_, approval, says) => {
    const nothing = { remediation: undefined, verification: undefined };
    const markdown = postmortem(record({ timeline: without('Remediate', 'Verify'), approvals: [approval] }, nothing));
    expect(section(markdown, 'What was tried')).toContain(
      `Rerun CronJob billing/nightly-invoices in backend-1: ${says}`,
    );
  });

  test.each([
    ['Refused: Restart it. Forbidden by policy freeze.', []],
    ['Report only. Watchkeeper found no cause.', []],
  ])('what was decided without a question: %s', (text, approvals) => {
    const timeline = [entry('02:47:30', 'Decide', 'decision', text)];
    const nothing = { remediation: undefined, verification: undefined };
    expect(section(postmortem(record({ timeline, approvals }, nothing)), 'What was tried')).toBe(
      `- ${text}\n  - Decided at 2026-11-20 02:47:30 UTC.`,
    );
  });

  test('who had taught what was done without asking', () => {
    const timeline = [
      entry(
        '02:47:30',
        'Decide',
        'decision',
        'Act without asking: Rerun it. Allowed without asking: taught by ana on 2026-10-01.',
      ),
      entry('02:47:40', 'Remediate', 'action', 'Done: Rerun it. A Job was made.'),
      entry('02:49:00', 'Verify', 'verification', 'Recovered.'),
    ];
    const markdown = postmortem(record({ timeline, approvals: [] }));
    expect(section(markdown, 'What was tried')).toMatch(
      /^- Done: .*: done, recovered\.\n {2}- Act without asking: .* taught by ana/,
    );
    expect(section(markdown, 'What went well')).toContain('A taught permission applied');
    expect(section(markdown, 'Follow-ups')).toContain('Review the taught permission');
  });

  test('what would have prevented a cause of every kind', () => {
    for (const cause of Object.keys(causes) as CauseCode[]) {
      const diagnosis = aDiagnosis({ hypotheses: [aHypothesis({ cause })] });
      const [first] = section(postmortem(record({ diagnosis, timeline: [] })), 'Follow-ups').match(/- \[ \] .*/g) ?? [];
      expect(first, cause).toContain('nightly-invoices');
    }
  });

  test('"not known" where the record holds nothing', () => {
    const nobody = { service: undefined, cluster: undefined, environment: undefined, namespace: undefined };
    const markdown = postmortem({
      incident: anIncident(),
      diagnosis: aDiagnosis({ hypotheses: [], blastRadius: [] }),
      timeline: [],
      approvals: [],
      material: Material.parse({ context: aContext(nobody) }),
      evidence: new Map(),
    });
    expect(section(markdown, 'Impact')).toContain(
      'Service: not known; cluster: not known; environment: not known; namespace: not known',
    );
    expect(section(markdown, 'Root cause')).toContain('Not known.');
    expect(section(markdown, 'What was tried')).toBe('Watchkeeper took no action.');
  });
});

test('signals are those of what paged first, with what they were afterwards', () => {
  const signal = (name: string, during: number) => ({ name, unit: '1', before: 0.1, during });
  const other = { kind: 'Service', name: 'ledger-api' };
  const input = {
    context: aContext({ workload: cronJob }),
    diagnosis: aDiagnosis(),
    priorReports: [],
    reports: [
      aReport({
        findings: [
          aFinding({ id: 'm-1', entity: other, role: 'context', signal: signal('error_ratio', 0.3) }),
          aFinding({ id: 'm-2', signal: signal('restarts_total', 4) }),
        ],
      }),
    ],
    recheck: [aReport({ findings: [aFinding({ role: 'context', signal: signal('restarts_total', 0) })] })],
  };
  expect(movedIn(input)).toEqual([
    { of: 'CronJob nightly-invoices', name: 'restarts_total', unit: '1', before: 0.1, during: 4, after: 0 },
    { of: 'Service ledger-api', name: 'error_ratio', unit: '1', before: 0.1, during: 0.3 },
  ]);
});

test.each([
  [0, 'less than 1 s'],
  [-70_000, '1 min 10 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('%i ms are %s', (ms, words) => {
  expect(span(ms)).toBe(words);
});

describe('whatever the texts say', () => {
  const traps = [
    '\n# Owned\n',
    '\n```\n# Owned\n```\n',
    '~~~\n# Owned',
    '````',
    '\n---\n',
    '\n===',
    '--- ---',
    '//evil.example',
    '- [ ] Owned',
    '1. Owned',
    '[Owned](https://evil.example)',
    '![x](http://evil.example/x.png)',
    '<script>Owned</script>',
    '| a | b |',
    '&lt;b&gt;',
    'www.evil.example',
    '\u2028# Owned\u2029',
    '\r\n## Summary\r\n',
    '    indented',
    '> Owned',
    '$x$',
    '\u202E',
    'password=hunter2hunter2',
    ' at 2026-11-20T00:00:00.000Z.',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...traps), fc.string({ maxLength: 20, unit: 'binary' })), { maxLength: 6 })
    .map((parts) => parts.join(''));
  /** A record in which all that somebody else wrote is `words`, one after the other. */
  const hostile = (words: readonly string[]): PostmortemRecord => {
    let n = 0;
    const next = () => words[n++ % words.length] ?? '';
    const known = () => ({ value: next(), source: next(), confidence: 1, alternatives: [] });
    const all = record();
    const action = anAction({ title: next() });
    return {
      incident: {
        ...all.incident,
        title: next(),
        trigger: aTrigger({ title: next(), sourceService: next(), details: { alertname: next() } }),
      },
      diagnosis: aDiagnosis({
        text: next(),
        hypotheses: [1, 2].map((rank) =>
          aHypothesis({
            rank,
            entity: { kind: 'Pod', name: next() || 'x', namespace: next(), cluster: next() },
            summary: next(),
            why: [next()],
            against: [next()],
            evidenceIds: ['ev-1', next()],
            changeId: next(),
          }),
        ),
        symptoms: [next()],
        blastRadius: [next()],
        gaps: [{ source: next(), reason: next() }],
        model: next(),
        participants: [{ part: next(), by: next() }],
        specialists: [next()],
      }),
      timeline: [
        ...all.timeline.map((one) => ({ ...one, text: next(), actor: next() })),
        corrected(next(), next()),
        { ...changed('03:30:00', 'resolved', next()), id: 'late' },
      ],
      approvals: all.approvals.map((one) => ({
        ...one,
        action,
        question: next(),
        why: next(),
        approvedBy: [{ by: next(), at: at('02:52:10') }],
      })),
      material: {
        ...all.material,
        context: aContext({
          service: known(),
          cluster: known(),
          environment: known(),
          namespace: known(),
          questions: [next()],
        }),
        verification: { kind: 'unknown', text: next(), evidenceIds: [] },
        moved: [{ of: next(), name: next(), unit: next(), before: 0, during: 1 }],
      },
      evidence: new Map([
        ['ev-1', evidence({ source: next(), query: next(), excerpt: next(), hash: next() })],
        ['ev-k', evidence({ id: 'ev-k', source: 'knowledge', excerpt: next() })],
      ]),
      change: { id: next() || 'x', kind: 'commit', at: at('02:20:00'), title: next(), author: next(), service: next() },
    };
  };
  const headings = [
    '# ',
    '## Corrections by people',
    '## Summary',
    '## Impact',
    '## Root cause',
    '### Evidence',
    '### Other hypotheses',
    '## Trigger',
    '## Detection and response',
    '## What was tried',
    '## What went well',
    '## What went badly',
    '## Follow-ups',
    '## Timeline (UTC)',
  ];

  /** CommonMark's fences taken out: what is left is what a reader sees as text. */
  const prose = (markdown: string): string[] => {
    let open: string | undefined;
    return markdown.split(/\r\n?|\n/).filter((line) => {
      const fence = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]?.charAt(0);
      const marks = fence !== undefined && (open === undefined || open === fence);
      if (marks) open = open === undefined ? fence : undefined;
      return !marks && open === undefined;
    });
  };

  test('headings, lists and fences are ours, and nothing is a link, a picture or HTML', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (words) => {
        const markdown = postmortem(hostile(words));
        const lines = prose(markdown);
        expect(
          lines.filter((line) => /^ {0,3}#/.test(line)).map((line, n) => (n === 0 ? line.slice(0, 2) : line)),
        ).toEqual(headings);
        expect(sectionsOf('', markdown).map(({ heading }) => heading.split(' › ').at(-1)?.slice(0, 3))).toEqual(
          headings.map((heading) => heading.replace(/^#+ /, '').slice(0, 3) || 'Pos'),
        );
        const said = lines
          .map((line) => line.replace(/^- \[ \] /, ''))
          .join('\n')
          .replaceAll(/\\[!-/:-@[-`{-~]/g, '');
        expect(said).not.toMatch(/[<>[\]~&$]|\/\/|\bwww\.|[\u2028\u2029\u202E\r]/i);
        expect(lines.filter((line) => /^\s*(?:[-=+]\s*)+$/.test(line))).toEqual([]);
        expect(markdown).not.toContain('hunter2');
        expect(markdown.match(/^ {4}```/gm)).toHaveLength(2);
      }),
    );
  });

  test('the whole stays within some tens of KB', () => {
    const long = record({
      timeline: Array.from({ length: 2000 }, (_, n) => anEntry({ id: `e-${n}`, text: `${n} ${'*'.repeat(4000)}` })),
      diagnosis: aDiagnosis({
        text: 'x'.repeat(1500),
        hypotheses: [aHypothesis({ evidenceIds: Array.from({ length: 12 }, (_, n) => `ev-${n}`) })],
        blastRadius: Array.from({ length: 50 }, () => 's'.repeat(200)),
        gaps: Array.from({ length: 30 }, () => ({ source: 'x', reason: 'y'.repeat(300) })),
      }),
      evidence: new Map(Array.from({ length: 12 }, (_, n) => [`ev-${n}`, evidence({ excerpt: 'z '.repeat(1000) })])),
    });
    expect(postmortem(long).length).toBeLessThan(100_000);
  });

  test('people are not left out of a long timeline', () => {
    const many = Array.from({ length: 300 }, (_, n) => anEntry({ id: `e-${n}`, text: `Line ${n}.` }));
    const said = section(
      postmortem(record({ timeline: [...many, corrected('Ben', 'it was the disk')] })),
      'Timeline (UTC)',
    );
    expect(said).toContain('**Ben**: Corrected: it was the disk');
    expect(said).toContain('221 more entries are in the record.');
  });
});
