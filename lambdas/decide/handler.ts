// Workflow step: decides whether to report, ask, act or refuse.
import { Synthesized } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { decide } from '../../core/remediation/decide.ts';
import {
  acts,
  approvals,
  audit,
  catalog,
  clock,
  controls,
  executor,
  ids,
  incidents,
  levels,
  policies,
  preferences,
  targets,
} from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (
  ports: Pick<
    Ports,
    | 'incidents'
    | 'clock'
    | 'ids'
    | 'catalog'
    | 'policies'
    | 'preferences'
    | 'executor'
    | 'targets'
    | 'acts'
    | 'levels'
    | 'controls'
    | 'approvals'
    | 'audit'
  >,
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
    targets: targets(),
    acts: acts(),
    levels: levels(),
    controls: controls(),
    approvals: approvals(),
    audit: audit(),
  }),
);
