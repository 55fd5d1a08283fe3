// The DynamoDB calls that the stores make, with items as plain values. On AWS the SDK makes them; the embedded runtime answers them in its own
// process.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  type GetCommandInput,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';

export type Item = Record<string, unknown>;
export interface Page {
  readonly Items?: Item[] | undefined;
  readonly Count?: number | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
}

/** A refusal by DynamoDB throws the SDK's error. Undefined values are not written. */
export interface TableCalls {
  get(input: GetCommandInput): Promise<{ readonly Item?: Item | undefined }>;
  put(input: PutCommandInput): Promise<unknown>;
  update(input: UpdateCommandInput): Promise<{ readonly Attributes?: Item | undefined }>;
  delete(input: DeleteCommandInput): Promise<unknown>;
  query(input: QueryCommandInput): Promise<Page>;
}

export function callsOverAws(plain: DynamoDBClient): TableCalls {
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
  return {
    get: (input) => client.send(new GetCommand(input)),
    put: (input) => client.send(new PutCommand(input)),
    update: (input) => client.send(new UpdateCommand(input)),
    delete: (input) => client.send(new DeleteCommand(input)),
    query: (input) => client.send(new QueryCommand(input)),
  };
}
