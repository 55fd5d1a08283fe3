// One incident: question, diagnosis with evidence that opens, the metric that moved, timeline. Pure rendering; what a press does is given.
import { confidenceWords, entityName, h, readable, time } from './dom.js';
import { plot } from './plot.js';

export function renderIncident({ incident, timeline, diagnosis, approvals, group }, actions) {
  const page = incident.trigger;
  return [
    h(
      'header',
      { class: 'incident-head' },
      h(
        'p',
        { class: 'status', 'data-tone': incident.standing.tone },
        [incident.standing.says, incident.standing.has].filter((said) => said !== undefined).join('. '),
      ),
      h('h2', {}, incident.title),
      h(
        'p',
        { class: 'meta' },
        incident.id,
        ' · paged ',
        time(page.occurredAt),
        ` · ${page.severity} · page ${incident.pageStatus}`,
        page.link ? [' · ', h('a', { href: safeLink(page.link), rel: 'noreferrer' }, 'PagerDuty')] : undefined,
      ),
    ),
    membership(incident, group, actions),
    ...approvals.map((approval) => question(approval, actions)),
    diagnosis
      ? renderDiagnosis({ ...diagnosis, blastRadius: group.affected, next: nextOf(diagnosis, approvals) }, actions)
      : incident.status === 'grouped' || incident.memberOf
        ? undefined
        : h(
            'p',
            { class: 'empty' },
            incident.status === 'waiting' ? 'It waits in line…' : 'The specialists are at work…',
          ),
    members(group.members, actions),
    h(
      'section',
      { 'aria-labelledby': 'timeline-title' },
      h('h3', { id: 'timeline-title' }, 'Timeline'),
      h(
        'ol',
        { class: 'timeline' },
        timeline.map((entry) => timelineEntry(entry, actions)),
      ),
    ),
  ].filter((part) => part !== undefined);
}

/** What is next, until the question about it was answered. */
const nextOf = ({ next }, approvals) => (approvals.some(({ state }) => state !== 'pending') ? undefined : next);

/** What this page is part of, with the way out. */
function membership(incident, { says }, { separate }) {
  if (says.length === 0) return undefined;
  const leader = incident.memberOf?.leader ?? incident.apart?.from;
  return h(
    'section',
    { class: 'group', 'aria-label': 'Group' },
    h('p', {}, says.join(' '), ' ', h('a', { href: `#${leader}` }, 'Open it')),
    incident.memberOf
      ? h(
          'button',
          { type: 'button', class: 'plain', onclick: () => separate('this is separate') },
          'This is separate: investigate it on its own',
        )
      : undefined,
  );
}

const mostMembers = 50;

/** Pages that the diagnosis answers, too. */
function members(all, { separate }) {
  if (all.length === 0) return undefined;
  return h(
    'section',
    { class: 'group', 'aria-labelledby': 'members-title' },
    h('h3', { id: 'members-title' }, `It answers ${all.length === 1 ? 'one more page' : `${all.length} more pages`}`),
    h(
      'ul',
      { class: 'members' },
      all
        .slice(0, mostMembers)
        .map(({ id, title, why, at }) =>
          h(
            'li',
            {},
            h('a', { href: `#${id}` }, title),
            h('span', { class: 'meta' }, ` joined at `, time(at), ` because ${why} `),
            h('button', { type: 'button', class: 'plain', onclick: () => separate(`${id} is separate`) }, 'Separate'),
          ),
        ),
    ),
    all.length > mostMembers
      ? h('p', { class: 'meta' }, `${all.length - mostMembers} more are in the list.`)
      : undefined,
  );
}

