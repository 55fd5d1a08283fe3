// The part of the Amazon States Language that both Step Functions and the embedded interpreter obey. The interpreter ignores the
// rest without a word, so this is a list of what is allowed, and everything else is refused.
import * as z from 'zod';

const Definition = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), z.looseObject({ Type: z.string() })),
});
type Definition = z.infer<typeof Definition>;
type State = Definition['States'][string];

const common = ['Type', 'Comment', 'InputPath', 'OutputPath'];
const flow = ['Next', 'End'];
const result = ['ResultPath', 'ResultSelector'];
const errors = ['Retry', 'Catch'];
const fields: Readonly<Record<string, readonly string[]>> = {
  Task: [...common, ...flow, ...result, ...errors, 'Resource', 'Parameters', 'TimeoutSeconds', 'TimeoutSecondsPath'],
  Map: [...common, ...flow, ...result, ...errors, 'ItemsPath', 'ItemSelector', 'ItemProcessor', 'MaxConcurrency'],
  Parallel: [...common, ...flow, ...result, ...errors, 'Branches', 'Parameters'],
  Pass: [...common, ...flow, 'ResultPath', 'Parameters', 'Result'],
  Wait: [...common, ...flow, 'Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Choice: [...common, 'Choices', 'Default'],
  Succeed: common,
  Fail: ['Type', 'Comment', 'Error', 'Cause'],
};
const top = ['Comment', 'QueryLanguage', 'StartAt', 'States', 'TimeoutSeconds', 'Version', 'ProcessorConfig'];
const retrier = ['ErrorEquals', 'IntervalSeconds', 'BackoffRate', 'MaxAttempts', 'MaxDelaySeconds', 'JitterStrategy'];
const catcher = ['ErrorEquals', 'ResultPath', 'Next'];

/** Of the context object only this is the same in both places; the item is there in a Map's ItemSelector alone. */
const contextPaths = ['$$.Execution.Id', '$$.Execution.Name', '$$.Task.Token'];
const itemPaths = ['$$.Map.Item.Value', '$$.Map.Item.Index'];

/** What a definition uses beyond the common part, one sentence each; empty where there is nothing. */
export function beyondDialect(definition: unknown, where = 'the state machine'): string[] {
  const { success, data, error } = Definition.safeParse(definition);
  if (!success) return [`${where} is no definition: ${z.prettifyError(error)}`];
  return [
    ...unknownFields(data, top, where),
    ...queryLanguage(data, where),
    ...processorMode(data, where),
    ...Object.entries(data.States).flatMap(([name, state]) => ofState(state, name)),
  ];
}

function ofState(state: State, name: string): string[] {
  // The interpreter ignores heartbeats, and may where a task waits for an answer: what it waits for ends with the runtime's own process, and is begun again.
  const isWaiting = String(state.Resource).endsWith('.waitForTaskToken');
  const allowed = fields[state.Type]?.concat(isWaiting ? ['HeartbeatSeconds'] : []);
  if (!allowed) return [`${name} has the unknown type ${state.Type}`];
  const { ItemProcessor, Branches, ItemSelector, ...own } = state;
  return [
    ...unknownFields(state, allowed, name),
    ...list(state.Retry).flatMap((entry) => unknownFields(entry, retrier, `${name}.Retry`)),
    ...list(state.Catch).flatMap((entry) => unknownFields(entry, catcher, `${name}.Catch`)),
    ...texts(own).flatMap((text) => unknownPaths(text, contextPaths, name)),
    ...texts(ItemSelector).flatMap((text) => unknownPaths(text, [...contextPaths, ...itemPaths], name)),
    ...(ItemProcessor === undefined ? [] : beyondDialect(ItemProcessor, `${name}.ItemProcessor`)),
    ...list(Branches).flatMap((branch, index) => beyondDialect(branch, `${name}.Branches[${index}]`)),
  ];
}

/** Every state of a definition, those inside a Map or Parallel too. */
export function statesOf(definition: unknown): [name: string, state: State][] {
  return Object.entries(Definition.parse(definition).States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
    ...list(state.Branches).flatMap(statesOf),
  ]);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const unknownFields = (value: unknown, allowed: readonly string[], where: string): string[] =>
  Object.keys(z.looseObject({}).parse(value))
    .filter((field) => !allowed.includes(field))
    .map((field) => `${where} uses ${field}`);

const queryLanguage = ({ QueryLanguage }: Definition, where: string): string[] =>
  QueryLanguage === undefined || QueryLanguage === 'JSONPath' ? [] : [`${where} uses ${String(QueryLanguage)}`];

function processorMode({ ProcessorConfig }: Definition, where: string): string[] {
  const fits = ProcessorConfig === undefined || JSON.stringify(ProcessorConfig) === '{"Mode":"INLINE"}';
  return fits ? [] : [`${where} uses a ProcessorConfig other than INLINE`];
}

const texts = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
};

const unknownPaths = (text: string, allowed: readonly string[], where: string): string[] => [
  ...(text.match(/\$\$[\w.[\]*]*/g) ?? [])
    .filter((path) => !allowed.some((one) => path === one || path.startsWith(`${one}.`)))
    .map((path) => `${where} reads ${path}`),
  ...(/^\{%.*%\}$/s.test(text) ? [`${where} uses a JSONata expression`] : []),
];
