// What a person says in a thread about next time, read by rules and nothing else: "next time you see this exact error, don't ask me, just
// rerun it". Reading is all that is done here; what is read becomes a proposal (teach.ts), and counts only once it was confirmed.
import type { ActionId } from '../model/action.ts';
import { actionVerbsIn, anyActionVerb } from '../remediation/action-verbs.ts';
import { clean } from '../text.ts';

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

const future =
  /\b(?:next time|from now on|in (?:the )?future|whenever|(?:every|each) time|always|(?:when|if) (?:you see )?(?:this|it|that)(?: exact)?(?: same)?(?: error| failure| problem)?(?: (?:happens|fails|occurs|appears|comes?|shows up))?(?: back| up)? again)\b/;
const unasked =
  /\b(?:do not|no need to|need not|never|stop) (?:even |bother to |bother )?(?:ask|asking|wake|waking|bother|page|paging|bug)\b|\bwithout (?:asking|waking|bothering|a question|approval)\b|\b(?:on your own|automatically|by yourself)\b/;
const plainly = new RegExp(
  String.raw`\b(?:just|simply|please|go ahead and|you (?:can|may|should)) (?:${anyActionVerb}|fix it|do it|handle it|go ahead)`,
);
const refused = new RegExp(
  String.raw`\b(?:do not|never|stop|no longer) (?:just |ever |simply |automatically |blindly |again )*(?:${anyActionVerb})`,
);
const askAgain =
  /\b(?:ask|check with) (?:me|us) (?:again|first|before|every time|next time)|\balways ask\b|\b(?:forget|revoke|unlearn) (?:it|that|this|what (?:i|we) (?:said|taught))\b|\bstop doing (?:that|this|it)\b/;
const condition =
  /\b(?:unless|except|only (?:if|when|on|during|after|before|between)|but not|as long as|provided|outside of)\b/;
const tooBroad =
  /\b(?:any|all|every|whatever|other|similar|these|those|such) (?:kinds? of |sorts? of )?(?:\w+ )?(?:errors?|failures?|problems?|jobs?|cron ?jobs?|services?|deployments?|pods?|workloads?|environments?|clusters?|alerts?|incidents?)\b|\b(?:everything|anything|everywhere|anywhere|no matter what)\b/;
const destroys = /\b(?:namespaces?|databases?|volumes?|tables?|buckets?|data|secrets?|backups?|everything)\b/;
/** Whoever wishes, supposes or tells of others teaches nothing. */
const notSaid =
  /\b(?:would|wish|if (?:i|we|it|you) (?:had|were|was)|said|says|saying|told|tells|wrote|writes|last time|used to|supposed to)\b|^(?!watchkeeper\b|bot\b|please\b|ok\b|okay\b|yes\b|hey\b|note\b|remember\b)(?:\[[^\]]*\] ?)?[\w.-]+:/;
/** "Nobody should rerun it without asking": what is left of a no after those that say not to ask. */
const negated = /\b(?:not|never|no|nobody|none|nothing|nor|neither|hardly|cannot|can't|won't|mustn't|shouldn't)\b/;
/** Asked for an opinion, not told. "Can you …?" is telling, politely. */
const question = /^(?:should|shall|why|what|how|is|are|was|were|do|does|did|has|have|who|when did)\b.*\?/;

const yes =
  /^(?:y|yes|yep|yeah|yes please|correct|right|exactly|confirm(?:ed)?|ok|okay|sure|do that|👍|:\+1:|:thumbsup:)[.! ]*$/u;
const no = /^(?:n|no|nope|cancel|stop|wrong|not that|never mind|nevermind|👎|:-1:|:thumbsdown:)[.! ]*$/u;

/** Longer texts are pasted, not said. */
const maxLength = 600;
const maxDays = 90;
const maxTimes = 10;

