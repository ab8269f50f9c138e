// GraphiQL in Chromium against a running `ctap dev`: graphiql.mjs <path of ctap> <folder for the screenshot>.
import assert from "node:assert/strict";
import { join } from "node:path";
import { inBrowser } from "./browser.mjs";
import { withDev } from "./dev.mjs";

const [binary, pictures] = process.argv.slice(2);

/** What the result pane shows, without white space: its editor wraps long lines, and draws lines in any order. */
const result = (page) =>
  page.locator(".result-window .view-line").evaluateAll((lines) => {
    const placed = lines.map((line) => ({ top: parseFloat(line.style.top), text: line.textContent }));
    return placed.sort((a, b) => a.top - b.top).map(({ text }) => text).join("").replaceAll(/\s/g, "");
  });

async function until(page, what, holds) {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const text = await result(page);
    if (holds(text)) return text;
    assert.ok(Date.now() < deadline, `${what}: ${text}`);
    await page.waitForTimeout(50);
  }
}

const run = (page) => page.locator(".graphiql-execute-button").click();
const tab = (page, name) => page.getByRole("tab", { name, exact: true }).click();

async function open(context, dev) {
  const page = await context.newPage();
  const address = /GraphiQL\s+(\S+)/.exec(dev.output())[1];
  const answer = await page.goto(address);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()["content-security-policy"], /^default-src 'none'; script-src 'self';/);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  // The schema is there: its documentation can be read. Whether it is open, the page remembers.
  const show = page.getByRole("button", { name: "Show Documentation Explorer" });
  const hide = page.getByRole("button", { name: "Hide Documentation Explorer" });
  await show.or(hide).first().waitFor();
  if (await show.isVisible()) await show.click();
  await page.locator(".graphiql-doc-explorer-content").getByText("Mutation", { exact: true }).first().waitFor();
  return page;
}

await withDev(binary, {}, async (dev) => {
  await inBrowser([dev.url], async (context) => {
    const requests = [];
    context.on("request", (request) => requests.push(request.url()));
    const watching = await open(context, dev);
    assert.equal(watching.url(), `${dev.url}/graphiql`, "the key is not in the address any more");
    assert.ok(!requests.some((url) => url.includes(dev.api_key) && !url.includes("#")), "the key is in no request's URL");

    const opened = watching.waitForEvent("websocket");
    await tab(watching, "Watch");
    const acknowledged = opened.then((socket) => socket.waitForEvent("framereceived", ({ payload }) => payload.includes("connection_ack")));
    await run(watching);
    await acknowledged;

    // A second visit: the page remembers its tabs, but not the key.
    const submitting = await open(context, dev);
    await tab(submitting, "Submit");
    await run(submitting);
    const submitted = await until(submitting, "a task is submitted", (text) => text.includes('"status":"PENDING"'));
    const id = /"id":"([^"]+)"/.exec(submitted)[1];

    // Live: the worker takes it up and ends it, five seconds later.
    await until(watching, "it runs", (text) => text.includes(id) && text.includes("TASK_STARTED") && text.includes('"RUNNING"'));
    await watching.screenshot({ path: join(pictures, "graphiql-subscription.png") });
    await until(watching, "it is done", (text) => text.includes(id) && text.includes("TASK_COMPLETED") && text.includes('"DONE"'));

    await tab(submitting, "Tasks");
    const answered = submitting.waitForResponse((answer) => answer.url() === dev.graphql_url && answer.request().method() === "POST");
    await run(submitting);
    const { data } = await (await answered).json();
    assert.deepEqual(data.tasks.edges.map(({ node }) => [node.id, node.status]), [[id, "DONE"]]);
    assert.ok(JSON.stringify(data).includes("TASK_COMPLETED"), "the trail is whole, though the pane may show less of it");
    // As much of it as fits into the pane.
    await until(submitting, "the list is shown", (text) => text.includes(id) && text.includes("TASK_STARTED"));
    await submitting.screenshot({ path: join(pictures, "graphiql-query.png") });

    // The history has what was run, and the key is kept nowhere.
    const kept = await submitting.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    assert.match(kept, /mutation Submit/);
    assert.ok(!kept.includes(dev.api_key), "the key is in the browser's storage");
  });

  // A key that nobody knows: the page shows what the API says.
  await inBrowser(
    [dev.url],
    async (context) => {
      const page = await context.newPage();
      await page.goto(`${dev.url}/graphiql#key=nobody`);
      await page.locator(".graphiql-query-editor .view-line").first().waitFor();
      await run(page);
      await until(page, "the key is refused", (text) => text.includes("UNAUTHENTICATED"));
    },
    { expected: [/status of 401/] },
  );
});
console.log("graphiql: a mutation, a query and a subscription; nothing from elsewhere");
