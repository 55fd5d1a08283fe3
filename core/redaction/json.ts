// Redacts a JSON value at any depth. It uses field names, name-value pairs and the object's kind; the text rules apply to strings.
import { isSecret } from './assigned.ts';
import { type Kind, mark } from './mark.ts';
import { classOfName, type NameClass } from './names.ts';
import { cardUnder, isCardNumber } from './people.ts';
import { isName, isNoSecret, isPlaceholder } from './values.ts';

type TextRule = (text: string) => string;
const deepest = 100;

export function redactValue(value: unknown, redactText: TextRule): unknown {
  return walk(value, { redactText, depth: 0, means: 'none', name: '' });
}

interface Place {
  readonly redactText: TextRule;
  readonly depth: number;
  /** The class of the value's name. */
  readonly means: NameClass | 'secret-data';
  readonly name: string;
}

function walk(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return textIn(value, place);
  if (typeof value === 'number') return numberIn(value, place);
  if (typeof value !== 'object' || value === null) return value;
  if (place.depth >= deepest) return '[too deep]';
  const inner = { ...place, depth: place.depth + 1 };
  if (Array.isArray(value)) return listIn(value, inner);
  return Object.fromEntries(
    fieldsOf(value, place).map(([name, field, means]) => [
      place.redactText(name),
      walk(field, { ...inner, name, means }),
    ]),
  );
}

const hides: ReadonlySet<string> = new Set(['strong', 'secret-data']);

/** Classifies each field: by its own name, by the name beside it, by the object's kind, or by the name of the enclosing field. */
function fieldsOf(object: object, place: Place): (readonly [name: string, field: unknown, means: Place['means']])[] {
  const fields = Object.entries(object);
  const named = (pattern: RegExp) =>
    fields.find(([name, field]) => pattern.test(name) && typeof field === 'string')?.[1];
  const called: unknown = named(
    /^@?(?:parameter|header|variable|field|env|tag|option)?_?-?(?:name|key)$|^(?:header|variable|parameter|field|label)$/i,
  );
  const kind = (object as { kind?: unknown }).kind;
  const isSecretObject = kind === 'Secret' || (place.name === 'items' && place.means === 'secret-data');
  return fields.map(([name, field]) => {
    if (isSecretObject && (name === 'data' || name === 'stringData')) return [name, field, 'secret-data'];
    if (kind === 'SecretList' && name === 'items') return [name, field, 'secret-data'];
    if (
      typeof called === 'string' &&
      /^@?(?:parameter|option|header|env|variable|field|default|string|plain)?_?-?value$|^content$|^val$/i.test(name)
    ) {
      const means = classOfName(called);
      if (means !== 'none') return [name, field, means === 'weak' || means === 'short' ? 'strong' : means];
    }
    if (isSecureParameter(object, name)) return [name, field, 'strong'];
    if (/^secureJsonData$/i.test(name)) return [name, field, 'secret-data'];
    const means = classOfName(name);
    // `passwords: [a, b]`
    if (means === 'none' && Array.isArray(field) && /s$/i.test(name) && classOfName(name.slice(0, -1)) === 'strong')
      return [name, field, 'strong'];
    // In a Secret's data, and under the name of a secret, every value is hidden.
    if (means === 'none' || isScalarName(means, name)) return [name, field, below(place, name, field)];
    if (means !== 'weak' || !/credentials?$/i.test(name)) return [name, field, means];
    return [name, field, typeof field === 'string' && isName(field) ? 'none' : 'strong'];
  });
}

/** `secret: {secretName: a}` names a Secret and does not contain one. */
const isScalarName = (means: NameClass, name: string): boolean => means === 'weak' && /^secret$/i.test(name);
/** AWS Parameter Store: `{Name: a, Type: SecureString, Value: b}`. */
const isSecureParameter = (object: { Type?: unknown; type?: unknown }, name: string): boolean =>
  /^value$/i.test(name) && (object.Type === 'SecureString' || object.type === 'SecureString');

/** Fields that hold the value of an object with a secret's name: `password: {value: a}`, `value: {stringValue: a}`. */
const innerValue = /^(?:value|string_?value|plain_?text|plain|text|raw|current|previous|default|content)$/i;

function below({ means, name: outer }: Place, name: string, field: unknown): Place['means'] {
  const isObject = typeof field === 'object' && field !== null;
  if (means === 'secret-data' && outer !== 'items' && !isObject) return 'secret-data';
  return means === 'strong' && !isObject && (/credentials?$/i.test(outer) || innerValue.test(name)) ? 'strong' : 'none';
}

