// Table of the specialists, one row each.
import { aws } from './aws/index.ts';
import { cdn } from './cdn/index.ts';
import { changes } from './changes/index.ts';
import { executions } from './executions/index.ts';
import { knowledge } from './knowledge/index.ts';
import { kubernetes } from './kubernetes/index.ts';
import { logs } from './logs/index.ts';
import { metrics } from './metrics/index.ts';
import { security } from './security/index.ts';
import type { Specialist } from './specialist.ts';
import { traces } from './traces/index.ts';

export const specialists: readonly Specialist[] = [
  kubernetes,
  metrics,
  logs,
  changes,
  traces,
  knowledge,
  executions,
  cdn,
  aws,
  security,
];
