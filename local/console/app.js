// The console: what the API says, shown, and kept up to date by its event stream. State is the selected incident; everything
// else, who you are among it, is read from the API whenever something happened.
import { h } from './dom.js';
import { renderIncident } from './incident.js';
import { renderThread } from './thread.js';

const $ = (id) => document.getElementById(id);
/** Other anchors of the page, such as the skip link's, choose no incident. */
const hashed = () => (/^#inc-/.test(location.hash) ? location.hash.slice(1) : undefined);
let selected = hashed();

async function api(path, body) {
  const response = await fetch(
    `/api${path}`,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const answer = await response.json().catch(() => ({}));
  // The session ended: the page without one says what to do.
  if (response.status === 401) location.reload();
  if (!response.ok) throw new Error(answer.error ?? `The request failed (${response.status}).`);
  return answer;
}

function toast(text) {
  $('toast').textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    $('toast').textContent = '';
  }, 6000);
}

const telling =
  (work) =>
  async (...parameters) => {
    try {
      return await work(...parameters);
    } catch (error) {
      toast(error.message);
      return undefined;
    }
  };

const actions = {
  answer: telling(async (approvalId, verdict) => {
    const result = await api(`/approvals/${encodeURIComponent(approvalId)}`, { verdict });
    toast(result.text);
    await refreshIncident();
  }),
  say: (text) => say(text),
  shown: () => toLatest($('thread')),
};

/** What is done and read about the incident that is shown, even when another one is chosen before it is over. */
function actionsFor(incidentId) {
  const loadEvidence = telling((id) =>
    api(`/incidents/${encodeURIComponent(incidentId)}/evidence/${encodeURIComponent(id)}`),
  );
  return {
    ...actions,
    separate: telling(async (text) => {
      const heard = await api('/said', { text, incidentId });
      toast(heard.message?.headline ?? 'It was heard.');
      await Promise.all([refreshIncident(), refreshIncidents(), refreshThread()]);
    }),
    loadEvidence,
    /** The first metric among a hypothesis' evidence. */
    async findSeries(hypothesis) {
      for (const id of hypothesis.evidenceIds) {
        const found = await loadEvidence(id);
        if (found?.full?.kind === 'series' && found.full.series.points.length > 1) return found.full;
      }
      return undefined;
    },
  };
}

const messagesOf = (path) => ({
  ...actions,
  loadChart: telling((key) => api(`${path}/messages/${encodeURIComponent(key)}/chart`)),
  loadFile: telling((key, place) => api(`${path}/messages/${encodeURIComponent(key)}/files/${place}`)),
});

let shown = '';
const refreshIncident = telling(async () => {
  if (!selected) return;
  const id = selected;
  const view = await api(`/incidents/${encodeURIComponent(id)}`);
  const text = JSON.stringify(view);
  // Another one was chosen meanwhile; or nothing is new: an open piece of evidence stays open.
  if (id !== selected || text === shown) return;
  shown = text;
  const open = [...document.querySelectorAll('#incident details[open] > summary')].map((one) => one.textContent);
  const focused = document.activeElement?.dataset?.verdict;
  $('incident').replaceChildren(...renderIncident(view, actionsFor(id)));
  if (focused) $('incident').querySelector(`[data-verdict="${focused}"]`)?.focus();
  if (open.length > 0)
    for (const one of document.querySelectorAll('#incident .hypothesis:first-child details'))
      if (open.includes(one.querySelector('summary').textContent)) one.open = true;
});

/** Members stand under what they are part of, and do not push other incidents out of sight. */
const refreshIncidents = telling(async () => {
  const { incidents } = await api('/incidents');
  selected ??= incidents.find(({ memberOf }) => memberOf === undefined)?.id ?? incidents[0]?.id;
  const known = new Set(incidents.map(({ id }) => id));
  const members = Map.groupBy(
    incidents.filter(({ memberOf }) => memberOf && known.has(memberOf.leader)),
    ({ memberOf }) => memberOf.leader,
  );
  const open = new Set([...document.querySelectorAll('#incidents details[open]')].map((one) => one.dataset.leader));
  $('incidents').replaceChildren(
    ...incidents
      .filter(({ memberOf }) => !(memberOf && known.has(memberOf.leader)))
      .map((incident) => {
        const own = members.get(incident.id) ?? [];
        return h(
          'li',
          {},
          incidentLink(incident),
          own.length === 0
            ? undefined
            : h(
                'details',
                {
                  'data-leader': incident.id,
                  open: open.has(incident.id) || own.some(({ id }) => id === selected) ? '' : undefined,
                },
                h(
                  'summary',
                  { class: 'more-pages' },
                  own.length === 1 ? 'and one more page' : `and ${own.length} more pages`,
                ),
                h(
                  'ul',
                  { class: 'member-list' },
                  own.map((member) => h('li', {}, incidentLink(member))),
                ),
              ),
        );
      }),
  );
});

