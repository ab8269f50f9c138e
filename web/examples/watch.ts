// Submits a task, or takes one, and prints every change of it until it has ended: npx tsx watch.ts [<task id>]
import WebSocket from "ws";
import { request, subscribe } from "./client.ts";
import { graphql } from "./gql/index.ts";

const { API = "http://127.0.0.1:8080", KEY = "" } = process.env;
const api = { url: API, key: KEY, webSocketImpl: WebSocket };

const Submit = graphql(`
  mutation Submit($input: CreateTaskInput!) {
    createTask(input: $input) { task { id } userErrors { message } }
  }
`);

const Watch = graphql(`
  subscription Watch($id: ID!, $after: Cursor) {
    taskUpdated(id: $id, after: $after) { cursor version change { action actor } task { status version } }
  }
`);

async function submit(): Promise<string> {
  const { createTask } = await request(api, Submit, { input: { kind: "sleep", payload: { milliseconds: 5000 } } });
  if (!createTask?.task) throw new Error(createTask?.userErrors.map(({ message }) => message).join("; "));
  return createTask.task.id;
}

const variables: { id: string; after?: string } = { id: process.argv[2] ?? (await submit()) };
for await (const { taskUpdated } of subscribe(api, Watch, variables)) {
  const { cursor, version, change, task } = taskUpdated;
  // Where the stream goes on when the connection breaks.
  variables.after = cursor;
  console.log(version, change.action, change.actor, task.status);
  if (version === task.version && ["DONE", "FAILED", "CANCELLED"].includes(task.status)) break;
}
