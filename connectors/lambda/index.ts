// The SpecialistClient port on AWS Lambda: it invokes the function of the specialist's name and waits for the result.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { Unavailable } from '../../core/errors.ts';
import { Report } from '../../core/model/report.ts';
import type { SpecialistClient } from '../../core/ports/channels.ts';

interface LambdaSpecialistClientOptions {
  /** The common prefix of all function names of the stage. */
  readonly prefix: string;
  readonly client?: LambdaClient;
}

export function lambdaSpecialistClient({
  prefix,
  client = new LambdaClient({ maxAttempts: 1 }),
}: LambdaSpecialistClientOptions): SpecialistClient {
  return {
    async ask(brief) {
      const name = `specialist-${brief.specialist}`;
      let answer: { readonly FunctionError?: string | undefined; readonly Payload?: Uint8Array | undefined };
      try {
        answer = await client.send(
          new InvokeCommand({
            FunctionName: `${prefix}${name}`,
            Payload: new TextEncoder().encode(JSON.stringify(brief)),
          }),
        );
      } catch (cause) {
        throw new Unavailable(`The function ${name} could not be asked.`, { cause });
      }
      if (answer.FunctionError !== undefined) throw new Unavailable(`The function ${name} failed.`);
      try {
        return Report.parse(JSON.parse(new TextDecoder().decode(answer.Payload)));
      } catch (cause) {
        throw new Unavailable(`The function ${name} answered with something that is no report.`, { cause });
      }
    },
  };
}
