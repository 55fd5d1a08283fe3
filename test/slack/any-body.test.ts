// The fake Slack survives any request, and shows what Block Kit shows.
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { fakeSlack, fakeToken } from '../fake-slack/index.ts';

const bodies = [
  '',
  'null',
  '7',
  '[]',
  '"text"',
  '{',
  '{"channel":null,"blocks":7}',
  '{"__proto__":{"ok":true}}',
  'a=%E0%A4%A',
  '\u0000\u0001',
  'x'.repeat(200_000),
  '{"blocks":"[{\\"type\\":\\"rich_text\\"}]","channel":"C0OPS"}',
];
const paths = [
  '/api/chat.postMessage',
  '/api/files.getUploadURLExternal',
  '/api/nothing',
  '/response/x',
  '/do',
  '/upload/v1/F1',
  '/files/../x',
  '/',
];

test('any body to any path is answered, and the next request too', async () => {
  await using slack = await fakeSlack();
  for (const path of paths)
    for (const body of bodies)
      for (const type of ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
        const response = await fetch(`${slack.url}${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { 'content-type': type, authorization: `Bearer ${fakeToken}` },
          body,
        });
        await response.text();
        expect(response.status).toBeLessThan(600);
      }
  for (const form of [
    'what=press&channel=C0OPS&ts=1',
    'what=react&ts=x',
    'text=hi&channel=C_NONE',
    'text=/watchkeeper%20status&user=none',
  ])
    await fetch(`${slack.url}/do`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form) });
  await new Promise<void>((resolve) => {
    const socket = connect(Number(new URL(slack.url).port), '127.0.0.1', () =>
      socket.end('GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    socket.on('data', () => undefined).on('close', () => resolve());
  });
  expect((await fetch(`${slack.url}/?channel=%3Cscript%3E`)).status).toBe(200);
});

test('accessories, pictures in context, link buttons, lists, marks and quotes are drawn, and nothing is markup', async () => {
  await using slack = await fakeSlack();
  const button = { type: 'button', action_id: 'b', text: { type: 'plain_text', text: 'Open' } };
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: '*bold* _soft_ ~gone~ <b>raw</b>\n> quoted' }, accessory: button },
    { type: 'context', elements: [{ type: 'image', alt_text: 'logo', image_url: 'https://example.com/a.png' }] },
    { type: 'actions', elements: [{ ...button, action_id: 'l', url: 'https://example.com/x' }] },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_list',
          style: 'ordered',
          elements: [
            {
              type: 'rich_text_section',
              elements: [{ type: 'text', text: 'first', style: { italic: true, bold: true } }],
            },
          ],
        },
        {
          type: 'rich_text_section',
          elements: [
            { type: 'broadcast', range: 'here' },
            { type: 'channel', channel_id: 'C0OPS' },
          ],
        },
      ],
    },
    { type: 'markdown', text: '## Head\n- **point** [link](https://example.com/y)' },
  ];
  const posted = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${fakeToken}` },
    body: JSON.stringify({ channel: 'C0OPS', text: 'x', blocks }),
  });
  expect(await posted.json()).toMatchObject({ ok: true });
  const html = await (await fetch(`${slack.url}/?channel=C0OPS`)).text();
  for (const part of [
    '<b>bold</b>',
    '<i>soft</i>',
    '<s>gone</s>',
    '&lt;b&gt;raw',
    '<blockquote>quoted</blockquote>',
    '<div class="accessory"><form',
    '<img class="small" alt="logo"',
    '<a class="link-button" href="https://example.com/x">Open</a>',
    '<ol><li>',
    '<i><b>first</b></i>',
    '@here',
    '<b>Head</b>',
    '<a href="https://example.com/y">link</a>',
  ])
    expect(html).toContain(part);
});
