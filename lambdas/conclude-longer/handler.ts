// Workflow step: tells the end of a long investigation and takes over its result.
import { type ConcludePorts, concludeLong } from '../../core/diagnosis/long/conclude.ts';
import { LongEnded } from '../../core/model/long-investigation.ts';
import { chat, clock, evidence, incidents, long, longRunner, pager } from '../compose.ts';
import { onLambda, step } from '../handle.ts';

export const create = (ports: ConcludePorts) =>
  step('conclude-longer', LongEnded, (input) => concludeLong(input, ports));

export const handler = onLambda(() =>
  create({
    incidents: incidents(),
    clock: clock(),
    chat: chat(),
    pager: pager(),
    evidence: evidence(),
    long: long(),
    longRunner: longRunner(),
  }),
);
