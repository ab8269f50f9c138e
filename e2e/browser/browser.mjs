// Chromium without a window, kept from every host but those that a test names. What it wanted elsewhere, and what it
// complained about, is a failure of the test.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Opens a browser on a profile of its own that may reach these origins alone; `test` gets its context. `expected` complaints must come. */
export async function inBrowser(origins, test, { expected = [] } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "ctap-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ARGUMENTS,
    viewport: { width: 1400, height: 900 },
  });
  const refused = [];
  const complaints = [];
  const allowed = new Set(origins.flatMap((origin) => [origin, origin.replace(/^http/, "ws")]));
  await context.route(
    (url) => url.protocol.startsWith("http") && !allowed.has(url.origin),
    (route) => {
      refused.push(route.request().url());
      return route.abort();
    },
  );
  const heard = new Set();
  const complain = (text) => {
    const pattern = expected.find((pattern) => pattern.test(text));
    if (pattern) heard.add(pattern);
    else complaints.push(text);
  };
  context.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) complain(`${message.type()}: ${message.text()}`);
  });
  context.on("weberror", ({ error }) => complain(`uncaught: ${error()}`));
  const watchSockets = (page) =>
    page.on("websocket", (socket) => allowed.has(new URL(socket.url()).origin) || refused.push(socket.url()));
  context.on("page", watchSockets);
  context.pages().forEach(watchSockets);
  try {
    await test(context);
    assert.deepEqual(refused, [], "requests to other hosts");
    assert.deepEqual(complaints, [], "complaints in the console");
    assert.deepEqual([...heard].sort(), [...expected].sort(), "complaints that had to come");
  } catch (error) {
    console.error({ refused, complaints });
    throw error;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
