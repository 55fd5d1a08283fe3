// Turns the kill switch on and off. Anybody may turn it on; it stops all actions at once. Only approvers may turn it off. The audit records both.

import { InvalidInput } from '../errors.ts';
import { idsOf } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import type { KillSwitch } from '../ports/records.ts';
import { recordAudit } from '../record/audit/record.ts';
import { clean, shorten } from '../text.ts';

type ControlPorts = Pick<Ports, 'controls' | 'catalog' | 'clock' | 'audit'>;

export interface Switches {
  /** The last setting that a person made; undefined if nobody ever did. */
  readonly killSwitch: KillSwitch | undefined;
  /** The catalogue's setting; only a change of the catalogue turns it off. */
  readonly catalogue: boolean;
  readonly on: boolean;
}

export async function switches(ports: Pick<ControlPorts, 'controls' | 'catalog'>): Promise<Switches> {
  const [killSwitch, { killSwitch: catalogue }] = await Promise.all([
    ports.controls.killSwitch(),
    ports.catalog.load(),
  ]);
  return { killSwitch, catalogue, on: catalogue || (killSwitch?.on ?? false) };
}

/** Sets the switch. @throws InvalidInput if this person may not turn it off. */
export async function throwKillSwitch(
  { on, by, why }: { readonly on: boolean; readonly by: string; readonly why: string },
  ports: ControlPorts,
): Promise<Switches> {
  const catalog = await ports.catalog.load();
  if (!on && catalog.approvers.length > 0 && !idsOf(catalog.approvers, catalog).includes(by))
    throw new InvalidInput(`${by} is not among the approvers, and only they take the kill switch off.`);
  const at = after(await ports.controls.killSwitch(), ports.clock.now());
  const reason = shorten(clean(why), 300);
  await ports.controls.setKillSwitch({ on, by, at, why: reason });
  await recordAudit(
    {
      actor: { kind: 'person', id: by },
      kind: 'control',
      outcome: on ? 'on' : 'off',
      key: `kill-switch:${at}`,
      text: `Kill switch ${on ? 'on' : 'off'}: ${reason}`,
    },
    ports,
  );
  return switches(ports);
}

/** An instant later than the last change's, because the instant identifies the change in the audit. */
const after = (last: KillSwitch | undefined, now: Date): string =>
  new Date(last === undefined ? now : Math.max(now.getTime(), Date.parse(last.at) + 1)).toISOString();

/** Sets the switch, if `on` is given, and describes its state. A person who may not turn it off gets the reason, and the switch stays on. */
export async function answerSwitch(
  { on, why, by }: { readonly on: boolean | undefined; readonly why: string; readonly by: string },
  ports: ControlPorts,
): Promise<{ readonly text: string; readonly lines: readonly string[] }> {
  try {
    const before = await switches(ports);
    const now =
      on === undefined ? before : await throwKillSwitch({ on, by, why: why || 'said in a conversation' }, ports);
    return { text: stateText(now), lines: [] };
  } catch (error) {
    if (error instanceof InvalidInput) return { text: error.message, lines: [] };
    throw error;
  }
}

function stateText({ killSwitch, catalogue, on }: Switches): string {
  if (catalogue)
    return 'The kill switch is on in the catalogue: Watchkeeper takes no action until the catalogue is deployed without it.';
  if (!on) return 'The kill switch is off: Watchkeeper runs approved and taught actions.';
  const since = killSwitch === undefined ? '' : ` Since ${killSwitch.at}, by ${killSwitch.by}: ${killSwitch.why}`;
  return `The kill switch is on: Watchkeeper runs no action, not even an approved or taught one.${since}`;
}
