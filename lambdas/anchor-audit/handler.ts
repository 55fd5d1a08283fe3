// Anchors the audit once a day, then verifies the chains of the last days against their anchors. If a chain does not match, this function fails, and
// an alarm tells people.
import * as z from 'zod';
import type { Ports } from '../../core/ports/index.ts';
import { anchorAndCheck } from '../../core/record/audit/anchor.ts';
import { anchors, audit, clock } from '../compose.ts';
import { handling, onLambda } from '../handle.ts';

export const create = (ports: Pick<Ports, 'audit' | 'anchors' | 'clock'>) =>
  handling('anchor-audit', z.unknown(), () => anchorAndCheck(ports));

export const handler = onLambda(() => create({ audit: audit(), anchors: anchors(), clock: clock() }));
