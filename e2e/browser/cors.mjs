// Pages of other origins in Chromium, over fetch, websocket and SSE: cors.mjs <path of ctap>.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { inBrowser } from "./browser.mjs";
import { withDev } from "./dev.mjs";

const [binary] = process.argv.slice(2);

/** An origin of its own: a server of one empty page, and of the npm client graphql-ws as a browser loads it. */
async function site() {
  const client = readFileSync(new URL("node_modules/graphql-ws/umd/graphql-ws.js", import.meta.url));
  const server = createServer((request, response) => {
    if (request.url === "/") response.setHeader("content-type", "text/html").end('<link rel="icon" href="data:,"><script src="/client.js"></script>');
    else if (request.url === "/client.js") response.setHeader("content-type", "text/javascript").end(client);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** What pages do; each runs in the browser and gets `{ url, ws_url, api_key }`. */
const page = {
  // Preflighted: it carries a key, a content type and a header of ours.
  async submit({ url, api_key }) {
    const headers = { authorization: `Bearer ${api_key}`, "content-type": "application/json", "idempotency-key": "browser-1" };
    const body = JSON.stringify({ kind: "echo", payload: { from: location.origin } });
    const submitted = await fetch(`${url}/v1/tasks`, { method: "POST", headers, body });
    const location_ = submitted.headers.get("location");
    const read = await fetch(new URL(location_, url), { headers: { authorization: `Bearer ${api_key}` } });
    const again = await fetch(new URL(location_, url), {
      headers: { authorization: `Bearer ${api_key}`, "if-none-match": read.headers.get("etag") },
      cache: "no-store",
    });
    return {
      status: submitted.status,
      location: location_,
      requestId: submitted.headers.get("x-request-id"),
      retryAfter: submitted.headers.get("retry-after"),
      rateLimit: submitted.headers.get("ratelimit"),
      etag: read.headers.get("etag"),
      payload: (await read.json()).payload,
      again: again.status,
    };
  },
  async refused({ url }) {
    const missing = await fetch(`${url}/nowhere`);
    const keyless = await fetch(`${url}/graphql`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    return { missing: [missing.status, (await missing.json()).code], keyless: [keyless.status, (await keyless.json()).errors[0].extensions.code] };
  },
  async fails({ url, api_key }) {
    const plain = fetch(`${url}/nowhere`).then(() => "read", (error) => error.name);
    const authorization = `Bearer ${api_key}`;
    const asked = fetch(`${url}/v1/tasks`, { headers: { authorization } }).then(() => "read", (error) => error.name);
    const headers = { authorization, "content-type": "application/json", accept: "text/event-stream" };
    const body = JSON.stringify({ query: "subscription { taskUpdated(filter: {}) { version } }" });
    const stream = fetch(`${url}/graphql`, { method: "POST", headers, body }).then(() => "read", (error) => error.name);
    return { plain: await plain, asked: await asked, stream: await stream };
  },
  async watch({ ws_url, api_key, id }) {
    const client = graphqlWs.createClient({ url: ws_url, connectionParams: { authorization: `Bearer ${api_key}` }, retryAttempts: 0 });
    const query = "subscription ($id: ID!) { taskUpdated(id: $id) { version task { status } } }";
    try {
      for await (const { data, errors } of client.iterate({ query, variables: { id } })) {
        return errors ?? data.taskUpdated.task.status;
      }
    } catch (error) {
      return { code: error.code ?? error.type };
    } finally {
      await client.dispose();
    }
  },
  // GraphQL over SSE, distinct connections: what `EventSource` cannot send, fetch can.
  async stream({ url, api_key, id }) {
    const headers = { authorization: `Bearer ${api_key}`, "content-type": "application/json", accept: "text/event-stream" };
    const query = "subscription ($id: ID!) { taskUpdated(id: $id) { version task { status } } }";
    const abort = new AbortController();
    const body = JSON.stringify({ query, variables: { id } });
    const answer = await fetch(`${url}/graphql`, { method: "POST", headers, body, signal: abort.signal });
    if (!answer.headers.get("content-type").startsWith("text/event-stream")) return { status: answer.status, text: await answer.text() };
    let text = "";
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const data = /^data: ?(\{.*\})$/m.exec(text);
      if (data) {
        abort.abort();
        return JSON.parse(data[1]).data.taskUpdated.task.status;
      }
    }
  },
};

const app = await site();
const stranger = await site();
try {
  await withDev(binary, { ALLOWED_ORIGINS: app.origin, RATE_LIMIT_POINTS: "10000" }, async (dev) => {
    const api = { url: dev.url, ws_url: dev.ws_url, api_key: dev.api_key };
    let id;

    // An answer of 401 or 404 is a line in the console by itself.
    const expected = [/status of 40[14]/];
    await inBrowser([app.origin, dev.url], async (context) => {
      const tab = await context.newPage();
      await tab.goto(app.origin);
      const { location, ...submitted } = await tab.evaluate(page.submit, api);
      assert.match(location, /^\/v1\/tasks\/[0-9a-f-]{36}$/);
      assert.match(submitted.etag, /^"[^"]+"$/);
      assert.match(submitted.requestId, /^[0-9a-f-]{36}$/);
      assert.match(submitted.retryAfter, /^[0-9]+$/);
      assert.match(submitted.rateLimit, /^"points";r=[0-9]+;t=[0-9]+$/);
      assert.equal(submitted.status, 202);
      assert.deepEqual(submitted.payload, { from: app.origin });
      // Not modified, unless the worker was at it between the two.
      assert.ok([200, 304].includes(submitted.again));
      id = location.split("/").pop();
      assert.deepEqual(await tab.evaluate(page.refused, api), { missing: [404, "NOT_FOUND"], keyless: [401, "UNAUTHENTICATED"] });
      assert.match(await tab.evaluate(page.watch, { ...api, id }), /^(PENDING|RUNNING|DONE)$/);
      assert.match(await tab.evaluate(page.stream, { ...api, id }), /^(PENDING|RUNNING|DONE)$/);
    }, { expected });

    await inBrowser([stranger.origin, dev.url], async (context) => {
      const tab = await context.newPage();
      await tab.goto(stranger.origin);
      assert.deepEqual(await tab.evaluate(page.fails, api), { plain: "TypeError", asked: "TypeError", stream: "TypeError" });
      // Refused with the key in hand: the upgrade is, so no frame is ever sent.
      const refused = await tab.evaluate(page.watch, { ...api, id });
      assert.deepEqual(refused, { code: "error" });
    }, { expected: [/CORS policy/, /ERR_FAILED/, /WebSocket connection to .* Unexpected response code: 403/] });
  });
} finally {
  app.close();
  stranger.close();
}
console.log("cors: fetch, websocket and SSE from a named origin; none of them from another");