export function parseTeaching(text: string): TeachingUtterance {
  const said = plain(text);
  if (said === '' || said.length > maxLength) return { kind: 'nothing' };
  if (yes.test(said)) return { kind: 'yes' };
  if (no.test(said)) return { kind: 'no' };
  if (askAgain.test(said) && !unasked.test(said)) return { kind: 'revoke' };
  const isTeaching =
    (future.test(said) && (unasked.test(said) || plainly.test(said))) ||
    (unasked.test(said) && (new RegExp(`\\b(?:${anyActionVerb})\\b`).test(said) || plainly.test(said)));
  if (refused.test(said)) {
    return future.test(said)
      ? cannot(
          'Nothing is done without a question unless it was taught. To take back what was taught, say "ask me again".',
        )
      : { kind: 'nothing' };
  }
  if (!isTeaching || question.test(said)) return { kind: 'nothing' };
  if (notSaid.test(said) && !/^(?:can|could|would) you\b/.test(said)) return { kind: 'nothing' };
  if (negated.test(said.replaceAll(new RegExp(unasked, 'g'), ' ')))
    return cannot(
      'That says that something is not to be done. Say it without a "not", like "next time just rerun it".',
    );
  return teaching(said);
}

const cannot = (why: string): TeachingUtterance => ({ kind: 'cannot', why });

function teaching(said: string): TeachingUtterance {
  if (condition.test(said))
    return cannot(
      'Conditions ("unless", "only when") cannot be remembered: only an exact error, until a day, so often a day.',
    );
  if (tooBroad.test(said))
    return cannot('Only one exact error of one workload in one environment can be remembered. Say "this exact error".');
  const verbs = actionVerbsIn(said);
  if (verbs.length > 1) return cannot('That names more than one thing to do; one can be remembered at a time.');
  const [verb] = verbs;
  if (verb?.canDestroy && destroys.test(said))
    return cannot('Nothing that deletes data, a namespace, a volume or a database is ever done.');
  const days = daysIn(said);
  const timesPerDay = timesIn(said);
  return {
    kind: 'teach',
    ...(verb === undefined ? {} : { actions: verb.actions }),
    ...(days === undefined ? {} : { days }),
    ...(timesPerDay === undefined ? {} : { timesPerDay }),
  };
}

const numbers: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
};
const numberOf = (word: string): number | undefined => (/^\d{1,4}$/.test(word) ? Number(word) : numbers[word]);
const unitDays: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };

/** "for two weeks", "for 10 days"; more than a quarter of a year is a quarter of a year. */
function daysIn(said: string): number | undefined {
  if (/\b(?:forever|for good|permanently|indefinitely)\b/.test(said)) return maxDays;
  const [, word = '', unit = ''] = /\bfor (?:the next )?(\w+ )?(day|week|month|year)s?\b/.exec(said) ?? [];
  const days = unitDays[unit];
  const count = word === '' ? 1 : numberOf(word.trim());
  return days === undefined || count === undefined ? undefined : Math.min(maxDays, Math.max(1, count * days));
}

/** "at most twice a day", "max 5 times per day". */
function timesIn(said: string): number | undefined {
  const [, once, word] =
    /\b(?:(once|twice)|(\w+) times?) (?:a|per|each|every) day\b|\b(?:once|twice) daily\b/.exec(said) ?? [];
  const count = once === 'once' ? 1 : once === 'twice' ? 2 : word === undefined ? undefined : numberOf(word);
  return count === undefined ? undefined : Math.min(maxTimes, Math.max(1, count));
}

/** Lower case, one line, without what is quoted: code, quotations and forwarded lines are what others said. */
function plain(text: string): string {
  return clean(text.slice(0, 4000))
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' ')
    .replaceAll(/`[^`]*`/g, ' ')
    .replaceAll(/^\s*(?:>|&gt;).*$/gm, ' ')
    .replaceAll(/[“"][^”"\n]*[”"]/g, ' ')
    .replaceAll(/<[@#!][^>]*>/g, ' ')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/\bdon't\b|\bdont\b/g, 'do not')
    .replaceAll(/\bneedn't\b/g, 'need not')
    .replaceAll(/\bw\/o\b/g, 'without')
    .replaceAll(/[,;–—-]{1,3}\s/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
