// Recognises a message in another language than English, and gives one sentence in that language that says so. Data and a count of words; pure.

interface Language {
  /** Small words that English does not have, in lower case. */
  readonly words: ReadonlySet<string>;
  readonly sentence: string;
}

const language = (words: string, sentence: string): Language => ({ words: new Set(words.split(' ')), sentence });

const byWords: readonly Language[] = [
  language(
    'der die das ist nicht was warum wieso wer wie wann und ich wir sie es ein eine den dem mit von auf für soll sollen kann können hat haben bitte passiert geändert kaputt läuft seit schon noch wurde wird zeig mir gibt',
    'Ich verstehe nur Englisch: fragen Sie zum Beispiel "what changed?" oder "why?".',
  ),
  language(
    "le la les est qui quoi que pourquoi quand comment combien il elle nous vous je tu un une des du dans avec pour pas ce cette s'est qu'est-ce c'est qu'est a-t-il passé changé fait faut doit est-ce depuis sur",
    'Je ne comprends que l’anglais : demandez par exemple « what changed? » ou « why? ».',
  ),
  language(
    'el los las es qué que quién quien por porqué cuándo cuando cómo como cuánto está esto ha han hay un una del en con para no pasó pasa cambió cambiado debo desde fue muestra',
    'Solo entiendo inglés: pregunte, por ejemplo, "what changed?" o "why?".',
  ),
  language(
    'o os as é quem que porquê quando como quanto está isto isso um uma do da em com para não aconteceu mudou devo desde foi mostra mostre por você',
    'Só entendo inglês: pergunte, por exemplo, "what changed?" ou "why?".',
  ),
  language(
    'il lo gli è chi che cosa perché quando come quanto questo un una del della in con per non successo cambiato devo dal stato mostra cosa è successo',
    'Capisco solo l’inglese: chieda per esempio "what changed?" oppure "why?".',
  ),
  language(
    'het een de is wat waarom wie hoe wanneer en ik wij niet van op voor met heeft hebben gebeurd veranderd kapot moet kan sinds nog al werd wordt dit dat deze',
    'Ik begrijp alleen Engels: vraag bijvoorbeeld "what changed?" of "why?".',
  ),
  language(
    'co się dlaczego kto jak kiedy jest nie czy to i w na z do stało zmieniło powinienem mam był była pokaż od',
    'Rozumiem tylko po angielsku: zapytaj na przykład "what changed?" albo "why?".',
  ),
];

const byScript: readonly (readonly [RegExp, string])[] = [
  [/[\u3040-\u30ff]/u, '英語だけ分かります。たとえば "what changed?" や "why?" と聞いてください。'],
  [/\p{Script=Hangul}/u, '영어만 이해합니다. 예를 들어 "what changed?" 또는 "why?"라고 물어보세요.'],
  [/\p{Script=Han}/u, '我只懂英语：例如请问 "what changed?" 或 "why?"。'],
  [/\p{Script=Cyrillic}/u, 'Я понимаю только английский: спросите, например, "what changed?" или "why?".'],
  [/\p{Script=Arabic}/u, 'أفهم الإنجليزية فقط: اسأل مثلاً "what changed?" أو "why?".'],
  [/\p{Script=Devanagari}/u, 'मैं केवल अंग्रेज़ी समझता हूँ: जैसे "what changed?" या "why?" पूछें।'],
];

/** Words that occur in English sentences; the same word in another language counts for neither. */
const english: ReadonlySet<string> = new Set(
  'the is are was were what why who how when it this that and or of to in on for with not do does did has have had can should would will i you we they a an me my our show what is'.split(
    ' ',
  ),
);

const longest = 400;

/** The sentence for a message that is in another language; undefined for English, and in doubt. */
export function otherLanguage(text: string): string | undefined {
  const shown = text.slice(0, longest);
  const script = byScript.find(([letters]) => letters.test(shown));
  if (script) return script[1];
  const words = shown
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .split(/[^\p{L}'-]+/u)
    .filter((word) => word !== '');
  const own = words.filter((word) => english.has(word)).length;
  const counted = byWords
    .map(({ words: known, sentence }) => ({
      sentence,
      hits: words.filter((word) => known.has(word) && !english.has(word)).length,
      all: words.filter((word) => known.has(word)).length,
    }))
    .sort((a, b) => b.hits - a.hits || b.all - a.all);
  const [best] = counted;
  return best !== undefined && best.hits >= 2 && best.hits > own && best.hits * 4 >= words.length
    ? best.sentence
    : undefined;
}
