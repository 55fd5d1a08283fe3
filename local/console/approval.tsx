// An approval request with its buttons, or with the people who decided it.
import type { ApprovalView } from '../../core/console/incident-view.ts';
import type { Verdict } from '../../core/model/action.ts';
import { verdictButtons, verdictLabels } from '../../core/record/labels.ts';
import { entityText, readableTimes } from '../../core/wording.ts';
import { post } from './api.ts';
import { changed } from './live.ts';
import { Opened, Time } from './parts.tsx';
import { attempt, notify } from './toast.tsx';

const looks: Readonly<Record<Verdict, string>> = {
  approve: 'primary',
  'approve-and-remember': 'secondary',
  reject: 'plain',
};

export const answer = (approvalId: string, verdict: Verdict): void =>
  attempt(async () => {
    const { text } = await post<{ text: string }>(`/approvals/${encodeURIComponent(approvalId)}`, { verdict });
    notify(text);
    changed('approval');
  });

export function Approval({ approval }: { readonly approval: ApprovalView }) {
  const { id, action, question, state, texts } = approval;
  return (
    <section class="question" data-state={state} aria-labelledby={`question-${id}`}>
      <h3 id={`question-${id}`}>{question}</h3>
      {state === 'pending' ? (
        <>
          <p>{action.blastRadius}</p>
          <Open approval={approval} />
          <Particulars approval={approval} />
        </>
      ) : (
        <>
          <p class="verdict">{readableTimes(texts.outcome)}</p>
          <Opened class="more" summary="Details of the request">
            {() => (
              <>
                <p>{action.blastRadius}</p>
                <Particulars approval={approval} />
              </>
            )}
          </Opened>
        </>
      )}
    </section>
  );
}

const Particulars = ({ approval: { action, texts } }: { readonly approval: ApprovalView }) => (
  <>
    <dl class="facts">
      <div>
        <dt>Target</dt>
        <dd>{entityText(action.target)}</dd>
      </div>
      {texts.touches === '' ? undefined : (
        <div>
          <dt>Touches</dt>
          <dd>{texts.touches}</dd>
        </div>
      )}
      <div>
        <dt>Can be taken back</dt>
        <dd>{texts.inverse}</dd>
      </div>
    </dl>
    {texts.target === '' ? undefined : <p class="meta">{readableTimes(texts.target)}</p>}
  </>
);

const Open = ({ approval: { id, forWhom, rememberable, expiresAt, texts } }: { readonly approval: ApprovalView }) => (
  <>
    {texts.count === '' ? undefined : <p class="count">{texts.count}</p>}
    <div class="buttons">
      {verdictButtons(rememberable).map((verdict) => (
        <button
          key={verdict}
          type="button"
          class={looks[verdict]}
          data-verdict={verdict}
          onClick={() => answer(id, verdict)}
        >
          {verdictLabels[verdict]}
          {verdict === 'approve-and-remember' ? ' for this exact error' : undefined}
        </button>
      ))}
    </div>
    <p class="meta">
      {forWhom} Expires at <Time at={expiresAt} />.
    </p>
  </>
);
