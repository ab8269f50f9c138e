import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { parse } from "graphql";

const url = new URL("/graphql", location.href);
const subscriptionUrl = new URL(url);
subscriptionUrl.protocol = url.protocol.replace("http", "ws");

const send = createGraphiQLFetcher({
  url: url.href,
  subscriptionUrl: subscriptionUrl.href,
  // The API sends whole answers; asked for `multipart/mixed` it would have to refuse.
  enableIncrementalDelivery: false,
});

/**
 * Queries and mutations over HTTP, subscriptions over a websocket of their own. Which one it is, the document says that
 * is sent: the one that the editor hands over is parsed some time after typing, so it may still be the one before.
 */
export const fetcher: Fetcher = (request, options) => {
  try {
    return send(request, { ...options, documentAST: parse(request.query) });
  } catch {
    // No GraphQL: the API says what is wrong with it.
    return send(request, { headers: options?.headers });
  }
};
