// The conversation as a chat shows it: what was said, what was answered, pictures and files. Pure rendering; what a press does is given.
import { h, readable, time } from './dom.js';

const signs = { working: '🔎', waiting: '⏳', good: '✅', bad: '⚠️' };

/** `actions`: say(text), answer(approvalId, verdict), shown() (a picture has its size now), loadChart(key), loadFile(key, place). */
export const renderThread = (messages, actions) => messages.map((message) => renderMessage(message, actions));

function renderMessage(message, actions) {
  const { key, kind, tone, headline, asked, facts = [], lines, excerpts = [], small = [], outcome, files } = message;
  return h(
    'li',
    { class: 'message', 'data-kind': kind, 'data-tone': tone, 'data-key': key },
    asked ? h('p', { class: 'asked' }, h('strong', {}, asked.by), `: ${asked.text}`) : undefined,
    h(
      'div',
      { class: 'said' },
      h('p', { class: 'headline' }, tone ? `${signs[tone]} ` : '', readable(headline)),
      ...lines.map((line) => h('p', {}, readable(line))),
      facts.length > 0
        ? h(
            'dl',
            { class: 'facts' },
            facts.map(({ name, value }) => h('div', {}, h('dt', {}, name), h('dd', {}, readable(value)))),
          )
        : undefined,
      ...excerpts.flatMap(({ title, text }) => [h('p', { class: 'excerpt-title' }, title), h('pre', {}, text)]),
      message.hasChart ? chart(message, actions) : undefined,
      ...files.map((file, place) => attached(file, place, message, actions)),
      ...small.map((line) => h('p', { class: 'small' }, readable(line))),
      outcome
        ? h('p', { class: 'outcome' }, `${outcome.says} by ${outcome.by.join(' and ')} at `, time(outcome.at))
        : undefined,
      buttons(message, actions),
    ),
  );
}

function buttons({ approval, choices = [] }, { answer, say }) {
  const button = (label, kind, onclick) => h('button', { type: 'button', class: kind, onclick }, label);
  const verdicts = approval
    ? [
        button('Approve', 'primary', () => answer(approval.approvalId, 'approve')),
        approval.rememberable === false
          ? undefined
          : button("Approve and don't ask again", 'secondary', () =>
              answer(approval.approvalId, 'approve-and-remember'),
            ),
        button('Reject', 'plain', () => answer(approval.approvalId, 'reject')),
      ]
    : [];
  const next = choices.map(({ label, says }) => button(label, 'plain', () => say(says)));
  if (verdicts.length + next.length === 0) return undefined;
  return h('div', { class: 'buttons' }, verdicts, next);
}

function chart({ key, headline }, { loadChart, shown }) {
  const image = h('img', { class: 'chart', alt: `Chart: ${headline}`, onload: shown });
  loadChart(key).then((found) => {
    if (found) image.src = found.image;
  });
  return image;
}

/** Opens in place; fetched when first opened. */
function attached({ name, title }, place, { key }, { loadFile }) {
  const body = h('pre', {}, 'Loading…');
  const open = async (event) => {
    if (event.target.open) body.textContent = (await loadFile(key, place))?.text ?? 'It could not be loaded.';
  };
  return h('details', { class: 'file', ontoggle: open }, h('summary', {}, `${title} `, h('code', {}, name)), body);
}
