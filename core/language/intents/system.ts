// Intents that ask about the system rather than about an incident. Their grammar finds the topic and the measure; the names of services and places,
// the period and the words to search for are read apart, because only the service catalogue knows the names.
import { defineIntent, list } from '../grammar/intent.ts';

/** What people call each measure. A longer phrase stands before a shorter one that begins it. */
const measure = list({
  p99: ['(p99|99th percentile|99 percentile|latency p99)'],
  p95: ['(p95|95th percentile|95 percentile|latency p95)'],
  p50: ['(p50|median|50th percentile|latency p50)'],
  latency: ['(latency|latencies|response (time|times)|duration|durations|slowness)', 'how (slow|fast)'],
  errors: ['(error|failure) (ratio|rate|rates|percentage|share)', '(errors|5xx|failures)', 'failed requests'],
  memory: ['(memory|ram|heap)'],
  throttling: ['cpu (throttling|throttled)', 'throttling'],
  cpu: ['cpu'],
  traffic: ['(rps|qps|throughput|traffic)', 'request rate', 'requests [per (second|minute)]'],
  restarts: ['(restarts|restart count)'],
  replicas: ['(replica|replicas)'],
  disk: ['disk [usage|space]', 'storage'],
  queue: ['queue (depth|length|size|age)', '(backlog|lag)'],
  connections: ['(connections|connection count)'],
});

/** Words about a decision, a cause or money: the message has another meaning then. */
const others = [
  '(why|should|approve|approved|reject|rejected|rollback|rerun|rerunning|undo|teach|remember|forget|cost|costs|spend|spent|bill|budget|affected|impact|correct|runbook|runbooks|postmortem|tomorrow|next time)',
  'how much (did|do|will|would) (we|i)',
  "(do not|don't)",
  '(roll|rolled) back',
  'the (cause|reason|culprit|problem|root cause) (is|was)',
];
const asks =
  '(show|give|plot|graph|chart|draw|list|what|which|how|who|where|any|is|are|was|were|did|does|compare|tell|see|get|find)';
const when =
  '(today|yesterday|tonight|overnight|since|between|last night|last week|this week|this morning|over the (night|weekend)|on the weekend|at the weekend|(last|past) .. (hour|hours|h|day|days|minutes|min|night|week|weekend))';
const beforeNow =
  '(yesterday|last (week|month|night)|(the|a) (day|week) (before|ago)|usual|before|an hour (ago|before))';

export const compare = defineIntent({
  id: 'system-compare',
  slots: { measure },
  mentions: [
    { all: ['(compare|comparison|difference between|differences between)', '{measure}'] },
    { all: ['(compare|comparison|difference between|differences between)'] },
    { all: ['(vs|versus)', '{measure}'], maxWords: 12 },
    { all: ['(vs|versus)'], maxWords: 6 },
  ],
  sentences: [],
  unless: others,
  examples: [
    ['compare eu and us', {}],
    ['compare error ratio of checkout in eu and us', { measure: 'errors' }],
    ['backend-1 vs backend-2', {}],
    ["what's the difference between west-1 and west-2", {}],
  ],
  counterExamples: ['compare the cost of november and october', 'approve it'],
});

export const sameAsBefore = defineIntent({
  id: 'system-same',
  slots: {},
  sentences: [
    `(is|was|looks|does|did) (this|it|that|everything) .. (same|like|normal|usual|different) .. ${beforeNow}`,
    `[is] (this|it) [the] same (as|like) ${beforeNow}`,
  ],
  mentions: [
    { all: [`(same|different|differs|unlike|unusual|normal) [as|from|than|to|like|compared to|for] ${beforeNow}`] },
  ],
  unless: others,
  examples: [
    ['is this the same as last week?', {}],
    ['same as yesterday?', {}],
    ['is it different from last week', {}],
  ],
  counterExamples: ['the same as before, approve', 'is it fixed?'],
});

export const openIncidents = defineIntent({
  id: 'system-open',
  slots: {},
  sentences: [
    '[show|list|give] [me|us] [all] [the] (open|active|ongoing|current|unresolved) (incidents|incident|pages|outages|issues|problems)',
    '(which|what|any|how many) [of the|other] (incidents|pages|outages|alerts) (are|is) (open|active|ongoing|unresolved|there|firing|running) [now|still]',
    'what is (open|burning|on fire|firing)',
    '(are|is) there (any|other|some) [other] [open|active|ongoing|current] (incidents|incident|outages|pages) ..',
    'any [other] [open|active|ongoing] (incidents|incident|outages|pages)',
    'which other (incidents|pages|outages) ..',
  ],
  unless: others,
  examples: [
    ['which incidents are open', {}],
    ['list open incidents', {}],
    ['any open incidents?', {}],
    ['are there any other incidents right now', {}],
    ['whats on fire', {}],
  ],
  counterExamples: ['which incidents are similar', 'has this happened before', 'close the incident'],
});

