// What a cluster may fail to tell: Events expire after an hour, and a message stands in the status or in an Event, not always in both.
import { at, isObject, type JsonObject, textAt, textsIn, withoutKey } from './json.ts';
import {
  applied,
  doesNotApply,
  isShownBesideEvents,
  objectsOf,
  type Transformation,
  warningsAboutTruth,
  withObjects,
} from './transformation.ts';

const isEvent = (object: JsonObject): boolean => textAt(object, 'kind') === 'Event';
const isPod = (object: JsonObject): boolean => textAt(object, 'kind') === 'Pod';
const hasMessage = (object: JsonObject): boolean =>
  [...textsIn(at(object, 'status') ?? null)].some(({ key, text }) => key === 'message' && text !== '');

export const noEvents: Transformation = {
  name: 'no-events',
  about: 'the Events have expired',
  oneOf: 'events',
  apply(recording) {
    if (!objectsOf(recording).some(isEvent)) return doesNotApply('The recording has no Events.');
    const onlyThere = warningsAboutTruth(recording).length > 0 && !isShownBesideEvents(recording);
    return applied(
      withObjects(recording, (objects) => objects.filter((object) => !isEvent(object))),
      onlyThere ? 'less' : 'same',
    );
  },
};

export const silentStatus: Transformation = {
  name: 'silent-status',
  about: 'pods have a reason without a message; the Event has the message',
  oneOf: 'events',
  apply(recording) {
    const about = new Set(
      objectsOf(recording)
        .filter((object) => isEvent(object) && (textAt(object, 'message') ?? '') !== '')
        .map((event) => textAt(event, 'involvedObject', 'name')),
    );
    const objects = objectsOf(recording).filter((object) => isPod(object) && hasMessage(object));
    const described = objects.filter((pod) => about.has(textAt(pod, 'metadata', 'name')));
    if (described.length === 0) return doesNotApply('No pod has both a message and an Event.');
    const silent = new Set(described);
    return applied(
      withObjects(recording, (own) => own.map((object) => (silent.has(object) ? withoutMessages(object) : object))),
    );
  },
};

function withoutMessages(pod: JsonObject): JsonObject {
  const status = withoutKey(at(pod, 'status') ?? {}, 'message');
  return isObject(status) ? { ...pod, status } : pod;
}

export const silentEvents: Transformation = {
  name: 'silent-events',
  about: 'Events have a reason without a message; the status has the message',
  oneOf: 'events',
  apply(recording) {
    const warnings = warningsAboutTruth(recording);
    if (!objectsOf(recording).some(isEvent)) return doesNotApply('The recording has no Events.');
    return applied(
      withObjects(recording, (objects) =>
        objects.map((object) => (isEvent(object) ? { ...object, message: '' } : object)),
      ),
      warnings.length > 0 && !isShownBesideEvents(recording) ? 'less' : 'same',
    );
  },
};
