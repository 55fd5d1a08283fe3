import { beforeEach, describe, expect, test } from 'vitest';
import { authorizeSpeaker } from '../../../core/conversation/authorize-speaker.ts';
import { type HandleButtonPorts, handleButton } from '../../../core/conversation/handle-button.ts';
import { Unavailable } from '../../../core/errors.ts';
import type { Message } from '../../../core/model/message.ts';
import type { SlackUserKind } from '../../../core/model/slack-origin.ts';
import { Utterance } from '../../../core/model/utterance.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { anApproval, anIncident } from '../../builders.ts';
import { parallel, testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

// A press off the bus decides once, is told to whoever pressed, and counts late as long as its question is open.

const open = storesForTests();
const replyTo = 'https://hooks.slack.com/actions/1';
let clock: ReturnType<typeof testClock>;
let ports: HandleButtonPorts & Pick<Awaited<ReturnType<typeof open>>, 'approvals' | 'incidents'>;
let resumed: unknown[];
let replied: { to: string; text: string; message?: Message | undefined }[];
let published: Message[];

beforeEach(async () => {
  clock = testClock('02:50:00');
  [resumed, replied, published] = [[], [], []];
  const { approvals, incidents, audit } = await open(clock);
  ports = {
    approvals,
    incidents,
    audit,
    clock,
    workflow: {
      resume: async (_, output) => {
        resumed.push(output);
        return 'resumed';
      },
    },
    catalog: { load: async () => Catalog.parse({ environments: {} }) },
    replies: { reply: async (to, answer) => void replied.push({ to, ...answer }) },
    chat: { publish: async (message) => void published.push(message) },
  };
  await incidents.open(anIncident());
  await approvals.request(anApproval(), 'task-token');
});

type Pressed = Extract<Utterance, { kind: 'press' }>;
const aPress = (over: Partial<Pressed> = {}): Pressed => ({
  kind: 'press',
  eventId: 'press-1.2.3',
  at: '2026-11-20T02:50:00.000Z',
  by: 'U1',
  place: { channel: 'C1', threadTs: '1763606820.000100' },
  replyTo,
  approvalId: anApproval().id,
  verdict: 'approve',
  ...over,
});
const press = (over: Partial<Pressed> = {}) => handleButton(aPress(over), ports);
const broken = () => Promise.reject(new Unavailable('down'));

describe('a press', () => {
  test.each([
    ['approve', { kind: 'approved', remember: false }],
    ['approve-and-remember', { kind: 'approved', remember: true }],
    ['reject', { kind: 'rejected' }],
  ] as const)('to %s decides, brings the answer to the workflow and makes room for it', async (verdict, outcome) => {
    expect(await press({ verdict })).toBeUndefined();
    expect(resumed).toMatchObject([{ ...outcome, by: 'U1', approvalId: anApproval().id }]);
    expect(replied).toMatchObject([
      {
        to: replyTo,
        text: expect.stringMatching(/by U1 at \d\d:\d\d UTC\.$/),
        message: { headline: 'Rerun CronJob billing/nightly-invoices in backend-1?', outcome: { by: ['U1'] } },
      },
    ]);
    // The buttons are gone.
    expect(replied[0]?.message?.approval).toBeUndefined();
  });

  test('of many at once decides once', async () => {
    await parallel(5, (n) => press({ by: `U${n}`, eventId: `press-${n}`, verdict: n % 2 ? 'approve' : 'reject' }));
    expect(new Set(resumed.map((outcome) => (outcome as { by: string }).by)).size).toBe(1);
    expect(replied).toHaveLength(5);
  });

  test('that the bus delivers twice decides once', async () => {
    await press();
    await press();
    expect(resumed).toHaveLength(1);
    expect(replied.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^approved by U1/),
      expect.stringMatching(/^Already approved by U1/),
    ]);
  });

  test('after the question expired does nothing, and says so', async () => {
    clock.set('03:20:00');
    await press({ at: clock.now().toISOString() });
    expect(resumed).toEqual([]);
    expect(replied).toMatchObject([{ text: expect.stringContaining('expired') }]);
    expect(replied[0]?.message?.approval).toBeUndefined();
    expect(replied[0]?.message?.lines).toContain('Nobody answered in time; Watchkeeper took no action.');
  });

  test('of somebody who may not does nothing, leaves the question, and says so', async () => {
    ports = { ...ports, catalog: { load: async () => Catalog.parse({ environments: {}, approvers: ['U9'] }) } };
    await press();
    expect(resumed).toEqual([]);
    expect(replied).toEqual([{ to: replyTo, text: 'U1 is not among the approvers.', message: undefined }]);
  });

  test('on a question that nobody asked does nothing', async () => {
    await press({ approvalId: 'inc-9-rollback-rollout' });
    expect([resumed, replied.map(({ text }) => text)]).toEqual([[], ['There is no such question.']]);
  });

  test('decides also where its address takes no reply; the question and its thread tell then', async () => {
    ports = { ...ports, replies: { reply: broken } };
    expect(await press()).toMatchObject({
      key: 'answer-press-1.2.3',
      headline: expect.stringMatching(/^approved by U1/),
      asked: { by: 'U1', text: 'Approve' },
      slack: { channel: 'C1', threadTs: '1763606820.000100' },
    });
    expect(resumed).toHaveLength(1);
    expect(published).toMatchObject([{ key: `question-${anApproval().id}`, outcome: { by: ['U1'] } }]);
  });
});

