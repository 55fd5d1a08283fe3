// Finds the thread of an incident. An incident that came from a Slack thread is answered there; other incidents have their own thread.
import type { Trigger } from '../model/incident.ts';
import type { Message } from '../model/message.ts';

/** The part of a message that sends it to the incident's thread. */
export const threadOf = ({ slack }: Trigger): Pick<Message, 'slack'> =>
  slack === undefined
    ? {}
    : {
        slack: { channel: slack.channel, ...(slack.threadTs === undefined ? {} : { threadTs: slack.threadTs }) },
      };
