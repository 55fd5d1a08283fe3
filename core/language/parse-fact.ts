// What a person says about a service for it to be remembered, asked for or forgotten: "remember that artist-api talks to session-cache in
// cluster b". Rules and nothing else; reading is all that is done here. What cannot be kept says why.
import { FactName, type FactSays, longestNote } from '../model/fact.ts';
import { redact } from '../redaction/redact.ts';
import { readsLikeInstructions } from '../remediation/instructions.ts';
import { clean } from '../text.ts';

export type FactUtterance =
  /** It is about something else. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'remember'; readonly says: FactSays }
  | { readonly kind: 'recall'; readonly service: string }
  | { readonly kind: 'forget'; readonly says: FactSays }
  | { readonly kind: 'forget-all'; readonly service: string }
  /** "Forget that": what this person taught last, if it was a fact. */
  | { readonly kind: 'forget-last' }
  | { readonly kind: 'cannot'; readonly why: string };

/** Longer texts are pasted, not said. */
const maxLength = 600;

const name = String.raw`(?:the )?(?:service )?([\w.-]{1,63})(?: service)?`;
const exactly = (pattern: string) => new RegExp(`^${pattern}$`, 'i');
const place = String.raw`(?:(?:the )?(?:(?<what>cluster|namespace|environment) (?<place>[\w.-]{1,63})|(?<place2>[\w.-]{1,63}) (?<what2>cluster|namespace|environment)))`;

const talks = exactly(
  `${name} (?:talks? to|calls|depends on|connects to|reads from|writes to|uses) ${name}(?: (?:in|on) (?:the )?(?:cluster ([\\w.-]{1,63})|([\\w.-]{1,63}) cluster))?`,
);
const owned = exactly(`${name} (?:is owned by|belongs to|is run by) (?:the )?(.{2,80})`);
const owns = exactly(`(?:the )?(.{2,80}?) (?:owns?|(?:is|are) responsible for|looks? after) ${name}`);
const runs = exactly(`${name} (?:runs|lives|is deployed|is) (?:in|on) ${place}`);
const about = exactly(String.raw`(?:about|for|on) ${name}\s?[:,] ?(.+)`);
const said = exactly(String.raw`${name}\s?(?:: ?| )(.+)`);

const remembers =
  /^(?:please )?(?:remember|keep in mind|note|make a note|learn|take note)(?: that|:| this:)? +(?!to\b|me\b|it\b|that$|this$)(.+)$/is;
const recalls = exactly(
  `what (?:do you (?:know|remember)|did you learn|have you (?:been told|learned|been taught)|(?:did|have) (?:we|people|i) (?:tell|told|teach|taught) you|was taught|is known) about ${name}[?. ]*`,
);
const forgetsAll = exactly(
  `(?:please )?forget (?:everything|all|what(?:ever)? (?:(?:you|i|we|people) )?(?:know|knew|said|say|taught|told you|were told|was taught|learned)) (?:(?:that )?you know )?about ${name}[. ]*`,
);
const forgets = /^(?:please )?forget (?:that |: ?)?(.+)$/is;
const forgetsLast = /^(?:please )?forget (?:that|this|it|what i (?:just )?(?:said|taught(?: you)?))[.! ]*$/i;

/** No names of anything. */
const pronouns =
  /^(?:it|this|that|these|those|they|we|i|you|he|she|everything|everyone|all|any|every|nothing|a|an|the|to|me|us|my|our|there|what|when|if|next|always|never|do|don|not)$/i;

export function parseFact(text: string): FactUtterance {
  const plain = plainOf(text);
  if (plain === '' || plain.length > maxLength) return { kind: 'nothing' };
  if (forgetsLast.test(plain)) return { kind: 'forget-last' };
  const recalled = recalls.exec(plain)?.[1];
  if (recalled !== undefined) return named(recalled, (service) => ({ kind: 'recall', service }));
  const all = forgetsAll.exec(plain)?.[1];
  if (all !== undefined) return named(all, (service) => ({ kind: 'forget-all', service }));
  const forgotten = forgets.exec(plain)?.[1];
  if (forgotten !== undefined) {
    const says = statementIn(forgotten);
    return 'why' in says ? { kind: 'nothing' } : { kind: 'forget', says };
  }
  const statement = remembers.exec(plain)?.[1];
  if (statement === undefined) return { kind: 'nothing' };
  const unsafe = unsafeIn(text, statement);
  if (unsafe !== undefined) return { kind: 'cannot', why: unsafe };
  const says = statementIn(statement);
  return 'why' in says ? { kind: 'cannot', why: says.why } : { kind: 'remember', says };
}

