import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./main.css";

import { GraphiQL } from "graphiql";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { fetcher } from "./fetcher.ts";
import { headersWith, takeKey } from "./key.ts";
import submit from "./operations/submit.graphql?raw";
import tasks from "./operations/tasks.graphql?raw";
import watch from "./operations/watch.graphql?raw";

const headers = headersWith(takeKey());
const container = document.getElementById("graphiql");
if (!container) throw new Error("the page has no #graphiql");

createRoot(container).render(
  <StrictMode>
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={[submit, tasks, watch].map((query) => ({ query, headers }))}
      // The first is for the tab that is shown at the start, whatever was open last time; the other for further tabs.
      initialHeaders={headers}
      defaultHeaders={headers}
      // A key is not kept in the browser's storage.
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
      defaultEditorToolsVisibility="headers"
      inputValueDeprecation
    />
  </StrictMode>,
);
