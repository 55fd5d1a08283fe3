// Reads a page's title as a question: whether it asks for yes or no, whether it asks if anything is wrong at all, and the words that it quotes.

const yesOrNo =
  /^\W*(?:(?:please )?(?:check|see|tell me|find out) (?:if|whether)|did|do|does|has|have|had|is|are|was|were|can|could)\b/i;
const howMany = /^\W*(?:how (?:many|often)|when (?:did|was|were))\b/i;
const wellness =
  /\b(?:is|are|was|were|if|whether) (?:there )?(?:any(?:thing|body|one)?|some(?:thing)?|every(?:thing)?|all|it|the [\w -]{1,40}|[\w/.-]{1,60})\b.{0,40}\b(?:wrong|ok(?:ay)?|healthy|unhealthy|well|fine|good|alright|in order|running|working|up|broken|issues?|problems?|errors?|trouble)\b|\bany (?:\w+ )?(?:problems?|issues?|trouble|errors?|alerts?)\b|\bhow (?:is|are) .{1,60}(?:doing|\?)|\bhealth ?check\b|\b(?:status|state|health) of\b|\b(?:look at|check|what is going on|what's going on|how does .{1,60} look)\b/i;
const quoted =
  /(?:^|[\s(:])(?:"([^"\n]{2,120})"|'([^'\n]{2,120})'|`([^`\n]{2,120})`|“([^”\n]{2,120})”|‘([^’\n]{2,120})’)(?=[\s).,;:?!]|$)/g;

/** Whether the title asks for yes or no, a number or a time, which a line or an object can answer. */
export const asksForFact = (title: string): boolean => yesOrNo.test(title) || howMany.test(title);

/** Whether the title asks if anything is wrong at all. */
export const asksWhetherWell = (title: string): boolean => wellness.test(title);

/** The words that the title quotes, which may stand in a log. */
export const quotedIn = (title: string): readonly string[] =>
  [...title.matchAll(quoted)].flatMap((match) => match.slice(1).find((one) => one !== undefined) ?? []).slice(0, 3);
