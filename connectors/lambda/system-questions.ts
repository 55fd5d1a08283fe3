// The SystemQuestions port on AWS Lambda: it invokes the function that may read the sources and waits for the answer.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { SystemAnswer } from '../../core/model/system-answer.ts';
import type { SystemQuestions } from '../../core/ports/channels.ts';

interface LambdaSystemQuestionsOptions {
  readonly functionName: string;
  readonly client?: LambdaClient;
}

const Answered = z.strictObject({ answer: SystemAnswer.nullable() });

export function lambdaSystemQuestions({
  functionName,
  client = new LambdaClient({ maxAttempts: 1 }),
}: LambdaSystemQuestionsOptions): SystemQuestions {
  return {
    async ask(request) {
      let answer: { readonly FunctionError?: string | undefined; readonly Payload?: Uint8Array | undefined };
      try {
        answer = await client.send(
          new InvokeCommand({
            FunctionName: functionName,
            Payload: new TextEncoder().encode(JSON.stringify(request)),
          }),
        );
      } catch (cause) {
        throw new Unavailable('The function answer-system could not be asked.', { cause });
      }
      if (answer.FunctionError !== undefined) throw new Unavailable('The function answer-system failed.');
      try {
        return Answered.parse(JSON.parse(new TextDecoder().decode(answer.Payload))).answer ?? undefined;
      } catch (cause) {
        throw new Unavailable('The function answer-system answered with something that is no answer.', { cause });
      }
    },
  };
}
