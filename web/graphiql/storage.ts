import type { GraphiQLProps } from "graphiql";

type Storage = NonNullable<GraphiQLProps["storage"]>;

/** Where GraphiQL keeps tabs and history, as JSON. `shouldPersistHeaders` is heeded for the first alone. */
const WITH_HEADERS = new Set(["graphiql:tabState", "graphiql:queries", "graphiql:favorites"]);

/**
 * The browser's storage for all but headers, since a key is in them. What is taken out of it has the present ones: an
 * operation of the history is sent with today's key.
 */
export function withoutHeaders(present: string): Storage {
  const put = (headers: string | null, json: string) =>
    JSON.stringify(JSON.parse(json), (name, value: unknown) => (name === "headers" ? headers : value));
  return {
    getItem: (key) => {
      const kept = localStorage.getItem(key);
      if (kept === null || !WITH_HEADERS.has(key)) return kept;
      try {
        return put(present, kept);
      } catch {
        // Not what we wrote: as good as nothing, else the page would stay broken.
        return null;
      }
    },
    setItem: (key, value) => localStorage.setItem(key, WITH_HEADERS.has(key) ? put(null, value) : value),
    removeItem: (key) => localStorage.removeItem(key),
    clear: () => localStorage.clear(),
    get length() {
      return localStorage.length;
    },
  };
}
