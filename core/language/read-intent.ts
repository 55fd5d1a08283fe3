// What a person wants who writes into an incident's thread, by rules. What no rule is sure of is `unclear` and is asked back: a guess never
// acts, and never answers another question than the one that was put.
import { asksForCost } from '../cost/parse-question.ts';
import { clean } from '../text.ts';
import { type Answer, parseAnswer } from './parse-answer.ts';

/** Whose evidence is meant; the names of specialists. */
export type Source = 'logs' | 'metrics' | 'kubernetes' | 'changes' | 'knowledge';

export type Intent =
  | { readonly kind: 'why' | 'checked' | 'status' | 'cost' | 'help' | 'preferences' | 'investigate' | 'unclear' }
  | { readonly kind: 'evidence'; readonly source: Source | undefined }
  /** To the question that waits. What it decides, if anything, is for open-question.ts. */
  | { readonly kind: 'answer'; readonly said: Exclude<Answer, { kind: 'nothing' | 'switch' }> }
  | Extract<Answer, { kind: 'switch' }>
  /** `meant` is what it was in their words. */
  | { readonly kind: 'correct'; readonly meant: string }
  /** With the diagnosis, and never with an action. `sure`: in words that can be about nothing else. */
  | { readonly kind: 'agree'; readonly sure: boolean };

/** Longer texts are pasted, not said. */
const maxLength = 600;

const corrects =
  /^(?:(?:no|nope|nah|wrong|actually|sorry)[,.!:]? )+(?:(?:that|this|it) (?:is|was) (?:wrong|not (?:it|right|true|the (?:cause|reason|problem)))[,.;:]? )?(?:it (?:was|is|were)|the (?:real |true |actual )?(?:root )?(?:cause|reason|problem|culprit) (?:was|is))(?! (?:not|wrong)) (?<meant>.{2,})$|^the (?:real|true|actual) (?:root )?(?:cause|reason|problem|culprit) (?:was|is) (?<real>.{2,})$/;
const disagrees =
  /^(?:(?:no|nope|nah)[,.!:]? )?(?:that is|that was|this is|it is|you are) (?:wrong|not (?:it|right|true|correct))[.! ]*$/;
/** "Confirmed" says that something is right, a bare "yes" says anything: after it only what names a thing is about the diagnosis. */
const affirms = '(?:yes|yep|yup|yeah|y|ok|okay|thanks|thank you)[,.!:]? ';
const confirms =
  '(?:confirmed|agreed|exactly|indeed|correct|right|precisely|good catch|you (?:are|were) right|that is right)[,.!:;]* ';
const thanks = '(?:,? (?:thanks|thank you|watchkeeper))*[.! ]*$';
const agrees = new RegExp(
  `^(?:${affirms}|${confirms})*(?:(?:that|this) was it|(?:that|this|it) (?:is|was) (?:right|correct|true|the (?:root )?(?:cause|reason|problem|culprit))|you (?:are|were) (?:absolutely |exactly |quite |so )?(?:right|correct)|(?:you )?nailed it|spot on|(?:good|great|nice) (?:catch|find)|(?:good|great|nice|correct|right) diagnosis|(?:the|your) (?:diagnosis|analysis) (?:is|was) (?:right|correct|spot on))${thanks}`,
);
const agreesWith = new RegExp(
  `^(?:(?:${affirms})*(?:${confirms})+(?:it|that) was (?!not |wrong)[^?]{2,}|(?:${affirms})+(?:it|that) (?:was(?: indeed| really)?[.! ]*|was (?:indeed |really )?(?:the|due to|because of|caused by|[a-z0-9]+(?:-[a-z0-9]+)+)(?: [^?]{2,})?))$`,
);
/** An objection or an order in the same breath: which of the two counts is asked back. */
const saysMore = /\b(?:but|although|except|approved?|reject(?:ed)?|go ahead|do it)\b/;
/** Also what one says to a question about an action. */
const mayAgree =
  /^(?:(?:yes|yep|yeah)[,.!]? )?(?:that is it|correct|right|exactly|confirm(?:ed)?|(?:i )?agree|agreed|indeed|true|precisely)[.! ]*$/;

const sources: readonly (readonly [Source, RegExp])[] = [
  ['logs', /\b(?:logs?|log lines?|stack ?traces?|error lines?)\b/],
  ['metrics', /\b(?:metrics?|graphs?|plots?|charts?|dashboards?|latency|series)\b/],
  ['kubernetes', /\b(?:pods?|events?|kubernetes|k8s|cluster|deployments?|replicas?)\b/],
  ['changes', /\b(?:changes?|deploys?|diffs?|commits?|releases?|rollouts?|who changed)\b/],
  ['knowledge', /\b(?:runbooks?|docs?|documentation|postmortems?|past incidents?|seen (?:this|it) before)\b/],
];
const shows =
  /\b(?:show|see|give|post|paste|send|display|where (?:is|are)|what (?:is|are|was|were) (?:in )?the|look at|evidence|proof)\b/;

