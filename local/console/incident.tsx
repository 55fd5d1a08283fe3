// One incident: the five answers at the top, the open question, the diagnosis with evidence, calls and runbook, the group, the timeline.
import { useEffect } from 'preact/hooks';
import type { EvidenceIndex, Runbook } from '../../core/console/evidence-view.ts';
import type { IncidentView } from '../../core/console/incident-view.ts';
import type { Checklist, ChecklistStep } from '../../core/model/checklist.ts';
import { checklistCount, stepSigns } from '../../core/model/checklist-text.ts';
import { checklistsIn, titleOf } from '../../core/record/checklists.ts';
import { capitalize } from '../../core/wording.ts';
import { incidentPath, post } from './api.ts';
import { Approval } from './approval.tsx';
import { Calls } from './calls.tsx';
import { Diagnosis } from './diagnosis.tsx';
import { Evidences, SingleEvidence, showEvidence } from './evidence.tsx';
import { Glance } from './glance.tsx';
import { Members, Membership } from './group.tsx';
import { changed, useLive } from './live.ts';
import { Markdown } from './markdown.tsx';
import { Menu } from './menu.tsx';
import { CopyButton, OutsideLink, Time } from './parts.tsx';
import { linkTo, linkToService } from './route.ts';
import type { Reply } from './talk.tsx';
import { Timeline } from './timeline.tsx';
import { attempt, notify } from './toast.tsx';

interface IncidentProps {
  readonly view: IncidentView;
  /** The evidence that the address names. */
  readonly evidenceId?: string | undefined;
}

export function Incident({ view, evidenceId }: IncidentProps) {
  const { incident, timeline, diagnosis, approvals, group, glance, calls } = view;
  const index = useLive<EvidenceIndex>(`${incidentPath(incident.id)}/evidence`, ['incident']);
  const isElsewhere =
    evidenceId !== undefined && !diagnosis?.hypotheses.some(({ evidenceIds }) => evidenceIds.includes(evidenceId));
  useEffect(() => {
    if (evidenceId !== undefined) showEvidence(evidenceId);
  }, [evidenceId]);
  const separate = (text: string) =>
    attempt(async () => {
      const reply = await post<Reply>('/said', { text, incidentId: incident.id });
      notify(reply.message?.headline ?? 'The answer is in the conversation.');
      changed('incident');
      changed('message');
    });
  return (
    <Evidences.Provider value={index}>
      <Head incident={incident} links={index?.links ?? []} />
      <Glance glance={glance} />
      {isElsewhere ? <SingleEvidence key={evidenceId} incidentId={incident.id} id={evidenceId} /> : undefined}
      <Membership view={view} separate={separate} />
      {approvals.map((approval) => (
        <Approval key={approval.id} approval={approval} />
      ))}
      {diagnosis === undefined ? <NoDiagnosis incident={incident} /> : <Diagnosis diagnosis={diagnosis} view={view} />}
      <div class="beside">
        {calls === undefined ? undefined : <Calls calls={calls} />}
        {index?.runbooks.map((runbook) => (
          <RunbookSection
            key={runbook.evidenceId}
            incidentId={incident.id}
            runbook={runbook}
            checklist={checklistsIn(timeline).find((one) => runbook.title.startsWith(titleOf(one)))}
          />
        ))}
      </div>
      <Members members={group.members} separate={separate} />
      <Timeline entries={timeline} />
    </Evidences.Provider>
  );
}