export const past = defineIntent({
  id: 'system-past',
  slots: {},
  rules: { when },
  sentences: [
    'what (happened|broke|failed|went wrong) [in|over|during|within] [the] <when> ..',
    'what (did|have) (i|we) (miss|missed) ..',
    '(did|has) (anything|something) (happen|happened|break|broken|broke|fail|failed) <when> ..',
    'anything (happen|happened|new) <when> ..',
    'how was (the|last) night',
    '[show|list] [me] [the|all] (incidents|pages|outages) [of|from|in|over] [the] <when> ..',
    '(which|what|how many) (incidents|pages|outages) [were there|happened|did we have|came|came in|fired|have we had] [in|over|during] [the] <when> ..',
    '(handover|hand over|shift summary) [notes] ..',
  ],
  unless: others,
  examples: [
    ['what happened last night', {}],
    ['what happened since yesterday?', {}],
    ['what did i miss', {}],
    ['did anything break over the weekend?', {}],
    ['incidents of the last 24 hours', {}],
  ],
  counterExamples: ['what happened?', 'what happened to checkout', 'has this happened before'],
});

export const calls = defineIntent({
  id: 'system-calls',
  slots: {
    way: list({
      in: [
        '(what|who|which services|which service|which) [services|service|all|else] (talks|talk|calls|call|uses|use|connects|connect|depends|depend|consumes|relies|rely) [to|on]',
        '(callers|dependents|clients|consumers|upstream|upstreams) (of|for)',
        'who (needs|is using|is calling|is talking to)',
      ],
      out: [
        '(what|who|which services|which) (does|do) .. (call|calls|use|depend|need|talk|connect|rely)',
        '(dependencies|callees|downstream|downstreams) (of|for)',
      ],
    }),
  },
  sentences: [],
  mentions: [{ all: ['{way}'] }],
  unless: others,
  examples: [
    ['what talks to session-cache', { way: 'in' }],
    ['who calls payment?', { way: 'in' }],
    ['which services depend on ledger-api', { way: 'in' }],
    ['what does checkout call', { way: 'out' }],
    ['dependencies of storefront', { way: 'out' }],
    ['callers of cart pls', { way: 'in' }],
  ],
  counterExamples: ['who is on call', 'call somebody', 'what did you do'],
});

export const deployed = defineIntent({
  id: 'system-deployed',
  slots: {},
  sentences: [],
  mentions: [
    {
      all: [
        '(what is (deployed|running|live)|(which|what) [version|versions|image|images|tag|release|build] [of ..] (is|are|runs|run) [..] (deployed|running|live|in|on)|(which|what) (version|versions|image|images|tag|tags)|(version|versions|image|images|tag|tags) (of|in)|where (is|are|does|do) .. (run|runs|running|deployed|live|placed)|what runs (where|in|on))',
      ],
    },
  ],
  unless: [...others, '(typo|mistake|wrong|missing|misspelled)'],
  examples: [
    ['what is deployed where', {}],
    ['which version of checkout is running?', {}],
    ['where does ledger-api run', {}],
    ['what version is payment on', {}],
    ['image of cart', {}],
    ['what runs in shop', {}],
  ],
  counterExamples: ['what is the issue?', 'who deployed this', 'is it fixed?'],
});

export const changes = defineIntent({
  id: 'system-changes',
  slots: {},
  sentences: [],
  mentions: [
    {
      all: [
        '(what (changed|was deployed|was released|got deployed|has changed)|who (deployed|released|changed|shipped)|(deploys|deployments|releases|changes|rollouts|commits))',
        '(of|for|in|to|on|since|today|yesterday|last|past|between|this)',
      ],
    },
  ],
  unless: [...others, '(diff|diffs)', 'since (the|its) [last|latest] (deploy|deployment|release|rollout)'],
  examples: [
    ['what changed in shop today', {}],
    ['what was deployed since yesterday', {}],
    ['deploys of checkout this week', {}],
    ['who deployed payment today?', {}],
  ],
  counterExamples: ['what changed?', 'show me the diff of the changes'],
});

export const logLines = defineIntent({
  id: 'system-logs',
  slots: {},
  sentences: [],
  mentions: [
    {
      all: [
        '(log|logs|logfile|log lines|log line|grep|log entries|log messages)',
        '(of|for|from|in|with|containing|matching|since|between|last|past|today|grep|about|mentioning)',
      ],
    },
    { all: ['grep'] },
    { all: ['(tail|search|count)', '(log|logs)'] },
  ],
  unless: others,
  examples: [
    ['logs of payment with timeout since 14:00', {}],
    ['grep for deadline in the logs of checkout', {}],
    ['show me the last logs of ledger-api', {}],
  ],
  counterExamples: ['logs', 'show me the logs', 'show me the graph'],
});