/** Links come from alerts: only http and https are followed. */
const safeLink = (link) => (/^https?:\/\//.test(link) ? link : '#');

function question(approval, { answer }) {
  const { action } = approval;
  const decided = approval.state === 'decided';
  const verdictWords = {
    approve: 'Approved',
    reject: 'Rejected',
    'approve-and-remember': 'Approved, and not to be asked again',
  };
  const button = (verdict, label, kind) =>
    h(
      'button',
      { type: 'button', class: kind, 'data-verdict': verdict, onclick: () => answer(approval.id, verdict) },
      label,
    );
  return h(
    'section',
    { class: 'question', 'data-state': approval.state, 'aria-labelledby': `question-${approval.id}` },
    h('h3', { id: `question-${approval.id}` }, approval.question),
    h('p', {}, action.blastRadius, action.reversible ? ' It can be taken back.' : ' It cannot be taken back.'),
    h('p', { class: 'meta' }, `Target: ${entityName(action.target)} · action ${action.id}`),
    approval.shownFor
      ? h(
          'p',
          { class: 'meta' },
          `The target as it was seen: ${Object.entries(approval.shownFor.facts)
            .filter(([fact, value]) => fact !== 'uid' && fact !== 'exists' && value !== 'unknown')
            .map(([fact, value]) => `${fact} ${readable(value)}`)
            .join(', ')}. If that changes, it is asked again.`,
        )
      : undefined,
    approval.approvers > 1
      ? h(
          'p',
          { class: 'count' },
          `${approval.approvedBy.length} of ${approval.approvers} people approved it${approval.approvedBy.length > 0 ? `: ${approval.approvedBy.map(({ by }) => by).join(', ')}` : ''}.`,
        )
      : undefined,
    approval.state === 'pending' && approval.forWhom ? h('p', { class: 'meta' }, approval.forWhom) : undefined,
    approval.state === 'pending'
      ? [
          h(
            'div',
            { class: 'buttons' },
            button('approve', 'Approve', 'primary'),
            approval.rememberable
              ? button('approve-and-remember', "Approve and don't ask again for this exact error", 'secondary')
              : undefined,
            button('reject', 'Reject', 'plain'),
          ),
          h('p', { class: 'meta' }, 'Expires at ', time(approval.expiresAt), '.'),
        ]
      : h(
          'p',
          { class: 'verdict' },
          decided
            ? [`${verdictWords[approval.verdict]} by ${deciders(approval)} at `, time(approval.decidedAt), '.']
            : approval.state === 'withdrawn'
              ? `Withdrawn: ${approval.withdrawnWhy}`
              : 'Nobody answered in time.',
        ),
  );
}

const deciders = ({ verdict, decidedBy, approvedBy }) =>
  verdict === 'reject' || approvedBy.length < 2 ? decidedBy : approvedBy.map(({ by }) => by).join(' and ');

function renderDiagnosis(diagnosis, actions) {
  const [first] = diagnosis.hypotheses;
  const figure = h('div', { class: 'figure' });
  if (first) actions.findSeries(first).then((full) => full && figure.replaceChildren(plot(full) ?? ''));
  return h(
    'section',
    { class: 'diagnosis', 'aria-labelledby': 'diagnosis-title' },
    h('h3', { id: 'diagnosis-title' }, 'Diagnosis'),
    h('p', { class: 'lead' }, diagnosis.text, diagnosis.next ? ` ${diagnosis.next}` : ''),
    figure,
    h(
      'ol',
      { class: 'hypotheses' },
      diagnosis.hypotheses.map((hypothesis) => renderHypothesis(hypothesis, actions)),
    ),
    diagnosis.symptoms.length > 0
      ? h(
          'div',
          {},
          h('h4', {}, 'Explained by the first'),
          h(
            'ul',
            {},
            diagnosis.symptoms.map((text) => h('li', {}, text)),
          ),
        )
      : undefined,
    diagnosis.blastRadius.length > 0 ? h('p', {}, `Also affected: ${diagnosis.blastRadius.join(', ')}.`) : undefined,
    diagnosis.gaps.length > 0
      ? h(
          'div',
          { class: 'gaps' },
          h('h4', {}, 'Not known'),
          h(
            'ul',
            {},
            diagnosis.gaps.map((gap) => h('li', {}, `${gap.source}: ${gap.reason}`)),
          ),
        )
      : undefined,
    diagnosis.droppedClaims > 0
      ? h('p', { class: 'meta' }, `${diagnosis.droppedClaims} claims were dropped because no evidence holds them.`)
      : undefined,
    h(
      'p',
      { class: 'meta' },
      diagnosis.model === 'none'
        ? 'No model took part; this is what the analysis alone says.'
        : `Second opinion by ${diagnosis.model}. All models: ${diagnosis.usage.modelCalls} calls, ${diagnosis.usage.inputTokens + diagnosis.usage.outputTokens} tokens, $${diagnosis.usage.costUsd.toFixed(4)}.`,
    ),
  );
}

function renderHypothesis(hypothesis, actions) {
  const percent = Math.round(hypothesis.confidence * 100);
  return h(
    'li',
    { class: 'hypothesis' },
    h(
      'p',
      { class: 'hypothesis-head' },
      h('strong', {}, entityName(hypothesis.entity)),
      ' ',
      h('code', {}, hypothesis.cause),
      h(
        'span',
        { class: 'confidence', title: `${percent} %` },
        h('meter', { min: 0, max: 100, value: percent, 'aria-label': 'confidence' }),
        ` ${confidenceWords(hypothesis.confidence)} (${percent} %)`,
      ),
    ),
    h('p', {}, hypothesis.summary),
    hypothesis.changeId ? h('p', { class: 'meta' }, `Change: ${hypothesis.changeId}`) : undefined,
    h(
      'ul',
      { class: 'reasons' },
      hypothesis.why.map((text) => h('li', { class: 'for' }, text)),
      hypothesis.against.map((text) => h('li', { class: 'against' }, text)),
    ),
    h(
      'div',
      { class: 'evidence-list' },
      hypothesis.evidenceIds.map((id, index) => evidence(id, index + 1, actions)),
    ),
  );
}

/** Opens in place; fetched when first opened. */
function evidence(id, number, { loadEvidence }) {
  const body = h('div', { class: 'evidence-body' }, 'Loading…');
  let loaded = false;
  const open = async (event) => {
    if (!event.target.open || loaded) return;
    loaded = true;
    body.replaceChildren(...(await renderEvidence(id, loadEvidence)));
  };
  return h('details', { class: 'evidence', ontoggle: open }, h('summary', {}, `Evidence ${number}`), body);
}

async function renderEvidence(id, loadEvidence) {
  const found = await loadEvidence(id);
  if (!found) return ['This evidence could not be loaded.'];
  const { evidence: record, full } = found;
  return [
    h('p', { class: 'meta' }, `${record.source} · ${record.query}`),
    h('pre', {}, record.excerpt),
    full?.kind === 'series' ? plot(full) : undefined,
    h('details', {}, h('summary', {}, 'Full record'), h('pre', {}, JSON.stringify(full, null, 1).slice(0, 60_000))),
    h('p', { class: 'meta' }, `SHA-256 ${record.hash.slice(0, 16)}…`),
  ].filter((one) => one !== undefined);
}

function timelineEntry(entry, actions) {
  const took = typeof entry.durationMs === 'number' ? ` · ${entry.durationMs} ms` : '';
  return h(
    'li',
    { class: 'entry', 'data-kind': entry.kind, 'data-tone': entry.tone },
    h(
      'p',
      { class: 'entry-head' },
      time(entry.at),
      ' ',
      h('span', { class: 'actor' }, entry.actor),
      h('span', { class: 'meta' }, ` ${entry.kind}${took}`),
    ),
    h('p', { class: 'entry-text' }, entry.text),
    entry.evidenceIds.length > 0
      ? h(
          'div',
          { class: 'evidence-list' },
          entry.evidenceIds.slice(0, 3).map((id, index) => evidence(id, index + 1, actions)),
        )
      : undefined,
  );
}