function named(raw: string, make: (service: string) => FactUtterance): FactUtterance {
  const service = nameIn(raw);
  return service === undefined ? { kind: 'nothing' } : make(service);
}

/** Reasons for which words are not kept, whatever they say. `whole` is the message as it came. */
function unsafeIn(whole: string, statement: string): string | undefined {
  if (redact(statement) !== statement)
    return 'That holds what looks like a secret or personal data; nothing of it is kept.';
  if (/<[!@#][^>]{1,80}>|(?<!\S)@(?:here|channel|everyone)\b/.test(whole.replace(/^\s*(?:<@[^>]{1,80}>\s*)+/, '')))
    return 'Mentions are not kept: name people and teams in words.';
  if (/[<>{}[\]|\\]|https?:/i.test(statement)) return 'Markup and links are not kept: say it in plain words.';
  if (readsLikeInstructions(statement))
    return 'That reads like an instruction. What is remembered of a service is what it is, never what to do.';
  return undefined;
}

/** Without the mark that ends a sentence. */
const bare = (text: string): string => text.replace(/[.!?\s]+$/, '').trim();

function statementIn(text: string): FactSays | { readonly why: string } {
  const statement = bare(text.replace(/\s+/g, ' '));
  if (/[,;] ?(?:and|but)\b/.test(statement) && talks.test(statement.split(/[,;]/)[0] ?? ''))
    return { why: 'One thing at a time: that says more than one.' };
  const call = talks.exec(statement);
  if (call) {
    const [service, to] = [nameIn(call[1]), nameIn(call[2])];
    const cluster = call[3] ?? call[4];
    const where = cluster === undefined ? undefined : nameIn(cluster);
    if (service === undefined || to === undefined || (cluster !== undefined && where === undefined))
      return whichService;
    if (service === to) return { why: 'A service that talks to itself says nothing.' };
    return { kind: 'talks-to', service, to, ...(where === undefined ? {} : { cluster: where }) };
  }
  const placed = runs.exec(statement);
  if (placed) {
    const { what = placed.groups?.what2, place: one = placed.groups?.place2 } = placed.groups ?? {};
    const [service, where] = [nameIn(placed[1]), nameIn(one)];
    if (service === undefined || where === undefined) return whichService;
    return { kind: 'runs-in', service, what: what?.toLowerCase() as 'cluster', place: where };
  }
  const ownership = owned.exec(statement);
  const owning = ownership ? undefined : owns.exec(statement);
  const [by, whose] = ownership ? [ownership[2], ownership[1]] : [owning?.[1], owning?.[2]];
  const owner = bare(by ?? '');
  if (owner.length > 1) {
    const service = nameIn(whose);
    if (service !== undefined && !pronouns.test(owner)) return { kind: 'owned-by', service, owner };
    if (ownership) return whichService;
  }
  return noteIn(statement);
}

/** A note begins with the service: "about artist-api: …", "artist-api: …", "artist-api needs …". */
function noteIn(statement: string): FactSays | { readonly why: string } {
  const [, first, text] = about.exec(statement) ?? said.exec(statement) ?? [];
  const service = nameIn(first);
  if (service === undefined || text === undefined || text.length < 3) return whichService;
  if (text.length > longestNote)
    return { why: `A note has at most ${longestNote} characters; longer things belong in a runbook.` };
  return { kind: 'note', service, text };
}

const whichService = {
  why: 'Which service is that about? Say it like "remember that artist-api talks to session-cache", "… artist-api is owned by team-music", "… artist-api runs in cluster b", or "remember about artist-api: it is slow after a restart".',
};

function nameIn(raw: string | undefined): string | undefined {
  const lower = raw?.toLowerCase().replace(/[.:,]+$/, '') ?? '';
  return !pronouns.test(lower) && FactName.safeParse(lower).success ? lower : undefined;
}

/** Without what is quoted (forwarded lines, blocks of code: what others said) and without the mention at the front. Names keep theirs. */
const plainOf = (text: string): string =>
  clean(text.slice(0, 4000))
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' ')
    .replaceAll(/^\s*(?:>|&gt;).*$/gm, ' ')
    .replace(/^\s*(?:<@[^>]{1,80}>\s*)+/, '')
    .replace(/^(?:(?:hey|hi|hello|please|ok|okay|watchkeeper|can you|could you)[,:!]? )+/i, '')
    .normalize('NFKC')
    .replaceAll('`', '')
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
