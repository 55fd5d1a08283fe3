// The intent that asks for the status of an incident: the progress, the executed actions or the next step.
import { defineIntent } from '../grammar/intent.ts';

export const status = defineIntent({
  id: 'status',
  slots: {},
  rules: { thing: '(it|this|that|everything|things|the (incident|service|problem|issue|outage))' },
  sentences: [
    '[current|latest] (status|state|progress|update|updates|sitrep|news|tldr)',
    '(give|send) (me|us) [a|an|the] [quick|short|brief|current|latest] (status|update|overview|summary|tldr|sitrep|version)',
    '(what|how) is [the] (latest|news)',
    'where (are we|do we stand|is (this|it)|does (it|this) stand) [at] [with (it|this|that|this one|the incident)]',
    'is <thing> (fixed|over|resolved|back|better|done|ok|okay|healthy|still) ..',
    'what (have|did) you (do|done|change|changed|touch|touched|execute|executed) [in ..|on ..|to ..|about ..]',
    '(have|did) you (do|done|change|changed|touch|touched|restart|restarted|rerun|act|acted) (anything|something|on anything) [yet]',
    'what (is|comes|happens) next',
    'what would you (like to|) do next',
    'what (do|should|can) (we|i) do [next]',
    '[the] next (step|steps)',
    '(are|is) (we|it|everything|the service|the incident) (back [up]|up again|ok|okay|healthy|fixed) [again]',
    'what (do you|would you) (recommend|suggest|propose|advise)',
    'what is (the|your) (plan|recommendation|next step|suggestion)',
  ],
  mentions: [
    {
      all: [
        '(status|update|progress|how (is it|are we|far)|where are we|what is happening|what is going on|is (it|this) (fixed|over|resolved|back|better|done|still)|still (down|broken|failing)|eta|any news|sitrep|tldr)',
      ],
    },
  ],
  unless: ['(write|draft|create|prepare|post) .. (update|status|statement|announcement)'],
  examples: [
    ['status', {}],
    ['is it fixed?', {}],
    ['any news?', {}],
    ['wats the staus of this one', {}],
    ['tldr pls', {}],
    ['are we back up', {}],
    ['give me the short version', {}],
    ['wheres this at', {}],
    ['what should i do', {}],
    ['next steps?', {}],
    ['where do we stand with this', {}],
    ['what have you done so far', {}],
    ['did you touch anything?', {}],
    ['so what do we do now', {}],
    ['what do you recommend', {}],
  ],
  counterExamples: ['stage', 'stale', 'can you draft a customer facing update', 'what did the cache do at noon'],
});
