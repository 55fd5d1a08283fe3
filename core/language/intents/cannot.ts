// The intent of requests for which Watchkeeper has no action.
import { defineIntent, list, number } from '../grammar/intent.ts';

export const cannot = defineIntent({
  id: 'cannot',
  slots: {
    request: list({
      silence: [],
      snooze: [],
      reassign: [],
      page: [],
      delete: [],
      acknowledge: [],
      resolve: [],
      ticket: [],
      deploy: [],
      change: [],
      workflow: [],
    }),
    number,
  },
  rules: {
    alerts:
      '(alert|alerts|alarm|alarms|page|pages|notification|notifications|monitor|monitors|paging|noise|pager|alerting)',
    the: '[the|this|that|these|those|all|my|our|any|every]',
    somebody:
      '(somebody|someone|anybody|[the|our|a] (owner|owners|team|dba|dbas|on-call|oncall|engineer|expert|manager|boss|backup|secondary|primary|others|database team|network team|sre|devs|developer|developers)|team-..|[the] .. team)',
    things:
      '(namespace|namespaces|database|databases|db|table|tables|volume|volumes|pvc|pvcs|bucket|buckets|cluster|clusters|secret|secrets|configmap|configmaps|incident|incidents|index|topic|queue|data|deployment|deployments|service|services|cronjob|cronjobs|backup|backups|replicaset|statefulset|everything)',
  },
  sentences: [
    {
      templates: [
        '(silence|mute|suppress|inhibit) [..] [..]',
        '(disable|turn off|switch off|stop) <the> [..] <alerts> [..]',
        '(stop|quit) (alerting|paging|notifying|spamming|beeping) [me|us] [..]',
        'make (it|this|the (alert|page|pager|alarm)) (stop|quiet|shut up) [..]',
        '(create|set|add) [a|an] (silence|mute|downtime|maintenance window) [..]',
      ],
      gives: { request: 'silence' },
    },
    {
      templates: [
        'snooze [..]',
        '(remind|wake) me [again] (in|at|later|tomorrow) [..]',
        'put (it|this|the (page|incident)) (on snooze|to sleep) [..]',
      ],
      gives: { request: 'snooze' },
    },
    {
      templates: [
        '(reassign|assign|hand over|handover|hand|transfer|delegate|pass|give) (it|this|that|<the> (incident|page|problem|ticket)) [over] to !(me|us) ..',
        '(reassign|reroute) [..]',
        'escalate [..]',
      ],
      gives: { request: 'reassign' },
    },
    {
      templates: [
        '(page|wake|wake up|phone|ping|call|text|notify|alert|summon|get hold of|loop in|bring in|pull in|get) <somebody> [..]',
        '(wake|phone|ping|summon|loop in|bring in|pull in) !(me) [up] ..',
        'page !(me|us|is|was|again|status|has|have) ..',
        '(add|invite) <somebody> [as] [a] [responder] [..]',
        '(add|request) [a|another|more] (responder|responders) [..]',
        '(start|launch) [a|an|the] (conference call|war room|bridge|zoom) [..]',
        '(add|invite) !(me|a|an|to) .. [as|to] [a|an|the] (responder|responders|incident|page|call|channel|thread)',
        '(open|create|start) [a|an|the] (war room|bridge|conference call|zoom|channel|incident channel) [..]',
      ],
      gives: { request: 'page' },
    },
    {
      templates: [
        '(start|run|trigger|launch|kick off|fire) [a|an|the|our] [..] (incident workflow|workflow|response play|incident process|major incident process) [..]',
      ],
      gives: { request: 'workflow' },
    },
    {
      templates: [
        '(turn|switch|flip|toggle) (on|off|back|it|the|this|that) .. [..]',
        '(renew|rotate|replace|extend|increase|raise|lower|change|edit|update|set|remove|disable|enable) <the> [..] (certificate|cert|secret|password|flag|feature flag|limit|limits|quota|policy|timeout|config|configuration|it) [..]',
        'add {number} [more|new|extra] (pods|pod|replicas|instances|nodes|connections) [..]',
      ],
      gives: { request: 'change' },
    },
    {
      templates: [
        '(delete|remove|destroy|wipe|erase|truncate|drop|nuke) <the> [old|whole|entire|broken|stuck] <things> [..]',
        '(delete|remove|destroy|wipe|erase|truncate|nuke|drop|purge) <the> [..] (dead letters|dead letter queue|dlq|messages|rows|records|logs)',
        '(delete|remove|destroy|wipe|erase|truncate|nuke|drop) <the> .. (namespace|database|table|volume|bucket|cluster|deployment|incident|records)',
      ],
      gives: { request: 'delete' },
    },
    {
      templates: ['(acknowledge|ack) [it|this|that|<the> (page|incident|alert)] [..]'],
      gives: { request: 'acknowledge' },
    },
    {
      templates: [
        '(resolve|close|merge) (it|this|that|<the> (page|incident|alert|incidents)) [..]',
        'mark (it|this|that|<the> (page|incident|alert)) [as] (resolved|closed|done|fixed) [..]',
      ],
      gives: { request: 'resolve' },
    },
    {
      templates: [
        '(open|create|file|raise|make|write) [me|us] [a|an|the] (ticket|jira|issue|bug|task|story|pull request|pr) [..]',
      ],
      gives: { request: 'ticket' },
    },
    {
      templates: [
        '(deploy|ship|release|merge|push|write|apply) [me|us] (a|an|the|my|our|this|that) [new|hot] (fix|hotfix|patch|pr|pull request|version|build|code|change) [..]',
        'fix the (code|bug|query|config|configuration) [..]',
      ],
      gives: { request: 'deploy' },
    },
  ],
  examples: [
    ['silence this alert', { request: 'silence' }],
    ['mute it for an hour', { request: 'silence' }],
    ['can you stop paging me', { request: 'silence' }],
    ['snooze it for 2 hours', { request: 'snooze' }],
    ['reassign this to ana', { request: 'reassign' }],
    ['escalate', { request: 'reassign' }],
    ['page the database team', { request: 'page' }],
    ['wake up ana', { request: 'page' }],
    ['open a war room', { request: 'page' }],
    ['delete the namespace', { request: 'delete' }],
    ['remove the old deployment', { request: 'delete' }],
    ['ack it', { request: 'acknowledge' }],
    ['resolve the incident', { request: 'resolve' }],
    ['create a jira ticket', { request: 'ticket' }],
    ['deploy the hotfix', { request: 'deploy' }],
    ['turn the flag off for me', { request: 'change' }],
    ['renew the certificate', { request: 'change' }],
    ['drop the promotions table', { request: 'delete' }],
    ['kick off the major incident workflow', { request: 'workflow' }],
    ['add 5 more pods', { request: 'change', number: 5 }],
    ['mute the checkout alerts til morning', { request: 'silence' }],
    ['silense this alert pls', { request: 'silence' }],
  ],
  counterExamples: [
    'who should I page',
    'the page was wrong',
    'page me tomorrow',
    'who acknowledged it',
    'is it resolved',
    'give it to me straight',
  ],
});
