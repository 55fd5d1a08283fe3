// What a person says in a thread about next time: "next time you see this exact error, don't ask me, just rerun it". It teaches only where every
// word of it belongs to a clause of the grammar (intents/teach.ts). Reading is all that is done here; what is read becomes a proposal (teach.ts)
// and counts only once it was confirmed.
import type { ActionId } from '../model/action.ts';
import { taughtVerbs } from '../remediation/action-verbs.ts';
import { finderOf, grammarOf } from './grammar/grammar.ts';
import { type Sentence, sentenceOf } from './grammar/sentence.ts';
import { asksOpinion, confirms, denies, teach, teachPhrases, teachRules } from './intents/teach.ts';

export type TeachingUtterance =
  /** It is about something else. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'teach';
      /** Catalogue ids that the verb can mean; absent where it names no verb ("just fix it"). */
      readonly actions?: readonly ActionId[];
      readonly days?: number;
      readonly timesPerDay?: number;
    }
  /** It is about next time, but says what cannot be remembered. */
  | { readonly kind: 'cannot'; readonly why: string }
  /** Ask again from now on. */
  | { readonly kind: 'revoke' }
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' };

/** Longer texts are pasted, not said. */
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
  const speaksOfNextTime =
    (has('when') && (has('unasked') || has('plainly'))) || (has('unasked') && (has('verb') || has('plainly')));
  if (!speaksOfNextTime || isQuestion(sentence)) return nothing;
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
  if (has('destroys') && has('verb') && !verb?.saidOfData)
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

/** "for two weeks", "for 10 days"; more than a quarter of a year is a quarter of a year. */
function daysOf({ forever, count = 1, unit }: NonNullable<ReturnType<typeof read>>['slots']): number | undefined {
  if (forever !== undefined) return maxDays;
  return unit === undefined ? undefined : Math.min(maxDays, Math.max(1, count * unitDays[unit]));
}

/** Without what is quoted: code, quotations and forwarded lines are what others said. */
const withoutQuotations = (text: string): string =>
  text
    .slice(0, 4000)
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' ')
    .replaceAll(/`[^`]*`/g, ' ')
    .replaceAll(/^\s*(?:>|&gt;).*$/gm, ' ')
    .replaceAll(/[“"][^”"\n]*[”"]/g, ' ')
    .replaceAll(/<[@#!][^>]*>/g, ' ');
