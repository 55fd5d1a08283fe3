// Workflow step: begins a long investigation and leaves it the task token. server.ts is the investigation itself.
import { type BeginPorts, beginLong } from '../../core/diagnosis/long/begin.ts';
import { LongTask } from '../../core/model/long-investigation.ts';
import { clock, incidents, long, longRunner, workflow } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: BeginPorts) => handling('investigate-longer', LongTask, (task) => beginLong(task, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    long: long(),
    longRunner: longRunner(),
    workflow: workflow(),
  }),
);
