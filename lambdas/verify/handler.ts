import { Rechecked } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { verify } from '../../core/remediation/verify.ts';
import { audit, clock, incidents, pager, preferences } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: Pick<Ports, 'incidents' | 'clock' | 'pager' | 'preferences' | 'audit'>) =>
  step('verify', Rechecked, (input) => verify(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    pager: pager(),
    preferences: preferences(),
    audit: audit(),
  }),
);
