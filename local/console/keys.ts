// Keys for people who keep their hands on the keyboard. None decides anything: `a` moves the focus to Approve, and Enter presses it.

export const keyHelp = [
  ['a', 'go to the open question; Enter approves'],
  ['c', 'write in the conversation'],
  ['/', 'search the incidents'],
  ['j, k', 'next and previous incident'],
] as const;

export function focusOnQuestion(): void {
  focusOn('.question[data-state="pending"] [data-verdict="approve"]');
}

function focusOn(selector: string): void {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) return;
  found.focus();
  found.scrollIntoView({ block: 'nearest' });
}

function step(by: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('#incidents a')];
  const at = links.findIndex((link) => link.ariaCurrent === 'true');
  const next = links[Math.max(0, at + by)];
  if (next !== undefined && next !== links[at]) next.click();
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

export function listenToKeys(): () => void {
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const work = {
      a: focusOnQuestion,
      c: () => focusOn('#talk-text'),
      '/': () => focusOn('#search'),
      j: () => step(1),
      k: () => step(-1),
    }[event.key];
    if (work === undefined) return;
    event.preventDefault();
    work();
  };
  addEventListener('keydown', press);
  return () => removeEventListener('keydown', press);
}
