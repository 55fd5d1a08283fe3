// Creates the status source of a vendor's status page.
import type { MakeSource } from '../source-kind.ts';
import type { StatuspageSettings } from './manifest.ts';
import { statuspageStatuses } from './statuses.ts';

export const make: MakeSource<StatuspageSettings> = ({ url }, { clock }) => ({
  status: statuspageStatuses({ url, clock }),
});
