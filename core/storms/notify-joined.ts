// Tells people which pages joined a group: a line in the leader's timeline and thread, and a note on the page that joined. In a storm, all joins
// of a minute share one message, which is updated in place a few times at most.

import type { Incident } from '../model/incident.ts';
import type { Relation } from '../model/storm.ts';
import type { Ports } from '../ports/index.ts';
import type { MemberName } from '../ports/records.ts';
import { describe, joinText } from '../record/describe.ts';
import { relationText } from '../record/membership-words.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { publishProgress } from '../reporting/progress.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';

type NotifyPorts = Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'seen'>;

/** Joins within this time share one update of the message. */
const gatherMs = 4000;
const minuteMs = 60_000;
const daySeconds = 24 * 3600;

interface Join {
  readonly leader: Incident;
  readonly member: Incident;
  readonly because: Relation;
}

/** Tells about one join. A failed message does not undo the join. */
export async function notifyJoined(
  { leader, member, because }: Join,
  ports: NotifyPorts,
  pause: (ms: number) => Promise<unknown>,
): Promise<void> {
  const step = 'Join';
  await record(
    leader.id,
    { type: 'MemberJoined', member: { id: member.id, title: member.title }, because },
    { step, key: member.id },
    ports,
  );
  const joined = { type: 'JoinedGroup', leader: { id: leader.id, title: leader.title }, because } as const;
  await record(member.id, joined, { step, key: leader.id }, ports);
  await noteOnPage(leader, member, describe(joined), ports);
  await publishProgress(member.id, ports);
  await notifyThread(leader, ports, pause);
}

async function noteOnPage(leader: Incident, member: Incident, text: string, ports: NotifyPorts): Promise<void> {
  if (member.trigger.kind !== 'page') return;
  const key = `joined-note-${member.id}-${leader.id}`;
  if (await ports.seen.has(key)) return;
  const where = leader.trigger.link === undefined ? '' : `\n${leader.trigger.link}`;
  const separate =
    'Say "this is separate" in its thread, or press the button in the console, if it has a cause of its own.';
  const written = await ports.pager.note(member.trigger.sourceId, `${shorten(text, 1500)}${where}\n${separate}`);
  if (written.kind === 'written') await ports.seen.claim(key, daySeconds);
  else
    await record(
      member.id,
      { type: 'MessageFailed', place: 'page', about: 'joined', reason: written.gap.reason },
      { step: 'Join', key: 'page' },
      ports,
    );
}

/** The first join within a short span waits for the others and tells all of them. */
async function notifyThread(
  leader: Incident,
  ports: NotifyPorts,
  pause: (ms: number) => Promise<unknown>,
): Promise<void> {
  const span = Math.floor(ports.clock.now().getTime() / gatherMs);
  if (!(await ports.seen.claim(`joined-${leader.id}-${span}`, 60).catch(() => true))) return;
  await pause(gatherMs);
  const minute = Math.floor((span * gatherMs) / minuteMs);
  const members = await ports.incidents.memberNames(leader.id);
  const since = members.filter(({ at }) => Math.floor(Date.parse(at) / minuteMs) === minute);
  if (since.length > 0)
    await ports.chat
      .publish({
        key: `joined-${leader.id}-${minute}`,
        incidentId: leader.id,
        kind: 'answer',
        headline: shorten(joinedWords(since), 300),
        lines: [],
        ...threadOf(leader.trigger),
      })
      .catch(() => undefined);
  await publishProgress(leader.id, ports);
}

/** For one page its reason; for several their number and the most frequent reasons. */
export function joinedWords(members: readonly Pick<MemberName, 'title' | 'because'>[]): string {
  const [first] = members;
  if (members.length === 1 && first) return joinText(first.title, first.because);
  const reasons = Map.groupBy(members, ({ because }) => relationText(because));
  const most = [...reasons]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([reason, own]) => `${reason} (${own.length})`);
  return `+${members.length} pages joined because ${formatList(most, 3)}.`;
}
