// The workspace as a page: messages laid out as Block Kit does (header, section, fields in two columns, context small and grey, actions in
// a row, images), for trying things by hand and for looking at screenshots.
import { pagerDuty } from './alerts.ts';
import type { Block } from './blocks.ts';
import { ourBot, type Post, type Workspace } from './workspace.ts';

const htmlOf = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** mrkdwn, as far as it matters for seeing whether something links, pings or formats. */
const mrkdwn = (text: string, workspace?: Workspace): string =>
  htmlOf(text)
    .replaceAll(/&lt;(https?:[^|&]+)\|([^&]+)&gt;/g, '<a href="$1">$2</a>')
    .replaceAll(/&lt;(https?:[^|&]+)&gt;/g, '<a href="$1">$1</a>')
    .replaceAll(
      /&lt;[@#!]([^&]+)&gt;/g,
      (_, id: string) => `<span class="ping">@${workspace ? htmlOf(nameOf(id, workspace)) : id}</span>`,
    )
    .replaceAll(/```\n?([\s\S]+?)```/g, '<pre class="preformatted">$1</pre>')
    .replaceAll(/(?<![\w*])\*([^*\n]+)\*(?![\w*])/g, '<b>$1</b>')
    .replaceAll(/(?<![\w_])_([^_\n]+)_(?![\w_])/g, '<i>$1</i>')
    .replaceAll(/(?<![\w~])~([^~\n]+)~(?![\w~])/g, '<s>$1</s>')
    .replaceAll(/^&gt; ?(.*)$/gm, '<blockquote>$1</blockquote>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll(/&amp;(lt|gt|amp);/g, '&$1;');

const text = ({ type, text: value }: { readonly type: string; readonly text: string }): string =>
  type === 'mrkdwn' ? mrkdwn(value) : htmlOf(value);

const tags: Readonly<Record<string, string>> = { bold: 'b', italic: 'i', strike: 's', underline: 'u', code: 'code' };

/** Text, people and instants of rich text; nothing in it is parsed. */
function rich(value: unknown, workspace: Workspace): string {
  if (Array.isArray(value)) return value.map((one) => rich(one, workspace)).join('');
  const {
    type,
    elements,
    text: said,
    style,
    user_id,
    usergroup_id,
    timestamp,
    name,
    url,
    channel_id,
    team_id,
    range,
    value: colour,
  } = value as Record<string, unknown>;
  switch (type) {
    case 'rich_text_section':
      return `<div class="section">${rich(elements, workspace)}</div>`;
    case 'rich_text_list': {
      const list = style === 'ordered' ? 'ol' : 'ul';
      return `<${list}>${(elements as unknown[]).map((one) => `<li>${rich(one, workspace)}</li>`).join('')}</${list}>`;
    }
    case 'rich_text_preformatted':
      return `<pre class="preformatted">${rich(elements, workspace)}</pre>`;
    case 'rich_text_quote':
      return `<blockquote>${rich(elements, workspace)}</blockquote>`;
    case 'user':
      return `<span class="ping">@${htmlOf(nameOf(String(user_id), workspace))}</span>`;
    case 'usergroup':
      return `<span class="ping">@${htmlOf(String(usergroup_id))}</span>`;
    case 'channel':
    case 'team':
      return `<span class="ping">#${htmlOf(String(channel_id ?? team_id))}</span>`;
    case 'broadcast':
      return `<span class="ping">@${htmlOf(String(range))}</span>`;
    case 'color':
      return `<code>${htmlOf(String(colour))}</code>`;
    case 'date':
      return `<time>${new Date(Number(timestamp) * 1000).toISOString().slice(0, 16).replace('T', ' ')}</time>`;
    case 'emoji':
      return `:${htmlOf(String(name))}:`;
    case 'link':
      return `<a href="${htmlOf(String(url))}">${htmlOf(String(said ?? url))}</a>`;
    default: {
      const marks = Object.entries((typeof style === 'object' && style) || {}).filter(([, on]) => on === true);
      return marks.reduce(
        (html, [mark]) => (Object.hasOwn(tags, mark) ? `<${tags[mark]}>${html}</${tags[mark]}>` : html),
        htmlOf(String(said ?? '')),
      );
    }
  }
}

const nameOf = (id: string, workspace: Workspace): string =>
  workspace.members.find((one) => one.id === id)?.realName ?? id;

/** Headings, bold, code, links and lists of a markdown block; everything else as it stands. */
const markdown = (source: string): string =>
  htmlOf(source)
    .replaceAll(/```\w*\n?([\s\S]+?)```/g, '<pre class="preformatted">$1</pre>')
    .replaceAll(/^#{1,6} (.+)$/gm, '<b>$1</b>')
    .replaceAll(/\*\*([^*\n]+)\*\*/g, '<b>$1</b>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, '<a href="$2">$1</a>')
    .replaceAll(/^[-*] (.+)$/gm, '• $1');

type Element = Extract<Block, { type: 'actions' }>['elements'][number];
type Picture = {
  readonly alt_text: string;
  readonly image_url?: string | undefined;
  readonly slack_file?: object | undefined;
};

const imageOf = ({ alt_text, image_url, slack_file }: Picture, name = ''): string => {
  const file = slack_file && 'id' in slack_file ? `/files/${String(slack_file.id)}` : undefined;
  return `<img class="${name}" alt="${htmlOf(alt_text)}" src="${htmlOf(file ?? image_url ?? '')}">`;
};

function elementOf(element: Element | (Picture & { readonly type: 'image' }), post: Post): string {
  switch (element.type) {
    case 'image':
      return imageOf(element, 'small');
    case 'static_select':
      return `<select aria-label="${htmlOf(element.placeholder?.text ?? element.action_id)}">${element.options.map((one) => `<option>${htmlOf(one.text.text)}</option>`).join('')}</select>`;
    case 'button':
      return element.url === undefined
        ? `<form method="post" action="/do"><input type="hidden" name="what" value="press"><input type="hidden" name="channel" value="${post.channel}"><input type="hidden" name="ts" value="${post.ts}"><button class="${element.style ?? ''}" name="action" value="${htmlOf(element.action_id)}">${htmlOf(element.text.text)}</button></form>`
        : `<a class="link-button" href="${htmlOf(element.url)}">${htmlOf(element.text.text)}</a>`;
  }
}

function block(one: Block, post: Post, workspace: Workspace): string {
  switch (one.type) {
    case 'header':
      return `<div class="header">${text(one.text)}</div>`;
    case 'divider':
      return '<hr>';
    case 'section':
      return `<div class="section">${one.accessory ? `<div class="accessory">${elementOf(one.accessory, post)}</div>` : ''}${one.text ? text(one.text) : ''}${one.fields ? `<div class="fields">${one.fields.map((field) => `<div>${text(field)}</div>`).join('')}</div>` : ''}</div>`;
    case 'context':
      return `<div class="context">${one.elements.map((element) => ('text' in element ? text(element) : imageOf(element, 'small'))).join(' ')}</div>`;
    case 'actions':
      return `<div class="actions">${one.elements.map((element) => elementOf(element, post)).join('')}</div>`;
    case 'image':
      return `<figure>${one.title ? `<figcaption>${text(one.title)}</figcaption>` : ''}${imageOf(one)}</figure>`;
    case 'markdown':
      return `<div class="section">${markdown(one.text)}</div>`;
    case 'rich_text':
      return rich(one.elements, workspace);
  }
}

const files = (post: Post): string =>
  post.files
    .map(({ id, name, title, content }) =>
      name.endsWith('.png')
        ? `<figure><figcaption>${htmlOf(title)}</figcaption><img alt="${htmlOf(title)}" src="/files/${id}"></figure>`
        : `<details class="file"><summary>${htmlOf(title)} <small>${htmlOf(name)}</small></summary><pre>${htmlOf(content?.toString('utf8') ?? '')}</pre></details>`,
    )
    .join('');

const attachment = (one: unknown): string => {
  const { title = '', text: body = '', fallback = '' } = one as Record<string, string>;
  return `<div class="attachment"><b>${htmlOf(title)}</b><div>${htmlOf(body || fallback)}</div></div>`;
};

function message(post: Post, workspace: Workspace): string {
  const author = post.username ?? workspace.members.find(({ id }) => id === post.user)?.realName ?? post.user;
  const app = post.botId === undefined ? '' : '<span class="app">APP</span>';
  const body =
    post.blocks.length > 0
      ? post.blocks.map((one) => block(one, post, workspace)).join('')
      : mrkdwn(post.text, workspace);
  const reactions = [...post.reactions]
    .map(([name, users]) => `<span class="reaction">${thumbs[name] ?? `:${htmlOf(name)}:`} ${users.size}</span>`)
    .join('');
  const reacting = post.botId === ourBot.botId ? ['+1', '-1'].map((name) => reactionForm(post, name)).join('') : '';
  return `<article class="post" data-ts="${post.ts}"><div class="avatar">${htmlOf(author.slice(0, 1))}</div><div class="body"><p class="by"><b>${htmlOf(author)}</b> ${app} <time>${new Date(Number(post.ts) * 1000).toISOString().slice(11, 19)}</time>${post.edited ? ' <small>(edited)</small>' : ''}</p>${body}${post.attachments.map(attachment).join('')}${files(post)}${reactions}${reacting}</div></article>`;
}

const thumbs: Readonly<Record<string, string>> = { '+1': '👍', '-1': '👎' };
const reactionForm = (post: Post, name: string): string =>
  `<form method="post" action="/do" class="react"><input type="hidden" name="what" value="react"><input type="hidden" name="channel" value="${post.channel}"><input type="hidden" name="ts" value="${post.ts}"><button name="reaction" value="${name}" title="as Ana">${thumbs[name]}</button></form>`;

export function renderPage(workspace: Workspace, channel: string): string {
  const tops = workspace.posts.filter((one) => one.channel === channel && one.threadTs === undefined);
  const links = workspace.channels.map(
    ({ id, name }) => `<a href="/?channel=${id}"${id === channel ? ' aria-current="page"' : ''}># ${htmlOf(name)}</a>`,
  );
  const write = (thread: string) =>
    `<form method="post" action="/do" class="write"><input type="hidden" name="channel" value="${htmlOf(channel)}"><input type="hidden" name="thread" value="${thread}"><select name="user"><option value="U0ANA">Ana</option><option value="U0BEN">Ben</option>${thread === '' ? `<option value="${pagerDuty.name}">PagerDuty's app</option>` : ''}</select><input name="text" size="60" placeholder="@watchkeeper what's the issue with this service? · /watchkeeper status"><button>Send</button></form>`;
  const threads = tops.map(
    (top) =>
      `<section class="thread">${workspace
        .thread(channel, top.ts)
        .map((post) => message(post, workspace))
        .join('')}${write(top.ts)}</section>`,
  );
  const whispers = workspace.ephemerals.map(
    ({ to, text: said }) => `<p class="whisper">Only ${htmlOf(to)} sees: ${mrkdwn(said)}</p>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Fake Slack</title><style>${style}</style><nav>${links.join('')}</nav><main>${threads.join('')}${whispers.join('')}<h4>New message</h4>${write('')}</main></html>`;
}

const style = `body{margin:0;display:flex;font:15px/1.46 Lato,"Helvetica Neue",Arial,sans-serif;color:#1d1c1d}nav{background:#3f0e40;min-height:100vh;padding:16px;min-width:150px}nav a{display:block;color:#e3d9e4;text-decoration:none;padding:4px 8px;border-radius:6px}nav a[aria-current]{background:#1164a3;color:#fff}main{padding:16px;width:720px}.thread{border:1px solid #ddd;border-radius:8px;padding:8px 16px;margin:0 0 16px}.post{display:flex;gap:8px;padding:8px 0}.post+.post{margin-left:24px}.preformatted{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;font:12px/1.5 Monaco,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}ul{margin:4px 0;padding-left:24px}.avatar{flex:none;width:36px;height:36px;border-radius:4px;background:#ddd;display:grid;place-items:center;font-weight:900}.body{flex:1;min-width:0}.by{margin:0}.by time,.by small{color:#616061;font-size:12px}.app{background:#ddd;color:#454447;font-size:10px;padding:1px 3px;border-radius:2px}.header{font-size:18px;font-weight:900;margin:4px 0}.section{margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere}.fields{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px}.context{color:#616061;font-size:13px;margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere}.actions{display:flex;flex-wrap:wrap;gap:8px;margin:6px 0}.actions button{font:bold 13px/1 inherit;padding:9px 12px;border:1px solid #bbb;border-radius:4px;background:#fff;max-width:420px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.actions .primary{background:#007a5a;color:#fff;border-color:#007a5a}.actions .danger{background:#e01e5a;color:#fff;border-color:#e01e5a}figure{margin:6px 0}figure img{max-width:480px;border:1px solid #ddd;border-radius:8px}.attachment{border-left:4px solid #ddd;padding-left:12px}.file{border:1px solid #ddd;border-radius:8px;padding:8px}.file pre{white-space:pre-wrap}.ping{background:#fff1d0;color:#1264a3}.accessory{float:right;margin:0 0 4px 8px}.small{max-width:20px;max-height:20px;vertical-align:middle}.accessory .small{max-width:88px;max-height:88px}.link-button{font:bold 13px/1 inherit;padding:9px 12px;border:1px solid #bbb;border-radius:4px;text-decoration:none;color:inherit}blockquote{border-left:4px solid #ddd;margin:4px 0;padding-left:8px}.reaction{background:#eee;border-radius:12px;padding:2px 8px;font-size:12px}.react{display:inline-block;margin-right:4px}.react button{border:1px solid #ddd;border-radius:12px;background:#fff;font-size:12px;padding:1px 8px;opacity:.5}.whisper{color:#616061}.write{margin:8px 0;display:flex;gap:6px}code{background:#f6f6f6;border:1px solid #ddd;color:#c01343;padding:0 3px;border-radius:3px}`;
