// An approval request with its buttons, or with the people who decided it.
import type { ApprovalView } from '../../core/console/incident-view.ts';
import type { Verdict } from '../../core/model/action.ts';
import { verdictButtons } from '../../core/record/labels.ts';
import { readableTimes } from '../../core/wording.ts';
import { post } from './api.ts';
import { changed } from './live.ts';
import { Opened, Time } from './parts.tsx';
import { attempt, notify } from './toast.tsx';

const looks: Readonly<Record<Verdict, string>> = {
  approve: 'primary',
  'approve-and-remember': 'secondary',
  reject: 'plain',
  'take-back': 'secondary',
  stop: 'secondary',
};

export const answer = (approvalId: string, verdict: Verdict): void =>
  attempt(async () => {
    const { text } = await post<{ text: string }>(`/approvals/${encodeURIComponent(approvalId)}`, { verdict });
    notify(text);
    changed('approval');
  });

export function Approval({ approval }: { readonly approval: ApprovalView }) {
  const { id, question, state, texts } = approval;
  return (
    <section class="question" data-state={state} aria-labelledby={`question-${id}`}>
      <h3 id={`question-${id}`}>{question}</h3>
      {state === 'pending' ? (
        <>
          <Subject approval={approval} />
          <Open approval={approval} />
          <Particulars approval={approval} />
        </>
      ) : (
        <>
          <p class="verdict">{readableTimes(texts.outcome)}</p>
          <Running approval={approval} />
          <Opened class="more" summary="Details of the request">
            {() => (
              <>
                <Subject approval={approval} />
                <Particulars approval={approval} />
              </>
            )}
          </Opened>
        </>
      )}
    </section>
  );
}

/** The blast radius of the action; of a plan, every step with its target, and what became of each. */
const Subject = ({ approval: { action, texts } }: { readonly approval: ApprovalView }) =>
  texts.steps.length === 0 ? (
    <p>{action.blastRadius}</p>
  ) : (
    <ul class="steps">
      {texts.steps.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );

/** The buttons of an approval that was given: a plan can be stopped while it runs. */
const Running = ({ approval: { id, buttons = [] } }: { readonly approval: ApprovalView }) =>
  buttons.length === 0 ? undefined : (
    <div class="buttons">
      {buttons.map(({ verdict, label }) => (
        <button
          key={verdict}
          type="button"
          class={looks[verdict]}
          data-verdict={verdict}
          onClick={() => answer(id, verdict)}
        >
          {label}
        </button>
      ))}
    </div>
  );

const Particulars = ({ approval: { targets, texts } }: { readonly approval: ApprovalView }) => (
  <>
    <dl class="facts">
      <div>
        <dt>Target</dt>
        <dd>{targets}</dd>
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

const Open = ({
  approval: { id, forWhom, rememberable, expiresAt, texts, buttons },
}: {
  readonly approval: ApprovalView;
}) => (
  <>
    {texts.count === '' ? undefined : <p class="count">{texts.count}</p>}
    <div class="buttons">
      {(buttons ?? verdictButtons(rememberable)).map(({ verdict, label }) => (
        <button
          key={verdict}
          type="button"
          class={looks[verdict]}
          data-verdict={verdict}
          onClick={() => answer(id, verdict)}
        >
          {label}
          {verdict === 'approve-and-remember' ? ' for this exact error' : undefined}
        </button>
      ))}
    </div>
    <p class="meta">
      {forWhom} Expires at <Time at={expiresAt} />.
    </p>
  </>
);
