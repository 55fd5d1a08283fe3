// The controlled vocabulary of root causes. It makes diagnoses countable, preferences exact and scoreboards possible. To add a cause, add one entry
// to the file of its group. The codes are ours; dojo/vocabularies/ maps the labels of data sets to them.
import * as z from 'zod';
import type { CauseEntry } from './cause.ts';
import { certificateCauses } from './certificate.ts';
import { changeCauses } from './change.ts';
import { configurationCauses } from './configuration.ts';
import { dataCauses } from './data.ts';
import { dependencyCauses } from './dependency.ts';
import { imageCauses } from './image.ts';
import { jobCauses } from './job.ts';
import { managedCauses } from './managed.ts';
import { networkCauses } from './network.ts';
import { nodeCauses } from './node.ts';
import { probeCauses } from './probe.ts';
import { quotaCauses } from './quota.ts';
import { resourcesCauses } from './resources.ts';
import { schedulingCauses } from './scheduling.ts';
import { securityCauses } from './security.ts';
import { trafficCauses } from './traffic.ts';
import { unknownCauses } from './unknown.ts';
import { vendorCauses } from './vendor.ts';

const entries = {
  ...imageCauses,
  ...schedulingCauses,
  ...quotaCauses,
  ...configurationCauses,
  ...probeCauses,
  ...resourcesCauses,
  ...dependencyCauses,
  ...networkCauses,
  ...nodeCauses,
  ...changeCauses,
  ...jobCauses,
  ...trafficCauses,
  ...certificateCauses,
  ...vendorCauses,
  ...securityCauses,
  ...dataCauses,
  ...managedCauses,
  ...unknownCauses,
};

export type CauseCode = keyof typeof entries;

export interface Cause extends CauseEntry {
  readonly explains: readonly CauseCode[];
  readonly explainsInside: readonly ('any-effect' | CauseCode)[];
}

/** The type refuses an entry that names an unknown cause. */
export const causes: Readonly<Record<CauseCode, Cause>> = entries;

const isCode = (code: string): code is CauseCode => Object.hasOwn(entries, code);
export const causeCodes: readonly CauseCode[] = Object.keys(entries).filter(isCode);
export const CauseCode = z.enum(causeCodes);

export const isChange = (cause: CauseCode): boolean => causes[cause].kind === 'change';

/** Whether `first` explains `second` if both are found on one entity. */
export function accountsFor(first: CauseCode, second: CauseCode): boolean {
  if (first === second) return true;
  if (causes[first].depth === 'effect')
    return causes[second].depth === 'effect' && first !== 'unknown' && second === 'unknown';
  return causes[second].depth === 'effect' || causes[first].explains.includes(second);
}

/** Whether a cause on a place (a node, a namespace) explains a cause on something that runs in it. */
export const accountsForInside = (place: CauseCode, inside: CauseCode): boolean =>
  causes[place].explainsInside.some((one) =>
    one === 'any-effect' ? causes[inside].depth === 'effect' : one === inside,
  );
