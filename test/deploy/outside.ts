// The world outside the account, on loopback: Slack's Web API and PagerDuty's REST API as far as they are called. What they are told is
// kept, so that a test can read the question as a person would, and press the button that it offers.
import type { KnownBlock } from '@slack/types';
import { serve, type TestServer } from '../server.ts';

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly metadata?: unknown;
}

export interface Outside extends AsyncDisposable {
  readonly slackUrl: string;
  readonly pagerDutyUrl: string;
  /** As they look now: an updated message is the updated one. */
  readonly messages: () => readonly SlackMessage[];
  /** Files that were uploaded; `starts` with these characters. */
  readonly files: readonly { readonly name: string; readonly starts: string }[];
  readonly notes: readonly { readonly page: string; readonly content: string; readonly from: string | undefined }[];
}

export async function playOutside(): Promise<Outside> {
  const messages: SlackMessage[] = [];
  const files: { name: string; starts: string }[] = [];
  const notes: { page: string; content: string; from: string | undefined }[] = [];

  const slack = (method: string, form: URLSearchParams) => {
    const channel = form.get('channel') ?? '';
    const content = {
      channel,
      text: form.get('text') ?? '',
      blocks: JSON.parse(form.get('blocks') ?? '[]') as KnownBlock[],
      metadata: JSON.parse(form.get('metadata') ?? '{}') as unknown,
    };
    switch (method) {
      case 'chat.postMessage': {
        const ts = `1700000000.${String(messages.length + 1).padStart(6, '0')}`;
        const thread = form.get('thread_ts');
        messages.push({ ...content, ts, ...(thread === null ? {} : { thread_ts: thread }) });
        return { ok: true, channel, ts };
      }
      case 'chat.update': {
        const ts = form.get('ts') ?? '';
        const index = messages.findIndex((message) => message.ts === ts);
        const before = messages[index];
        if (before === undefined) return { ok: false, error: 'message_not_found' };
        messages[index] = { ...before, ...content };
        return { ok: true, channel, ts };
      }
      case 'conversations.history':
        return { ok: true, messages: messages.filter((one) => one.thread_ts === undefined).toReversed() };
      case 'conversations.replies':
        return {
          ok: true,
          messages: messages
            .filter((one) => [one.ts, one.thread_ts].includes(form.get('ts') ?? ''))
            .map((one) => ({ ...one, user: 'U0WATCH', bot_id: 'B0WATCH' })),
        };
      case 'files.getUploadURLExternal': {
        files.push({ name: form.get('filename') ?? '', starts: '' });
        const id = `F${files.length}`;
        return { ok: true, upload_url: `${server.url}/slack/upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal':
        return { ok: true, files: JSON.parse(form.get('files') ?? '[]') as unknown[] };
      case 'auth.test':
        return { ok: true, team_id: 'T0EMULATOR', user_id: 'U0WATCH', bot_id: 'B0WATCH' };
      case 'users.info':
        return { ok: true, user: { id: form.get('user'), team_id: 'T0EMULATOR', is_bot: false } };
      default:
        return { ok: false, error: 'unknown_method' };
    }
  };

  const server: TestServer = await serve(({ method, path, headers, body }) => {
    const page = /^\/pagerduty\/incidents\/([^/]+)\/(alerts|notes)/.exec(path);
    if (page && method === 'GET') return { body: JSON.stringify({ alerts: [] }) };
    if (page) {
      const { note } = JSON.parse(body) as { note: { content: string } };
      notes.push({ page: page[1] ?? '', content: note.content, from: headers.from });
      return { status: 201, body: '{}' };
    }
    const upload = /^\/slack\/upload\/F(\d+)$/.exec(path)?.[1];
    const file = upload === undefined ? undefined : files[Number(upload) - 1];
    if (file) {
      file.starts = body.slice(0, 400);
      return { body: 'OK' };
    }
    const api = /^\/slack\/api\/([a-zA-Z.]+)/.exec(path)?.[1];
    if (api === undefined || headers.authorization !== 'Bearer xoxb-deploy') return { status: 401, body: '{}' };
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(slack(api, new URLSearchParams(body))),
    };
  });
  return {
    slackUrl: `${server.url}/slack/api/`,
    pagerDutyUrl: `${server.url}/pagerduty`,
    messages: () => messages,
    files,
    notes,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
