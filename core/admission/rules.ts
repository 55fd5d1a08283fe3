// Defines the rules about related pages that admission takes from core/storms/.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Coverage, PageFacts, Relation } from '../model/storm.ts';
import type { Around } from '../storms/about.ts';
import { explainsPage } from '../storms/covers.ts';
import { holdSecondsFor, relate } from '../storms/relate.ts';

export interface StormRules {
  relate(a: PageFacts, b: PageFacts): Relation | undefined;
  /** The longest time, in seconds, that a page is held for the diagnosis of the other. */
  holdSecondsFor(relation: Relation): number;
  covers(diagnosis: Diagnosis, leader: PageFacts, member: PageFacts, around: Around): Coverage;
}

export const stormRules: StormRules = { relate, holdSecondsFor, covers: explainsPage };