export function readIntent(text: string): Intent {
  const said = plain(text);
  if (said.length > maxLength) return { kind: 'unclear' };
  if (said === '' || /^(?:help|what can you do|how do you work|commands?|\?)[?!. ]*$/.test(said))
    return { kind: 'help' };
  const answer = parseAnswer(text);
  if (answer.kind === 'switch') return answer;
  if (isPlain(answer)) return { kind: 'answer', said: answer };
  const correction = corrects.exec(said)?.groups;
  const meant = correction?.meant ?? correction?.real;
  if (meant !== undefined) return { kind: 'correct', meant: meant.replace(/[.! ]+$/, '') };
  if (disagrees.test(said)) return { kind: 'correct', meant: '' };
  if ((agrees.test(said) || agreesWith.test(said)) && !saysMore.test(said)) return { kind: 'agree', sure: true };
  if (mayAgree.test(said)) return { kind: 'agree', sure: false };
  if (asksForCost(said)) return { kind: 'cost' };
  if (
    /\b(?:what|which|did|have|how) .{0,20}\b(?:you )?(?:check(?:ed)?|look(?:ed)? (?:at|into)|ask(?:ed)?|read|search(?:ed)?|examin(?:e|ed))\b/.test(
      said,
    ) &&
    !shows.test(said)
  )
    return { kind: 'checked' };
  if (/\b(?:preferences?|taught|remember(?:ed)?|allowed to do|without asking)\b/.test(said))
    return { kind: 'preferences' };
  const source = sources.find(([, words]) => words.test(said))?.[0];
  if (shows.test(said) && (source !== undefined || /\b(?:evidence|proof)\b/.test(said)))
    return { kind: 'evidence', source };
  if (
    /\b(?:why|how (?:sure|certain|confident)|how do you know|what makes you|what speaks|because of what|reason(?:ing)?|convince me|really)\b/.test(
      said,
    )
  )
    return { kind: 'why' };
  if (
    /\b(?:status|update|progress|how (?:is it|are we|far)|where are we|what is happening|what is going on|is (?:it|this) (?:fixed|over|resolved|back|better|done|still)|still (?:down|broken|failing)|eta|any news)\b/.test(
      said,
    )
  )
    return { kind: 'status' };
  if (
    /\b(?:what (?:is|was) (?:the )?(?:issue|problem|wrong|broken|cause|matter|root cause)|what (?:broke|happened|failed|caused)|investigate|look into|diagnos|analy[sz]e|check (?:this|it|the)|root cause|summar)/.test(
      said,
    )
  )
    return { kind: 'investigate' };
  if (source !== undefined && said.split(' ').length <= 3) return { kind: 'evidence', source };
  return answer.kind === 'nothing' ? { kind: 'unclear' } : { kind: 'answer', said: answer };
}

/** It is read as an answer whatever else it could be; but "retry logs" may ask for logs. */
const isPlain = (answer: Answer): answer is Extract<Answer, { kind: 'yes' | 'no' | 'order' }> => {
  if (answer.kind !== 'order') return answer.kind === 'yes' || answer.kind === 'no';
  return answer.readings.some(
    ({ object }) => !/\b(?:logs?|metrics?|graphs?|charts?|runbooks?)\b/.test(object.join(' ')),
  );
};

const contractions: readonly (readonly [RegExp, string])[] = [
  [/[’`]/g, "'"],
  [/\bdon'?t\b/g, 'do not'],
  [/\b(what|that|it|where|how|who|this)'?s\b(?!')/g, '$1 is'],
  [/\bisn'?t\b/g, 'is not'],
  [/\bwasn'?t\b/g, 'was not'],
  [/\byou'?re\b/g, 'you are'],
];

/** In lower case, in one line, without mentions and courtesies at the front. */
function plain(text: string): string {
  let said = clean(text.replace(/<[@!#][^>]{0,80}>/g, ' '))
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
  for (const [pattern, instead] of contractions) said = said.replace(pattern, instead);
  return said.replace(
    /^(?:(?:hey|hi|hello|please|ok|okay|so|and|well|watchkeeper|can you|could you|would you)[,:!]? )+(?=\w{3})/,
    (lead) => (/^(?:ok|okay)/.test(lead) ? lead : ''),
  );
}
