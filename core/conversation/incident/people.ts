// Answers who owns a service, who is on call, who may approve, and who works on an incident.
import { findService, idsOf } from '../../ports/catalog.ts';
import { statusViewOf } from '../../reporting/status-view.ts';
import { shorten } from '../../text.ts';
import { clockTime, formatList } from '../../wording.ts';
import { nearNames } from '../near-names.ts';
import { type Asked, causeIn, type IncidentAnswer, type IncidentPorts, pendingIn, serviceOf } from './record.ts';

interface PeopleQuestion {
  readonly role?: 'owner' | 'on-call' | 'approver' | 'holder' | undefined;
  readonly service?: string | undefined;
}

export function answerPeople(
  { role = 'owner', service }: PeopleQuestion,
  asked: Asked,
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  switch (role) {
    case 'owner':
      return owners(service, asked, ports);
    case 'on-call':
      return onCall(service, asked, ports);
    case 'approver':
      return Promise.resolve(approvers(asked));
    case 'holder':
      return Promise.resolve(holder(asked));
  }
}

/** The services that the answer is about: the named one, or the paged one and the one with the cause. */
function subjects(service: string | undefined, asked: Asked): string[] {
  if (service !== undefined) return [service];
  const cause = causeIn(asked)?.entity.name;
  return [...new Set([serviceOf(asked), cause].filter((name) => name !== undefined))];
}

/** The same about a named service where no incident is in view. */
export async function answerOfService(
  role: 'owner' | 'on-call',
  service: string,
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const catalog = await ports.catalog.load().catch(() => undefined);
  if (role === 'on-call') return onCallOf({ names: [service], of: service, ids: [] }, catalog, ports);
  return { text: await ownerLine(service, { catalog }, ports), lines: [] };
}

async function owners(service: string | undefined, asked: Asked, ports: IncidentPorts): Promise<IncidentAnswer> {
  const names = subjects(service, asked);
  if (names.length === 0)
    return { text: 'It is not known which service this is about, so its owner is not known either.', lines: [] };
  const lines = await Promise.all(names.map((name) => ownerLine(name, asked, ports)));
  return { text: lines[0] ?? '', lines: lines.slice(1), choices: ['who is on call?', 'who needs to approve?'] };
}

async function ownerLine(name: string, { catalog }: Pick<Asked, 'catalog'>, ports: IncidentPorts): Promise<string> {
  const entry = catalog && findService(catalog, name);
  if (entry && entry.owners.length > 0) return `${entry.name} is owned by ${formatList(entry.owners)} (catalogue).`;
  const facts = await ports.memory.facts(name.toLowerCase()).catch(() => []);
  const taught = facts.flatMap(({ statement, taughtBy }) =>
    statement.kind === 'owned-by' ? [`${statement.owner} (taught by ${taughtBy})`] : [],
  );
  if (taught.length > 0) return `${name} is owned by ${formatList(taught)}.`;
  if (catalog === undefined) return `The owner of ${name} is not known: the catalogue cannot be read.`;
  const near =
    entry === undefined
      ? nearNames(
          name,
          catalog.services.map((one) => one.name),
        )
      : [];
  return entry === undefined
    ? `The owner of ${name} is not known: the catalogue has no such service${near.length > 0 ? ` (near names: ${formatList(near, 3)})` : ''}. Teach it with "remember that ${name} is owned by TEAM".`
    : `The catalogue names no owner of ${name}. Teach it with "remember that ${name} is owned by TEAM".`;
}

function onCall(service: string | undefined, asked: Asked, ports: IncidentPorts): Promise<IncidentAnswer> {
  const { trigger } = asked.incident;
  const names = subjects(service, asked);
  const ids = service === undefined && trigger.sourceServiceId !== undefined ? [trigger.sourceServiceId] : [];
  return onCallOf(
    { names, ids, of: service ?? trigger.sourceService ?? names[0] ?? 'this incident' },
    asked.catalog,
    ports,
  );
}

