// Edits every text of a recording, its truth included. Pure.
import * as z from 'zod';
import { Change, Dependency, LogRecord, Series } from '../../core/model/telemetry.ts';
import { Expected } from '../expected.ts';
import { isObject, type Json, withTexts } from './json.ts';
import type { Recording } from './recording.ts';

/** `edit` gets each text with the key that it stands under; `editKey` the keys of an object with the key that the object stands under. */
export function mapJsonLines(
  recording: Recording,
  edit: (text: string, key: string) => string,
  editKey: (name: string, under: string) => string,
): Recording {
  const map = (value: Json): Json => withTexts(value, edit, editKey);
  /** Through JSON, because the schemas' types are no JSON types. */
  const typed = <Schema extends z.ZodType>(value: unknown, schema: Schema): z.infer<Schema> =>
    schema.parse(map(JSON.parse(JSON.stringify(value))));
  const { about, alert, kubernetes, signals, logs, changes, dependencies, others, knowledge, catalog, expected } =
    recording;
  return {
    about: {
      ...about,
      ...(typeof about.title === 'string' ? { title: edit(about.title, 'title') } : {}),
      ...(about.namespace && { namespace: edit(about.namespace, 'namespace') }),
      ...clusterOf(about, edit),
    },
    alert: map(alert),
    kubernetes: new Map(
      [...kubernetes].map(([cluster, objects]) => [edit(cluster, 'cluster'), objects.map(map).filter(isObject)]),
    ),
    signals: signals?.map((one) => ({ ...one, entity: typed(one.entity, Series.shape.entity) })),
    logs: logs?.map((one) => ({
      ...one,
      labels: typed(one.labels, LogRecord.shape.labels),
      message: edit(one.message, 'message'),
    })),
    changes: changes && typed(changes, z.array(Change)),
    dependencies: dependencies && typed(dependencies, z.array(Dependency)),
    others: new Map([...others].map(([name, value]) => [name, map(value)])),
    knowledge: new Map([...knowledge].map(([name, text]) => [name, edit(text, 'markdown')])),
    catalog: map(catalog),
    expected: typed(expected, Expected),
  };
}

const clusterOf = ({ cluster }: Recording['about'], edit: (text: string, key: string) => string) =>
  typeof cluster === 'string' ? { cluster: edit(cluster, 'cluster') } : {};
