// Keeps what a component shows up to date: it reads a view of the API, and reads it again when the event stream reports a change.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api.ts';
import { notify } from './toast.tsx';

/** `control` has no event of the server: the page reports it to itself after it changed a switch. */
const kinds = ['timeline', 'message', 'approval', 'incident', 'preference', 'level', 'control'] as const;
export type Change = (typeof kinds)[number];

const changes = new EventTarget();
/** Reports a change that this page made, so that every view of it is read again. */
export const changed = (kind: Change): void => void changes.dispatchEvent(new Event(kind));

export type Connection = 'connecting' | 'live' | 'lost';

/** Opens the event stream. After each interruption everything is read again, because events may have been missed. */
export function listen(onConnection: (state: Connection) => void): () => void {
  const stream = new EventSource('/api/events');
  stream.addEventListener('open', () => {
    onConnection('live');
    kinds.map(changed);
  });
  stream.addEventListener('error', () => onConnection('lost'));
  for (const kind of kinds) stream.addEventListener(kind, () => changed(kind));
  return () => stream.close();
}

/** Many events come at once: a view is read again at most this often. */
const pauseMs = 150;

/**
 * The answer of `path`, undefined until it is there; a late answer of another path is dropped. The value keeps its identity while its content is the
 * same. Without a path nothing is read.
 */
export function useLive<Answer>(path: string | undefined, on: readonly Change[]): Answer | undefined {
  const [found, setFound] = useState<{ readonly path: string; readonly text: string; readonly value: Answer }>();
  const wanted = useRef(path);
  wanted.current = path;
  const read = useCallback(async () => {
    if (path === undefined) return;
    try {
      const value = await get<Answer>(path);
      const text = JSON.stringify(value);
      if (wanted.current === path)
        setFound((before) => (before?.path === path && before.text === text ? before : { path, text, value }));
    } catch (error) {
      if (wanted.current === path) notify(error);
    }
  }, [path]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void read();
      }, pauseMs);
    };
    void read();
    for (const kind of on) changes.addEventListener(kind, soon);
    return () => {
      clearTimeout(timer);
      for (const kind of on) changes.removeEventListener(kind, soon);
    };
  }, [read]);
  return found !== undefined && found.path === path ? found.value : undefined;
}
