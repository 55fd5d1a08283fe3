// Lists the intents that the grammar reads a message by, in order of precedence. A new intent is one file and one row here.
import { advice } from './advice.ts';
import { agree } from './agree.ts';
import { announce } from './announce.ts';
import { cannot } from './cannot.ts';
import { changes } from './changes.ts';
import { checked } from './checked.ts';
import { correct } from './correct.ts';
import { cost } from './cost.ts';
import { course } from './course.ts';
import { duration } from './duration.ts';
import { evidence } from './evidence.ts';
import { help } from './help.ts';
import { history } from './history.ts';
import { impact } from './impact.ts';
import { investigate } from './investigate.ts';
import { people } from './people.ts';
import { preferences } from './preferences.ts';
import { status } from './status.ts';
import { suspect } from './suspect.ts';
import { why } from './why.ts';

/** Questions about an incident that its record answers, each with slots of its own. */
export const incidentIntents = [
  announce,
  advice,
  people,
  changes,
  history,
  impact,
  duration,
  course,
  suspect,
  cannot,
] as const;

/** Intents about the incident, the diagnosis or the bill. */
export const intents = [
  help,
  correct,
  agree,
  cost,
  ...incidentIntents,
  checked,
  preferences,
  evidence,
  why,
  status,
  investigate,
] as const;
