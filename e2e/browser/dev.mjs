// A running `ctap dev` for a test.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts the binary with variables of its own, runs `test` with what `dev.json` and its output say, and stops it. */
export async function withDev(binary, variables, test) {
  const folder = mkdtempSync(join(tmpdir(), "ctap-browser-"));
  const dev = spawn(binary, ["dev", "--no-web", "--port", "0", "--data-dir", join(folder, "dev")], {
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise((resolve) => dev.once("close", resolve));
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
    await test({ ...JSON.parse(readFileSync(join(folder, "dev/dev.json"), "utf8")), output: () => output });
  } catch (error) {
    console.error(output);
    throw error;
  } finally {
    dev.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}
