// Prints the tasks that have failed, and each that fails from now on: npx tsx failed.ts
import WebSocket from "ws";
import { ApiError, request, subscribe } from "./client.ts";
import { graphql } from "./gql/index.ts";

const { API = "http://127.0.0.1:8080", KEY = "" } = process.env;
const api = { url: API, key: KEY, webSocketImpl: WebSocket };

const Failed = graphql(`
  query Failed($after: Cursor) {
    tasks(filter: { status: { eq: FAILED } }, first: 100, after: $after) {
      edges { node { id error { code } } }
      pageInfo { hasNextPage endCursor }
      liveCursor
    }
  }
`);

const Failing = graphql(`
  subscription Failing($after: Cursor) {
    taskUpdated(filter: { status: { eq: FAILED } }, after: $after) { cursor change { statusAfter } task { id error { code } } }
  }
`);

/** Prints the list, and answers with the cursor from which on all changes since its first page follow. */
async function list(): Promise<string> {
  const first = await page(null);
  for (let last = first; last.pageInfo.hasNextPage; ) last = await page(last.pageInfo.endCursor ?? null);
  return first.liveCursor;
}

async function page(after: string | null) {
  const { tasks } = await request(api, Failed, { after });
  if (!tasks) throw new Error("there is no list");
  for (const { node } of tasks.edges) console.log(node.id, node.error?.code);
  return tasks;
}

const variables: { after?: string } = {};
for (;;) {
  variables.after ??= await list();
  try {
    for await (const { taskUpdated } of subscribe(api, Failing, variables)) {
      variables.after = taskUpdated.cursor;
      if (taskUpdated.change.statusAfter === "FAILED") console.log(taskUpdated.task.id, taskUpdated.task.error?.code);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A cursor is good for a day, and only changes that match bring another: after a quiet day the list is read again.
    if (error.code === "CURSOR_EXPIRED") delete variables.after;
    else if (error.code !== "UNAVAILABLE") throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
