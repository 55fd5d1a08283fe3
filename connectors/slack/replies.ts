// Answers a press of a button through its response_url. Slack accepts five answers within half an hour there, so it serves only immediate replies;
// later ones go through chat.ts.
import { Unavailable } from '../../core/errors.ts';
import { escaped } from '../../core/intake/slack-message.ts';
import type { Replies } from '../../core/ports/channels.ts';
import { blocksOf, fallbackText } from './blocks.ts';

interface RepliesConfig {
  /** The only allowed beginning of the address: the request is signed, and still it must not direct us to another host. */
  readonly origin?: string | undefined;
  /** Milliseconds. The press was acknowledged before, so nobody waits for this request. */
  readonly timeoutMs?: number | undefined;
}

export function slackReplies({ origin = 'https://hooks.slack.com/', timeoutMs = 5000 }: RepliesConfig = {}): Replies {
  return {
    async reply(to, { text, message }) {
      if (!to.startsWith(origin)) throw new Unavailable('The address to reply to is none of Slack.');
      const response = await fetch(to, {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          message === undefined
            ? { replace_original: false, response_type: 'ephemeral', text: escaped(text) }
            : { replace_original: true, text: fallbackText(message), blocks: blocksOf(message) },
        ),
        signal: AbortSignal.timeout(timeoutMs),
      }).catch((cause: unknown) => {
        throw new Unavailable('Slack did not take the reply.', { cause });
      });
      if (!response.ok) throw new Unavailable(`Slack answered the reply with status ${response.status}.`);
    },
  };
}