const kindOf: Partial<Record<Place['means'], Kind>> = {
  'secret-data': 'secret',
  session: 'session',
  signature: 'signature',
  pair: 'credentials',
  phone: 'phone-number',
  authorization: 'credentials',
};

function textIn(value: string, place: Place): string {
  const { means, redactText } = place;
  if (means === 'secret-data') return value === '' ? value : mark('secret');
  if (means === 'strong')
    return isPlaceholder(value) || (isNoSecret(value) && value.length > 8) ? redactText(value) : mark('password');
  if (means === 'cookie' || means === 'authorization') {
    // The value is redacted as a header, so that the scheme and the cookies' names stay.
    const name = means === 'cookie' ? 'cookie: ' : 'authorization: ';
    const whole = redactText(name + value);
    return whole.startsWith(name) ? whole.slice(name.length) : whole;
  }
  if (means === 'card' && isCardNumber(value.replaceAll(/[ -]/g, ''))) return mark('card-number');
  if (means !== 'none' && isSecret(value, means, true, true)) return mark(kindOf[means] ?? 'password');
  if (/^\d{12,19}$/.test(value)) return cardUnder(place.name, value) ? mark('card-number') : value;
  return redactText(jsonIn(value, place));
}

function numberIn(value: number, { means, name }: Place): number | string {
  if (means === 'none' && (value < 1e12 || !Number.isInteger(value))) return value;
  if (means === 'secret-data') return mark('secret');
  if (means === 'strong') return mark('password');
  if (means === 'phone' && isSecret(String(value), 'phone', false, true)) return mark('phone-number');
  return (means === 'card' || /card|payment/i.test(name)) && isCardNumber(String(value)) ? mark('card-number') : value;
}

/** Redacts JSON in a string. The string stays as it was written if nothing in it is redacted. */
function jsonIn(value: string, place: Place): string {
  const parsed = parsedJson(value);
  if (parsed === undefined || place.depth >= deepest) return value;
  const clean = walk(parsed, { ...place, depth: place.depth + 1, means: 'none', name: '' });
  const text = JSON.stringify(clean);
  return text === JSON.stringify(parsed) ? value : text;
}

/** Longer texts, and texts with numbers that JavaScript would write differently, are treated as plain text. */
const longestJson = 400_000;
export function parsedJson(value: string): object | undefined {
  const text = value.trim();
  const whole = (text.startsWith('{') && text.endsWith('}')) || (text.startsWith('[') && text.endsWith(']'));
  if (!whole || text.length < 8 || text.length > longestJson || /[:[,]\s*-?\d{16,}/.test(text)) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const headerNames: ReadonlySet<string> = new Set(['authorization', 'cookie']);

/** Redacts lists: pairs (headers), alternating names and values (Node's raw headers), or arguments. */
function listIn(list: readonly unknown[], place: Place): unknown[] {
  const pairs =
    list.length > 0 &&
    list.every(
      (one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string' && typeof one[1] === 'string',
    );
  if (pairs)
    return list.map((pair) => {
      const [name, value] = pair as [string, string];
      const means = classOfName(name);
      return [
        place.redactText(name),
        walk(value, { ...place, name, means: means === 'weak' || means === 'short' ? 'strong' : means }),
      ];
    });
  const inner = {
    ...place,
    means:
      hides.has(place.means) || place.means === 'cookie' || place.means === 'authorization'
        ? place.means
        : ('none' as const),
  };
  return list.map((one, index) => {
    const before = list[index - 1];
    if (typeof before !== 'string' || typeof one !== 'string') return walk(one, inner);
    const means = classOfName(before);
    const flag = before.startsWith('-') && !before.includes('=') && !one.startsWith('-') && means !== 'none';
    const raw = headerNames.has(means) || (/^x-|-/.test(before) && (means === 'strong' || means === 'random'));
    if (flag) return walk(one, { ...inner, name: before, means: 'strong' });
    if (raw)
      return walk(one, { ...inner, name: before, means: means === 'strong' && isNoSecret(one) ? 'none' : means });
    if (/^(?:-u|--user|--proxy-user)$/.test(before) && /^[^\s:]{1,64}:\S/.test(one))
      return `${one.slice(0, one.indexOf(':') + 1)}${mark('password')}`;
    return walk(one, inner);
  });
}
