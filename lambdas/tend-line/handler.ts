// Workflow step and schedule: moves pages through the queue. A page enters without a slot, joins a leader or leaves, or the schedule sweeps.
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { enterAnyway } from '../../core/admission/enter.ts';
import { joinLeader } from '../../core/admission/join.ts';
import { leaveQueue } from '../../core/admission/leave.ts';
import { sweepLine } from '../../core/admission/sweep.ts';
import { compareWithPeople } from '../../core/learning/compare-with-people.ts';
import { Admission } from '../../core/model/admission.ts';
import { Left, Planned } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import { sweepGroups } from '../../core/storms/ending.ts';
import {
  bus,
  chat,
  clock,
  executions,
  incidents,
  levels,
  limits,
  line,
  pager,
  seen,
  telemetry,
  workflow,
} from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

const Task = z.discriminatedUnion('how', [
  z.object({ how: z.literal('anyway'), state: Planned }),
  z.object({ how: z.literal('join'), state: Planned.extend({ admission: Admission }) }),
  z.object({ how: z.literal('leave'), state: Left }),
  z.object({ how: z.literal('sweep') }),
]);

export const create = (
  ports: Pick<
    Ports,
    | 'incidents'
    | 'clock'
    | 'chat'
    | 'line'
    | 'limits'
    | 'workflow'
    | 'executions'
    | 'pager'
    | 'seen'
    | 'telemetry'
    | 'bus'
    | 'levels'
  >,
) =>
  handling('tend-line', Task, async (task) => {
    switch (task.how) {
      case 'anyway':
        return enterAnyway(task.state, ports);
      case 'join':
        return { ...task.state, ...(await joinLeader(task.state, ports, sleep)) };
      case 'leave':
        return leaveQueue(task.state, ports);
      case 'sweep':
        await sweepGroups(ports);
        await sweepLine(ports);
        return compareWithPeople(ports);
    }
  });

export const handler = onLambda(() =>
  create({
    bus: bus(),
    incidents: incidents(),
    clock: clock(),
    executions: executions(),
    chat: chat(),
    levels: levels(),
    line: line(),
    limits: limits(),
    workflow: workflow(),
    pager: pager(),
    seen: seen(),
    telemetry: telemetry(),
  }),
);
