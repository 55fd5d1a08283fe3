import { defineIntent } from '../grammar/intent.ts';

export const status = defineIntent({
  id: 'status',
  slots: {},
  rules: { thing: '(it|this|that|everything|things|the (incident|service|problem|issue|outage))' },
  sentences: [
    '[current|latest] (status|state|progress|update|updates|sitrep|news|tldr)',
    '(give|send) (me|us) [a|an|the] [quick|short|brief|current|latest] (status|update|overview|summary|tldr|sitrep)',
    '(what|how) is [the] (latest|news)',
    'where (are we|do we stand|is this|does (it|this) stand) [with (it|this|that|this one|the incident)]',
    'is <thing> (fixed|over|resolved|back|better|done|ok|okay|healthy|still) ..',
    'what (have|did) you (do|done|change|changed|touch|touched|execute|executed) [in ..|on ..|to ..|about ..]',
    '(have|did) you (do|done|change|changed|touch|touched|restart|restarted|rerun|act|acted) (anything|something|on anything) [yet]',
    'what (is|comes|happens) next',
    'what would you (like to|) do next',
    'what (do|should|can) we do [next]',
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
    ['where do we stand with this', {}],
    ['what have you done so far', {}],
    ['did you touch anything?', {}],
    ['so what do we do now', {}],
    ['what do you recommend', {}],
  ],
  counterExamples: ['stage', 'stale', 'can you draft a customer facing update', 'what did the cache do at noon'],
});
