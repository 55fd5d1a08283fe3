// The intents that a message is read by, in the order in which they are tried where several fit. Adding one is a file and a row here.
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

/** What speaks of the incident, the diagnosis or the bill. */
export const intents = [help, correct, agree, cost, checked, preferences, evidence, why, status, investigate] as const;