const incidentLink = (incident) =>
  h(
    'a',
    { href: `#${incident.id}`, 'aria-current': incident.id === selected ? 'true' : undefined },
    h('span', { class: 'status', 'data-tone': incident.standing.tone }, incident.standing.says),
    h('span', { class: 'title' }, incident.title),
    h('span', { class: 'meta' }, `${incident.openedAt.slice(0, 16).replace('T', ' ')} UTC`),
    incident.standing.has ? h('span', { class: 'meta' }, incident.standing.has) : undefined,
    incident.headline ? h('span', { class: 'meta' }, incident.headline) : undefined,
  );

const refreshPreferences = telling(async () => {
  const { preferences } = await api('/preferences');
  $('preferences').replaceChildren(
    ...(preferences.length === 0
      ? [h('p', { class: 'empty' }, 'Nothing yet. "Approve and don\'t ask again" teaches it.')]
      : preferences.map(preferenceCard)),
  );
});

/** Past incidents that it matches, and those where one part was another. */
function history(past) {
  if (past.length === 0) return h('p', { class: 'meta' }, 'No other incident so far would have matched.');
  const matching = past.filter(({ matches }) => matches).length;
  const times = matching === 1 ? 'one other incident' : `${matching} other incidents`;
  return h(
    'details',
    { class: 'history' },
    h(
      'summary',
      {},
      `Matches ${matching === 0 ? 'no other incident' : times}${past.length > matching ? `, nearly ${past.length - matching}` : ''}`,
    ),
    h(
      'ul',
      {},
      past.map((one) =>
        h(
          'li',
          { class: one.matches ? 'for' : 'against' },
          h('a', { href: `#${one.incidentId}` }, one.at.slice(0, 16).replace('T', ' ')),
          ` ${one.matches ? 'the same' : one.why}`,
        ),
      ),
    ),
  );
}

function preferenceCard(preference) {
  const { describes } = preference;
  return h(
    'div',
    { class: 'preference', 'data-state': preference.state },
    h('p', {}, h('strong', {}, preference.actionId), ` for ${describes.workload} in ${describes.environment}`),
    h('p', { class: 'template' }, describes.errorTemplate),
    preference.teachAgain
      ? h(
          'p',
          {},
          'Needs to be taught again: it was taught when errors were told apart less exactly. A person is asked.',
        )
      : undefined,
    h(
      'p',
      { class: 'meta' },
      `Taught by ${preference.taughtBy} on ${preference.taughtAt.slice(0, 10)}; ${preference.state}${preference.stateReason ? ` (${preference.stateReason})` : ''}; used ${preference.uses === 1 ? 'once' : `${preference.uses} times`}, at most ${preference.maxUsesPerDay} a day; until ${preference.expiresAt.slice(0, 10)}.`,
    ),
    history(preference.history),
    preference.state === 'revoked'
      ? undefined
      : h(
          'button',
          {
            type: 'button',
            class: 'plain',
            onclick: telling(async () => {
              await api(`/preferences/${encodeURIComponent(preference.id)}/revoke`, {});
              toast('Revoked. Next time you are asked.');
              await refreshPreferences();
            }),
          },
          'Revoke',
        ),
  );
}

const refreshSwitch = telling(async () => {
  const { on, catalogue, killSwitch } = await api('/controls');
  $('kill-switch').dataset.on = String(on);
  $('kill-switch-state').textContent = on ? 'on' : 'off';
  $('kill-switch-says').textContent = catalogue
    ? 'The catalogue has it on; it is taken off there.'
    : killSwitch
      ? `${killSwitch.on ? 'On' : 'Off'} by ${killSwitch.by} at ${killSwitch.at.slice(0, 16).replace('T', ' ')} UTC: ${killSwitch.why}`
      : 'On, nothing is done anywhere, whatever was approved or taught.';
  $('kill-switch-button').textContent = on ? 'Allow actions again' : 'Stop all actions';
  $('kill-switch-button').hidden = catalogue;
});

/** The conversation about the selected incident, or about anything. */
const about = () => ($('talk-about').value === 'incident' && selected ? selected : undefined);
const talkPath = () => (about() ? `/incidents/${encodeURIComponent(about())}` : '/talk');