export const restarted = defineIntent({
  id: 'system-restarted',
  slots: {},
  sentences: [],
  mentions: [
    {
      all: [
        '(pod|pods|container|containers|what|which|anything|something|how many|how often)',
        '(restarted|restarting|restarts|crashed|crashing|crashlooping|crashloop|oomkilled|oom killed|oom)',
        asks,
      ],
    },
    { all: ['(did|have|has) (any|a|some) (pod|pods|container|containers) .. (restart|restarted|crash|crashed)'] },
    { all: ['(anything|something) (restarting|restarted|crashing|crashlooping)'], maxWords: 8 },
    { all: ['(pod|pods) (restarting|restarted|crashing|crashlooping) (in|of|today|since)'], maxWords: 8 },
  ],
  unless: [...others, 'restart (it|the|this|that|checkout)', '(have|did|what have) you'],
  examples: [
    ['which pods restarted today in shop', {}],
    ['did any pod of checkout restart? which restarted', {}],
    ['what is crashlooping in billing?', {}],
    ['how often has payment restarted today', {}],
  ],
  counterExamples: ['restart the pods', 'they restarted it already'],
});

export const pods = defineIntent({
  id: 'system-pods',
  slots: {},
  sentences: ['[show|list|give] [me] [all] [the] pods (of|for|in) ..'],
  mentions: [
    {
      all: [
        '(pod|pods|instance|instances|replica|replicas)',
        '(ready|running|available|healthy|pending|unready|alive|up|down|there|have|has|exist|unhealthy|wanted|fine|ok|okay|start|starting|stuck)',
        '(how many|which|what|are|is|list|show|any|does|do)',
      ],
    },
    { all: ['how many (pod|pods|replica|replicas|instances)'] },
  ],
  unless: [...others, '(back|came)'],
  examples: [
    ['how many pods of payment are ready', {}],
    ['which pods of checkout are not ready?', {}],
    ['how many replicas does cart have', {}],
    ['pods of ledger-api', {}],
  ],
  counterExamples: ['pods', 'what are the pods doing? show', 'scale the pods up'],
});

export const measureOf = defineIntent({
  id: 'system-measure',
  slots: { measure },
  rules: { when },
  sentences: [],
  mentions: [
    { all: ['{measure}', '(of|for|in|on|from|per|by|at|versus|vs|against|compared|than)'] },
    { all: ['{measure}', '<when>'] },
    { all: ['{measure}', asks] },
    { all: ['{measure}'], maxWords: 4 },
  ],
  unless: [
    ...others,
    '(log|logs|grep|diff|deploys|evidence|proof|dashboard|dashboards|investigate|root cause|cause|caused)',
    'what (are|is|was|were) (the|this|that|these) (error|errors)',
    '(users|customers|people)',
    '[is] out of (memory|disk)',
  ],
  examples: [
    ['show me p99 of checkout for the last 2 hours', { measure: 'p99' }],
    ['memory of checkout per pod', { measure: 'memory' }],
    ['error ratio of checkout against yesterday', { measure: 'errors' }],
    ['checkout p95', { measure: 'p95' }],
    ['how slow is search-api?', { measure: 'latency' }],
    ['cpu throttling of web', { measure: 'throttling' }],
    ['rps of storefront since 14:00', { measure: 'traffic' }],
    ['show me the memroy of cart', { measure: 'memory' }],
  ],
  counterExamples: ['why is the memory of checkout so high', 'the pod is out of memory', 'show me the logs'],
});

export const health = defineIntent({
  id: 'system-health',
  slots: {},
  sentences: [
    '(is|are) (everything|all|all services|all systems|things) (healthy|ok|okay|fine|well|green|good|up|running|normal) ..',
    'how (is|are) (everything|the system|the systems|production|prod|things|the cluster) [doing|looking]',
    '[the] health (of|in) ..',
    '(is|are|was|were) .. (healthy|unhealthy|degraded|ok|okay|fine|up|alive) [(now|again|too|at|on|yesterday|today|last|around|between|since) ..]',
    '(is|are) .. (down|up|slow|broken|failing) [(now|again|too|right now|or (up|degraded|slow|only ..))]',
    '(everything|all) (ok|okay|good|fine|well|healthy) (with|in|at|on) ..',
    '[the] (status|state) (of|in) ..',
    'how (is|are) .. (doing|looking|feeling)',
    '(anything|something) (wrong|broken|unhealthy|bad|unusual) [with|in|at|on] ..',
  ],
  unless: [
    ...others,
    '(it|this|that|we|you|they|he|she) (now|again) (fixed|healthy|back|ok|okay|doing|looking|fine|up|down)',
    '(it|this|that|we|you|they|he|she) (fixed|healthy|back|ok|okay|doing|looking|fine|up|down|slow|broken|failing)',
    '(status|state) of (it|this|that|[the|this|that|all|open] (incident|incidents|page|problem|question|rerun|rollback|action))',
    '(customers|users|people|clients|pod|pods|replica|replicas|instances)',
  ],
  examples: [
    ['is everything healthy?', {}],
    ['how is checkout doing', {}],
    ['health of payment', {}],
    ['is ledger-api healthy?', {}],
    ['anything wrong with cart?', {}],
  ],
  counterExamples: ['is it healthy?', 'what is wrong with checkout?', 'status'],
});

/** Intents about the system, in order of precedence. */
export const systemIntents = [
  compare,
  sameAsBefore,
  openIncidents,
  past,
  calls,
  restarted,
  pods,
  deployed,
  changes,
  logLines,
  measureOf,
  health,
] as const;
