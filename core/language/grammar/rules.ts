// Parts of sentences that all intents share, and the courtesies around a sentence. Data.

export const rules: Readonly<Record<string, string>> = {
  it: '(it|this|that)',
  you: '(you|watchkeeper)',
  no: '(no|nope|nah|wrong|actually|sorry)',
  yes: '(yes|yep|yup|yeah|y|ok|okay|thanks|thank you)',
  cause: '[root] (cause|reason|problem|culprit)',
};

export const courtesies = {
  front: [
    ...['hey', 'hi', 'hello', 'please', 'ok', 'okay', 'so', 'and', 'well', 'watchkeeper', 'bot', 'folks', 'team'],
    ...[
      'can you',
      'could you',
      'would you',
      'can you please',
      'could you please',
      'would you please',
      'kindly',
      'um',
      'hmm',
      'quick question',
      'good morning',
    ],
  ],
  back: [
    ...[
      'please',
      'thanks',
      'thank you',
      'watchkeeper',
      'bot',
      'now',
      'right now',
      'asap',
      'for me',
      'for us',
      'mate',
      'then',
    ],
    ...['by the way', 'so far', 'at the moment', 'currently'],
  ],
} as const;