async function onCallOf(
  {
    names,
    ids: known,
    of,
  }: { readonly names: readonly string[]; readonly ids: readonly string[]; readonly of: string },
  catalog: Asked['catalog'],
  ports: IncidentPorts,
): Promise<IncidentAnswer> {
  const ids = new Set([...known, ...names.flatMap((name) => (catalog && findService(catalog, name)?.pagerduty) ?? [])]);
  const escalate = catalog ? idsOf(catalog.approval.escalateTo, catalog) : [];
  const owned = await Promise.all(names.map((name) => ownerLine(name, { catalog }, ports)));
  const rest = [
    ...owned,
    ...(escalate.length > 0 ? [`An unanswered question goes to ${formatList(escalate)} (catalogue).`] : []),
  ];
  const unknown = (why: string): IncidentAnswer => ({
    text: `Who is on call for ${of} is not known: ${why}`,
    lines: rest,
  });
  if (ports.onCall === undefined) return unknown('no PagerDuty token is configured here.');
  if (ids.size === 0)
    return unknown('neither the page nor the catalogue names its PagerDuty service (`pagerduty` of its entry).');
  const answer = await ports.onCall.now([...ids]);
  if (answer.kind === 'gap') return unknown(answer.gap.reason);
  if (answer.people.length === 0) return unknown('nobody is on call there at the moment, says PagerDuty.');
  const first = answer.people.filter(({ level }) => level === answer.people[0]?.level);
  const text = (one: (typeof answer.people)[number]) =>
    `${one.name}${one.schedule === undefined ? '' : ` (${one.schedule})`}${one.until === undefined ? '' : ` until ${one.until.slice(0, 16).replace('T', ' ')} UTC`}`;
  return {
    text: `On call for ${of}: ${formatList(first.map(text), 4)}.`,
    lines: [
      ...answer.people
        .filter((one) => !first.includes(one))
        .slice(0, 6)
        .map((one) => `Level ${one.level}: ${text(one)} (${one.policy})`),
      ...rest,
    ],
  };
}

function approvers(asked: Asked): IncidentAnswer {
  const { catalog, incident } = asked;
  const pending = pendingIn(asked);
  if (pending.length === 0) {
    const entry = catalog && serviceOf(asked) !== undefined ? findService(catalog, serviceOf(asked) ?? '') : undefined;
    const environment = incident.place?.environment;
    const named =
      entry?.approvers ??
      (environment === undefined ? undefined : catalog?.environments[environment]?.approvers) ??
      catalog?.approvers ??
      [];
    return {
      text: 'Nothing waits for an approval here.',
      lines: [
        catalog === undefined
          ? 'Who may approve is not known: the catalogue cannot be read.'
          : named.length > 0
            ? `Questions about it are for ${formatList(named.map((one) => one.replace(/^group:/, '')))} to answer.`
            : 'The catalogue names no approvers: everybody who can reach a question may answer it.',
      ],
      choices: ['status', 'what else could you do?'],
    };
  }
  const [first] = pending;
  return {
    text: first === undefined ? '' : approvalText(first),
    lines: pending.slice(1).map(approvalText),
    choices: ['what would happen?', 'can it be undone?'],
  };
}

function approvalText({
  question,
  approvers: needed,
  approvedBy,
  mayAnswer,
  requester,
  expiresAt,
}: Asked['approvals'][number]): string {
  const who =
    mayAnswer.length === 0
      ? 'everybody who can reach the question'
      : formatList(mayAnswer.map((one) => one.replace(/^group:/, '')));
  const left = needed - approvedBy.length;
  return [
    `${shorten(question, 300)}`,
    `${left === needed ? '' : `${formatList(approvedBy.map(({ by }) => by))} approved it; `}${left} ${left === 1 ? 'approval is' : 'approvals are'} needed${left === needed ? '' : ' more'}, from: ${who}.`,
    ...(requester !== undefined && needed > 1 ? [`${requester} asked for it and does not count.`] : []),
    `It waits until ${clockTime(expiresAt)}.`,
  ].join(' ');
}

function holder(asked: Asked): IncidentAnswer {
  const { incident, timeline } = asked;
  const changes = timeline.flatMap(({ event }) => (event.type === 'PageChanged' ? [event] : []));
  const acknowledged = changes.findLast(({ status }) => status === 'acknowledged');
  const held = incident.heldBy;
  const view = statusViewOf(incident);
  const text =
    held !== undefined
      ? `${held.by} has it, ${held.as === 'page' ? 'after acknowledging the page' : 'after approving the action'}.`
      : acknowledged !== undefined && incident.pageStatus === 'acknowledged'
        ? `${acknowledged.by ?? 'Somebody whom PagerDuty does not name'} acknowledged the page at ${clockTime(acknowledged.at)}.`
        : 'Nobody has taken it, as far as the record shows.';
  return {
    text,
    lines: [
      ...(view.tone === 'working' ? [`Watchkeeper is at work: ${view.text.toLowerCase()}.`] : []),
      ...pendingIn(asked).map(({ question }) => `This waits for a person: ${shorten(question, 300)}`),
    ],
    choices: ['who is on call?', 'who owns this?'],
  };
}
