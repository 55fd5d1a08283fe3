// The postmortem draft of an incident as a page to read and to print. It is drawn from the record as it is now, with later corrections.
import { incidentPath } from './api.ts';
import { useLive } from './live.ts';
import { Markdown } from './markdown.tsx';
import { linkTo } from './route.ts';

export function Postmortem({ id }: { readonly id: string }) {
  const draft = useLive<{ markdown: string }>(`${incidentPath(id)}/postmortem`, ['incident', 'timeline']);
  return (
    <>
      <p class="page-tools">
        <a href={linkTo(id)}>Back to the incident</a>
        <button type="button" onClick={() => print()} disabled={draft === undefined}>
          Print
        </button>
      </p>
      {draft === undefined ? (
        <p class="empty">A postmortem draft is written when the incident ends.</p>
      ) : (
        <Markdown text={draft.markdown} />
      )}
    </>
  );
}
