// The intent that asks for the course of an incident: its timeline, or what people did.
import { defineIntent, list } from '../grammar/intent.ts';

export const course = defineIntent({
  id: 'course',
  slots: { about: list({ people: [] }) },
  rules: {
    people:
      '(you and (the|all|your) (others|other agents|specialists)|people|we|they|humans|anyone|anybody|somebody|someone|everyone|others|the (team|others|people|humans|on-call|engineers)|colleagues)',
    doing:
      '(do|done|did|say|said|try|tried|decide|decided|approve|approved|reject|rejected|answer|answered|change|changed)',
  },
  sentences: [
    {
      templates: [
        'what (did|have|has) <people> [already] <doing> [so far|until now|here|about (it|this|that)|yet]',
        'what (was|has been) done [by <people>] [so far|until now|here|about (it|this|that)|yet]',
        'who (approved|rejected|answered|decided|denied|acknowledged|resolved|did|said|tried|reran|restarted|corrected) [(it|this|that|what|yes|no|the (rerun|rollback|restart|action|page|question|diagnosis))] [when]',
        '(did|has|have) <people> [already] (approve|approved|reject|rejected|answer|answered|do|done|try|tried|say|said|decide|decided) [(it|this|that|anything|something|the (question|action|rollback|rerun))] [yet|already]',
        '(human|people|manual) (actions|activity)',
      ],
      gives: { about: 'people' },
    },
    '(what is|show|show me|give me|give us|post|list|print|write) [the|a] [full|whole|complete|short] (timeline|chronology|sequence of events|order of events|course of events) [of (it|this|that|the incident|events)] [(since|from|after|between|until) ..]',
    '[full|incident|the] (timeline|chronology|sequence of events|events in order) [of (it|this|that|the incident|events)] [(since|from|after|between|until) ..]',
    'what (happened|has happened) (so far|when|step by step|in what order|in order|first|and when|then|since ..|after ..|until now|in the meantime|while i (was|slept) ..)',
    '(walk|take|talk) (me|us) through [it|this|that|what happened|the (incident|timeline|events)]',
    'in (what|which) order did ..',
    'what (came|happened) first',
    'what did i miss',
  ],
  examples: [
    ["what's the timeline?", {}],
    ['timeline pls', {}],
    ['show me the timeline since 14:00', {}],
    ['what happened so far', {}],
    ['walk me through it', {}],
    ['what happened when', {}],
    ['what did I miss', {}],
    ['what did people do?', { about: 'people' }],
    ['what has the team tried so far', { about: 'people' }],
    ['who approved it?', { about: 'people' }],
    ['has anyone answered yet', { about: 'people' }],
  ],
  counterExamples: ['what happened', 'what have you done so far', 'who needs to approve it'],
});
