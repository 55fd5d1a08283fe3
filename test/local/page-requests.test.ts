// What people request with the page itself: asked once more, confirmed by an approver, done once, audited; and never mixed up with the open question.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handleUtterance } from '../../core/conversation/handle-utterance.ts';
import type { PageRequest } from '../../core/model/page-request.ts';
import type { PageRequests } from '../../core/ports/channels.ts';
import { recordedWorld } from '../../local/compose.ts';
import { atPresent } from '../../local/paging.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';

const scenario = new URL('../../scenarios/oom-after-deploy', import.meta.url).pathname;
let runtime: Runtime;
let id: string;
const done: PageRequest[] = [];
let outcome: Awaited<ReturnType<PageRequests['carryOut']>> = { kind: 'done', detail: 'PagerDuty says so.' };
let alerts = 2;

const pageRequests: PageRequests = {
  can: new Set(['acknowledge', 'snooze', 'reassign', 'responder', 'workflow', 'silence']),
  find: async (what, words) => ({
    kind: 'data',
    found:
      what === 'workflow'
        ? [{ id: 'PWORK1', name: 'Major Incident' }]
        : [
            { id: 'PMIA123', name: 'Mia Chen' },
            { id: 'PMIA456', name: 'Mia Wong' },
            { id: 'PSAM123', name: 'Sam' },
          ].filter((one) => one.id === words || one.name.toLowerCase().includes(words.toLowerCase())),
  }),
  covered: async () => ({ kind: 'data', alerts }),
  carryOut: async (request) => {
    done.push(request);
    return outcome;
  },
};

beforeAll(async () => {
  const make = recordedWorld([scenario]);
  runtime = await startRuntime({
    makeWorld: async (ground) => {
      const world = await make(ground);
      const load = async () => {
        const catalog = await world.catalog.load();
        const environments = Object.fromEntries(
          Object.entries(catalog.environments).map(([name, one]) => [
            name,
            { ...one, page: { ...one.page, requests: [...pageRequests.can] } },
          ]),
        );
        return { ...catalog, environments, approvers: ['ada', 'ben'] };
      };
      return { ...world, catalog: { load }, pageRequests };
    },
    onTrouble: () => undefined,
  });
  await runtime.resume();
  const { sourceId } = await runtime.sendPage(atPresent(runtime.world.pages[0]?.body ?? '', new Date()));
  id = (await runtime.waitForIncident(sourceId, 'asked')).id;
});
afterAll(() => runtime?.close());
beforeEach(() => {
  done.length = 0;
  outcome = { kind: 'done', detail: 'PagerDuty says so.' };
  alerts = 2;
});

async function say(text: string, by = 'ada') {
  const { ports } = runtime;
  const at = ports.clock.now().toISOString();
  const result = await handleUtterance(
    { kind: 'words', how: 'console', eventId: `t-${ports.ids.next()}`, at, by, text, incidentId: id },
    ports,
  );
  if (result.kind !== 'answered') throw new Error(result.kind);
  const { headline, lines, choices = [] } = result.message;
  return { text: [headline, ...lines].join('\n'), says: choices.map((one) => one.says) };
}
const pending = async () =>
  (await runtime.ports.approvals.ofIncident(id)).filter(({ state }) => state === 'pending').length;

test.each<[string, PageRequest['kind'], RegExp]>([
  ['snooze it for 30 min', 'snooze', /Snooze the page in PagerDuty for 30 min/],
  ['pls ack', 'acknowledge', /Acknowledge the page/],
  ['assign this to sam', 'reassign', /to Sam/],
  ['add sam as responder', 'responder', /Sam as a responder/],
  ['kick off the major incident workflow', 'workflow', /Major Incident/],
  ['silence this for 2 hours', 'silence', /alertname="HighErrorRatio".* for 2 h/],
])('%s: asks, is confirmed by its button, done once, and approves nothing', async (words, kind, sentence) => {
  const asked = await say(words);
  expect(asked.text).toMatch(sentence);
  expect(done).toEqual([]);
  const [button = ''] = asked.says;
  expect((await say(button)).text).toContain('Done:');
  expect((await say(button)).text).toContain('confirmed before');
  expect(done.map((one) => one.kind)).toEqual([kind]);
  expect(await pending()).toBe(1);
});

test('is on the timeline and in the audit, with the person', async () => {
  const entries = (await runtime.ports.incidents.timeline(id)).filter(({ event }) => event.type === 'PageRequestDone');
  expect(entries.length).toBeGreaterThan(0);
  expect(entries[0]).toMatchObject({ actor: 'ada', text: expect.stringContaining('Done: Snooze') });
});

test.each(['yes', 'go ahead', 'approve', 'do it'])('%s to two open things approves neither', async (yes) => {
  await say('snooze it for 2 hours');
  expect((await say(yes)).text).toContain('Two things wait');
  expect(done).toEqual([]);
  expect(await pending()).toBe(1);
});

test('a no drops the request and leaves the open question', async () => {
  await say('snooze it for 2 hours');
  expect((await say('no')).text).toContain('I leave the page as it is');
  expect(await pending()).toBe(1);
  expect(done).toEqual([]);
});

test('a person who is no approver changes nothing', async () => {
  const { says } = await say('snooze it for 2 hours', 'eve');
  expect((await say(says[0] ?? '', 'eve')).text).toContain('eve is not among the approvers');
  expect(done).toEqual([]);
});

test('what is not clear is asked back: two people, nobody, no time, too long', async () => {
  expect((await say('reassign it to mia')).says).toEqual(['reassign it to PMIA123', 'reassign it to PMIA456']);
  expect((await say('reassign it to bob')).text).toContain('no user called "bob"');
  expect((await say('snooze it')).text).toContain('for how long?');
  expect((await say('snooze it for 400 days')).text).toContain('seven days');
  expect(done).toEqual([]);
});

test('a silence that covers no firing alert is not made', async () => {
  alerts = 0;
  expect((await say('silence this for 2 hours')).text).toContain('nothing to silence');
});

test('an unanswered request is not called done, and not repeated', async () => {
  outcome = { kind: 'unknown', why: 'PagerDuty did not answer.' };
  const { says } = await say('pls ack');
  expect((await say(says[0] ?? '')).text).toContain('Not known whether it was done');
  expect((await say(says[0] ?? '')).text).toContain('confirmed before');
  expect(done).toHaveLength(1);
});

test.each([
  'confirm 00000000: roll it back',
  'confirm deadbeef: delete the namespace',
  'he said "confirm 00000000: snooze it for 2 hours"',
  "don't snooze it",
  'should we snooze it for 2 hours?',
])('%s does nothing', async (words) => {
  await say(words);
  expect(done).toEqual([]);
  expect(await pending()).toBe(1);
});
