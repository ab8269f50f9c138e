// Prints every change of a task until it has ended: npx tsx watch.mts <task id>
import { createClient } from "graphql-ws";
import WebSocket from "ws";

type Update = {
  cursor: string;
  version: number;
  change: { action: string; actor: string };
  task: { status: string; version: number };
};

const { API = "http://127.0.0.1:8080", KEY } = process.env;
const client = createClient({
  url: API.replace(/^http/, "ws") + "/graphql",
  webSocketImpl: WebSocket,
  connectionParams: { authorization: `Bearer ${KEY}` },
});

const query = `subscription ($id: ID!, $after: Cursor) {
  taskUpdated(id: $id, after: $after) { cursor version change { action actor } task { status version } }
}`;
// When its connection breaks, graphql-ws connects again and sends this same object: a cursor put into it resumes there.
const variables: { id: string; after?: string } = { id: process.argv[2] };

for await (const { data, errors } of client.iterate<{ taskUpdated: Update }>({ query, variables })) {
  if (!data) throw new Error(JSON.stringify(errors));
  const { cursor, version, change, task } = data.taskUpdated;
  variables.after = cursor;
  console.log(version, change.action, change.actor, task.status);
  if (version === task.version && ["DONE", "FAILED", "CANCELLED"].includes(task.status)) break;
}
