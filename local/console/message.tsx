// A message of the conversation as a chat shows it: the request, the answer, its chart, its files and its buttons.
import { useEffect, useState } from 'preact/hooks';
import type { MessageView } from '../../core/console/incident-view.ts';
import { toneSigns, verdictButtons } from '../../core/record/labels.ts';
import { readableTimes } from '../../core/wording.ts';
import { get } from './api.ts';
import { answer } from './approval.tsx';
import { Opened, Picture, Time } from './parts.tsx';
import { notify } from './toast.tsx';

export interface Place {
  /** The API's path of the conversation. */
  readonly path: string;
  readonly say: (text: string) => void;
  /** A chart has its size now. */
  readonly onSized: () => void;
}

export function Message({ message, place }: { readonly message: MessageView; readonly place: Place }) {
  const { key, kind, tone, headline, asked, facts = [], lines, excerpts = [], small = [], outcome, files } = message;
  return (
    <li class="message" data-kind={kind} data-tone={tone} data-key={key}>
      {asked === undefined ? undefined : (
        <p class="asked">
          <strong>{asked.by}</strong>: {asked.text}
        </p>
      )}
      <div class="said">
        <p class="headline">
          {tone === undefined ? '' : `${toneSigns[tone]} `}
          {readableTimes(headline)}
        </p>
        {lines.map((line) => (
          <p key={line}>{readableTimes(line)}</p>
        ))}
        {facts.length === 0 ? undefined : (
          <dl class="facts">
            {facts.map(({ name, value }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{readableTimes(value)}</dd>
              </div>
            ))}
          </dl>
        )}
        {excerpts.map(({ title, text }) => (
          <div key={title}>
            <p class="excerpt-title">{title}</p>
            <pre>{text}</pre>
          </div>
        ))}
        {message.hasChart ? (
          <MessageChart
            path={`${place.path}/messages/${encodeURIComponent(key)}`}
            message={message}
            onSized={place.onSized}
          />
        ) : undefined}
        {files.map(({ name, title }, index) => (
          <Opened
            key={name}
            class="file"
            summary={
              <>
                {title} <code>{name}</code>
              </>
            }
          >
            {() => <FileText path={`${place.path}/messages/${encodeURIComponent(key)}/files/${index}`} />}
          </Opened>
        ))}
        {small.map((line) => (
          <p key={line} class="small">
            {readableTimes(line)}
          </p>
        ))}
        {outcome === undefined ? undefined : (
          <p class="outcome">
            {outcome.says} by {outcome.by.join(' and ')} at <Time at={outcome.at} />
          </p>
        )}
        <Buttons message={message} say={place.say} />
      </div>
    </li>
  );
}

function Buttons({
  message: { approval, choices = [] },
  say,
}: {
  readonly message: MessageView;
  readonly say: Place['say'];
}) {
  if (approval === undefined && choices.length === 0) return null;
  return (
    <div class="buttons">
      {approval === undefined
        ? undefined
        : (approval.buttons ?? verdictButtons(approval.rememberable !== false)).map(({ verdict, label }) => (
            <button
              key={verdict}
              type="button"
              class={verdict === 'approve' ? 'primary' : 'plain'}
              onClick={() => answer(approval.approvalId, verdict)}
            >
              {label}
            </button>
          ))}
      {choices.map(({ label, says }) => (
        <button key={label} type="button" class="plain" onClick={() => say(says)}>
          {label}
        </button>
      ))}
    </div>
  );
}

/** What is read once, because a message's parts change only with the message. */
function useOnce<Answer>(path: string): Answer | 'failed' | undefined {
  const [found, setFound] = useState<Answer | 'failed'>();
  useEffect(() => {
    get<Answer>(path).then(setFound, (error: unknown) => {
      setFound('failed');
      notify(error);
    });
  }, [path]);
  return found;
}

function MessageChart({
  path,
  message: { headline },
  onSized,
}: {
  readonly path: string;
  readonly message: MessageView;
  readonly onSized: () => void;
}) {
  const chart = useOnce<{ svg: string }>(`${path}/chart`);
  if (chart === undefined || chart === 'failed') return null;
  return <Picture svg={chart.svg} alt={`Chart: ${headline}`} onLoad={onSized} />;
}

function FileText({ path }: { readonly path: string }) {
  const file = useOnce<{ text: string }>(path);
  return <pre>{file === undefined ? 'Loading…' : file === 'failed' ? 'It could not be loaded.' : file.text}</pre>;
}
