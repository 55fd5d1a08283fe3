// Stores the switches that people set for all incidents, such as the kill switch.
import * as z from 'zod';
import type { Controls } from '../../core/ports/records.ts';
import { type Key, stored, type Table } from './table.ts';

const killSwitchKey: Key = { pk: 'CONTROL', sk: 'KILL-SWITCH' };
const KillSwitchItem = z.object({
  killSwitch: z.object({ on: z.boolean(), by: z.string(), at: z.string(), why: z.string() }),
});

export function controls(table: Table): Controls {
  return {
    async killSwitch() {
      const item = await table.get(killSwitchKey);
      return item && stored(KillSwitchItem, item).killSwitch;
    },
    async setKillSwitch(killSwitch) {
      await table.put({ ...killSwitchKey, killSwitch });
    },
  };
}
