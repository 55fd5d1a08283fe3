// A Slack of our own on loopback: the Web API methods we call with their scopes, limits and error codes, rate limits, the upload of files,
// and people who write, react, press and type commands, which reaches the app signed as Slack signs it. Built on the published
// references; nothing in it knows Watchkeeper.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pagerDuty, pagerDutyAlert } from './alerts.ts';
import { checkBlocks, json } from './blocks.ts';
import { type Delivery, type DeliveryOptions, deliver } from './delivery.ts';
import { botMessage, changed, deleted, mention, message, reacted } from './events.ts';
import { methods, type Rate, type Reply } from './methods.ts';
import { renderPage } from './page.ts';
import { ourBot, type Post, team, Workspace, wireMessage } from './workspace.ts';

export interface FakeSlackOptions {
  readonly signingSecret?: string;
  /** Scopes of the token; a method without its scope answers `missing_scope`. */
  readonly scopes?: readonly string[];
  /** Base address of the app; events go to `/slack/events`, the rest to `/slack/interactivity` and `/slack/commands`. */
  readonly app?: string;
  readonly port?: number;
  readonly answerWithinMs?: number;
  readonly retryAfterMs?: readonly number[];
}

/** Those of config/slack-manifest.yaml. */
export const manifestScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:history',
  'groups:read',
  'im:history',
  'reactions:read',
  'users:read',
];

export const fakeToken = 'xoxb-fake-token';

interface Asked {
  readonly method: string;
  readonly given: Readonly<Record<string, string>>;
  readonly ok: boolean;
  readonly error?: unknown;
}

export interface FakeSlack extends AsyncDisposable {
  readonly url: string;
  /** For `slackApiUrl`. */
  readonly apiUrl: string;
  readonly token: string;
  readonly signingSecret: string;
  readonly workspace: Workspace;
  /** Methods in the order they were called, with their arguments. */
  readonly calls: readonly Asked[];
  setApp(url: string): void;
  /** The next call of this method is answered with 429. */
  limitNext(method: string, retryAfterSeconds?: number): void;
  /** A person writes; the app hears of it as Slack would tell it. */
  say(user: string, channel: string, text: string, threadTs?: string): Promise<{ post: Post; delivery: Delivery }>;
  /** Another app posts, with attachments or blocks as that app makes them. */
  alert(
    channel: string,
    app: { readonly name: string; readonly id: string },
    content: Pick<Post, 'text'> & Partial<Post>,
    /** As apps with a bot user post, or as classic apps and incoming webhooks do. */
    as?: 'app' | 'bot_message',
  ): Promise<{ post: Post; delivery: Delivery }>;
  react(user: string, post: Post, name: string): Promise<Delivery>;
  press(user: string, post: Post, actionId: string): Promise<Delivery>;
  command(user: string, channel: string, text: string): Promise<Delivery>;
  edit(post: Post, text: string): Promise<Delivery>;
  remove(post: Post): Promise<Delivery>;
  /** Any event, as it is, in an envelope of which some fields may be others. */
  send(event: object, eventId?: string, envelope?: object): Promise<Delivery>;
  /** A press or a command as another workspace or app would send it: fields in place of those that are true. */
  pretend(fields: object): void;
}

