/**
 * The key of the address `/graphiql#key=...`, as `ctap dev` prints it. Browsers send no fragment to anybody; taken out
 * of the address it does not stay in the history or in a copied link either.
 */
export function takeKey(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key");
  if (key !== null) history.replaceState(null, "", location.pathname + location.search);
  return key;
}

/** What the headers tab shows: sent with every request, and as the payload that opens a subscription's websocket. */
export function headersWith(key: string | null): string {
  return JSON.stringify({ Authorization: `Bearer ${key ?? "<your API key>"}` }, null, 2);
}
