// The npm client graphql-ws against a running `ctap dev`: life.mjs <path of dev.json>.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const dev = JSON.parse(readFileSync(process.argv[2], "utf8"));
const authorization = `Bearer ${dev.api_key}`;

async function graphql(query, variables) {
  const answer = await fetch(dev.graphql_url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

const client = createClient({
  url: dev.ws_url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization },
  retryAttempts: 0,
});

// By id, from its creation to its end.
const { createTask } = await graphql(
  `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } userErrors { message } } }`,
  { input: { kind: "sleep", payload: { milliseconds: 300 } } },
);
assert.deepEqual(createTask.userErrors, []);
const query = `subscription ($id: ID!) { taskUpdated(id: $id) { cursor version task { status } } }`;
const seen = [];
let cursor;
for await (const { data, errors } of client.iterate({ query, variables: { id: createTask.task.id } })) {
  assert.equal(errors, undefined, JSON.stringify(errors));
  seen.push(data.taskUpdated.version);
  cursor ??= data.taskUpdated.cursor;
  if (data.taskUpdated.task.status === "DONE" && data.taskUpdated.version === 3) break;
}
assert.equal(seen.at(-1), 3);
assert.deepEqual(seen, seen.map((_, i) => 4 - seen.length + i), "without a gap");

// Resumed after the first update, the rest comes again.
const resumed = [];
const again = `subscription ($id: ID!, $after: Cursor) { taskUpdated(id: $id, after: $after) { version } }`;
for await (const { data, errors } of client.iterate({ query: again, variables: { id: createTask.task.id, after: cursor } })) {
  assert.equal(errors, undefined, JSON.stringify(errors));
  resumed.push(data.taskUpdated.version);
  if (data.taskUpdated.version === 3) break;
}
assert.deepEqual(resumed, seen.slice(1));

// A wrong key is refused when the connection begins.
const stranger = createClient({
  url: dev.ws_url,
  webSocketImpl: WebSocket,
  connectionParams: { authorization: "Bearer nobody" },
  retryAttempts: 0,
});
await assert.rejects(async () => {
  for await (const _ of stranger.iterate({ query: "{ __typename }" })) break;
});

await client.dispose();
console.log(`graphql-ws: versions ${seen.join(", ")} seen, ${resumed.join(", ")} again after the cursor`);
