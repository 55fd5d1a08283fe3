// The intent that asks for a text about the incident for people who do not work on it.
import { defineIntent, list } from '../grammar/intent.ts';

export const announce = defineIntent({
  id: 'announce',
  slots: {
    audience: list({
      customers: ['(customers|users|clients|[the] public|[the] status page|statuspage)'],
      inside: [
        '(stakeholders|management|support|[the] .. (folks|people|guys|colleagues|department)|[the] (business|boss|ceo|cto|manager|bosses|team|company|others|leadership|next shift|next on-call))',
      ],
    }),
  },
  rules: {
    write: '(write|draft|create|prepare|give|make|generate|compose|post|send|suggest|word)',
    text: '[short|brief|quick|new|good|status|customer|external|public|internal|incident|customer-facing] [customer|facing|page|status|external|public|internal|incident] (update|statement|announcement|message|notice|note|text|communication|post|handover|mail|email|summary)',
    to: '(for|to) [all|the|our|my] {audience}',
  },
  sentences: [
    '[i need|can i have] [<write>] [me|us|up] [a|an|the|some] <text> [about (it|this|that)] <to> [about (it|this|that|the incident)] [,] [(no|without|in|max|keep) ..]',
    '<write> [me|us|up] [a|an|the] (customer|customer-facing|customer facing|external|public|status page|statuspage|status) [facing|status] (update|statement|announcement|message|notice|text|communication|post)',
    '<write> [me|us|up] [a|an|the] (statement|announcement|handover|incident update)',
    '<write> [our|the|all] {audience} [a|an|the] <text>',
    '(customer|customer-facing|customer facing|external|public|status page|statuspage) [facing|status] (update|statement|announcement|message|notice|text) [please]',
    'what (do|should|can|could|shall) (i|we) (tell|say to|write to|post to|communicate to) [the|our|my] {audience}',
    '<write> (something|a text|a few words|words) <to>',
    '<write> [me|us|up] [a|two|three|four|some] [short|brief] (line|lines|sentence|sentences|paragraph) [about (it|this|that)] <to>',
    '<write> [me|us] something [..] [..] (for|to|on|into) [the|our] {audience} [..]',
    'update <to>',
    '(tell|inform|update) [the|our|my] {audience} [about it|what happened]',
  ],
  examples: [
    ['write the status update for customers', { audience: 'customers' }],
    ['draft a customer facing update', {}],
    ['can you draft a statement for the status page?', { audience: 'customers' }],
    ['what do I tell customers?', { audience: 'customers' }],
    ['give me an update for management', { audience: 'inside' }],
    ['write a handover for the next shift', { audience: 'inside' }],
    ['write two lines for the finance folks', { audience: 'inside' }],
    ['give me something for the customers status page', { audience: 'customers' }],
    ['wirte the status update for custmers', { audience: 'customers' }],
  ],
  counterExamples: ['give me an update', 'status update', 'write the postmortem', 'what do the customers say'],
});
