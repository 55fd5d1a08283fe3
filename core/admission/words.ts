// What people read of a page that waits.
import type { Waiting } from '../model/admission.ts';
import { relationText } from '../reporting/membership-words.ts';

export function waitingWords({ held }: Pick<Waiting, 'held'>, ahead: number, maxCounted: number): string {
  if (held !== undefined)
    return `It waits for the diagnosis of ${held.behind}, which may answer it, too: ${relationText(held.because)}.`;
  if (ahead === 0) return 'It waits for a free slot, and is the next in line.';
  const others = ahead >= maxCounted ? `${maxCounted} or more` : String(ahead);
  return `It waits for a free slot; ${others} more urgent or older ${ahead === 1 ? 'page is' : 'pages are'} before it.`;
}
