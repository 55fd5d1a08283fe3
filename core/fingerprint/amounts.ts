// Rules that mask quantities with a unit, counted nouns and attempt numbers. Limits, zeros and codes are not masked, because they identify the error.
// The last rules mark candidates: a candidate is part of the error unless occurrences of that error show different values.
import { mark, markCandidate } from './marks.ts';
import type { Rule } from './rules.ts';

const number = String.raw`(?:\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,9})?|\d{1,20}(?:\.\d{1,12})?)`;
/** A free-standing number: not the end of a name, a version, an address or a path. */
const free = String.raw`(?<![\w./#@$+-]|\d:|[A-Za-z]-)[-+]?`;
const ends = String.raw`(?!\w|[.:-]\w)`;
const attached = `(?:ns|us|µs|μs|ms|s|min|m|h|d|[KMGTP]i?B?|[kmgt]b|kB|B|%)`;
const spaced = ` ?(?:nanoseconds?|microseconds?|milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|hours?|hrs?|days?|weeks?|bytes?|[KMGT]i?B|kB|percent|%)`;

/** Text before a limit or a setting: the number identifies the error. */
const limitBefore =
  /(?:\b|_)(?:limits?|max(?:imum)?|min(?:imum)?|quota|threshold|capacity|allow(?:ed|s)?|time-?outs?|deadline|budget|ttl|interval|than|at (?:most|least)|up to|exceed(?:s|ed|ing)?|over|requires?|required|expected|expects|needs?|only|(?:page|block|key|chunk|sector|record|word) size|value|flag|option|argument|setting|parse|invalid|unsupported|illegal|--\w[\w-]{0,40})(?:[\s"'=:([]|\b(?:of|is|was|to|the|memory|size|set|by)\b){0,8}$/i;
/** "8.2 GB of 8 GB": the second amount is the total. */
const shareBefore = /\d ?[A-Za-z%]{1,12} ?(?:(?:out )?of|\/) ?$/;
/** "could not parse '30s'": somebody wrote this value, unless a key precedes it. */
const quotedBefore = /(?:^|[^=:\s]\s?)["'`]$/;
const quotedAfter = /^["'`]/;
const refusedAfter = /^ (?:is|are) (?:not|un|in|too)/i;
const limitAfter =
  /^[\s"')\]-]{0,3}(?:(?:was|were|is|are) )?(?:limit|time-?out|deadline|max(?:imum)?|quota|threshold|interval|ttl|allowed|required|expected)\b/i;
/** A number after this text is a code. */
const codeBefore =
  /\b(?:code|status|errno|sqlstate|signal|exit|http(?:\/\d(?:\.\d)?)?|port|line|error|msg|event)[\s:=#"'([]{0,3}$/i;
/** A number after this text identifies a thing: "shard 3 replicas". */
const nameBefore =
  /\b(?:shard|partition|broker|node|worker|group|page|table|slot|bucket|disk|rule|step|stage|phase|version|level|channel|queue|region|zone|replica|instance|server|host|client|bank|cpu|core|device|id|number|no|nr|type|class|section|part|index|key|reason|state|thread|batch|file|job|task)[\s:=#"'([]{0,3}$/i;

type Around = readonly [before: string, after: string];
const around = (text: string, start: number, end: number): Around => [
  text.slice(Math.max(0, start - 60), start),
  text.slice(end, end + 24),
];
const counts = ([before, after]: Around): boolean =>
  limitBefore.test(before) || limitAfter.test(after) || codeBefore.test(before);

/** The amount is configured or written, not measured. */
const isSetting = ([before, after]: Around): boolean =>
  shareBefore.test(before) || refusedAfter.test(after) || (quotedBefore.test(before) && quotedAfter.test(after));

const nouns =
  'attempts?|retries|tries|times?|rows?|records?(?:\\(s\\))?|items?|messages?|events?|documents?|packets?|lines|files|connections?|requests?|responses?|errors?|failures?|tasks?|entries|entry|try|query|keys|nodes?(?:\\(s\\))?|pods?|replicas?|consumers?|clients?|threads?|warnings?|samples?|objects?|batch(?:es)?|chunks?|queries|statements?|operations?|jobs?';
const singular = (noun: string): string =>
  noun
    .toLowerCase()
    .replace(/\(s\)$/, '')
    .replace(/(?:ies)$/, 'y')
    .replace(/(?:ches)$/, 'ch')
    .replace(/s$/, '');
/** An empty file is a different error from a short one. */
const nothing = /^0(?:\.0{1,12})? ?(?:bytes?|[KMGTP]i?B?|[kmgt]b|kB|B)$/;
/** "503 errors" means errors with status 503, not their number. */
const statusLike = /^[1-5]\d\d$/;
const answers = /^(?:error|failure|request|response)/i;

const quantity = mark('quantity');
const count = mark('count');
const attempt = mark('attempt');

export const amounts: readonly Rule[] = [
  // Kafka producer, after topic-partition:.
  [/(?<=-\d{1,6}:)\d{1,12}(?= ms has passed)/g, quantity],
  // Systemd's total when a unit stops.
  [/(\b[Cc]onsumed )(?:\d{1,6}(?:\.\d{1,9})?(?:us|ms|s|min|h|d) ){1,5}(?=CPU time)/g, `$1${quantity} `],
  [
    /\b((?:elapsed|duration|latency|took)(?:[_-](?:ns|us|ms|s|secs?|seconds|millis))?=["']?)\d{1,15}(?:\.\d{1,12})?(?![\w.:%])/g,
    `$1${quantity}`,
    '=',
  ],
  // Kubernetes scheduler: the number of nodes, and how many have each reason.
  [/\b(\d{1,6})\/\d{1,6}(?= nodes? (?:is|are) available)/g, `$1/${count}`, ' available'],
  [/(?<![\w./-])\d{1,6}(?= Insufficient \w)/g, count],
  [
    new RegExp(`${free}(?:(?:${number}${attached}){1,6}|(?<!:)${number}${spaced})${ends}`, 'g'),
    (match: string, ...rest: (string | number)[]) => {
      const [offset, text] = rest.slice(-2) as unknown as [number, string];
      if (nothing.test(match)) return match;
      const near = around(text, offset, offset + match.length);
      return counts(near) || isSetting(near) ? match : quantity;
    },
  ],
  [
    new RegExp(`(?<!:)${free}(${number})( more)? (${nouns})(?![\\w-])`, 'gi'),
    (match: string, found: string, more: string | undefined, noun: string, ...rest: (string | number)[]) => {
      const [offset, text] = rest.slice(-2) as unknown as [number, string];
      // Zero is a different error from some; "8443 connection" is not a count.
      const agrees = /\(s\)$/.test(noun) || (Number(found) === 1) === (singular(noun) === noun.toLowerCase());
      if (Number(found) === 0 || !agrees || (statusLike.test(found) && answers.test(noun))) return match;
      const near = around(text, offset, offset + match.length);
      if (counts(near) || nameBefore.test(near[0])) return match;
      return `${count}${more ?? ''} ${singular(noun)}`;
    },
  ],
  // After a verb of progress any plural noun is counted.
  [
    new RegExp(
      `\\b((?:after|wrote|processed|imported|exported|copied|inserted|loaded|sent) (?:only )?)(${number}) ([a-z]{2,30}s)(?![\\w-])`,
      'g',
    ),
    (match: string, before: string, found: string, noun: string) =>
      Number(found) < 2 || statusLike.test(found) ? match : `${before}${count} ${singular(noun)}`,
  ],
  [
    /(?<!\b(?:max(?:imum)?|limit|allowed)[\s_-]{0,2})\b((?:attempts?|try|tries|retry(?:[ _]count)?|retries)\s?(?:[#=:]|no\.?|number)?\s?#?)(\d{1,9})(?![\w.:%])/gi,
    (match: string, before: string, found: string) =>
      /^retr/i.test(before) && statusLike.test(found) ? match : before + attempt,
    /tr[iy]|attempt/i,
  ],
  [/\b(Retry\(total=)\d{1,9}/g, `$1${attempt}`],
];

const things =
  'order|user|customer|account|invoice|tenant|item|row|document|batch|payment|cart|product|article|ticket|shipment|subscription|contract|member|session|offset|sector|generation';

export const candidates: readonly Rule[] = [
  [
    new RegExp(
      String.raw`\b((?:${things})(?:[_ -]?(?:id|no|number|nr))?["']?(?:\s?[=:#]\s?|\s)["'(]?)(\d{1,20})(?![\w.:])`,
      'gi',
    ),
    (_: string, before: string, found: string) => before + markCandidate(found),
  ],
  [
    /\b(entry ')([^'\ue000-\ue003]{1,200})(?=' for key)/g,
    (_: string, before: string, found: string) => before + markCandidate(found),
  ],
  [
    /(Key \([\w, "]{1,200}\)=\()([^)\ue000-\ue003]{1,200})(?=\))/g,
    (_: string, before: string, found: string) => before + markCandidate(found),
  ],
  [/(\/)(\d{4,20})(?=[/?\s"']|$)/g, (_: string, before: string, found: string) => before + markCandidate(found)],
];