function Head({ incident, links }: Pick<IncidentView, 'incident'> & Pick<EvidenceIndex, 'links'>) {
  const { standing, trigger, place } = incident;
  return (
    <header class="incident-head">
      <p class="status" data-tone={standing.tone}>
        {[standing.text, standing.has].filter((part) => part !== undefined).join('. ')}
      </p>
      <h2>{incident.title}</h2>
      <p class="meta">
        {place?.service === undefined ? undefined : (
          <>
            <a href={linkToService(place.service)}>{place.service}</a>
            {[
              place.environment,
              place.cluster,
              place.namespace,
              ...(place.serverless ? [place.account, place.region] : []),
            ]
              .filter((part) => part !== undefined)
              .map((part) => ` · ${part}`)}
            {' · '}
          </>
        )}
        paged <Time at={trigger.occurredAt} /> · {trigger.severity} · page {incident.pageStatus} · {incident.id}
      </p>
      <div class="links">
        {links.map(({ name, href }) => (
          <OutsideLink key={href} href={href}>
            {name}
          </OutsideLink>
        ))}
        <ExportMenu incident={incident} />
      </div>
    </header>
  );
}

function ExportMenu({ incident: { id, status } }: Pick<IncidentView, 'incident'>) {
  const isOver = status === 'closed' || status === 'failed';
  return (
    <Menu id="export" summary="Export">
      <a href={`/api${incidentPath(id)}/export/md`} download>
        Markdown
      </a>
      <a href={`/api${incidentPath(id)}/export/json`} download>
        JSON
      </a>
      {isOver ? <a href={linkTo(`${id}/postmortem`)}>Postmortem draft</a> : undefined}
      <button type="button" onClick={() => print()}>
        Print this page
      </button>
      <CopyButton text={`${location.origin}/#${id}`} label="Copy the link" />
    </Menu>
  );
}

function NoDiagnosis({ incident: { status, memberOf } }: Pick<IncidentView, 'incident'>) {
  if (status === 'grouped' || memberOf !== undefined) return null;
  return <p class="empty">{status === 'waiting' ? 'It waits in line…' : 'The specialists are at work…'}</p>;
}

const runbookNames = { runbook: 'Runbook', postmortem: 'An earlier incident' } as const;

const RunbookSection = ({
  incidentId,
  runbook: { evidenceId, kind, title, text },
  checklist,
}: {
  readonly incidentId: string;
  readonly runbook: Runbook;
  readonly checklist: Checklist | undefined;
}) => (
  <section class="runbook" aria-label={`${runbookNames[kind]}: ${title}`}>
    <h3>{runbookNames[kind]}</h3>
    <p class="meta">
      {title} · <a href={linkTo(`${incidentId}/evidence/${evidenceId}`)}>evidence</a>
    </p>
    {checklist === undefined ? undefined : <RunbookSteps incidentId={incidentId} checklist={checklist} />}
    <div class="runbook-text">
      <Markdown text={text} />
    </div>
  </section>
);

/** The steps with what came of them. Their texts are the runbook's own and are shown as text. */
const RunbookSteps = ({ incidentId, checklist }: { readonly incidentId: string; readonly checklist: Checklist }) => (
  <div class="runbook-steps">
    <p class="meta">{capitalize(checklistCount(checklist))}</p>
    <ol>
      {checklist.steps.map((step, index) => (
        <li key={`${index} ${step.text}`} class={`step-${step.state}`}>
          <span class="step-sign" role="img" aria-label={stepStates[step.state]}>
            {stepSigns[step.state]}
          </span>{' '}
          {step.text}
          {step.command === undefined || step.text.includes(step.command) ? undefined : (
            <>
              {' '}
              <code>{step.command}</code>
            </>
          )}
          {[step.result, step.why].filter(Boolean).length === 0 ? undefined : (
            <div class="meta">
              {[step.result, step.why].filter(Boolean).join(' ')}
              {step.by === 'analysis' ? '' : ` (by ${step.by})`}
              {step.evidenceIds.map((id) => (
                <>
                  {' '}
                  <a key={id} href={linkTo(`${incidentId}/evidence/${id}`)}>
                    evidence
                  </a>
                </>
              ))}
            </div>
          )}
        </li>
      ))}
    </ol>
  </div>
);

const stepStates: Readonly<Record<ChecklistStep['state'], string>> = {
  checked: 'checked',
  person: 'for a person',
  open: 'not done',
  information: 'information',
};
