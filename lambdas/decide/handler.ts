import { Synthesized } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { decide } from '../../core/remediation/decide.ts';
import { catalog, clock, executor, ids, incidents, policies, preferences } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'catalog' | 'policies' | 'preferences' | 'executor'>,
) => step('decide', Synthesized, (input) => decide(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    catalog: catalog(),
    policies: policies(),
    preferences: preferences(),
    executor: executor(),
  }),
);
