// The kill switch: its state, who set it and why, and the form that changes it.
import { useState } from 'preact/hooks';
import { post } from './api.ts';
import { changed, useLive } from './live.ts';
import { closeMenuAround, Menu } from './menu.tsx';
import { minute } from './parts.tsx';
import { attempt, notify } from './toast.tsx';

interface Switches {
  readonly on: boolean;
  /** The catalogue has it on; it can only be turned off there. */
  readonly catalogue: boolean;
  readonly killSwitch?: { readonly on: boolean; readonly by: string; readonly at: string; readonly why: string };
}

export function KillSwitch() {
  const switches = useLive<Switches>('/controls', ['control', 'message']);
  const [why, setWhy] = useState('');
  const on = switches?.on ?? false;
  const turn = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget;
    attempt(async () => {
      await post('/controls/kill-switch', { on: !on, why });
      setWhy('');
      closeMenuAround(form);
      changed('control');
      notify(on ? 'The kill switch is off.' : 'All actions are stopped.');
    });
  };
  return (
    <Menu
      id="kill-switch"
      data-on={switches === undefined ? undefined : String(on)}
      summary={
        <>
          Kill switch: <strong>{switches === undefined ? '…' : on ? 'on' : 'off'}</strong>
        </>
      }
    >
      <form onSubmit={turn}>
        <p class="meta">{stateText(switches)}</p>
        {switches?.catalogue ? undefined : (
          <>
            <label>
              Why{' '}
              <input
                id="kill-switch-why"
                required
                maxLength={300}
                autocomplete="off"
                value={why}
                onInput={(event) => setWhy(event.currentTarget.value)}
              />
            </label>
            <button type="submit">{on ? 'Allow actions again' : 'Stop all actions'}</button>
          </>
        )}
      </form>
    </Menu>
  );
}

function stateText(switches: Switches | undefined): string {
  if (switches?.catalogue) return 'The catalogue has it on; turn it off there.';
  if (switches?.killSwitch === undefined)
    return 'While it is on, no action runs anywhere, even if it was approved or taught.';
  const { on, by, at, why } = switches.killSwitch;
  return `${on ? 'On' : 'Off'} by ${by} at ${minute(at)}: ${why}`;
}
