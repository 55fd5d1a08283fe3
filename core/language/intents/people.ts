// The intent that asks for the people of an incident: owners, the person on call, approvers, and whoever works on it.
import { defineIntent, list, name } from '../grammar/intent.ts';

export const people = defineIntent({
  id: 'people',
  slots: {
    role: list({ owner: ['owns'], 'on-call': ['on call', 'oncall', 'on-call'], approver: [], holder: [] }),
    service: name,
  },
  rules: {
    of: '(of|for|in|at|with)',
    thing:
      '(it|this|that|[the|this|that] (service|incident|page|problem|system|component|job|cluster)|[the] {service} [service|job|team])',
    oncall: '((on|[the] on) call|oncall|on-call|on duty|on pager)',
    approve: '(approve|say yes to|sign off|answer|decide|say yes|ok|confirm|authorise|authorize|approved)',
    action: '(it|this|that|the (action|rerun|rollback|restart|question|fix|change))',
  },
  sentences: [
    {
      templates: [
        'who (owns|maintains|runs|operates|supports) <thing>',
        'who (is|are) [the] (owner|owners|team|maintainer|maintainers) [<of> <thing>]',
        'who is (responsible|accountable|in charge) [<of> <thing>]',
        'whose [service|job|system|code|problem|team] is (it|this|that|{service})',
        '(which|what) team (owns|runs|maintains|operates|is responsible <of>|is behind) <thing>',
        '(owner|owners) [<of> <thing>]',
        '(do|does) (anyone|anybody|somebody|we) (own|know) <thing>',
        'who (do|should|can|could|would|must) (i|we) (ask|contact|talk to|speak to|reach out to|escalate to|escalate (it|this|that) to|involve|go to|tell|bother) [about <thing>]',
        'who (knows|can help) [about|with] [<thing>]',
        'who (can|could|should|would|will) (fix|repair|review|change|look at|look after|help with) (it|this|that|<thing>|the (fix|code|bug|change|policy|problem))',
      ],
      gives: { role: 'owner' },
    },
    {
      templates: [
        'who (is|are) [currently|now|also] <oncall> [<of> <thing>] [(now|today|tonight|right now|this week)]',
        'who (is|are) [the] (primary|secondary|on-call|oncall|on call) [(engineer|person|responder)] [<of> <thing>]',
        'who has [the] (pager|phone|duty|on-call|oncall) [<of> <thing>] [(now|today|tonight)]',
        '<oncall> [<of> <thing>]',
        'who (do|should|can|could|would|must) (i|we) (page|call|wake|wake up|phone|ping) [<of> <thing>|about <thing>|up]',
        'who (is|comes) next (in|on) the (schedule|rota|escalation)',
      ],
      gives: { role: 'on-call' },
    },
    {
      templates: [
        'who (needs|has|is needed|is required|is supposed) to <approve> [<action>]',
        'who (must|should|can|may|could|is allowed to|is able to|will) <approve> [<action>]',
        'who (are|is) the (approver|approvers) [<of> <action>]',
        'whose (approval|ok|yes|sign-off|decision) (is|do|does|are) ..',
        'how many (approvals|approvers|people) (do|does|are|is|must|need|have|needs) ..',
        '(can|may|am) i [allowed to] <approve> [<action>]',
        'who (are|is) (we|it|this) waiting (for|on)',
        '(what|who) does it wait for',
      ],
      gives: { role: 'approver' },
    },
    {
      templates: [
        'who [else] (is|are) [else] [already|also] (on (it|this|that)|working on <thing>|looking (at|into) <thing>|handling <thing>|dealing with <thing>|the incident commander)',
        'who (has|took|acknowledged|acked|acks|picked up|holds) (it|this|that|the (page|incident))',
        '(is|are) (anyone|anybody|somebody|someone|people) [already|else] (on (it|this|that)|working on <thing>|looking (at|into) <thing>|handling <thing>) [already|yet]',
        '(did|has) (anyone|anybody|somebody|someone) (acknowledged|acknowledge|ack|acked|taken|take|picked up) [it|this|that|the page]',
      ],
      gives: { role: 'holder' },
    },
  ],
  mentions: [{ all: ['who (is|are) [currently] {role}'] }, { all: ['who {role}'] }],
  examples: [
    ['who owns this?', { role: 'owner' }],
    ['who owns the payment service', { role: 'owner', service: 'payment' }],
    ['which team is responsible for ledger-api?', { role: 'owner', service: 'ledger-api' }],
    ['who do I talk to about this', { role: 'owner' }],
    ["who's on call?", { role: 'on-call' }],
    ['whos oncall for checkout', { role: 'on-call', service: 'checkout' }],
    ['who should I wake up', { role: 'on-call' }],
    ['who needs to approve it?', { role: 'approver' }],
    ['how many people have to approve', { role: 'approver' }],
    ['can I approve this?', { role: 'approver' }],
    ['who is working on this', { role: 'holder' }],
    ['is anybody on it already?', { role: 'holder' }],
  ],
  counterExamples: ['who deployed it', 'page the owner', 'approve it', 'what does the owner say'],
});
