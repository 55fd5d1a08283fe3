// A double of an AWS client: answers by operation, written from the API references of CodePipeline, CodeDeploy and ECR (docs.aws.amazon.com, "API
// Reference"). It keeps what it was asked, and refuses requests beyond the published limits.
type Answers = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => unknown>>;

export class Refusal extends Error {
  constructor(name: string) {
    super('<script>vendor text</script>');
    this.name = name;
  }
}

const limits: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => boolean>> = {
  // API_ListPipelineExecutions, API_ListActionExecutions: maxResults is 100 at most.
  ListPipelineExecutions: ({ maxResults }) => Number(maxResults ?? 1) <= 100,
  ListActionExecutions: ({ maxResults }) => Number(maxResults ?? 1) <= 100,
  // API_BatchGetDeployments, API_BatchGetDeploymentTargets: at most 25.
  BatchGetDeployments: ({ deploymentIds }) => Array.isArray(deploymentIds) && deploymentIds.length <= 25,
  BatchGetDeploymentTargets: ({ targetIds }) => Array.isArray(targetIds) && targetIds.length <= 25,
  // API_ListDeployments: an application needs a group.
  ListDeployments: ({ applicationName, deploymentGroupName }) =>
    (applicationName === undefined) === (deploymentGroupName === undefined),
  // API_DescribeImages: maxResults is 1000 at most.
  DescribeImages: ({ maxResults }) => Number(maxResults ?? 1) <= 1000,
};

export function awsDouble(answers: Answers) {
  const asked: { readonly operation: string; readonly input: Readonly<Record<string, unknown>> }[] = [];
  const send = async (command: { readonly input: object }): Promise<unknown> => {
    const operation = command.constructor.name.replace(/Command$/, '');
    const input = { ...command.input };
    asked.push({ operation, input });
    if (limits[operation]?.(input) === false) throw new Refusal('ValidationException');
    const answer = answers[operation];
    if (answer === undefined) throw new Refusal('AccessDeniedException');
    return answer(input);
  };
  return { asked, client: { send } };
}
