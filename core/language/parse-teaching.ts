// Parses teaching sentences in a thread: "next time you see this exact error, don't ask me, just rerun it". A sentence teaches only if every word
// belongs to a clause of the grammar (intents/teach.ts). This module only parses; teach.ts turns the result into a proposal, which counts once a
// person confirms it.
import type { ActionId } from '../model/action.ts';
import { taughtVerbs } from '../remediation/action-verbs.ts';
import { finderOf, grammarOf } from './grammar/grammar.ts';
import { type Sentence, sentenceOf } from './grammar/sentence.ts';
import { asksOpinion, confirms, denies, teach, teachPhrases, teachRules } from './intents/teach.ts';

export type TeachingUtterance =
  /** The message is about something else. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'teach';
      /** Catalogue ids of the actions that the verb can mean; absent if the sentence names no action ("just fix it"). */
      readonly actions?: readonly ActionId[];
      readonly days?: number;
      readonly timesPerDay?: number;
    }
  /** The sentence is about next time, but we cannot remember it. */
  | { readonly kind: 'cannot'; readonly why: string }
  /** The request to ask again from now on. */
  | { readonly kind: 'revoke' }
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' };

/** People paste longer texts rather than type them. */
const maxLength = 600;
const maxDays = 90;
const maxTimes = 10;
const nothing: TeachingUtterance = { kind: 'nothing' };
const cannot = (why: string): TeachingUtterance => ({ kind: 'cannot', why });

const read = grammarOf(teach);
const find = finderOf(teachPhrases, teachRules);

export function parseTeaching(text: string): TeachingUtterance {
  const own = withoutQuotations(text);
  const sentence = sentenceOf(own);
  if (sentence.words.length > 120 || sentence.source.length > maxLength) return nothing;
  const bare = own
    .trim()
    .toLowerCase()
    .replaceAll(/[,;–—-]{1,3}\s/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/[.! ]+$/, '');
  if (confirms.has(bare)) return { kind: 'yes' };
  if (denies.has(bare)) return { kind: 'no' };
  if (sentence.words.length === 0) return nothing;
  const has = find(sentence);
  if (has('askAgain') && !has('unasked')) return { kind: 'revoke' };
  if (has('refused'))
    return has('when')
      ? cannot(
          'Nothing is done without a question unless it was taught. To take back what was taught, say "ask me again".',
        )
      : nothing;
  const isAboutNextTime =
    (has('when') && (has('unasked') || has('plainly'))) || (has('unasked') && (has('verb') || has('plainly')));
  if (!isAboutNextTime || isQuestion(sentence)) return nothing;
  const politely = /^(?:can|could|would) you\b/i.test(sentence.source);
  if (
    !politely &&
    (has('told') ||
      /^(?!(?:watchkeeper|bot|please|ok|okay|yes|hey|note|remember)\b)(?:\[[^\]]*\] ?)?[\w.-]+:/i.test(sentence.source))
  )
    return nothing;
  return taught(sentence, has);
}

type Has = (phrase: keyof typeof teachPhrases) => boolean;

function taught(sentence: Sentence, has: Has): TeachingUtterance {
  if (has('condition'))
    return cannot(
      'Conditions ("unless", "only when") cannot be remembered: only an exact error, until a day, so often a day.',
    );
  if (has('tooBroad'))
    return cannot('Only one exact error of one workload in one environment can be remembered. Say "this exact error".');
  if (has('several')) return cannot('That names more than one thing to do; one can be remembered at a time.');
  const found = read(sentence)?.slots;
  const verb = taughtVerbs.find((one) => one.name === found?.action);
  if (has('destroys') && has('verb') && !verb?.appliesToData)
    return cannot('Nothing that deletes data, a namespace, a volume or a database is ever done.');
  if (found === undefined)
    return cannot(
      'I did not understand all of that, and only one thing to do about this exact error can be remembered. Say it like "next time just rerun it" or "next time do not ask, just rerun it, at most twice a day, for two weeks".',
    );
  const days = daysOf(found);
  const often = found.often === undefined ? found.times : found.often === 'once' ? 1 : 2;
  return {
    kind: 'teach',
    ...(verb === undefined ? {} : { actions: verb.actions }),
    ...(days === undefined ? {} : { days }),
    ...(often === undefined ? {} : { timesPerDay: Math.min(maxTimes, Math.max(1, often)) }),
  };
}

const isQuestion = ({ words, source }: Sentence): boolean =>
  source.includes('?') && asksOpinion.has(words[0]?.word ?? '');

const unitDays = { day: 1, week: 7, month: 30, year: 365 } as const;

/** Days of "for two weeks" or "for 10 days"; at most a quarter of a year. */
function daysOf({ forever, count = 1, unit }: NonNullable<ReturnType<typeof read>>['slots']): number | undefined {
  if (forever !== undefined) return maxDays;
  return unit === undefined ? undefined : Math.min(maxDays, Math.max(1, count * unitDays[unit]));
}

/** The text without quotations: code, quoted text and forwarded lines are other people's words. */
const withoutQuotations = (text: string): string =>
  text
    .slice(0, 4000)
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' ')
    .replaceAll(/`[^`]*`/g, ' ')
    .replaceAll(/^\s*(?:>|&gt;).*$/gm, ' ')
    .replaceAll(/[“"][^”"\n]*[”"]/g, ' ')
    .replaceAll(/<[@#!][^>]*>/g, ' ');
