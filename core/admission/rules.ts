// What core/storms/ knows of pages, as admission asks it.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Coverage, PageFacts, Relation } from '../model/storm.ts';
import type { Around } from '../storms/about.ts';
import { explainsPage } from '../storms/covers.ts';
import { holdSecondsFor, relate } from '../storms/relate.ts';

export interface StormRules {
  relate(a: PageFacts, b: PageFacts): Relation | undefined;
  /** How long a page is held at most for the diagnosis of the other. */
  holdSecondsFor(relation: Relation): number;
  covers(diagnosis: Diagnosis, leader: PageFacts, member: PageFacts, around: Around): Coverage;
}

export const stormRules: StormRules = { relate, holdSecondsFor, covers: explainsPage };
