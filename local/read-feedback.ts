// Reads people's feedback on diagnoses from the records.
import * as z from 'zod';
import { type Gathered, gatherFeedback } from '../core/learning/feedback-report.ts';
import { Feedback } from '../core/model/feedback.ts';
import { fromRecords, type Place } from './records.ts';

const Answer = z.object({ feedback: z.array(Feedback), whole: z.boolean() });

export const readFeedback = (
  place: Place,
  which: { readonly since?: string; readonly incident?: string },
): Promise<Gathered> =>
  fromRecords<Gathered>(place, {
    path: `/api/feedback?${new URLSearchParams(which)}`,
    running: async (response) => Answer.parse(await response.json()),
    tables: (records) => gatherFeedback(which, records),
  });
