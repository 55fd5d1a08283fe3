// Elements out of data. Text only ever goes in as text, so that nothing telemetry says can become markup.

/** `h('p', { class: 'x', onclick }, 'text', child)`; `undefined`, `null` and `false` children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

const svgNamespace = 'http://www.w3.org/2000/svg';
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export const time = (instant) =>
  h('time', { datetime: instant, title: instant }, `${String(instant).slice(11, 19)} UTC`);

export const confidenceWords = (confidence) => {
  if (confidence >= 0.85) return 'very likely';
  if (confidence >= 0.65) return 'likely';
  return confidence >= 0.4 ? 'possible' : 'a guess';
};

export const entityName = ({ kind, name, namespace, cluster }) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}${cluster ? ` in ${cluster}` : ''}`;

/** Instants as machines write them, for people. */
export const readable = (text) =>
  text.replaceAll(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?Z/g, '$1 $2 UTC');
