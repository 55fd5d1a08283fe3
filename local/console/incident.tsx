// One incident: its state, the open question, the diagnosis with evidence, the group, the timeline.
import type { IncidentView } from '../../core/console/incident-view.ts';
import { post } from './api.ts';
import { Approval } from './approval.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { Members, Membership } from './group.tsx';
import { changed } from './live.ts';
import { OutsideLink, Time } from './parts.tsx';
import type { Reply } from './talk.tsx';
import { Timeline } from './timeline.tsx';
import { attempt, notify } from './toast.tsx';

export function Incident({ view }: { readonly view: IncidentView }) {
  const { incident, timeline, diagnosis, approvals, group } = view;
  const separate = (text: string) =>
    attempt(async () => {
      const reply = await post<Reply>('/said', { text, incidentId: incident.id });
      notify(reply.message?.headline ?? 'The answer is in the conversation.');
      changed('incident');
      changed('message');
    });
  return (
    <>
      <Head incident={incident} />
      <Membership view={view} separate={separate} />
      {approvals.map((approval) => (
        <Approval key={approval.id} approval={approval} />
      ))}
      {diagnosis === undefined ? <NoDiagnosis incident={incident} /> : <Diagnosis diagnosis={diagnosis} view={view} />}
      <Members members={group.members} separate={separate} />
      <Timeline entries={timeline} />
    </>
  );
}

function Head({ incident }: Pick<IncidentView, 'incident'>) {
  const { standing, trigger } = incident;
  return (
    <header class="incident-head">
      <p class="status" data-tone={standing.tone}>
        {[standing.says, standing.has].filter((part) => part !== undefined).join('. ')}
      </p>
      <h2>{incident.title}</h2>
      <p class="meta">
        {incident.id} · paged <Time at={trigger.occurredAt} /> · {trigger.severity} · page {incident.pageStatus}
        {trigger.link === undefined ? undefined : (
          <>
            {' · '}
            <OutsideLink href={trigger.link}>PagerDuty</OutsideLink>
          </>
        )}
      </p>
    </header>
  );
}

function NoDiagnosis({ incident: { status, memberOf } }: Pick<IncidentView, 'incident'>) {
  if (status === 'grouped' || memberOf !== undefined) return null;
  return <p class="empty">{status === 'waiting' ? 'It waits in line…' : 'The specialists are at work…'}</p>;
}
