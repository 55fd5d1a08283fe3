// Parameters of actions, as schemas, and the inverse of a change from one quantity to another.
import * as z from 'zod';
import type { Parameters } from './action-definition.ts';

export const noParameters = z.strictObject({});

/** Present on an action that takes another of the same id back: it has a key of its own. */
export const undo = z.literal(true).optional();

/** The parameters that go back from `to` to `from`. */
export const swapped = ({ from, to, ...others }: Parameters): Parameters => ({
  ...others,
  ...(to === undefined || from === undefined ? {} : { from: to, to: from }),
  undo: true,
});
