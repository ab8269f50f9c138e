// The TypeScript example of web/examples as a reader runs it: example.mjs <path of dev.json>. Once as it stands, and once
// across a cut connection, behind which the task goes through all its other versions.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const dev = JSON.parse(readFileSync(process.argv[2], "utf8"));
const folder = fileURLToPath(new URL("../../web/examples/", import.meta.url));

/** Runs failed.ts, sees two tasks fail, the second behind a cut connection, and ends it. */
async function whatFails() {
  const way = await passage();
  // Nothing listens there.
  const url = "http://127.0.0.1:1/";
  const fails = async () => (await rest("POST", "/v1/tasks", { kind: "http", payload: { url }, maxAttempts: 1 })).id;
  const uuid = (line) => Buffer.from(line.split(" ")[0], "base64url").toString();
  const first = await fails();
  const child = spawn("node_modules/.bin/tsx", ["failed.ts"], { cwd: folder, env: { ...process.env, API: way.url, KEY: dev.api_key }, stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // A change may come again behind a cut, and never be left out.
  const heard = async (id) => {
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, "failed.ts has ended");
      if (uuid(value).endsWith(id)) return;
    }
  };
  await heard(first);
  way.cut();
  const second = await fails();
  way.mend();
  await heard(second);
  child.kill("SIGTERM");
  await once(child, "close");
  way.close();
}

/** Runs watch.ts: its exit code and what it complained of. Every line it prints goes to `lines` and to `heard`. */
async function run(url, key, id, lines = [], heard = () => {}) {
  const words = ["watch.ts", ...(id ? [id] : [])];
  const env = { ...process.env, API: url, KEY: key };
  const child = spawn("node_modules/.bin/tsx", words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => { complaint += chunk; });
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    heard(line, lines.length);
  });
  const [code] = await once(child, "close");
  return { code, complaint };
}

/** Resolves to all lines when watch.ts has ended well. */
async function watch(url, id, heard) {
  const lines = [];
  const { code, complaint } = await run(url, dev.api_key, id, lines, heard);
  assert.equal(code, 0, [...lines, complaint].join("\n"));
  return lines;
}

async function rest(method, path, body) {
  const headers = { authorization: `Bearer ${dev.api_key}`, "content-type": "application/json" };
  const answer = await fetch(`${dev.url}${path}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

async function graphql(query, variables) {
  const { data, errors } = await rest("POST", "/graphql", { query, variables });
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function ended(id) {
  for (;;) {
    if ((await rest("GET", `/v1/tasks/${id}`)).status === "done") return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A way to the API that can be cut. */
async function passage() {
  const open = new Set();
  let connections = 0;
  let isCut = false;
  const server = createServer((inner) => {
    if (isCut) return inner.destroy();
    connections += 1;
    const outer = connect(new URL(dev.url).port, "127.0.0.1");
    for (const [one, other] of [[inner, outer], [outer, inner]]) {
      open.add(one);
      one.on("error", () => {}).on("close", () => { open.delete(one); other.destroy(); }).pipe(other);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut: () => { isCut = true; open.forEach((socket) => socket.destroy()); },
    mend: () => { isCut = false; },
    connections: () => connections,
    close: () => { open.forEach((socket) => socket.destroy()); server.close(); },
  };
}

async function asItStands() {
  const lines = await watch(dev.url);
  const text = lines.join("\n");
  assert.match(text, /^2 TASK_STARTED worker:\S+ RUNNING$/m);
  assert.match(text, /\n3 TASK_COMPLETED worker:\S+ DONE$/);
}

async function acrossACut() {
  const way = await passage();
  // Not due for an hour: nothing happens to it but what follows here.
  const runAt = new Date(Date.now() + 3_600_000).toISOString();
  const { id } = await rest("POST", "/v1/tasks", { kind: "echo", payload: 1, runAt });
  const lines = await watch(way.url, id, async (line, count) => {
    if (count > 1) return;
    way.cut();
    await graphql("mutation ($id: ID!) { cancelTask(input: { id: $id }) { userErrors { message } } }", { id });
    await graphql("mutation ($id: ID!) { retryTask(input: { id: $id }) { userErrors { message } } }", { id });
    await ended(id);
    way.mend();
  });
  const seen = lines.map((line) => line.split(" ", 2).join(" "));
  assert.deepEqual(seen, ["1 TASK_CREATED", "2 TASK_CANCELLED", "3 TASK_RETRIED", "4 TASK_STARTED", "5 TASK_COMPLETED"]);
  assert.equal(way.connections(), 2);
  way.close();
}

/** Ends at the first refusal; a client that tried again would never end. */
async function withABadKey() {
  const { id } = await rest("POST", "/v1/tasks", { kind: "echo", payload: 1 });
  const { code, complaint } = await run(dev.url, `${dev.api_key}x`, id);
  assert.notEqual(code, 0);
  assert.match(complaint, /4403/);
}

await Promise.all([asItStands(), acrossACut(), withABadKey(), whatFails()]);
console.log("example: to its end; across a cut without a gap; not for ever with a bad key; and what fails, before and from now on");