let thread = '';
const refreshThread = telling(async () => {
  const path = talkPath();
  const { messages } = await api(path);
  const text = JSON.stringify([path, messages]);
  if (path !== talkPath() || text === thread) return;
  thread = text;
  const list = $('thread');
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120 || list.childElementCount === 0;
  const open = new Set([...list.querySelectorAll('details[open]')].map((one) => one.closest('.message').dataset.key));
  list.replaceChildren(
    ...(messages.length === 0
      ? [
          h(
            'li',
            { class: 'empty' },
            'Nothing has been said yet. "What\'s the issue with checkout?" · "status" · "help"',
          ),
        ]
      : renderThread(messages, messagesOf(path))),
  );
  for (const one of list.querySelectorAll('details'))
    if (open.has(one.closest('.message').dataset.key)) one.open = true;
  if (atEnd) toLatest(list);
});

/** Its end; its beginning where it is longer than what is seen of it. */
function toLatest(list) {
  const latest = list.lastElementChild;
  if (!latest) return;
  const isLong = latest.offsetHeight > list.clientHeight;
  list.scrollTop = isLong ? latest.offsetTop - list.offsetTop : list.scrollHeight;
}

/** What was said may have begun an incident: it is shown as soon as it is there. */
const say = telling(async (text) => {
  const heard = await api('/said', { text, ...(about() ? { incidentId: about() } : {}) });
  if (heard.kind === 'started') {
    toast('Looking into it.');
    await openIncident(heard.sourceId);
  }
  $('thread').scrollTop = $('thread').scrollHeight;
  await Promise.all([refreshThread(), refreshPreferences(), refreshSwitch()]);
});

async function openIncident(sourceId) {
  for (let tries = 0; tries < 40; tries += 1) {
    const { incidents } = await api('/incidents');
    const found = incidents.find((incident) => incident.sourceId === sourceId);
    if (found) {
      location.hash = found.id;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

const loadScenarios = telling(async () => {
  const { scenarios } = await api('/scenarios');
  $('page-form').hidden = scenarios.length === 0;
  $('scenario').replaceChildren(...scenarios.map(({ id, title }) => h('option', { value: id }, title)));
});

/** Many events come at once: each view is read again at most every 150 ms. */
function soon(refresh) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      refresh();
    }, 150);
  };
}
const later = {
  incident: soon(refreshIncident),
  incidents: soon(refreshIncidents),
  thread: soon(refreshThread),
  preferences: soon(refreshPreferences),
  switch: soon(refreshSwitch),
};

function listen() {
  const events = new EventSource('/api/events');
  const state = (text) => {
    $('connection').textContent = text;
  };
  events.addEventListener('open', () => {
    state('Live');
    later.incidents();
    later.incident();
    later.thread();
    later.preferences();
    later.switch();
  });
  events.addEventListener('error', () => state('Connection lost, trying again…'));
  for (const kind of ['timeline', 'message', 'approval']) events.addEventListener(kind, later.incident);
  events.addEventListener('message', later.thread);
  events.addEventListener('incident', () => {
    later.incidents();
    later.incident();
  });
  events.addEventListener('preference', later.preferences);
}

$('leave').addEventListener(
  'click',
  telling(async () => {
    await api('/leave', {});
    location.reload();
  }),
);
$('page-form').addEventListener(
  'submit',
  telling(async (event) => {
    event.preventDefault();
    const { sourceId } = await api('/pages', { scenario: $('scenario').value, vary: $('vary').checked });
    toast('The page is on its way.');
    await openIncident(sourceId);
  }),
);
$('talk-form').addEventListener(
  'submit',
  telling(async (event) => {
    event.preventDefault();
    const text = $('talk-text').value.trim();
    if (text === '') return;
    $('talk-text').value = '';
    await say(text);
  }),
);
$('talk-about').addEventListener('change', refreshThread);
$('kill-switch-form').addEventListener(
  'submit',
  telling(async (event) => {
    event.preventDefault();
    const on = $('kill-switch').dataset.on !== 'true';
    await api('/controls/kill-switch', { on, why: $('kill-switch-why').value });
    $('kill-switch-why').value = '';
    $('kill-switch').open = false;
    await refreshSwitch();
    toast(on ? 'Nothing is done from now on.' : 'The kill switch is off.');
  }),
);
addEventListener('hashchange', async () => {
  const id = hashed();
  if (!id || id === selected) return;
  selected = id;
  $('talk-about').value = 'incident';
  // Nothing of the one before may be taken for this one's.
  shown = '';
  thread = '';
  $('thread').replaceChildren();
  $('incident').replaceChildren(h('p', { class: 'empty' }, 'Loading…'));
  await Promise.all([refreshIncidents(), refreshIncident(), refreshThread()]);
  $('incident').focus({ preventScroll: true });
  if ($('incident').getBoundingClientRect().top < 0) $('incident').scrollIntoView();
});

const showPerson = telling(async () => {
  const { name } = await api('/me');
  $('person').textContent = name;
});

await Promise.all([showPerson(), loadScenarios(), refreshPreferences(), refreshIncidents(), refreshSwitch()]);
await Promise.all([refreshIncident(), refreshThread()]);
listen();
