import { expect, test } from 'vitest';
import { together, wordsOf } from '../fake-slack/demo.ts';

// Many incidents at once in one channel, under Slack's own rates: later than otherwise, and whole.

test('an alert storm loses no message, mixes no threads, and leaves nothing that says it still looks', async () => {
  await using place = await together(['cronjob-nightly-invoices', 'throughput-drop-session-service']);
  const { slack, runtime } = place;
  const pages = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      runtime.pages.send(n % 2 === 0 ? 'cronjob-nightly-invoices' : 'throughput-drop-session-service', { vary: true }),
    ),
  );
  const incidents = await Promise.all(pages.map(({ sourceId }) => runtime.waitForIncident(sourceId, 'asked', 60_000)));
  expect(slack.calls.some(({ error }) => error === 'ratelimited')).toBe(true);
  const keyOf = (payload: unknown) => (payload as { key?: string } | undefined)?.key ?? '';
  const postOf = (key: string) => {
    const found = slack.workspace.posts.filter(({ metadata }) => keyOf(metadata?.event_payload) === key);
    expect([key, found.length]).toEqual([key, 1]);
    return found[0];
  };
  const leaders = new Set(incidents.flatMap(({ memberOf }) => memberOf?.leader ?? []));
  for (const { id, memberOf } of incidents) {
    const watched = postOf(`opened-${id}`);
    const told = (await runtime.ports.incidents.timeline(id)).map(({ text }) => text);
    expect(told.filter((text) => text.startsWith('The thread could not'))).toEqual([]);
    const words = expect.poll(() => (watched ? wordsOf(watched) : ''), { timeout: 15_000 });
    if (memberOf === undefined) {
      expect(postOf(`diagnosis-${id}`)?.threadTs).toBe(watched?.ts);
      await words.toMatch(/^Waiting for an answer/);
    } else await words.not.toMatch(/^Looking/);
  }
  // The pages of one alert are members of one incident.
  expect(leaders.size).toBeLessThanOrEqual(2);
}, 120_000);
