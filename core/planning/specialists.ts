// The specialists there are, what each is asked, and when. Adding one is a row here and a folder lambdas/specialist-NAME.

import type { Context, Trigger } from '../model/incident.ts';
import { arnsIn, edgeUrlsIn } from '../topology/managed-resources.ts';

interface SpecialistEntry {
  readonly name: string;
  question(about: string): string;
  /** Whether it has anything to say about this incident. */
  applies(context: Context, trigger: Trigger): boolean;
}

const always = (): boolean => true;

export const specialists: readonly SpecialistEntry[] = [
  {
    name: 'kubernetes',
    question: (about) => `What is broken in the cluster around ${about}: pods, rollouts, jobs, services, nodes?`,
    applies: always,
  },
  {
    name: 'metrics',
    question: (about) => `Which signal of ${about} or of what it depends on moved first, when, and by how much?`,
    applies: always,
  },
  {
    name: 'logs',
    question: (about) => `Which errors around ${about} are new or surging, and what is the one line to read?`,
    applies: always,
  },
  {
    name: 'changes',
    question: (about) => `What changed before the onset that can explain what misbehaves at ${about}?`,
    applies: always,
  },
  {
    name: 'knowledge',
    question: (about) => `What do runbooks and past incidents say about this kind of failure of ${about}?`,
    applies: always,
  },
  {
    name: 'executions',
    question: () => 'Which execution of the state machine failed, with what error, and can it be gone on with?',
    applies: (_, trigger) => arnsIn(trigger).length > 0,
  },
  {
    name: 'cdn',
    question: () => 'What does the CDN answer for these addresses, and does an error come out of its cache?',
    applies: (_, trigger) => edgeUrlsIn(trigger).length > 0,
  },
];