export async function fakeSlack(options: FakeSlackOptions = {}): Promise<FakeSlack> {
  const { signingSecret = 'fake-signing-secret', scopes = manifestScopes } = options;
  const workspace = new Workspace();
  const calls: Asked[] = [];
  const limited = new Map<string, number>();
  const recent = new Map<string, Called[]>();
  let app = options.app ?? '';
  let url = '';
  let pretended: object = {};

  const call = (name: string, given: Asked['given'], authorization: string | undefined): Reply | number => {
    const method = methods.get(name);
    if (!method) return { ok: false, error: 'unknown_method', req_method: name };
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? given.token;
    if (!token) return { ok: false, error: 'not_authed' };
    if (token !== fakeToken) return { ok: false, error: 'invalid_auth' };
    const now = Date.now();
    const lately = (recent.get(name) ?? []).filter(({ at }) => now - at < 60_000);
    const waitSeconds = limited.get(name) ?? roomIn(method.rates, lately, given.channel, now);
    limited.delete(name);
    if (waitSeconds > 0) return waitSeconds;
    recent.set(name, [...lately, { at: now, channel: given.channel }]);
    const needed = method.scopes(given, workspace);
    if (needed.length > 0 && !needed.some((one) => scopes.includes(one)))
      return { ok: false, error: 'missing_scope', needed: needed[0], provided: scopes.join(',') };
    return method.run(given, { workspace, url, tell: (event) => void slack.send(event) });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (response.headersSent) response.end();
      else answer(response, 500, { ok: false, error: 'internal_error' });
    });
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = request.url ?? '/';
    if (!URL.canParse(address, 'http://localhost')) return answer(response, 404, { ok: false, error: 'not_found' });
    const path = new URL(address, 'http://localhost').pathname;
    const body = await bodyOf(request);
    if (path.startsWith('/api/')) {
      const name = path.slice('/api/'.length);
      const given = argumentsOf(request.headers['content-type'] ?? '', body.toString('utf8'));
      const reply = call(name, given, request.headers.authorization);
      if (typeof reply === 'number') {
        calls.push({ method: name, given, ok: false, error: 'ratelimited' });
        response.writeHead(429, { 'retry-after': String(reply), 'content-type': 'application/json' });
        response.end(JSON.stringify({ ok: false, error: 'ratelimited' }));
        return;
      }
      calls.push({ method: name, given, ok: reply.ok, ...(reply.ok ? {} : { error: reply.error }) });
      return answer(response, 200, reply);
    }
    const file = workspace.files.find(({ id }) => path === `/upload/v1/${id}`);
    if (file && request.method === 'POST') {
      file.content = fileIn(request.headers['content-type'] ?? '', body);
      response.end(`OK - ${file.content.length}`);
      return;
    }
    if (path.startsWith('/response/')) return respond(path, body.toString('utf8'), response);
    if (path.startsWith('/files/')) {
      const shown = workspace.files.find(({ id }) => path === `/files/${id}`);
      response.writeHead(shown?.content ? 200 : 404, {
        'content-type': shown?.name.endsWith('.png') ? 'image/png' : 'text/plain',
      });
      response.end(shown?.content);
      return;
    }
    if (path === '/do' && request.method === 'POST') return act(body.toString('utf8'), response);
    const channel = new URL(request.url ?? '/', 'http://localhost').searchParams.get('channel') ?? 'C0OPS';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(renderPage(workspace, channel));
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** response_url: five answers within half an hour. */
  const answersLeft = new Map<string, { left: number; readonly user: string; readonly post: Post | undefined }>();
  function respond(path: string, body: string, response: ServerResponse): void {
    const known = answersLeft.get(path);
    const content = parse(body);
    if (!known || known.left === 0) {
      answer(response, 404, { ok: false, error: 'expired_url' });
      return;
    }
    const blocks = checkBlocks(content.blocks === undefined ? undefined : JSON.stringify(content.blocks));
    if (!blocks.ok) {
      answer(response, 400, { ok: false, error: blocks.error });
      return;
    }
    known.left -= 1;
    if (content.replace_original === true && known.post)
      Object.assign(known.post, { text: String(content.text ?? ''), blocks: blocks.blocks, edited: true });
    else workspace.ephemerals.push({ to: known.user, text: String(content.text ?? '') });
    response.end('ok');
  }
  const responseUrl = (user: string, post?: Post): string => {
    const path = `/response/${workspace.nextId('R')}`;
    answersLeft.set(path, { left: 5, user, post });
    return `${url}${path}`;
  };

  const toApp = (path: string, body: string, how: 'event' | 'form'): Promise<Delivery> => {
    if (app === '') return Promise.resolve({ status: undefined, body: '', tries: 0 });
    const timing: DeliveryOptions = {
      signingSecret,
      answerWithinMs: options.answerWithinMs,
      retryAfterMs: options.retryAfterMs,
    };
    return deliver(`${app}${path}`, body, how, timing);
  };

  /** In a channel that is shared, a message names its author's workspace. */
  const authorOf = (user: string, isShared: boolean) =>
    isShared
      ? { team: workspace.teamOf(user), user_team: workspace.teamOf(user), source_team: workspace.teamOf(user) }
      : {};

  const slack: FakeSlack = {
    url,
    apiUrl: `${url}/api/`,
    token: fakeToken,
    signingSecret,
    workspace,
    calls,
    setApp: (to) => {
      app = to;
    },
    limitNext: (method, retryAfterSeconds = 1) => void limited.set(method, retryAfterSeconds),
    pretend: (fields) => {
      pretended = fields;
    },
    send(event, eventId = workspace.nextId('Ev'), over = {}) {
      const { channel, item } = event as { channel?: string; item?: { channel?: string } };
      const isShared = workspace.channel(channel ?? item?.channel)?.shared === true;
      const envelope = {
        token: 'deprecated',
        team_id: team,
        api_app_id: ourBot.appId,
        event,
        type: 'event_callback',
        event_id: eventId,
        event_time: Math.floor(Date.now() / 1000),
        event_context: eventId,
        is_ext_shared_channel: isShared,
        authorizations: [
          { enterprise_id: null, team_id: team, user_id: ourBot.userId, is_bot: true, is_enterprise_install: false },
        ],
        ...over,
      };
      return toApp('/slack/events', JSON.stringify(envelope), 'event');
    },
    async say(user, channel, text, threadTs) {
      const where = workspace.known(channel);
      const post = workspace.add({ channel, user, text, threadTs });
      const said = { ...message(post, where), ...authorOf(user, where.shared === true) };
      if (where.kind === 'im' || !text.includes(`<@${ourBot.userId}>`))
        return { post, delivery: await slack.send(said) };
      void slack.send(said);
      return { post, delivery: await slack.send({ ...mention(post), ...authorOf(user, where.shared === true) }) };
    },
    async alert(channel, { name, id }, content, as = 'app') {
      const subtype = as === 'app' ? undefined : as;
      const author = { user: `U${id}`, botId: `B${id}`, appId: id, username: name, subtype };
      const post = workspace.add({ channel, ...author, ...content });
      const event = as === 'app' ? message : botMessage;
      return { post, delivery: await slack.send(event(post, workspace.known(channel))) };
    },
    react(user, post, name) {
      const users = post.reactions.get(name) ?? new Set();
      post.reactions.set(name, users.add(user));
      return slack.send(reacted(user, name, post, workspace.nextTs()));
    },
    press(user, post, actionId) {
      const found = post.blocks
        .flatMap((block) => (block.type === 'actions' ? block.elements : []))
        .find(({ action_id }) => action_id === actionId);
      if (!found) throw new Error(`There is no button ${actionId} on that message.`);
      const payload = {
        type: 'block_actions',
        token: 'deprecated',
        user: { id: user, username: user, name: user, team_id: workspace.teamOf(user) },
        api_app_id: ourBot.appId,
        team: { id: team, domain: 'fake' },
        enterprise: null,
        is_enterprise_install: false,
        container: {
          type: 'message',
          message_ts: post.ts,
          channel_id: post.channel,
          is_ephemeral: false,
          thread_ts: post.threadTs,
        },
        channel: { id: post.channel, name: workspace.known(post.channel).name },
        message: wireMessage(post, false),
        state: { values: {} },
        response_url: responseUrl(user, post),
        trigger_id: workspace.nextId('trigger'),
        actions: [{ ...found, block_id: 'b', action_ts: workspace.nextTs() }],
        ...pretended,
      };
      return toApp(
        '/slack/interactivity',
        new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
        'form',
      );
    },
    command(user, channel, text) {
      const form = {
        token: 'deprecated',
        team_id: team,
        team_domain: 'fake',
        channel_id: channel,
        channel_name: workspace.known(channel).name,
        user_id: user,
        user_name: user,
        command: '/watchkeeper',
        text,
        api_app_id: ourBot.appId,
        is_enterprise_install: 'false',
        response_url: responseUrl(user),
        trigger_id: workspace.nextId('trigger'),
        ...pretended,
      };
      return toApp('/slack/commands', new URLSearchParams(form).toString(), 'form');
    },
    edit(post, text) {
      const before = wireMessage(post, true);
      Object.assign(post, { text, edited: true });
      return slack.send(changed(before, post, workspace.known(post.channel), workspace.nextTs()));
    },
    remove(post) {
      workspace.remove(post);
      return slack.send(deleted(post, workspace.known(post.channel), workspace.nextTs()));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  /** The page's own forms: what a person does there. */
  async function act(body: string, response: ServerResponse): Promise<void> {
    const form = Object.fromEntries(new URLSearchParams(body));
    const { user = 'U0ANA', channel = 'C0OPS', text = '', thread = '' } = form;
    const post = workspace.post(channel, form.ts);
    const [, typed] = /^\/watchkeeper\s+(.*)$/s.exec(text) ?? [];
    const deed = async (): Promise<unknown> => {
      if (form.what === 'press' && post) return slack.press(user, post, form.action ?? '');
      if (form.what === 'react' && post) return slack.react(user, post, form.reaction ?? '+1');
      if (user === pagerDuty.name) return slack.alert(channel, pagerDuty, pagerDutyAlert(workspace.nextId('Q'), text));
      if (typed !== undefined) return slack.command(user, channel, typed);
      const said = text.replaceAll('@watchkeeper', `<@${ourBot.userId}>`);
      return slack.say(user, channel, said, thread === '' ? undefined : thread);
    };
    const done = text === '' && form.what === undefined ? undefined : deed();
    await Promise.resolve(done).catch(() => undefined);
    response.writeHead(303, { location: `/?channel=${encodeURIComponent(channel)}` }).end();
  }
  return slack;
}

interface Called {
  readonly at: number;
  readonly channel: string | undefined;
}

/** In how many seconds there is room for one more call; 0 is now. */
const roomIn = (rates: readonly Rate[], lately: readonly Called[], channel: string | undefined, now: number): number =>
  Math.max(
    ...rates.map(({ calls, seconds, each }) => {
      const counted = lately.filter(
        (one) => now - one.at < seconds * 1000 && (each === undefined || one.channel === channel),
      );
      const inTheWay = counted.at(-calls);
      return counted.length < calls || !inTheWay ? 0 : Math.ceil((inTheWay.at + seconds * 1000 - now) / 1000);
    }),
  );

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** The largest body, in bytes; files are uploaded whole. */
const mostBytes = 64 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > mostBytes) throw new Error('The body is too large.');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function argumentsOf(type: string, body: string): Record<string, string> {
  if (!type.startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body));
  return Object.fromEntries(
    Object.entries(parse(body)).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

function parse(body: string): Record<string, unknown> {
  const parsed = json(body);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
}

/** Raw, or the first part of a multipart form. */
function fileIn(type: string, body: Buffer): Buffer {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary === undefined) return body;
  const start = body.indexOf('\r\n\r\n') + 4;
  return body.subarray(start, body.indexOf(`\r\n--${boundary}`, start));
}
