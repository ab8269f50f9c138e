// A running `ctap dev` for a test.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts the binary on a folder, with variables of its own: what `dev.json` says, what it prints, and how to stop it. */
export async function startDev(binary, variables, folder, port = 0) {
  const dev = spawn(binary, ["dev", "--no-web", "--port", `${port}`, "--data-dir", folder], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise((resolve) => dev.once("close", resolve));
  const stop = async () => {
    dev.kill("SIGINT");
    await ended;
  };
  const ready = new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk;
      if (output.includes("Stop with Ctrl-C")) resolve();
    };
    dev.stdout.on("data", read);
    dev.stderr.on("data", read);
    dev.once("error", reject);
    ended.then(() => reject(new Error(`dev ended:\n${output}`)));
  });
  try {
    await ready;
    return { ...JSON.parse(readFileSync(join(folder, "dev.json"), "utf8")), output: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs `test` with a `ctap dev` of its own, and stops it. */
export async function withDev(binary, variables, test) {
  const folder = mkdtempSync(join(tmpdir(), "ctap-browser-"));
  // Started by root, PostgreSQL runs as another user: where that one cannot enter, dev keeps the database elsewhere, for ever.
  chmodSync(folder, 0o711);
  let dev;
  try {
    dev = await startDev(binary, variables, join(folder, "dev"));
    await test(dev);
  } catch (error) {
    console.error(dev?.output());
    throw error;
  } finally {
    await dev?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
