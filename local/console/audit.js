// The audit as a table: newest first, narrowed by span, kind and words. Text goes in as text.
import { h } from './dom.js';

const $ = (id) => document.getElementById(id);
const dayMs = 24 * 3_600_000;
const shownAtMost = 500;
let entries = [];

async function load() {
  const since = new Date(Date.now() - Number($('days').value) * dayMs).toISOString();
  for (const format of ['csv', 'jsonl']) $(format).href = `/api/audit/export?${new URLSearchParams({ since, format })}`;
  try {
    const response = await fetch(`/api/audit?${new URLSearchParams({ since })}`);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    entries = answer.entries.toReversed();
    const kinds = [...new Set(entries.map(({ kind }) => kind))].sort();
    const chosen = $('kind').value;
    $('kind').replaceChildren(
      h('option', { value: '' }, 'all kinds'),
      ...kinds.map((kind) => h('option', { value: kind, selected: kind === chosen }, kind)),
    );
    show();
  } catch (error) {
    $('toast').textContent = error.message;
  }
}

function show() {
  const kind = $('kind').value;
  const words = $('find').value.trim().toLowerCase();
  const found = entries.filter(
    (entry) => (kind === '' || entry.kind === kind) && JSON.stringify(entry).toLowerCase().includes(words),
  );
  $('count').textContent =
    `${found.length} of ${entries.length} lines${found.length > shownAtMost ? `, the newest ${shownAtMost} shown` : ''}.`;
  $('entries').replaceChildren(...found.slice(0, shownAtMost).map(row));
}

const row = (entry) =>
  h(
    'tr',
    { 'data-kind': entry.kind },
    h('td', { class: 'when' }, h('time', { datetime: entry.at }, entry.at.slice(0, 19).replace('T', ' '))),
    h(
      'td',
      {},
      entry.actor.id,
      h('span', { class: 'meta' }, entry.actor.kind === entry.actor.id ? '' : ` ${entry.actor.kind}`),
    ),
    h(
      'td',
      {},
      h('strong', {}, `${entry.kind}: ${entry.outcome}`),
      entry.action ? h('div', { class: 'meta' }, `${entry.action} on ${entry.target}`) : undefined,
      entry.incidentId
        ? h('div', { class: 'meta' }, h('a', { href: `/#${entry.incidentId}` }, entry.incidentId))
        : undefined,
    ),
    h('td', {}, entry.text, details(entry)),
  );

function details({ policies, policyVersion, facts, evidenceIds, about }) {
  if (policies.length === 0 && !facts && evidenceIds.length === 0) return undefined;
  return h(
    'details',
    {},
    h('summary', {}, policies.length > 0 ? `By ${policies.join(', ')}` : 'Evidence'),
    policyVersion ? h('p', { class: 'meta' }, `Policies ${policyVersion}`) : undefined,
    evidenceIds.length > 0 ? h('p', { class: 'meta' }, `Evidence ${evidenceIds.join(', ')}`) : undefined,
    about ? h('p', { class: 'meta' }, `About ${about}`) : undefined,
    facts
      ? h(
          'p',
          { class: 'meta' },
          Object.entries(facts)
            .map(([fact, value]) => `${fact} ${value}`)
            .join(', '),
        )
      : undefined,
  );
}

$('span').addEventListener('submit', (event) => event.preventDefault());
$('days').addEventListener('change', load);
$('kind').addEventListener('change', show);
$('find').addEventListener('input', show);
await load();
const events = new EventSource('/api/events');
let waiting;
for (const kind of ['timeline', 'approval', 'preference', 'incident'])
  events.addEventListener(kind, () => {
    clearTimeout(waiting);
    waiting = setTimeout(load, 400);
  });
