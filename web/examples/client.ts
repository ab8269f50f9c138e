// The API from TypeScript, in a browser or in Node: queries and mutations by fetch, subscriptions by graphql-ws.
import { type ClientOptions, createClient } from "graphql-ws";
import type { TypedDocumentString } from "./gql/graphql.ts";

/** The websocket's close code for a key that is wrong, expired or revoked. */
const FORBIDDEN = 4403;

export type Api = {
  /** Like `https://ctap.example.com`. */
  url: string;
  key: string;
  /** Node before 22 has no WebSocket of its own. */
  webSocketImpl?: ClientOptions["webSocketImpl"];
};

/** What the API refused; `code` is one of the public codes. */
export class ApiError extends Error {
  readonly code: unknown;

  constructor(errors: readonly { message: string; extensions?: Record<string, unknown> }[]) {
    super(errors.map(({ message }) => message).join("; "));
    this.code = errors[0]?.extensions?.["code"];
  }
}

/** A query or a mutation. */
export async function request<Result, Variables>(
  api: Api,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const answer = await fetch(new URL("/graphql", api.url), {
    method: "POST",
    headers: {
      authorization: `Bearer ${api.key}`,
      "content-type": "application/json",
      accept: "application/graphql-response+json",
    },
    body: JSON.stringify({ query: document, variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Result; errors?: ConstructorParameters<typeof ApiError>[0] };
  if (errors) throw new ApiError(errors);
  return data as Result;
}

/**
 * A subscription. When its connection breaks, another is opened and the same `variables` are sent, as they are then: put
 * each update's cursor into them, and the stream goes on where it broke.
 */
export async function* subscribe<Result, Variables extends Record<string, unknown>>(
  api: Api,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): AsyncGenerator<Result> {
  let silence: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: new URL("/graphql", api.url).href.replace(/^http/, "ws"),
    connectionParams: { authorization: `Bearer ${api.key}` },
    webSocketImpl: api.webSocketImpl,
    // A connection that a network lost says nothing; one that does not answer within 5 s is given up.
    keepAlive: 10_000,
    on: {
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), 5_000);
      },
      pong: (received) => received && clearTimeout(silence),
      closed: () => clearTimeout(silence),
    },
    // Until the API is back: after 1, 2, 4 ... seconds, 30 at most, each somewhat at random.
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (retries) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(1000 * 2 ** retries, 30_000) * (0.5 + Math.random() / 2))),
    // Also what could not be opened at all, which has no close code. A key that is refused stays refused: graphql-ws would go on
    // trying with it.
    shouldRetry: (broken) => !(typeof broken === "object" && broken !== null && "code" in broken && broken.code === FORBIDDEN),
  });
  try {
    for await (const { data, errors } of client.iterate<Result>({ query: document.toString(), variables })) {
      if (errors) throw new ApiError(errors);
      if (data) yield data;
    }
  } finally {
    await client.dispose();
  }
}
