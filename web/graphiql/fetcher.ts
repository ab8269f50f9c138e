import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { type DocumentNode, Kind, parse } from "graphql";

const url = new URL("/graphql", location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol.replace("http", "ws");

const endpoint = {
  url: url.href,
  subscriptionUrl: subscriptionUrl.href,
  // The API sends whole answers; asked for `multipart/mixed` it would have to refuse.
  enableIncrementalDelivery: false,
};

/**
 * Queries and mutations over HTTP, subscriptions over a websocket of their own, each with what the headers tab says. The
 * schema is read before that tab is there: with `initialHeaders` then.
 */
export function createFetcher(initialHeaders: Record<string, string>): Fetcher {
  const readSchema = createGraphiQLFetcher({ ...endpoint, headers: initialHeaders });
  const send = createGraphiQLFetcher({ ...endpoint, schemaFetcher: readSchema });
  return (request, options) => {
    // The editor parses some time after typing or a change of tab, so document and name may still be those before.
    const documentAST = parsed(request.query);
    return send({ ...request, operationName: chosen(documentAST, request.operationName) }, { ...options, documentAST });
  };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    // No GraphQL: the API says what is wrong with it.
    return undefined;
  }
}

/** The operation of this name, or the only one. */
function chosen(document: DocumentNode | undefined, name: string | null | undefined): string | null | undefined {
  if (!document) return name;
  const names = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION).map((node) => node.name?.value);
  return names.length === 1 && !names.includes(name ?? undefined) ? names[0] : name;
}
