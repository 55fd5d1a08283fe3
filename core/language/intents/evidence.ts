// The intent that asks for the evidence, of one specialist or of all.
import { defineIntent, list } from '../grammar/intent.ts';

export const evidence = defineIntent({
  id: 'evidence',
  slots: {
    /** The specialist whose evidence the person wants. If several match, the first one in the sentence wins. */
    source: list({
      logs: ['(log|logs|log line|log lines|stacktrace|stacktraces|stack trace|stack traces|error line|error lines)'],
      metrics: ['(metric|metrics|graph|graphs|plot|plots|chart|charts|dashboard|dashboards|latency|series)'],
      kubernetes: ['(pod|pods|event|events|kubernetes|cluster|deployment|deployments|replica|replicas)'],
      changes: [
        '(change|changes|deploy|deploys|diff|diffs|commit|commits|release|releases|rollout|rollouts|who changed)',
      ],
      knowledge: [
        '(runbook|runbooks|doc|docs|documentation|postmortem|postmortems|past incident|past incidents|seen (this|it) before)',
      ],
    }),
  },
  rules: {
    show: '(show|see|give|post|paste|send|display|where (is|are)|what (is|are|was|were) [in] the|look at|evidence|proof)',
  },
  sentences: ['(show|give) (me|us) .. proof', 'prove it', 'what (evidence|proof) (do you have|is there|speaks for it)'],
  mentions: [{ all: ['<show>', '{source}'] }, { all: ['(evidence|proof)'] }, { all: ['{source}'], maxWords: 3 }],
  unless: ['(write|draft|create|generate|prepare) [me|us|up] [the|a] (postmortem|doc|docs|runbook)'],
  examples: [
    ['show me the logs', { source: 'logs' }],
    ['logs', { source: 'logs' }],
    ['retry logs', { source: 'logs' }],
    ['show me the graph', { source: 'metrics' }],
    ['can I see the dashbaord', { source: 'metrics' }],
    ['what are the pods doing? show', { source: 'kubernetes' }],
    ['which changes? show me the diff', { source: 'changes' }],
    ['is there a runbook? post it', { source: 'knowledge' }],
    ['show me the evidnce', {}],
    ['prove it', {}],
  ],
  counterExamples: ['write the postmortem', 'the pods of checkout came back an hour ago'],
});
