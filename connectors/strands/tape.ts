// Records the calls of a model, and replays recorded ones. A call is what goes over the wire: messages, tools and system prompt as input, the stream
// of events as output.
import type { Model } from '@strands-agents/sdk';
import { Unavailable } from '../../core/errors.ts';
import type { Recorder } from '../../core/replay/record.ts';
import type { ReplaySource } from '../../core/replay/replay.ts';

/** Wraps a model for one agent. */
export type ModelRecorder = (model: Model, call: { readonly incidentId: string; readonly promptId: string }) => Model;

const port = 'model';

export function recordingModels(record: Recorder): ModelRecorder {
  return (model, { incidentId, promptId }) =>
    withStream(model, async function* (messages, options) {
      const begun = record.now();
      const question = questionOf(model, promptId, messages, options);
      const at = begun.toISOString();
      const wallMs = () => record.now().getTime() - begun.getTime();
      const events: unknown[] = [];
      try {
        for await (const event of model.stream(messages, options)) {
          events.push(event);
          yield event;
        }
        await record.keep(incidentId, {
          port,
          asked: question,
          at,
          wallMs: wallMs(),
          answer: { kind: 'value', value: events },
        });
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        await record.keep(incidentId, {
          port,
          asked: question,
          at,
          wallMs: wallMs(),
          answer: { kind: 'thrown', name, message },
        });
        throw error;
      }
    });
}

export function replayingModels(source: ReplaySource): ModelRecorder {
  return (model, { promptId }) =>
    withStream(model, async function* (messages, options) {
      const answer = source.answer(port, questionOf(model, promptId, messages, options));
      if (answer === undefined || answer.kind === 'stream')
        throw new Unavailable('The tape does not contain this model call.');
      if (answer.kind === 'thrown') throw Object.assign(new Error(answer.message), { name: answer.name });
      for (const event of answer.value as Event[]) yield event;
    });
}

type Stream = Model['stream'];
type Event =
  Awaited<ReturnType<ReturnType<Stream>[typeof Symbol.asyncIterator]>['next']> extends { value: infer E }
    ? Exclude<E, undefined>
    : never;

/** The same model with another stream. */
function withStream(model: Model, stream: Stream): Model {
  return new Proxy(model, {
    get: (target, name, receiver) => (name === 'stream' ? stream : Reflect.get(target, name, receiver)),
  });
}

/**
 * Plain JSON, which the tape stores and uses as the key. The ids that an agent gives its own messages are removed, because they are new each time.
 */
function questionOf(model: Model, promptId: string, messages: Parameters<Stream>[0], options: Parameters<Stream>[1]) {
  const { systemPrompt, toolSpecs, toolChoice } = options ?? {};
  return JSON.parse(
    JSON.stringify({
      promptId,
      modelId: model.modelId ?? '',
      messages: messages.map(({ role, content }) => ({ role, content })),
      systemPrompt,
      toolSpecs,
      toolChoice,
    }),
  );
}
