// Schemas for the parameters of actions, and the inverse of a change from one quantity to another.
import * as z from 'zod';
import type { Parameters } from './action-definition.ts';

export const noParameters = z.strictObject({});

/** Set on an action that reverts another action of the same id, so that it has its own idempotency key. */
export const undo = z.literal(true).optional();

/** The parameters that change the quantity back from `to` to `from`. */
export const swapped = ({ from, to, ...rest }: Parameters): Parameters => ({
  ...rest,
  ...(to === undefined || from === undefined ? {} : { from: to, to: from }),
  undo: true,
});
