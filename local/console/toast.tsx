// One short notice at a time, announced to screen readers.
import { useEffect, useState } from 'preact/hooks';

const shownMs = 6000;
const notices = new EventTarget();

/** Shows a sentence, or the sentence of an error. */
export const notify = (said: unknown): void =>
  void notices.dispatchEvent(
    new CustomEvent('notice', { detail: said instanceof Error ? said.message : String(said) }),
  );

/** Runs what a person asked for; its failure is shown. */
export function attempt(work: () => Promise<unknown>): void {
  void work().catch(notify);
}

export function Toast() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (event: Event) => {
      if (!(event instanceof CustomEvent)) return;
      setText(String(event.detail));
      clearTimeout(timer);
      timer = setTimeout(() => setText(''), shownMs);
    };
    notices.addEventListener('notice', show);
    return () => notices.removeEventListener('notice', show);
  }, []);
  return (
    <div id="toast" class="toast" role="status" aria-live="polite">
      {text}
    </div>
  );
}
