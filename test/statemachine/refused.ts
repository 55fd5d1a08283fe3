// Definitions that Step Functions takes and the embedded interpreter would run differently without a word. Each must be refused.
const machine = (states: object, extra: object = {}) => ({ StartAt: 'A', States: states, ...extra });
const pass = (extra: object) => machine({ A: { Type: 'Pass', End: true, ...extra } });
const task = (extra: object) =>
  machine({ A: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', End: true, ...extra } });
const map = (extra: object, inner: object = {}) =>
  machine({
    A: {
      Type: 'Map',
      End: true,
      ItemProcessor: machine({ B: { Type: 'Pass', End: true, ...inner } }),
      ...extra,
    },
  });

export const refused: Readonly<Record<string, { readonly definition: unknown; readonly because: string }>> = {
  'JSONata for the whole machine': {
    definition: machine({ A: { Type: 'Succeed' } }, { QueryLanguage: 'JSONata' }),
    because: 'the state machine uses JSONata',
  },
  'JSONata in one state': { definition: pass({ QueryLanguage: 'JSONata' }), because: 'A uses QueryLanguage' },
  'a JSONata expression': {
    definition: pass({ Result: '{% $states.input.x %}' }),
    because: 'A uses a JSONata expression',
  },
  'a variable': { definition: pass({ Assign: { 'x.$': '$.x' } }), because: 'A uses Assign' },
  'JSONata output': { definition: pass({ Output: { x: 1 } }), because: 'A uses Output' },
  'JSONata arguments': { definition: task({ Arguments: { x: 1 } }), because: 'A uses Arguments' },
  'the name of the state': {
    definition: pass({ Parameters: { 'x.$': '$$.State.Name' } }),
    because: 'A reads $$.State.Name',
  },
  'the retry count': {
    definition: task({ Parameters: { 'x.$': '$$.State.RetryCount' } }),
    because: 'A reads $$.State.RetryCount',
  },
  'the input of the execution': {
    definition: pass({ Parameters: { 'x.$': '$$.Execution.Input.trigger' } }),
    because: 'A reads $$.Execution.Input.trigger',
  },
  'the start of the execution': {
    definition: pass({ Parameters: { 'x.$': "States.Format('{}', $$.Execution.StartTime)" } }),
    because: 'A reads $$.Execution.StartTime',
  },
  'the whole context object': { definition: pass({ Parameters: { 'x.$': '$$' } }), because: 'A reads $$' },
  "the Map's item inside an inner state": {
    definition: map({}, { Parameters: { 'x.$': '$$.Map.Item.Value' } }),
    because: 'B reads $$.Map.Item.Value',
  },
  'an item reader': { definition: map({ ItemReader: {} }), because: 'A uses ItemReader' },
  'an item batcher': { definition: map({ ItemBatcher: {} }), because: 'A uses ItemBatcher' },
  'a result writer': { definition: map({ ResultWriter: {} }), because: 'A uses ResultWriter' },
  'tolerated failures': {
    definition: map({ ToleratedFailurePercentage: 50 }),
    because: 'A uses ToleratedFailurePercentage',
  },
  'a distributed Map': {
    definition: map({
      ItemProcessor: machine({ B: { Type: 'Succeed' } }, { ProcessorConfig: { Mode: 'DISTRIBUTED' } }),
    }),
    because: 'A.ItemProcessor uses a ProcessorConfig other than INLINE',
  },
  heartbeats: { definition: task({ HeartbeatSeconds: 5 }), because: 'A uses HeartbeatSeconds' },
  'another role': { definition: task({ Credentials: {} }), because: 'A uses Credentials' },
  'a variable in a catcher': {
    definition: task({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'A', Assign: {} }] }),
    because: 'A.Catch uses Assign',
  },
  'a state type that does not exist': {
    definition: machine({ A: { Type: 'Loop' } }),
    because: 'A has the unknown type Loop',
  },
};
