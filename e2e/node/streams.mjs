// The npm clients graphql-ws and graphql-sse against a running `ctap dev`, beside the life of a task: streams.mjs <path of dev.json>.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const dev = JSON.parse(readFileSync(process.argv[2], "utf8"));
const authorization = `Bearer ${dev.api_key}`;
const watch = "subscription ($id: ID!) { taskUpdated(id: $id) { version task { status } } }";
const create = `mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } userErrors { message } } }`;

const ws = () => createWs({ url: dev.ws_url, webSocketImpl: WebSocket, connectionParams: { authorization }, retryAttempts: 0 });
const sse = () => createSse({ url: dev.graphql_url, headers: { authorization }, retryAttempts: 0 });

// All answers of one operation.
async function all(client, request) {
  const answers = [];
  for await (const answer of client.iterate(request)) answers.push(answer);
  return answers;
}

// Queries, mutations and subscriptions go over either; a subscription is left when the task has ended.
async function operations(client) {
  assert.deepEqual(await all(client, { query: "{ __typename }" }), [{ data: { __typename: "Query" } }]);
  const input = { kind: "sleep", payload: { milliseconds: 300 } };
  const [{ data }] = await all(client, { query: create, variables: { input } });
  assert.deepEqual(data.createTask.userErrors, []);
  const versions = [];
  for await (const update of client.iterate({ query: watch, variables: { id: data.createTask.task.id } })) {
    assert.equal(update.errors, undefined, JSON.stringify(update.errors));
    versions.push(update.data.taskUpdated.version);
    if (update.data.taskUpdated.task.status === "DONE") break;
  }
  assert.equal(versions.at(-1), 3);
}

// Over a websocket a request that is refused is an error of the operation, and the socket goes on.
async function refusedOverWebsocket() {
  const client = ws();
  for (const [request, code] of [
    [{ query: "subscription {" }, "GRAPHQL_PARSE_FAILED"],
    [{ query: "subscription { nonsense }" }, "GRAPHQL_VALIDATION_FAILED"],
    [{ query: watch }, "BAD_USER_INPUT"],
  ]) {
    await assert.rejects(all(client, request), (errors) => errors[0].extensions.code === code, request.query);
  }
  await operations(client);
  await client.dispose();
}

// Over events it is a result with errors, and the end.
async function refusedOverEvents() {
  const client = sse();
  for (const [query, code] of [
    ["subscription {", "GRAPHQL_PARSE_FAILED"],
    ["subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"],
  ]) {
    const answers = await all(client, { query });
    assert.equal(answers.length, 1);
    assert.equal(answers[0].errors[0].extensions.code, code);
  }
  await operations(client);
  client.dispose();
}

// A browser's EventSource sends a GET, and here the key in a header as Node can.
async function byGet() {
  const url = new URL(dev.graphql_url);
  url.searchParams.set("query", "{ __typename }");
  const answer = await fetch(url, { headers: { authorization, accept: "text/event-stream" } });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.equal(await answer.text(), 'event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata: \n\n');
}

// What the client is told by the code when it speaks another protocol.
async function otherProtocol() {
  const socket = new WebSocket(dev.ws_url, ["graphql-ws"]);
  const [code, reason] = await new Promise((resolve, reject) => {
    socket.on("close", (code, reason) => resolve([code, reason.toString()]));
    socket.on("error", reject);
  });
  assert.deepEqual([code, reason], [4406, "Subprotocol not acceptable"]);
}

await Promise.all([refusedOverWebsocket(), refusedOverEvents(), byGet(), otherProtocol()]);
console.log("graphql-ws and graphql-sse: queries, mutations, subscriptions and refusals");
