// The npm client graphql-ws across a restart of the API, on the same port: restart.mjs <path of ctap> <folder for its data>.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { startDev } from "../browser/dev.mjs";

const [binary, folder] = process.argv.slice(2);
let dev = await startDev(binary, {}, folder);
const headers = { authorization: `Bearer ${dev.api_key}`, "content-type": "application/json" };

async function rest(method, path, body) {
  const answer = await fetch(`${dev.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

/** Ends the API and starts another, and lets the task go through all its other versions before anybody is there to see. */
async function restart(id) {
  await dev.stop();
  dev = await startDev(binary, {}, folder, new URL(dev.url).port);
  await rest("POST", `/v1/tasks/${id}/cancel`);
  await rest("POST", `/v1/tasks/${id}/retry`);
  while ((await rest("GET", `/v1/tasks/${id}`)).status !== "done") await new Promise((resolve) => setTimeout(resolve, 50));
}

try {
  // Not due for an hour: nothing happens to it but what is done here.
  const runAt = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await rest("POST", "/v1/tasks", { kind: "echo", payload: 1, runAt });
  let restarted;
  const closed = [];
  const client = createClient({
    url: dev.ws_url,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: headers.authorization },
    retryAttempts: 1,
    retryWait: () => restarted,
    on: { closed: ({ code }) => closed.push(code) },
  });
  const query = `subscription ($id: ID!, $after: Cursor) { taskUpdated(id: $id, after: $after) { cursor version } }`;
  const variables = { id };
  const seen = [];
  for await (const { data, errors } of client.iterate({ query, variables })) {
    assert.equal(errors, undefined, JSON.stringify(errors));
    seen.push(data.taskUpdated.version);
    variables.after = data.taskUpdated.cursor;
    if (seen.length === 1) restarted = restart(id);
    if (data.taskUpdated.version === 5) break;
  }
  // Without the cursor only the present state, version 5, would have come.
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  await client.dispose();
  assert.equal(closed[0], 1012);
  console.log(`graphql-ws: closed with ${closed[0]} by a restart; versions ${seen.join(", ")} across it`);
} catch (error) {
  console.error(dev.output());
  throw error;
} finally {
  await dev.stop();
}
