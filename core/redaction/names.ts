// Classifies names by the values they announce: `dbPassword`, `X-Api-Key` and `SESSION_ID` announce secrets, `passwordFile` and `nextToken` do not.

/**
 * `strong`: the value is secret, whatever it looks like. `keyed`: it is secret, or it is the name of a secret's entry. `weak`: the name is also used
 * for harmless values, so the value must look like a secret. `random`: only a long, random value is secret. The other classes each name one kind of
 * value.
 */
export type NameClass =
  | 'strong'
  | 'weak'
  | 'keyed'
  | 'short'
  | 'random'
  | 'pair'
  | 'authorization'
  | 'cookie'
  | 'session'
  | 'signature'
  | 'phone'
  | 'card'
  | 'none';

/** Normalises `dbPassword`, `DB-PASSWORD` and `db.password` to `db_password`. */
const normal = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');

const table: readonly (readonly [pattern: RegExp, means: NameClass])[] = [
  [/^secret_?key$/, 'keyed'],
  // Tokens that only lead to the next page, or name a thing, are not secret.
  [
    /(?:^|_)(?:next|page|paging|pagination|continuation|continue|sync|cancellation|cancel|activity|window|lock|fencing|start|starting|marker|resume|scroll|binder|client_request|change|unexpected|syntax|stop|eos|bos|pad|max|min|num|total|prompt|completion|input|output|cached)_?token$/,
    'none',
  ],
  [
    /(?:^|_)(?:no|has|use|using|with|without|is|need|needs|show|forgot|reset|change|changed|bad|wrong)_(?:password|secret|token|credentials?)$/,
    'none',
  ],
  [
    /passw(?:or)?d(?:_(?:hash|digest))?$|pass_?(?:phrase|code)$|(?:^|_)(?:mysql|pg|db|user|root|admin|ftp|smtp)_?pwd$|passwd$/,
    'strong',
  ],
  [
    /secret_?(?:access_?)?key(?:_?base)?$|(?:client|consumer|app|application|shared|signing|webhook|oauth|jwt|hmac|session|cookie|encryption|api)_?secret$/,
    'strong',
  ],
  [
    /(?:api|account|private|encryption|decryption|signing|shared_access|preshared|pre_shared|master|subscription|storage|secret|admin|hmac|vapid_private|instrumentation)_?key(?:_data)?$|client_?key_?data$|(?:^|_)apikey$|account_?key$/,
    'strong',
  ],
  [
    /(?:access|auth|authentication|refresh|security|bearer|id|csrf|xsrf|api|bot|user|oauth\d?|deploy|registration|join|bootstrap|webhook|app|sas|private|personal|vault|service|job|ci|push|device|verification|reset|session|github|gitlab|npm|slack|admin|root|write|read|agent|cluster|tunnel|login)_?token$/,
    'strong',
  ],
  [
    /secret_?(?:string|binary)$|erlang_?cookie$|(?:^|_)(?:cvv|cvc)2?$|(?:^|_)psk$|client_assertion$|fernet_?key$|(?:^|_)unseal_?key$|docker_?config_?json$|dockercfg$|(?:^|_)connection_?string$/,
    'strong',
  ],
  [/(?:^|_)(?:proxy_)?authorization$/, 'authorization'],
  [/(?:^|_)(?:set_)?cookie2?$/, 'cookie'],
  [
    /(?:^|_)(?:j?session_?id|phpsessid|sessid|aspsessionid\w*|connect_sid|asp_net_sessionid|session_?key|session|sid|sess)$/,
    'session',
  ],
  [/(?:^|_)(?:x_amz_|x_goog_|x_oss_|q_|hub_|oauth_)?(?:signature|sig|credential|hmac)(?:_\d+)?$/, 'signature'],
  [/(?:^|_)auth$/, 'pair'],
  [/(?:^|_)(?:phone|mobile|msisdn|telephone|tel|cell|whatsapp)(?:_?(?:number|no|nr))?$/, 'phone'],
  [/(?:^|_)(?:card|pan|cc|credit_?card|card_?number|cc_?number|debit_?card|primary_?account_?number)$/, 'card'],
  [
    /(?:^|_)(?:public|partition|primary|foreign|sort|hash|range|cache|object|group|dedup|deduplication|idempotency|row|sort|index|lookup|shard|message|record|translation|i18n|unique|composite|surrogate|lock|map|dict|label|annotation|no_such|unknown|host|kms)_?key$/,
    'none',
  ],
  [
    /(?:^|_)(?:routing|integration|service|access|license|licence|deploy|app|application|functions?|auth|ssh|fastly|x|host|events?|ingest|insert|insights|write|read|tracking|project|stream|browser|server|client|vendor|partner|device|webhook|crypt|aes|des)_?key$|^appid$/,
    'random',
  ],
  [/(?:^|_)credentials?$/, 'weak'],
  [
    /(?:^|_)(?:by|test|first|second|last|one|two|single|multi|render|boarding|low|high|band|full|next|previous|did|not|can|must|will|to|shall)_?pass$|compass$|trespass$|overpass$|bypass$/,
    'none',
  ],
  [/[a-z0-9]_pass$/, 'strong'],
  [/(?:^|_)(?:pass|pwd)$/, 'short'],
  [/(?:^|_)(?:\w+)?_?(?:token|secret)$/, 'weak'],
];

const known = new Map<string, NameClass>();
const maxKnown = 2000;

/** The class of a name, cached because names repeat. */
export function classOfName(name: string): NameClass {
  const before = known.get(name);
  if (before !== undefined) return before;
  const plain = normal(name.slice(-80));
  const means = table.find(([pattern]) => pattern.test(plain))?.[1] ?? 'none';
  if (known.size < maxKnown) known.set(name, means);
  return means;
}
