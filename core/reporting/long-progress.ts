// Publishes what a long investigation looks at, in one message that is updated in place, at most every few seconds. The message is made from the record
// alone. It is a courtesy: an unreachable thread fails nothing.
import type { Incident } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { longStepText } from '../record/describe.ts';
import { threadOf } from '../record/thread.ts';
import { shorten } from '../text.ts';
import { clockTime } from '../wording.ts';

/** The shortest time between two updates; chats limit updates per minute. */
export const longUpdateMs = 15_000;
/** Steps that the message shows, the latest last. */
const maxShown = 3;

export interface LongProgress {
  /** Updates the message now, or as soon as the last update is old enough. */
  soon(): void;
  /** Publishes nothing more. Resolves when an update in progress has ended. */
  close(): Promise<void>;
}

export function longProgress(
  incident: Incident,
  ports: Pick<Ports, 'incidents' | 'chat'>,
  everyMs = longUpdateMs,
): LongProgress {
  let timer: NodeJS.Timeout | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let closed = false;
  let publishing: Promise<void> = Promise.resolve();
  const publish = (): void => {
    timer = undefined;
    lastAt = performance.now();
    publishing = publishing
      .then(async () => {
        if (closed) return;
        const timeline = await ports.incidents.timeline(incident.id);
        if (!closed) await ports.chat.publish(longMessage(incident, timeline));
      })
      .catch(() => undefined);
  };
  return {
    soon() {
      if (closed || timer !== undefined) return;
      const waitMs = lastAt + everyMs - performance.now();
      if (waitMs <= 0) publish();
      else timer = setTimeout(publish, waitMs);
      timer?.unref();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await publishing;
    },
  };
}

export type LongEnding = EventOf<'LongInvestigationEnded'> & { readonly lines: readonly string[] };

/** One message from the start to the end of it. Pure. */
export function longMessage(incident: Incident, timeline: readonly TimelineEntry[], ending?: LongEnding): Message {
  const steps = longSteps(timeline);
  const earlier = steps.length - maxShown;
  return {
    key: `long-${incident.id}`,
    incidentId: incident.id,
    kind: 'answer',
    ...(ending === undefined ? { tone: 'working' } : {}),
    headline: shorten(`${ending === undefined ? 'Looking further' : headlines[ending.how]}: ${incident.title}`, 300),
    lines: [
      ...(ending?.by === undefined ? [] : [`${ending.by} said so.`]),
      ...(ending?.lines ?? []),
      ...(ending !== undefined
        ? []
        : steps.length === 0
          ? ['An agent reads the reports.']
          : steps.slice(-maxShown).map(({ at, text }) => shorten(`${clockTime(at)} ${text}`, 500))),
    ],
    small: [
      ...(ending === undefined && earlier > 0 ? [`${earlier} earlier ${earlier === 1 ? 'step' : 'steps'}.`] : []),
      ...(ending === undefined ? ['The diagnosis above stands meanwhile. Actions do not wait for this.'] : []),
    ],
    ...(ending?.by === undefined ? {} : { people: [ending.by] }),
    ...(ending === undefined ? { choices: [{ label: 'Stop looking', says: 'stop looking' }] } : {}),
    ...threadOf(incident.trigger),
  };
}

const headlines: Readonly<Record<LongEnding['how'], string>> = {
  finished: 'Looked further',
  stopped: 'Stopped looking',
  failed: 'Could not look further',
  lost: 'Nothing more was heard of the agent that looked further',
};

/** The steps of the long investigation in words, in order. */
export const longSteps = (timeline: readonly TimelineEntry[]): { readonly at: string; readonly text: string }[] =>
  timeline.flatMap(({ event, at }) =>
    event.type === 'LongInvestigationStep' ? [{ at, text: longStepText(event) }] : [],
  );
