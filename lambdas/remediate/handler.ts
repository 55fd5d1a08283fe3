// Workflow step: carries out the approved or permitted action.
import { ApprovalResolved } from '../../core/model/workflow.ts';
import { remediate } from '../../core/remediation/remediate.ts';
import type { RemediatePorts } from '../../core/remediation/remediate-ports.ts';
import {
  acts,
  approvals,
  audit,
  catalog,
  chat,
  clock,
  controls,
  executor,
  ids,
  incidents,
  ledger,
  levels,
  pager,
  policies,
  preferences,
  targets,
} from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: RemediatePorts) =>
  step('remediate', ApprovalResolved, (input) => remediate(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    ids: ids(),
    catalog: catalog(),
    policies: policies(),
    approvals: approvals(),
    ledger: ledger(),
    preferences: preferences(),
    executor: executor(),
    chat: chat(),
    targets: targets(),
    acts: acts(),
    levels: levels(),
    controls: controls(),
    audit: audit(),
    pager: pager(),
  }),
);
