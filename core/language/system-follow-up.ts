// Reads whether a message leans on an earlier question about the system: "and storefront?", "per pod?", "vs yesterday", "cpu too", "what about its
// error ratio". Only the words are judged here; the names in it are known to those who know the services. Pure.

const longest = 80;
const opening =
  /^\W*(?:(?:and|also|or|ok|okay|so|now|then|hm+|but)\W+)*(?:(?:what|how)\s+about|the\s+same\s+(?:for|of|in)|same\s+(?:for|of|in)|compared\s+(?:to|with)|in\s+comparison\s+(?:to|with)|and|also|for|of|in|on|at|per|by|since|over|during|vs\.?|versus|against|between|around|from|until|yesterday|today|tonight|last|this|only|just)\b/i;
const trailing = /\b(?:too|as\s+well|instead|also)\W*$/i;
const pronoun = /\b(?:its|it'?s|their|there|it|them|that)\b/i;
/** A verb of its own makes the message something else than a rest of a question. */
const verb =
  /\b(?:is|are|was|were|did|does|do|has|have|should|will|would|can|could|why|who|approve|reject|rerun|restart|roll|scale|stop|remember|forget|ask|thanks|thank|sure|yes|no|not|don'?t)\b/i;

/** Whether the message may be the rest of an earlier question, without one of its own. */
export const mayLean = (text: string): boolean => {
  const said = text.trim();
  return said.length > 0 && said.length <= longest && !verb.test(said) && said.split(/\s+/).length <= 9;
};

/** Whether a question that is complete but for its names refers to the one before. */
export const refersBack = (text: string): boolean =>
  text.trim().length <= longest && (opening.test(text) || trailing.test(text) || pronoun.test(text));

export const opensAsRest = (text: string): boolean => opening.test(text) || trailing.test(text);

const bareWhy = /^\W*(?:(?:but|and|so|ok|hm+)\W+)*why(?:\s+(?:so|is that|that))?\W*$/i;
export const isBareWhy = (text: string): boolean => bareWhy.test(text);
