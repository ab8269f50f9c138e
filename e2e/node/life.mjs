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

async function create(input) {
  const { createTask } = await graphql(
    `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } userErrors { message } } }`,
    { input },
  );
  assert.deepEqual(createTask.userErrors, []);
  return createTask.task.id;
}

async function ended(id) {
  for (;;) {
    const { task } = await graphql(`query ($id: ID!) { task(by: {id: $id}) { status } }`, { id });
    if (task.status === "DONE") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function connect(options) {
  return createClient({
    url: dev.ws_url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 0,
    ...options,
  });
}

const query = `subscription ($id: ID!, $after: Cursor) {
  taskUpdated(id: $id, after: $after) { cursor version task { status } }
}`;

// By id, from its creation to its end.
async function live() {
  const client = connect();
  const id = await create({ kind: "sleep", payload: { milliseconds: 5000 } });
  const seen = [];
  for await (const { data, errors } of client.iterate({ query, variables: { id } })) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    seen.push(data.taskUpdated.version);
    if (data.taskUpdated.version === 3) break;
  }
  // The worker may have been quicker than the subscription, but only by the start.
  assert.deepEqual(seen, seen[0] === 1 ? [1, 2, 3] : [2, 3]);
  await client.dispose();
  return seen;
}

// The connection is cut and the task goes through all its other versions meanwhile; graphql-ws connects again by itself.
async function cut() {
  let socket;
  let connections = 0;
  // Due only once we watch: the first update is version 1.
  const id = await create({ kind: "echo", payload: 1, runAt: new Date(Date.now() + 4000).toISOString() });
  const client = connect({
    retryAttempts: 1,
    retryWait: () => ended(id),
    on: { opened: (opened) => { socket = opened; connections += 1; } },
  });
  const variables = { id };
  const seen = [];
  for await (const { data, errors } of client.iterate({ query, variables })) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    seen.push(data.taskUpdated.version);
    // What graphql-ws sends when it subscribes again is this object as it is then.
    variables.after = data.taskUpdated.cursor;
    if (seen.length === 1) socket.terminate();
    if (data.taskUpdated.version === 3) break;
  }
  assert.equal(connections, 2);
  // Without the cursor only the present state, version 3, would have come.
  assert.deepEqual(seen, [1, 2, 3]);
  await client.dispose();
  return seen;
}

// A wrong key is refused when the connection begins.
async function stranger() {
  const client = connect({ connectionParams: { authorization: "Bearer nobody" } });
  await assert.rejects(
    async () => {
      for await (const _ of client.iterate({ query: "{ __typename }" })) break;
    },
    ({ code }) => code === 4403 || code === 4401,
  );
}

const [watched, resumed] = await Promise.all([live(), cut(), stranger()]);
console.log(`graphql-ws: versions ${watched.join(", ")} live; ${resumed.join(", ")} across a cut`);
