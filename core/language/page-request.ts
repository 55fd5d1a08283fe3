// Reads the details of a request about a page: for how long, to whom, which workflow. Pure; the grammar has found the kind (intents/cannot.ts).
const minute = 60;
const hour = 3600;
const counts: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  six: 6,
  eight: 8,
  half: 0.5,
};
const span =
  /\b(?:for |next )?(?<count>\d{1,4}(?:\.\d)?|an?|one|two|three|four|six|eight|half an?)[ -]?(?<unit>m|min|mins|minutes?|h|hr|hrs|hours?|d|days?)\b/i;
const until =
  /\b(?:til|till|until|to)\s+(?:(?<word>morning|tomorrow(?: morning)?|noon|midnight|tonight|evening)|(?<hour>[01]?\d|2[0-3])(?::(?<minute>[0-5]\d))?\s?(?<half>[ap])?\.?m?\b)/i;
const words: Readonly<Record<string, number>> = {
  morning: 8,
  tomorrow: 8,
  'tomorrow morning': 8,
  noon: 12,
  midnight: 24,
  tonight: 20,
  evening: 18,
};

/** Seconds from now; undefined if the text states none. Times without a zone are UTC. */
export function secondsIn(text: string, now: Date): number | undefined {
  const end = until.exec(text)?.groups;
  if (end !== undefined) {
    const midnight = now.getTime() - (now.getTime() % (24 * hour * 1000));
    const hours =
      end.word === undefined
        ? end.half === undefined
          ? Number(end.hour)
          : (Number(end.hour) % 12) + (end.half.toLowerCase() === 'p' ? 12 : 0)
        : (words[end.word.toLowerCase()] ?? 8);
    const at = midnight + (hours * hour + Number(end.minute ?? 0) * minute) * 1000;
    const day = 24 * hour * 1000;
    const later = at > now.getTime() ? at : at + day;
    return Math.round(
      ((end.word?.startsWith('tomorrow') && later - midnight < day ? later + day : later) - now.getTime()) / 1000,
    );
  }
  const found = span.exec(text)?.groups;
  if (found === undefined) return undefined;
  const said = (found.count ?? 'a').toLowerCase().replace(/^half an?$/, 'half');
  const number = counts[said] ?? Number(said);
  const each = { m: minute, h: hour, d: 24 * hour }[(found.unit ?? 'h').charAt(0).toLowerCase()] ?? hour;
  return Math.round(number * each);
}

const polite = /[\s,.!?]*\b(?:please|pls|plz|now|asap|thanks|thx|for me|if you can)?[\s,.!?]*$/i;
const person = String.raw`(?<name>[\p{L}\p{N}][\p{L}\p{N}_.@'-]*(?: [\p{L}][\p{L}_.'-]*)?)`;
const to = new RegExp(String.raw`\bto (?:the )?${person}$`, 'iu');
const asResponder = new RegExp(
  `^(?:pls |please |can you |could you )*(?:add|invite|page|loop in|bring in|pull in|call|wake up|wake|get|ping|phone|summon) (?:the |in )?${person}(?: (?:as|to) (?:a |an |the )?(?:responder|incident|page|call|channel|thread))?$`,
  'iu',
);
const workflow =
  /\b(?:start|run|trigger|launch|kick off|fire) (?:the |an? |our )?(?<name>.{0,60}?)\s*(?:incident )?(?:workflow|response play|process)\b(?:\s+(?:called |named )?["“]?(?<after>[\w -]{2,60})["”]?)?/i;

/** The name of the person whom the page goes to; undefined if none is named. */
export function personIn(text: string, kind: 'reassign' | 'responder'): string | undefined {
  const said = text.trim().replace(polite, '');
  const found = (kind === 'reassign' ? to : asResponder).exec(said)?.groups?.name?.trim();
  return found === undefined || /^(?:me|us|it|this|that|somebody|someone|team|on-?call)$/i.test(found)
    ? undefined
    : found;
}

/** The words that name a workflow; empty if the request names none. */
export function workflowIn(text: string): string {
  const found = workflow.exec(text)?.groups;
  return (found?.after ?? found?.name ?? '')
    .replace(/\b(?:incident|the|a|an)\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
