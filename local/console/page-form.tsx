// Sends a recorded page, for trials. Without recorded incidents there is no form.
import { useState } from 'preact/hooks';
import { post } from './api.ts';
import { useLive } from './live.ts';
import { closeMenuAround, Menu } from './menu.tsx';
import { openIncidentOf } from './route.ts';
import { attempt, notify } from './toast.tsx';

export function PageForm() {
  const found = useLive<{ scenarios: readonly { id: string; title: string }[] }>('/scenarios', []);
  const [scenario, setScenario] = useState('');
  const [isVaried, setVaried] = useState(true);
  const [first] = found?.scenarios ?? [];
  if (found === undefined || first === undefined) return null;
  const send = (event: Event) => {
    event.preventDefault();
    closeMenuAround(event.currentTarget);
    attempt(async () => {
      const { sourceId } = await post<{ sourceId: string }>('/pages', {
        scenario: scenario === '' ? first.id : scenario,
        vary: isVaried,
      });
      notify('The page is on its way.');
      await openIncidentOf(sourceId);
    });
  };
  return (
    <Menu
      id="page-menu"
      summary={
        <>
          <span class="wide">Send a page</span>
          <span class="narrow">Page</span>
        </>
      }
    >
      <form id="page-form" class="page-form" onSubmit={send}>
        <label class="hidden" for="scenario">
          Recorded incident
        </label>
        <select id="scenario" value={scenario} onChange={(event) => setScenario(event.currentTarget.value)}>
          {found.scenarios.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <label class="check" title="The same error with a new pod name, a new incident id and the present time">
          <input
            type="checkbox"
            id="vary"
            checked={isVaried}
            onChange={(event) => setVaried(event.currentTarget.checked)}
          />{' '}
          as another night
        </label>
        <button type="submit">Send page</button>
      </form>
    </Menu>
  );
}
