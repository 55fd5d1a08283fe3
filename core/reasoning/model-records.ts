// Recorded runs by model id: how often a model's own hypothesis led, and how often it was right. `npm run eval` prints these figures. A model
// without an entry is stated as not calibrated.
import type { ModelRecord } from './two-opinions.ts';

export const modelRecords: Readonly<Record<string, ModelRecord>> = {};
