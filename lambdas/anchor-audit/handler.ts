// Once a day: anchors the audit, then checks the chains of the last days against what was anchored. What does not hold is a failure of this
// function, which somebody is told of.
import * as z from 'zod';
import type { Ports } from '../../core/ports/index.ts';
import { anchorAndCheck } from '../../core/record/audit/anchor.ts';
import { anchors, audit, clock } from '../compose.ts';
import { answering, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'audit' | 'anchors' | 'clock'>) =>
  answering('anchor-audit', z.unknown(), () => anchorAndCheck(ports));

export const handler = onLambda(() => create({ audit: audit(), anchors: anchors(), clock: clock() }));
