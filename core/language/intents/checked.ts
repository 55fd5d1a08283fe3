// The intent that asks which sources the investigation checked.
import { defineIntent } from '../grammar/intent.ts';

export const checked = defineIntent({
  id: 'checked',
  slots: {},
  rules: {
    checking: '(check|checked|look (at|into)|looked (at|into)|ask|asked|read|search|searched|examine|examined)',
  },
  sentences: [
    'what (have|did) you (check|checked|examine|examined|look at|looked at|look into|looked into|try|tried)',
    'what was (checked|looked at|examined)',
    'what could you not (see|read|check|reach)',
    'which (sources|systems|tools) (did you|have you) (ask|asked|use|used|query|queried|check|checked)',
  ],
  mentions: [{ all: ['(what|which|did|have|how) .. <checking>'] }],
  unless: ['(show|see|give|post|paste|send|display|evidence|proof)', 'what (is|are|was|were) [in] the'],
  examples: [
    ['what did you check?', {}],
    ['have you looked at the logs?', {}],
    ['which sources did you query', {}],
    ['what could you not reach?', {}],
  ],
  counterExamples: ['check the logs', 'I checked it myself'],
});
