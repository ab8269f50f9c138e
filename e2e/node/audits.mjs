// The server audits of the npm package graphql-http against a running `ctap dev`: audits.mjs <path of dev.json>.
import { readFileSync } from "node:fs";
import { auditServer } from "graphql-http";

const dev = JSON.parse(readFileSync(process.argv[2], "utf8"));
const authorization = `Bearer ${dev.api_key}`;
const results = await auditServer({
  url: dev.graphql_url,
  fetchFn: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, authorization } }),
});
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, reason } of failed) console.error(`${id} ${name}: ${reason}`);
console.log(`graphql-http: ${results.length - failed.length} of ${results.length} audits pass`);
if (failed.length > 0 || results.length < 61) process.exit(1);
