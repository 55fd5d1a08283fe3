// The conversation about the selected incident, or about anything.
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MessageView } from '../../core/console/incident-view.ts';
import { incidentPath, post } from './api.ts';
import { changed, useLive } from './live.ts';
import { Message } from './message.tsx';
import { openIncidentOf } from './route.ts';
import { attempt, notify } from './toast.tsx';

/** The answer of the API to an utterance. */
export interface Reply {
  readonly kind: string;
  readonly message?: MessageView;
  /** With `started`: the source of the incident that begins. */
  readonly sourceId?: string;
}

export type Subject = 'incident' | 'anything';

interface TalkProps {
  readonly incidentId: string | undefined;
  /** The messages of the incident; undefined while they are read. */
  readonly messages: readonly MessageView[] | undefined;
  readonly subject: Subject;
  readonly onSubject: (subject: Subject) => void;
}

export function Talk({ incidentId, messages: ofIncident, subject, onSubject }: TalkProps) {
  const about = subject === 'incident' ? incidentId : undefined;
  const general = useLive<{ messages: readonly MessageView[] }>(about === undefined ? '/talk' : undefined, ['message']);
  const messages = about === undefined ? general?.messages : ofIncident;
  const [text, setText] = useState('');
  // On a wide window the conversation is always open; elsewhere it is a sheet above its form.
  const [isOpen, setOpen] = useState(false);
  const sheet = useId();
  const say = (said: string) =>
    attempt(async () => {
      const reply = await post<Reply>('/said', { text: said, ...(about === undefined ? {} : { incidentId: about }) });
      if (reply.kind === 'started' && reply.sourceId !== undefined) {
        notify('Looking into it.');
        await openIncidentOf(reply.sourceId);
      }
      changed('message');
      changed('preference');
    });
  const submit = (event: Event) => {
    event.preventDefault();
    const said = text.trim();
    if (said === '') return;
    setText('');
    setOpen(true);
    say(said);
  };
  return (
    <section id="talk" class="talk" data-open={String(isOpen)} aria-labelledby="talk-title">
      <button
        type="button"
        class="talk-toggle"
        aria-expanded={isOpen}
        aria-controls={sheet}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Close the conversation' : `Conversation${count(messages)}`}
      </button>
      <div id={sheet} class="talk-sheet">
        <header class="talk-head">
          <h2 id="talk-title">Conversation</h2>
          <label class="hidden" for="talk-about">
            What it is about
          </label>
          <select
            id="talk-about"
            value={incidentId === undefined ? 'anything' : subject}
            onChange={(event) => onSubject(event.currentTarget.value === 'anything' ? 'anything' : 'incident')}
          >
            <option value="incident" disabled={incidentId === undefined}>
              about this incident
            </option>
            <option value="anything">about anything</option>
          </select>
        </header>
        <Thread
          key={about ?? ''}
          path={about === undefined ? '/talk' : incidentPath(about)}
          messages={messages}
          say={say}
          isOpen={isOpen}
        />
      </div>
      <form onSubmit={submit}>
        <label class="hidden" for="talk-text">
          Your message
        </label>
        <input
          id="talk-text"
          aria-keyshortcuts="c"
          maxLength={600}
          autocomplete="off"
          placeholder="why? · show me the logs · next time, don't ask me"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit">Say it</button>
      </form>
    </section>
  );
}

const count = (messages: readonly MessageView[] | undefined): string =>
  messages === undefined || messages.length === 0 ? '' : ` (${messages.length})`;

/** Nearer to the end than this, in pixels, the list follows new messages. */
const nearEnd = 120;

function Thread({
  path,
  messages,
  say,
  isOpen,
}: {
  readonly path: string;
  readonly messages: readonly MessageView[] | undefined;
  readonly say: (text: string) => void;
  readonly isOpen: boolean;
}) {
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const toLatest = () => {
    const latest = list.current?.querySelector('.message:last-child');
    if (!follows.current || !list.current || !(latest instanceof HTMLElement)) return;
    // A message that is longer than the list is shown from its beginning.
    const isLong = latest.offsetHeight > list.current.clientHeight;
    list.current.scrollTop = isLong ? latest.offsetTop - list.current.offsetTop : list.current.scrollHeight;
  };
  useLayoutEffect(toLatest, [messages, isOpen]);
  const watchEnd = () => {
    if (!list.current) return;
    const { scrollHeight, scrollTop, clientHeight } = list.current;
    follows.current = scrollHeight - scrollTop - clientHeight < nearEnd;
  };
  const place = { path, say, onSized: toLatest };
  return (
    <div id="thread" ref={list} class="thread" role="log" aria-live="polite" aria-label="Messages" onScroll={watchEnd}>
      {messages?.length === 0 ? (
        <p class="empty">No message yet. "What's the issue with checkout?" · "status" · "help"</p>
      ) : undefined}
      <ol>
        {messages?.map((message) => (
          <Message key={message.key} message={message} place={place} />
        ))}
      </ol>
    </div>
  );
}
