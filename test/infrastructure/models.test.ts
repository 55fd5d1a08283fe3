import { describe, expect, test } from 'vitest';
import { liveStage, synthesize } from './synthesize.ts';

type Statement = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

/** What the function of a specialist may call of Bedrock. */
function rightsWith(models: object, more: object = {}): Statement[] {
  const { resources } = synthesize({ ...liveStage, model: { provider: 'bedrock', models, ...more } });
  const role = resources.find(
    ([name, { Type }]) => Type === 'AWS::IAM::Role' && /^Functionsspecialistlogsrole/.test(name),
  );
  const policies = role?.[1].Properties.Policies as { PolicyDocument: { Statement: Statement[] } }[];
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => [Action].flat().some((one) => one.startsWith('bedrock:')));
}
const plain = (value: unknown): string => JSON.stringify(value).replaceAll('{"Ref":"AWS::Partition"}', 'P');

describe('the rights to call a model', () => {
  test('by its id: that model in the region of the stage', () => {
    const text = plain(rightsWith({ coordinator: 'm.large-v1:0', specialist: 'm.large-v1:0' }));
    expect(text).toContain(':bedrock:eu-west-1::foundation-model/m.large-v1:0');
    expect(text).not.toContain('inference-profile');
  });

  test.each([['eu.'], ['us.'], ['global.'], ['apac.']])(
    'by the profile %s of a geography: the profile, and its model wherever it routes',
    (geography) => {
      const text = plain(
        rightsWith({ coordinator: `${geography}m.large-v1:0`, specialist: `${geography}m.large-v1:0` }),
      );
      expect(text).toContain(`:bedrock:eu-west-1:123456789012:inference-profile/${geography}m.large-v1:0`);
      expect(text).toContain(':bedrock:*::foundation-model/m.large-v1:0');
      expect(text.includes(':bedrock:::foundation-model/m.large-v1:0')).toBe(geography === 'global.');
    },
  );

  test('in the region that the provider names', () => {
    const text = plain(
      rightsWith({ coordinator: 'us.m.large-v1:0', specialist: 'us.m.large-v1:0' }, { region: 'us-east-1' }),
    );
    expect(text).toContain(':bedrock:us-east-1:123456789012:inference-profile/us.m.large-v1:0');
  });

  test('by the ARN of a geography’s profile: its model, too', () => {
    const arn = 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.m.large-v1:0';
    const text = plain(rightsWith({ coordinator: arn, specialist: arn }));
    expect(text).toContain(arn);
    expect(text).toContain(':bedrock:*::foundation-model/m.large-v1:0');
  });

  test('by the ARN of a profile of one’s own: any model, but only through that profile', () => {
    const arn = 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123';
    const [own, any] = rightsWith({ coordinator: arn, specialist: arn });
    expect(own).toMatchObject({ Resource: arn });
    expect(plain(any)).toContain(':bedrock:*::foundation-model/*');
    expect(any?.Condition).toEqual({ StringEquals: { 'bedrock:InferenceProfileArn': [arn] } });
  });

  test('the strong model and the guardrail, too', () => {
    const text = plain(
      rightsWith(
        { coordinator: 'm.large-v1:0', specialist: 'm.small-v1:0', strong: 'eu.m.huge-v1:0' },
        { guardrail: { id: 'gr1' } },
      ),
    );
    expect(text).toContain('inference-profile/eu.m.huge-v1:0');
    expect(text).toContain(':guardrail/gr1');
  });
});
