// Lists the intents that the grammar reads a message by, in order of precedence. A new intent is one file and one row here.
import { agree } from './agree.ts';
import { checked } from './checked.ts';
import { correct } from './correct.ts';
import { cost } from './cost.ts';
import { evidence } from './evidence.ts';
import { help } from './help.ts';
import { investigate } from './investigate.ts';
import { preferences } from './preferences.ts';
import { status } from './status.ts';
import { why } from './why.ts';

/** Intents about the incident, the diagnosis or the bill. */
export const intents = [help, correct, agree, cost, checked, preferences, evidence, why, status, investigate] as const;
