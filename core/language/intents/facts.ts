// The intents to remember, ask for and forget facts about a service, and the statements that a fact can make.
import { defineIntent, list, name, text } from '../grammar/intent.ts';

const service = '[the] [service] {service} [service]';

export const remember = defineIntent({
  id: 'remember',
  slots: { statement: text(120) },
  sentences: ['(remember|keep in mind|note|make a note|learn|take note) [that|this ,] !(to|me|it) {statement}'],
  exact: true,
  examples: [
    ['remember that artist-api talks to session-cache', { statement: 'artist-api talks to session-cache' }],
    ['please remember: cart calls carts-db.', { statement: 'cart calls carts-db' }],
    ['keep in mind that cart reads from carts-db', { statement: 'cart reads from carts-db' }],
  ],
  counterExamples: ['what do you remember?', 'I remember that cart calls carts-db', 'remember to call me'],
});

/** A statement to everybody: we keep it only if it states a typed fact about a service and not a free note. */
export const mention = defineIntent({
  id: 'mention',
  slots: { statement: text(120) },
  sentences: ['(for the record|fyi|for your information|just so you know) [that] {statement}'],
  exact: true,
  examples: [
    ['for the record, checkout is owned by team basket', { statement: 'checkout is owned by team basket' }],
    ['fyi cart talks to carts-db', { statement: 'cart talks to carts-db' }],
  ],
  counterExamples: ['the record is full'],
});

export const recall = defineIntent({
  id: 'recall',
  slots: { service: name },
  sentences: [
    `what (do you (know|remember)|did you learn|have you (been told|learned|been taught)|(did|have) (we|people|i) (tell|told|teach|taught) you|was taught|is known) about ${service}`,
    `(tell me|say) what you (know|remember) about ${service}`,
  ],
  exact: true,
  examples: [
    ['what do you know about artist-api?', { service: 'artist-api' }],
    ['what have you been told about the artist-api service', { service: 'artist-api' }],
  ],
  counterExamples: ['what do you remember?', 'what about artist-api'],
});

export const forgetAll = defineIntent({
  id: 'forget-all',
  slots: { service: name },
  sentences: [
    `forget (everything|all|(what|whatever) [you|i|we|people] (know|knew|said|say|taught|told you|were told|was taught|learned)) [[that] you know] about ${service}`,
  ],
  exact: true,
  examples: [
    ['forget everything about artist-api', { service: 'artist-api' }],
    ['forget what I said about artist-api', { service: 'artist-api' }],
  ],
  counterExamples: ['forget about artist-api: it is slow', 'forget everything'],
});

export const forgetLast = defineIntent({
  id: 'forget-last',
  slots: {},
  sentences: ['forget (that|this|it|what i [just] (said|taught [you]))'],
  exact: true,
  examples: [
    ['forget that', {}],
    ['please forget what I just said.', {}],
  ],
  counterExamples: ['forget that cart calls carts-db'],
});

export const forget = defineIntent({
  id: 'forget',
  slots: { statement: text(120) },
  sentences: ['forget [that] {statement}'],
  exact: true,
  examples: [
    ['forget that artist-api talks to session-cache', { statement: 'artist-api talks to session-cache' }],
    ['forget about artist-api: it is slow', { statement: 'about artist-api: it is slow' }],
  ],
  counterExamples: ['I forget that cart calls carts-db'],
});

export const talksTo = defineIntent({
  id: 'talks-to',
  slots: { service: name, to: name, cluster: name },
  sentences: [
    `${service} (talks to|talk to|calls|depends on|connects to|reads from|writes to|uses) ${service.replace('{service}', '{to}')} [(in|on) [the] (cluster {cluster}|{cluster} cluster)]`,
  ],
  exact: true,
  examples: [
    ['artist-api talks to session-cache in cluster b', { service: 'artist-api', to: 'session-cache', cluster: 'b' }],
    ['the checkout service depends on the payments service', { service: 'checkout', to: 'payments' }],
    ['cart reads from carts-db in the backend-1 cluster', { service: 'cart', to: 'carts-db', cluster: 'backend-1' }],
  ],
  counterExamples: ['artist-api talks to session-cache and cart', 'artist-api needs a warm cache'],
});

export const runsIn = defineIntent({
  id: 'runs-in',
  slots: {
    service: name,
    what: list({ cluster: ['cluster'], namespace: ['namespace'], environment: ['environment'] }),
    place: name,
  },
  sentences: [`${service} (runs|lives|is deployed|is) (in|on) [the] ({what} {place}|{place} {what})`],
  exact: true,
  examples: [
    ['artist-api runs in cluster b', { service: 'artist-api', what: 'cluster', place: 'b' }],
    ['artist-api lives in the music namespace', { service: 'artist-api', what: 'namespace', place: 'music' }],
  ],
  counterExamples: ['artist-api runs in circles'],
});

export const ownedBy = defineIntent({
  id: 'owned-by',
  slots: { service: name, owner: text(20) },
  sentences: [
    `${service} (is owned by|belongs to|is run by) [the] {owner}`,
    `[the] {owner} (own|owns|(is|are) responsible for|look after|looks after) ${service}`,
  ],
  unless: ['(its|their|our|my|your|his|her) own'],
  exact: true,
  examples: [
    ['artist-api is owned by Team Music', { service: 'artist-api', owner: 'Team Music' }],
    ['team-music owns artist-api', { service: 'artist-api', owner: 'team-music' }],
  ],
  counterExamples: ['artist-api has its own cache'],
});

/** A free note about a service, in words that announce it. */
export const noteAbout = defineIntent({
  id: 'note-about',
  slots: { service: name, note: text(120) },
  sentences: [`(about|for|on) ${service} , {note}`],
  exact: true,
  examples: [
    ['for cart: ask twice', { service: 'cart', note: 'ask twice' }],
    [
      'about artist-api: it is slow for 10 min after a restart!',
      { service: 'artist-api', note: 'it is slow for 10 min after a restart' },
    ],
  ],
  counterExamples: ['artist-api needs a warm cache', 'about artist-api'],
});

/** A free note that begins with the service's name. */
export const noteOn = defineIntent({
  id: 'note',
  slots: { service: name, note: text(120) },
  sentences: [`${service} {note}`],
  exact: true,
  examples: [
    ['cart: slow on mondays', { service: 'cart', note: 'slow on mondays' }],
    ['artist-api needs a warm cache', { service: 'artist-api', note: 'needs a warm cache' }],
  ],
  counterExamples: ['artist-api'],
});

export const factOrders = [recall, forgetAll, forgetLast, forget, remember, mention] as const;
export const factStatements = [noteAbout, talksTo, runsIn, ownedBy, noteOn] as const;