describe('a press that lay in the dead-letter queue', () => {
  test('counts while its question is open, and is told in the thread: its address serves no longer', async () => {
    clock.set('03:05:00');
    const said = await press({ at: '2026-11-20T02:30:00.000Z' });
    expect(resumed).toMatchObject([{ kind: 'approved', by: 'U1' }]);
    expect(replied).toEqual([]);
    expect(said).toMatchObject({ headline: expect.stringMatching(/^approved by U1 at 03:05 UTC/) });
  });

  test('does not count once its question expired, and says that it came in time', async () => {
    clock.set('03:20:00');
    const said = await press({ at: '2026-11-20T02:55:00.000Z' });
    expect([resumed, replied]).toEqual([[], []]);
    expect(said?.headline).toMatch(
      /^The question expired at 03:\d\d UTC; Watchkeeper took no action\. You pressed the button in time, at 02:55 UTC, but Watchkeeper processed the press too late\.$/,
    );
    expect(published).toMatchObject([
      { lines: expect.arrayContaining(['Nobody answered in time; Watchkeeper took no action.']) },
    ]);
  });
});

describe('whoever pressed', () => {
  const heardAs = (whom: SlackUserKind, said: Utterance = aPress()) =>
    authorizeSpeaker(said, { origin: async () => ({ teams: ['T1'] }), who: async () => whom });

  test.each(['person', 'unknown'] as const)(
    'is heard where Slack says %s: the request named their workspace',
    async (whom) => {
      expect(await heardAs(whom)).toEqual({ kind: 'heard' });
    },
  );

  test.each(['bot', 'foreign'] as const)('is turned away as a %s, and told so', async (whom) => {
    const answer = await heardAs(whom);
    if (answer.kind !== 'turned-away') throw new Error(answer.kind);
    expect(await handleButton(answer.press, ports)).toBeUndefined();
    expect([resumed, replied.map(({ text }) => text)]).toEqual([
      [],
      ['Only members of the organisation that runs Watchkeeper can decide here. I took no action.'],
    ]);
  });

  test('is never asked about where the request itself names another organisation, and nobody else is told', async () => {
    const { approvalId: _, verdict: __, ...rest } = aPress();
    const said: Utterance = { ...rest, kind: 'refused-press' };
    expect(await heardAs('person', said)).toEqual({ kind: 'turned-away', press: said });
    ports = { ...ports, replies: { reply: broken } };
    expect([await handleButton(said, ports), published]).toEqual([undefined, []]);
  });
});

test.each([
  ['no question', { approvalId: '' }],
  ['a verdict that is none', { verdict: 'approve-all' }],
  ['an address that is none', { replyTo: 'javascript' }],
  ['nobody', { by: '' }],
])('a press with %s is refused', (_, over) => {
  expect(Utterance.safeParse({ ...aPress(), ...over }).success).toBe(false);
});
